"""The Python API is documented: every name by an example that is executed, every error by an example that raises it."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from doctest import DocTestParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convcalc
from convcalc import Impossible, Malformed, Shape, TransposedWindow, Window, conv, diff, load, pool, read, sizes, tconv
from convcalc.window import PADDING_WORDS

CALLABLES = {
    name: thing
    for name in convcalc.__all__
    if callable(thing := getattr(convcalc, name)) and not (inspect.isclass(thing) and issubclass(thing, Exception))
}
"""What is called; an exception is raised, and shown by what raises it."""


def methods(name: str) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that a class defines, fields of values left out."""
    thing = CALLABLES[name]
    for key, member in vars(thing).items() if inspect.isclass(thing) else ():
        if not key.startswith("_") and key not in getattr(thing, "_fields", ()):
            yield f"{name}.{key}", member


EVERY = {**CALLABLES, **{full: member for name in CALLABLES for full, member in methods(name)}}


def examples(full: str) -> str:
    """The examples of a name, and of the class that it is in."""
    docs = [inspect.getdoc(EVERY[name]) or "" for name in {full, full.partition(".")[0]}]
    return "\n".join(example.source for doc in docs for example in DocTestParser().get_examples(doc))


def test_the_public_names_are_found() -> None:
    assert set(convcalc.__all__) - set(CALLABLES) == {"ConvcalcError", "Impossible", "Malformed", "__version__"}
    assert {"Window.output", "Window.extent", "Network.run", "Trace.row", "Shape.cells"} <= set(EVERY)


@pytest.mark.parametrize("full", EVERY)
def test_a_public_name_is_shown_in_an_example(full: str) -> None:
    """That of a method may stand in the docstring of its class; a class may be shown by what makes one."""
    name = r"\w" if inspect.isclass(EVERY[full]) else rf"\b{full.rpartition('.')[2]}\b"
    assert re.search(name, examples(full))


FIELDS = [(name, field) for name, thing in CALLABLES.items() for field in getattr(thing, "_fields", ())]


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_field_is_told_in_its_class(name: str, field: str) -> None:
    assert re.search(rf"\b{field}\b", inspect.getdoc(CALLABLES[name]) or "", re.IGNORECASE)


NETWORK = read("input 3@32x32 | conv 8 k3 | pool k2")
TORCH = read("framework torch | Conv2d(3, 8, 3)")
HERE = str(Path(__file__))

RAISES: list[tuple[str, type[Exception], Callable[[], object]]] = [
    ("conv", Malformed, lambda: conv(5, kernel=0)),
    ("conv", Malformed, lambda: conv(5, kernel=3, kernal=3)),
    ("conv", Malformed, lambda: conv("5by5", kernel=3)),
    ("conv", Malformed, lambda: conv(5, kernel=3, framework="caffe")),
    ("conv", Impossible, lambda: conv(2, kernel=3)),
    ("conv", Impossible, lambda: conv("3@8", kernel=3, groups=2)),
    ("conv", Impossible, lambda: conv("3@8", kernel=3, stride=2, padding="same", framework="torch")),
    ("tconv", Malformed, lambda: tconv(5, kernel=3, stride=-1)),
    ("tconv", Impossible, lambda: tconv(1, kernel=1, padding=1)),
    ("tconv", Impossible, lambda: tconv(3, kernel=3, output_size=400)),
    ("pool", Malformed, lambda: pool(5, kernel="3x3")),
    ("pool", Impossible, lambda: pool(2, kernel=3)),
    ("sizes", Malformed, lambda: sizes(read("relu"))),
    ("sizes", Malformed, lambda: sizes(read("input 100 | relu"))),
    ("diff", Malformed, lambda: diff(NETWORK, read("relu"))),
    ("read", Malformed, lambda: read("convv 3 k3")),
    ("load", OSError, lambda: load(f"{HERE}.none")),
    ("load", Malformed, lambda: load(HERE)),
    ("Network.start", Malformed, lambda: read("relu").start(None)),
    ("Network.start", Malformed, lambda: NETWORK.start("small")),
    ("Network.shapes", Malformed, lambda: read("relu").shapes()),
    ("Network.shapes", Impossible, lambda: NETWORK.shapes("3@1x1")),
    ("Network.dialect", Malformed, lambda: NETWORK.dialect("caffe")),
    ("Network.ops", Malformed, lambda: TORCH.ops("keras")),
    ("Network.run", Malformed, lambda: read("relu").run()),
    ("Network.run", Malformed, lambda: NETWORK.run(framework="caffe")),
    ("Trace.add", Impossible, lambda: NETWORK.run("3@4x4").add(NETWORK.layers[0].op, (2,))),
    ("Trace.add", Malformed, lambda: NETWORK.run().add(read("conv 8 k3x3x3").layers[0].op, (0,))),
    ("Trace.row", IndexError, lambda: NETWORK.run().row(3)),
    ("Trace.row", IndexError, lambda: NETWORK.run("3@1x1").row(1)),
]
"""Names, the errors that their docstrings tell of, and what raises them."""


@pytest.mark.parametrize(("full", "error", "call"), RAISES)
def test_what_is_raised_is_told(full: str, error: type[Exception], call: Callable[[], object]) -> None:
    told = (inspect.getdoc(EVERY[full]) or "").partition("Raises ")[2].split("\n\n")[0]
    assert f"`{error.__name__}`" in told
    with pytest.raises(error):
        call()


def test_what_is_told_is_raised() -> None:
    """Whatever a docstring says is raised has a case above."""
    told = {
        (full, error)
        for full, thing in EVERY.items()
        for error in re.findall(r"`(\w+)`", sentences(inspect.getdoc(thing) or ""))
        if error[0].isupper()
    }
    assert told == {(full, error.__name__) for full, error, _ in RAISES}


def sentences(doc: str) -> str:
    """What a docstring says of errors: from `Raises` to the end of the sentence."""
    return " ".join(re.findall(r"Raises .*?[.](?=\s|$)", doc, re.DOTALL))


def raising(thing: Any) -> bool:
    """Whether a function raises something itself."""
    function: Any = thing.fget if isinstance(thing, property) else thing
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return any(isinstance(node, ast.Raise) for node in ast.walk(tree))


@pytest.mark.parametrize("full", [full for full in EVERY if not inspect.isclass(EVERY[full])])
def test_what_raises_something_says_so(full: str) -> None:
    if raising(EVERY[full]):
        assert sentences(inspect.getdoc(EVERY[full]) or "")


def test_a_raise_is_seen() -> None:
    assert {full for full in EVERY if not inspect.isclass(EVERY[full]) and raising(EVERY[full])} == {
        "Network.start",
        "sizes",
        "Network.ops",
        "Trace.row",
    }


NUMBERS = st.integers(1, 9)
SIDES = st.tuples(st.integers(-9, 9), st.integers(-9, 9))
KNOBS = (NUMBERS, NUMBERS, NUMBERS, SIDES | st.sampled_from(list(PADDING_WORDS)))
WINDOWS = st.builds(Window, *KNOBS, st.booleans()) | st.builds(TransposedWindow, *KNOBS, st.none() | st.integers(0, 9))


@given(WINDOWS, st.integers(1, 60))
def test_a_window_raises_nothing(window: Window | TransposedWindow, cells: int) -> None:
    """Whatever its numbers are, every method has an answer for every size."""
    for full, member in methods(type(window).__name__):
        if isinstance(member, property):
            getattr(window, full.rpartition(".")[2])
        else:
            member(window, *[cells for name in inspect.signature(member).parameters if name in ("cells", "output")])


@given(st.none() | st.integers(1, 9), st.lists(st.integers(1, 99), max_size=4))
def test_a_shape_raises_nothing(channels: int | None, size: list[int]) -> None:
    """Whatever its numbers are, it is counted and printed."""
    shape = Shape(channels, tuple(size))
    assert shape.cells >= 1
    assert str(shape)
