"""Files that mean no good: whatever they hold, a check ends soon, with an exit code that is true."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from told import BROKEN, GOOD, write

from convcalc.cli import main
from convcalc.errors import ConvcalcError, Malformed
from convcalc.readers.source import read_source
from convcalc.renderers.findings import FORMATS

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = ["net.toml", "net.json", "net.yaml", "net.txt", "net"]
LONG = ("blocks_that_double.txt", "deep.yaml", "many_keys.json")
"""Examples that take long; their like is among the heavy files."""
PIECES = {
    suffix: [path.read_bytes() for path in sorted(EXAMPLES.glob(f"[gb]*d/*.{suffix}")) if path.name not in LONG]
    for suffix in ("toml", "json", "yaml", "txt")
}

MEMORY = 2**30
"""Bytes that a check may have in all."""
SECONDS = 60
"""What it may take for all of the heavy files, of a processor's own time: other processes do not count."""


def check(data: bytes, name: str, *args: str) -> Result:
    """A check of what stdin holds."""
    line = ["check", "-", "--stdin-filename", name, "--isolated", "--format", "json", *args]
    return CliRunner().invoke(main, line, input=data)


def reading(data: bytes, name: str) -> int:
    """The exit code that reading and running the network alone come to: what no check may fall short of."""
    try:
        network = read_source(data, name).network
        return 1 if network.run().failures else 0
    except Malformed:
        return 2
    except ConvcalcError:
        return 1


def assert_told_truly(data: bytes, name: str) -> None:
    result = check(data, name)
    report = json.loads(result.stdout)
    expected = reading(data, name)
    assert result.exit_code in (0, 1, 2)
    assert result.exit_code >= expected or b"check" in data or b"ignore" in data
    assert result.exit_code != 2 or expected == 2 or b"check" in data or b"ignore" in data
    assert bool(result.exit_code) == bool(report["errors"])
    assert all(1 <= finding["line"] <= data.count(b"\n") + data.count(b"\r") + 1 for finding in placed(report))


def placed(report: dict[str, list[dict[str, int | None]]]) -> list[dict[str, int]]:
    """The findings that have a place."""
    return [finding for finding in report["findings"] if finding["line"] is not None]  # type: ignore[misc]


@given(st.binary(max_size=200), st.sampled_from(NAMES))
def test_any_bytes_are_told_truly(data: bytes, name: str) -> None:
    """Exit code 0 is for networks that are read and run; no bytes are a bug."""
    assert_told_truly(data, name)


WORDS = st.sampled_from(
    ["conv", "8", "k3", "s2", "p1", "g2", "|", "input", "3@8x8", "add", "a:", "from=a", "in", "\n", "\n", "layers", "=",
     "[", "]", '"', "{", "}", ":", "- ", "expect", "repeat", "end", "block", "b", "#", "\x00", "99999999999999999999",
     "pool", "flatten", "dense", "reshape", "-1", "x", "@", "Conv2d(3, 8, 3)", "ignore=", "check",
     "&a", "*a", "<<", "!!x"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40).map(" ".join), st.sampled_from(NAMES))
def test_any_words_are_told_truly(text: str, name: str) -> None:
    """The same of the words that networks are made of, in any order."""
    assert_told_truly(text.encode(), name)


@given(st.data())
def test_files_cut_and_put_together_are_told_truly(data: st.DataObject) -> None:
    """The same of the beginning of one file and the end of another."""
    suffix = data.draw(st.sampled_from(sorted(PIECES)))
    if suffix == "yaml":
        pytest.importorskip("yaml")
    first, second = (data.draw(st.sampled_from(PIECES[suffix])) for _ in range(2))
    head, tail = first[: data.draw(st.integers(0, len(first)))], second[data.draw(st.integers(0, len(second))) :]
    assert_told_truly(head + tail, f"net.{data.draw(st.sampled_from([suffix, 'txt']))}")


@given(st.integers(1, 40), st.data())
def test_a_shape_of_any_size_is_told_truly(digits: int, data: st.DataObject) -> None:
    """The same of numbers of any length in any place."""
    number = data.draw(st.integers(10 ** (digits - 1), 10**digits - 1))
    line = data.draw(
        st.sampled_from(
            ["conv {} k3", "conv 8 k{}", "conv 8 k3 s{}", "conv 8 k3 p{}", "conv 8 k3 d{} p{}", "upsample x{}",
             "pad {}", "tconv 8 k3 s{}", "dense {}", "flatten\nreshape 1@{}x1", "adaptivepool {}", "pool k{} p1",
             "shuffle {}"]
        )
    )  # fmt: skip
    start = data.draw(st.sampled_from(["3@8x8", "{}@8x8", "3@{}x8"]))
    assert_told_truly(f"input {start}\n{line}\nconv 8 k3\n".replace("{}", str(number)).encode(), "net.txt")


HOSTILE: dict[str, tuple[str, bytes, int]] = {
    "nothing": ("net.toml", b"", 2),
    "blanks": ("net.txt", b" \n\t\n", 2),
    "comments": ("net.txt", b"# a network\n", 2),
    "a null byte": ("net.txt", b"input 3@8x8\nconv 8 k3\x00\n", 2),
    "null bytes alone": ("net.json", b"\x00" * 1000, 2),
    "UTF-16": ("net.txt", GOOD.encode("utf-16"), 2),
    "Latin 1": ("net.txt", b"input 3@8x8 # gr\xf6\xdfe\nrelu\n", 2),
    "a byte order mark": ("net.txt", b"\xef\xbb\xbf" + GOOD.encode(), 0),
    "a byte order mark before JSON": ("net.json", b'\xef\xbb\xbf{"input": 3, "layers": ["relu"]}', 0),
    "carriage returns": ("net.txt", GOOD.replace("\n", "\r\n").encode(), 0),
    "carriage returns alone": ("net.txt", GOOD.replace("\n", "\r").encode(), 0),
    "carriage returns in TOML": ("net.toml", b'input = 3\r\nlayers = [\r\n"relu"]\r\n', 0),
    "a picture": ("net.json", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 2),
    "a pickle": ("net.txt", b"\x80\x04\x95\x10\x00\x00\x00.", 2),
    "a long line": ("net.txt", b"input 3@8x8\nconv 8 k3 " + b"x" * 1_000_000, 2),
    "a long name": ("net.txt", b"input 3@8x8\n" + b"a" * 100_000 + b": conv 8 k9\n", 1),
    "a long comment": ("net.txt", b"input 3@8x8 #" + b"x" * 1_000_000 + b"\nrelu\n", 0),
    "lists in lists": ("net.json", b"[" * 100_000, 2),
    "tables in tables": ("net.json", b'{"layers":' * 50_000 + b"1" + b"}" * 50_000, 2),
    "groups in groups": ("net.json", b'{"layers": [' * 300 + b'"relu"' + b"]}" * 300, 2),
    "lists in lists of TOML": ("net.toml", b"layers = " + b"[" * 50_000, 2),
    "tables in tables of TOML": ("net.toml", b"layers = " + b"{a = " * 20_000, 2),
    "dots in a key": ("net.toml", b"a" + b".a" * 2_000 + b" = 1\n", 2),
    "parentheses in parentheses": ("net.txt", b"input 3@8x8\nConv2d(" + b"(" * 5_000 + b")" * 5_000 + b")\n", 2),
    "signs before signs": ("net.txt", b"input 3@8x8\nConv2d(" + b"-" * 5_000 + b"3, 8, 3)\n", 2),
    "a number of many digits": ("net.json", b'{"input": 3, "layers": [' + b"9" * 100_000 + b"]}", 2),
    "a number of many digits in a line": ("net.txt", b"input 3@8x8\nconv " + b"9" * 100_000 + b" k3\n", 2),
    "no number": ("net.json", b'{"input": NaN, "layers": [{"op": "conv", "kernel": Infinity}]}', 2),
    "a huge power": ("net.json", b'{"input": 1e999, "layers": ["relu"]}', 2),
    "half a pair": ("net.json", b'{"input": 3, "layers": ["\\ud800"]}', 2),
    "signs that steer terminals": ("net.txt", b"input 3@8x8\n\x1b[2Jconv 8 k9\n", 2),
    "a repeat without an end": ("net.txt", b"input 3@8x8\nrepeat 999999999\nrelu\nend\n", 2),
    "repeats of repeats": ("net.txt", b"input 3@8x8\n" + b"repeat 999\n" * 9 + b"relu\n" + b"end\n" * 9, 2),
    "a block that uses itself": ("net.txt", b"block b\nb\nend\ninput 3\nb\n", 2),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_told_truly(name: str, data: bytes, code: int) -> None:
    assert check(data, name).exit_code == code


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
YAML = {
    "an alias bomb": BOMB + "layers: *i\n",
    "an alias bomb of layers": BOMB.replace("x", "relu").replace("i: &i", "input: 3\nlayers: &i"),
    "an alias of what it stands in": "input: 3\nlayers: &a [*a]\n",
    "lists in lists": "layers: " + "[" * 5_000,
    "tables in tables": "".join(f"{' ' * depth}layers:\n" for depth in range(1_000)),
    "a tag of Python": "layers: !!python/object/apply:os.system [true]\n",
    "two documents": "input: 3\nlayers: [relu]\n---\ninput: 3\n",
    "a merge of itself": "input: 3\nlayers: &a\n  <<: *a\n",
}


@pytest.mark.parametrize("text", YAML.values(), ids=YAML)
def test_hostile_yaml_is_refused(text: str) -> None:
    pytest.importorskip("yaml")
    assert check(text.encode(), "net.yaml").exit_code == 2


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_hostile_file_holds_can_be_printed_in_every_form(form: str) -> None:
    data = b"input 3@8x8\n" + "a\x1b[2J\u202e]]>&<%0A::error::\x07: conv 8 k9\n".encode() + b"conv 8 k9\n"
    result = CliRunner().invoke(main, ["check", "-", "--format", form], input=data)
    assert "\x1b" not in result.stdout
    assert not any(line.startswith("::error::") for line in result.stdout.splitlines())
    assert result.exit_code == 2


DOUBLED = "".join(f"block b{number}\nb{number - 1}\nb{number - 1}\nend\n" for number in range(1, 40))
HEAVY = {
    "many_layers.txt": "input 3@32x32\n" + "conv 3 k3 p1\n" * 100_000,
    "many_errors.txt": "input 3@32x32\n" + "conv 3 k3 p1 g2\n" * 2_000,
    "many_unknown.txt": "input 3@32x32\n" + "konv 3 k3\n" * 1_000,
    "many_kernels.txt": "input 3@32x32\n" + "conv 3 k3 p1\n" * 1_000 + "x: relu\n" + "conv 3 k99 from=x\n" * 1_000,
    "many_axes.txt": "input 1@70x1x1x1x1x1\npool k99\n",
    "many_unlike_axes.txt": "input 1@9x10x11x12x13\npool k99\n",
    "many_digits.txt": "input 1@8x8\n" + f"upsample x{'9' * 80}\n" * 60 + "expect 1@8x8\n",
    "many_figures.txt": f"input 3@{'7' * 150}x8\nconv 8 k{'8' * 150}\n",
    "many_doublings.txt": "input 1@9x9\n" + "upsample x2\npool k2 s1\n" * 3_000,
    "many_joins.txt": "input 1@9x9\na: relu\n" + f"concat{' a' * 1_000}\nconv 1 k1\n" * 90,
    "many_blocks.txt": "block b0\nrelu\nend\n" + DOUBLED + "input 3\nb39\n",
    "many_wrong_blocks.txt": "input 3\nrepeat 5000\nzonk\nend\n",
    "many_tables.json": '{"input": "3@8x8", "layers": [' + ", ".join(['{"op": "conv", "kernel": 0}'] * 1_000) + "]}",
    "many_bytes.json": '{"input": "3@8x8", "layers": ["relu"], "x": "' + "x" * 2**25 + '"}',
    "many_lists.toml": "layers = " + "[" * 2_000,
}

LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
from convcalc.cli import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits here")
def test_heavy_files_are_checked_in_bounded_time_and_memory(tmp_path: Path) -> None:
    """Together, in one process: none is the end of those behind it."""
    write({**HEAVY, "net.txt": BROKEN}, tmp_path)
    command = [sys.executable, "-c", LIMITED, "check", *HEAVY, "net.txt", "--format", "json", "-j", "1"]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, timeout=600, check=False)
    found = {finding["path"]: finding["code"] for finding in json.loads(done.stdout)["findings"]}
    assert "CC000" not in found.values()
    assert set(HEAVY) - set(found) == {"many_layers.txt", "many_doublings.txt", "many_joins.txt"}
    assert found["net.txt"] == "CC101"
    assert done.returncode == 2
