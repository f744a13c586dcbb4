"""`convcalc rule`: all that a rule says of itself, and which rules there are."""

import pytest
from conftest import Run

from convcalc.rules import RULES
from convcalc.rules.rule import Rule


def squeezed(text: str) -> str:
    """The text in one line."""
    return " ".join(text.split())


def test_without_a_code_every_rule_is_listed_and_those_that_are_off_are_marked(run: Run) -> None:
    result = run("rule")
    listed = [line.split() for line in result.stdout.splitlines() if line.startswith("CC")]
    assert [words[0] for words in listed] == list(RULES)
    assert {words[0] for words in listed if words[1] == "-"} == {code for code, rule in RULES.items() if not rule.on}
    assert all(rule.name in result.stdout and squeezed(rule.what) in squeezed(result.stdout) for rule in RULES.values())
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_code_and_a_name_explain_the_same_rule_in_full(run: Run, rule: Rule) -> None:
    result = run(["rule", rule.code])
    assert result.stdout == run(["rule", rule.name]).stdout == run(["rule", rule.code.lower()]).stdout
    told = squeezed(result.stdout)
    assert told.startswith(f"{rule.code} {rule.name} ({rule.severity}")
    networks = [layers.replace("|", " ") for layers in (rule.example, rule.instead)]
    assert all(squeezed(part) in told for part in (rule.what, rule.why, rule.source, *networks))
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.exit_code == 0


def test_the_beginning_of_a_code_explains_all_that_start_so(run: Run) -> None:
    told = run("rule CC3").stdout
    assert [line.split()[0] for line in told.splitlines() if line.startswith("CC")] == [
        "CC301",
        "CC302",
        "CC303",
        "CC304",
    ]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("CC209", "there is no rule 'CC209'; did you mean CC20"),
        ("checkerbord", "there is no rule 'checkerbord'; did you mean checkerboard?"),
        ("xyzzy", "there is no rule 'xyzzy'; convcalc rule lists the rules"),
        ("[/bold]", "there is no rule '[/bold]'"),
    ],
)
def test_an_unknown_rule_is_refused_with_the_nearest(run: Run, asked: str, told: str) -> None:
    result = run(["rule", asked])
    assert result.stderr.startswith(f"error: {told}")
    assert (result.stdout, result.stderr.count("\n"), result.exit_code) == ("", 1, 2)
