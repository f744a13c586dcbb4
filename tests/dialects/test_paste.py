"""The lines that `convcalc compare` prints are code, and come to the size asked. Their values are tests/oracle's."""

import ast
import re
from itertools import product

import pytest

from convcalc.comparison import compare
from convcalc.dialects import NAMES, dialect_named
from convcalc.errors import ConvcalcError
from convcalc.readers.call import read_call
from convcalc.readers.source import read_text
from convcalc.shape import Shape, read_size

LINES = [
    *[
        " ".join(parts)
        for parts in product(["conv 4 k3"], ["", "s2", "d2", "s2 d2"], ["", "same", "p1", "p0:1", "causal"])
    ],
    *[
        f"conv 4 k{kernel} {more}"
        for kernel, more in product((2, 5), ("same s3", "p-1", "p2 reflect", "p1:0 circular"))
    ],
    *[f"conv 4 k3 {more}" for more in ("g2 nobias", "p1 replicate", "p-1:2", "p3:0 reflect", "s2 same-lower", "full")],
    *[f"conv 4 {more}" for more in ("k4 same", "k3 p-10:12")],
    *[f"dwconv k3 {more}" for more in ("", "m2", "s2 same", "s2 d2", "p1:0", "p1 reflect nobias")],
    *[
        f"tconv 4 k{kernel} s{stride} {more}"
        for kernel, stride, more in product((1, 2, 3), (1, 2, 3), ("", "same", "p0:1"))
    ],
    *[
        f"tconv 4 {more}"
        for more in ("k4 s2 p1", "k3 s2 p1 op1", "k3 s2 d2", "k5 s2 p3 op1", "k3 s2 g2 p1", "k3 d2 op1", "k3 p-1")
    ],
    *[
        f"{pool} {more}"
        for pool, more in product(("pool", "avgpool"), ("k2", "k3 s2 p1", "k3 s2 same", "k3 s2 ceil", "k2 p0:1"))
    ],
    *[
        f"{pool} {more}"
        for pool, more in product(
            ("pool", "avgpool"), ("k3 s1 p2", "k3 s2 p1 ceil", "k2 d2", "k3 s2 p-1", "k4 s3 p1:2", "k2 s1 p2")
        )
    ],
]
SIZES = ["4@9", "4@9x8", "4@6x7x8", "9x9"]
CASES = [(line, size) for line, size in product(LINES, SIZES)]


def lines_of(line: str, size: str) -> dict[str, list[str] | None]:
    """Each framework's lines; none of a layer that does not fit."""
    try:
        found = compare(read_text(line).layers[0].op, read_size(size))
    except ConvcalcError:
        return {}
    return {answer.framework: answer.lines for answer in found.answers}


@pytest.mark.parametrize("size", SIZES)
def test_every_line_is_python(size: str) -> None:
    for line in LINES:
        for framework, lines in lines_of(line, size).items():
            for text in lines or []:
                ast.parse(text.partition("  # ")[0]), f"{framework}: {text}"


CALL = re.compile(r"x = (?P<call>(?:nn|keras\.layers)\..*\))\(x\)")
PAD = re.compile(r"x = F\.pad\(x, (?P<sides>\([-\d, ]+\))")
KERAS_PAD = re.compile(r"x = keras\.ops\.pad\(x, (?P<sides>\(\([-\d, ()]+\)\))")


def followed(framework: str, lines: list[str], shape: Shape) -> Shape | None:
    """What lines of PyTorch or Keras come to by the dialects' rules; None where another call is among them."""
    dialect = dialect_named(framework)
    assert dialect
    for line in lines:
        if found := CALL.fullmatch(line):
            call = read_call(found["call"].replace("channels", "4"))
            shape = dialect.layer(call.name, call.positional, call.named).output(shape)
        elif found := PAD.match(line) or KERAS_PAD.match(line):
            sides = ast.literal_eval(found["sides"])
            pairs = list(zip(sides[::2], sides[1::2], strict=True))[::-1] if isinstance(sides[0], int) else sides[1:-1]
            shape = Shape(shape.channels, tuple([n + sum(pair) for n, pair in zip(shape.size, pairs, strict=True)]))
        else:
            return None
    return shape


@pytest.mark.parametrize("framework", ["torch", "keras"])
def test_lines_come_to_the_size_that_was_asked(framework: str) -> None:
    """By the dialect's own rules, its refusals included."""
    counted = 0
    for line, size in CASES:
        lines = lines_of(line, size).get(framework)
        if not lines:
            continue
        asked, start = read_text(line).layers[0].op, read_size(size)
        found = followed(framework, lines, start)
        if found is not None:
            counted += 1
            assert found.size == asked.output(start).size, f"{line} on {size}: {lines}"
    assert counted > len(CASES) // 3


@pytest.mark.parametrize("framework", NAMES)
def test_no_framework_has_a_layer_for_four_axes(framework: str) -> None:
    assert lines_of("conv 4 k3", "4@5x5x5x5")[framework] is None


def test_most_of_what_is_asked_can_be_expressed_everywhere() -> None:
    told = [lines for line, size in CASES for lines in lines_of(line, size).items()]
    for framework in NAMES:
        own = [lines for name, lines in told if name == framework]
        assert sum(lines is not None for lines in own) > 0.8 * len(own)
