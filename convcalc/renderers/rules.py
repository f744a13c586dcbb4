"""Rules as text: one in full, or a line for each. The README's table is made here, too."""

from collections.abc import Iterable
from textwrap import wrap

from convcalc.rules.rule import Rule

WIDTH = 80


def rule_text(rule: Rule) -> str:
    """All that a rule says of itself.

    >>> from convcalc.rules import RULES
    >>> print(rule_text(RULES["CC204"]).splitlines()[0])
    CC204 padding-only-window (warning)
    """
    off = "" if rule.on else ", off unless it is selected"
    parts = [f"{rule.code} {rule.name} ({rule.severity}{off})", *_prose(rule)]
    if rule.example:
        parts += ["Example:\n" + _layers(rule.example), "Instead:\n" + _layers(rule.instead)]
    return "\n\n".join(parts)


def _prose(rule: Rule) -> list[str]:
    texts = [rule.what, rule.why, f"Source: {rule.source}" if rule.source else ""]
    return ["\n".join(wrap(text, WIDTH)) for text in texts if text]


def _layers(network: str) -> str:
    return "\n".join(f"  {line.strip()}" for line in network.split("|"))


def rules_list(rules: Iterable[Rule]) -> str:
    """A line for each rule: its code, its name and what it finds; a minus where it is off."""
    known = list(rules)
    width = max(len(rule.name) for rule in known)
    return "\n".join(
        f"{rule.code} {' ' if rule.on else '-'} {rule.name:{width}}  {_short(rule, width)}" for rule in known
    )


def _short(rule: Rule, width: int) -> str:
    """The first sentence, folded under itself."""
    indent = " " * (len(rule.code) + width + 5)
    return f"\n{indent}".join(wrap(rule.what, 100 - len(indent)))


def rules_reference(rules: Iterable[Rule]) -> str:
    """The README's table."""
    rows = [f"| {rule.code} | `{rule.name}` | {_weight(rule)} | {rule.what} |" for rule in rules]
    return "\n".join(["| code | name | | what it finds |", "|---|---|---|---|", *rows])


def _weight(rule: Rule) -> str:
    return rule.severity if rule.on else f"{rule.severity}, off"
