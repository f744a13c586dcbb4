"""Network files, good and bad, collected by walking: a new case is a new file (a bad one with its message)."""

from pathlib import Path

import pytest

from convcalc.errors import Malformed
from convcalc.readers.source import read_source

EXAMPLES = Path(__file__).parent.parent / "examples"
GOOD = sorted((EXAMPLES / "good").iterdir())
BAD = sorted(path for path in (EXAMPLES / "bad").iterdir() if path.suffix != ".error")


def needs(path: Path) -> None:
    if path.suffix == ".yaml":
        pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_a_good_file_builds_and_meets_what_it_expects(path: Path) -> None:
    needs(path)
    trace = read_source(path.read_bytes(), path.name).network.run()
    assert not trace.failures


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_a_bad_file_is_refused_with_the_place_and_the_reason(path: Path) -> None:
    needs(path)
    expected = path.with_name(f"{path.name}.error").read_text(encoding="utf-8").strip()
    with pytest.raises(Malformed) as caught:
        read_source(path.read_bytes(), path.name)
    assert expected in str(caught.value)
    assert str(caught.value).startswith(path.name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["toml", "json", "yaml", "txt"])
def test_the_content_alone_tells_the_format(suffix: str) -> None:
    path = EXAMPLES / "good" / f"ladder.{suffix}"
    needs(path)
    assert str(read_source(path.read_bytes(), "<stdin>").network.run().output) == "3@64x64"


def test_the_same_network_in_every_format_is_the_same_network() -> None:
    pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")
    traces = [read_source(path.read_bytes(), path.name).network.run() for path in GOOD if path.stem == "ladder"]
    assert len(traces) == 4
    assert len({tuple((row.output, row.params, row.macs, row.fields) for row in trace) for trace in traces}) == 1


def test_a_file_of_more_than_32_mib_is_refused() -> None:
    with pytest.raises(Malformed, match="larger than 32 MiB"):
        read_source(b"#" * (32 * 1024 * 1024 + 1), "big.txt")
