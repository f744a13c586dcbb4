"""Laws over the source itself: exact integers, imports that point down, rooms that list what they hold."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import convcalc
from convcalc.ops.op import Op
from convcalc.ops.registry import BY_NAME, OPS
from convcalc.readers.spelling import LAYER_KEYS, NAME

PACKAGE = Path(convcalc.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
FLOORS = [
    "cli",
    "api checker",
    "renderers readers schema outputs",
    "rules report",
    "solve",
    "network trace receptive comparison differences changes",
    "dialects",
    "ops",
    "suggest shape divisors",
    "errors window",
]
"""From the roof to the ground; a module imports from its own floor and from those below."""


def ident(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def room(dotted: str) -> str:
    return dotted.split(".")[1] if "." in dotted else ""


def floor(name: str) -> int | None:
    return next((index for index, floor in enumerate(FLOORS) if name in floor.split()), None)


def imports(path: Path, *, typing_too: bool = True) -> Iterator[tuple[int, str]]:
    """Line and module of every import, those inside functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not typing_too:
            skipped |= {id(child) for child in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


def inexact(source: str) -> list[str]:
    """Every float, division and true-division in a source text."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            found.append(f"line {node.lineno}: {node.value}")
        elif isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            found.append(f"line {node.lineno}: /")
        elif isinstance(node, ast.Name) and node.id == "float":
            found.append(f"line {node.lineno}: float")
    return found


ENGINE = [path for path in MODULES if path.parent != PACKAGE / "cli"]
ROUNDS = PACKAGE / "dialects" / "rounding.py"
"""Frameworks multiply sizes by floats, and round: the one place where it is done as they do."""


@pytest.mark.parametrize("path", [path for path in ENGINE if path != ROUNDS], ids=ident)
def test_no_float_occurs_in_the_engine(path: Path) -> None:
    assert not inexact(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", ["x = 1.5", "x = a / b", "x /= 2", "x = float(y)", "x = 1e3"])
def test_a_planted_float_is_found(source: str) -> None:
    assert inexact(source)


def looks_up(path: Path) -> list[str]:
    """Imports of `path` that point up, or across between readers and renderers."""
    own = room(f"convcalc.{path.relative_to(PACKAGE).with_suffix('').as_posix().replace('/', '.')}")
    found = []
    for line, module in imports(path, typing_too=False):
        target = room(module)
        if not module.startswith("convcalc") or floor(own) is None or floor(target) is None:
            continue
        across = {own, target} == {"readers", "renderers"}
        if across or (floor(target) or 0) < (floor(own) or 0):
            found.append(f"{path.name}:{line}: {own} imports {module}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_imports_point_down(path: Path) -> None:
    assert not looks_up(path)


def test_every_room_has_its_floor() -> None:
    rooms = {room(f"convcalc.{ident(path).removesuffix('.py').replace('/', '.')}") for path in MODULES}
    assert {name for name in rooms if floor(name) is None} <= {"__init__", "__main__", "presets"}


def test_an_import_that_points_up_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    planted = tmp_path / "ops" / "planted.py"
    planted.parent.mkdir()
    planted.write_text("def late():\n    from convcalc.network import Network\n")
    assert looks_up(planted) == ["planted.py:2: ops imports convcalc.network"]


ONLY_IN = {"click": "cli", "rich": "renderers/styled.py cli/output.py", "yaml": "readers/yaml.py"}


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_a_dependency_is_imported_in_its_own_room_alone(path: Path) -> None:
    for line, module in imports(path):
        homes = ONLY_IN.get(module.split(".")[0], ident(path)).split()
        assert any(ident(path).startswith(home) for home in homes), f"line {line}: {module}"


def test_window_imports_nothing_of_ours() -> None:
    assert not [module for _, module in imports(PACKAGE / "window.py") if module.startswith("convcalc")]


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_a_module_opens_with_a_sentence(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert doc
    assert doc.split("\n")[0].endswith((".", ":"))


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_nothing_prints_outside_the_cli() -> None:
    for path in ENGINE:
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        assert not [
            call
            for call in calls
            if isinstance(call.func, ast.Name) and call.func.id in ("print", "input", "eval", "exec")
        ]


def loaded_by(code: str) -> set[str]:
    """The modules in memory after `code` ran in a fresh interpreter."""
    script = f"{code}\nimport sys\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_convcalc_loads_neither_click_nor_rich() -> None:
    assert not {"click", "rich", "json", "tomllib", "yaml"} & loaded_by("import convcalc")
    everything = "import convcalc\nfor name in convcalc.__all__: getattr(convcalc, name)"
    assert not {"click", "rich", "yaml"} & loaded_by(everything)


def test_an_import_of_rich_would_be_seen() -> None:
    assert "rich" in loaded_by("import convcalc.renderers.styled")


def subclasses(kind: type[Op]) -> Iterator[type[Op]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_op_that_is_written_is_registered() -> None:
    for path in (PACKAGE / "ops").glob("*.py"):
        import_module(f"convcalc.ops.{path.stem}")
    assert {op for op in subclasses(Op) if "spelling" in vars(op)} == set(OPS)


def test_names_of_ops_are_unique_words() -> None:
    names = [name for op in OPS for name in (op.spelling, *op.aliases)]
    assert len(names) == len(set(names)) == len(BY_NAME)
    assert all(NAME.fullmatch(name) and name.islower() for name in names)
    assert not set(names) & {"block", "repeat", "end", "input", "framework", "expect", "in"}


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.spelling)
def test_the_knobs_of_an_op_can_be_told_apart(op: type[Op]) -> None:
    letters = [knob.letter for knob in op.knobs.values() if knob.letter]
    words = [word for knob in op.knobs.values() for word in [*knob.kind.words, knob.keyword] if word]
    assert len(letters) == len(set(letters))
    assert len(words) == len(set(words))
    assert not set(op.knobs) & set(LAYER_KEYS)
    assert sum(knob.positional for knob in op.knobs.values()) <= 1
    for name, knob in op.knobs.items():
        assert (knob.name, re.fullmatch("[a-z_]+", name) is not None) == (name, True)
        assert knob.text
        assert "\n" not in knob.text
        assert knob.kind.schema()


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.spelling)
def test_every_op_says_in_a_line_what_it_does(op: type[Op]) -> None:
    assert op.__doc__
    assert op.__doc__.split("\n")[0].endswith(".")
