"""The rules: laws over their registry and their texts, and the examples that stand in folders by their codes."""

import re
from pathlib import Path

import pytest

import convcalc.rules
from convcalc.checker.check import check_bytes
from convcalc.checker.settings import Settings
from convcalc.network import Check
from convcalc.report import ERROR, SEVERITIES, WARNING, Finding
from convcalc.rules import RULES
from convcalc.rules.rule import Rule

EVERYTHING = Settings(asked=Check(select=("ALL",)))
FOLDER = Path(__file__).parent.parent / "examples" / "rules"
FIRES = sorted(FOLDER.glob("*/fires*"))
SILENT = sorted(FOLDER.glob("*/silent*"))
UNREADABLE = "CC001"
"""Its files can't be written as text."""


def found(data: bytes, name: str, settings: Settings = EVERYTHING) -> list[Finding]:
    report = check_bytes(data, name, settings)
    assert report
    return list(report.findings)


def codes(text: str) -> set[str]:
    return {finding.code for finding in found(text.encode(), "net.txt")}


def needs(path: Path) -> None:
    if path.suffix == ".yaml":
        pytest.importorskip("yaml", reason="PyYAML is not installed: pip install 'convcalc[yaml]'")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_rule_says_everything_of_itself(rule: Rule) -> None:
    assert re.fullmatch(r"CC[0-3]\d\d", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert rule.severity == (ERROR if rule.code < "CC2" else WARNING)
    assert rule.severity in SEVERITIES
    assert rule.on == (rule.code < "CC3")
    assert rule.what.endswith(".")
    assert rule.why.endswith(".")
    assert rule.code == UNREADABLE or (rule.example and rule.instead)


def test_codes_and_names_are_unique_and_in_order() -> None:
    assert list(RULES) == sorted({rule.code for rule in RULES.values()})
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


def test_every_rule_in_the_folder_is_registered() -> None:
    folder = Path(convcalc.rules.__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.py")]
    assert sum("\nRULE = " in text for text in texts) == len(RULES)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.example], ids=lambda rule: rule.name)
def test_the_example_of_a_rule_shows_it_and_what_stands_instead_is_mended(rule: Rule) -> None:
    assert rule.code in codes(rule.example)
    assert not {code for code in codes(rule.instead) if RULES[code].on}
    assert rule.code not in codes(rule.instead)


@pytest.mark.parametrize("path", FIRES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_rule_fires(path: Path) -> None:
    """Files that start with `fires` in the folder of a rule: it finds something in them."""
    needs(path)
    assert path.parent.name.split("-")[0] in {finding.code for finding in found(path.read_bytes(), str(path))}


@pytest.mark.parametrize("path", SILENT, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_rule_stays_silent(path: Path) -> None:
    """Files that start with `silent` in the folder of a rule: near misses, in which it finds nothing."""
    needs(path)
    assert path.parent.name.split("-")[0] not in {finding.code for finding in found(path.read_bytes(), str(path))}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_has_a_file_in_which_it_fires_and_two_in_which_it_stays_silent(rule: Rule) -> None:
    own = FOLDER / f"{rule.code}-{rule.name}"
    assert len(list(own.glob("fires*"))) >= 1
    assert len(list(own.glob("silent*"))) >= 2
