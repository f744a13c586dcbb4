"""Which rules are on, and how much each weighs: the defaults, narrowed by what a user selects and ignores."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Self

from convcalc.errors import Malformed
from convcalc.network import Check
from convcalc.report import MALFORMED_CODES, SEVERITIES
from convcalc.rules import RULES
from convcalc.shape import quote
from convcalc.suggest import nearest

OFF = "off"
ALL = "ALL"


class Choice(NamedTuple):
    """The rules that are on, by code, with their severity."""

    severities: Mapping[str, str]

    def narrowed(self, check: Check) -> Self:
        """With what one more place says: it selects, adds, ignores and weighs, in this order.

        Weighing one rule turns it on; weighing many changes those that are on.
        What tells of files that can't be read stays on: what was not read was not checked.
        """
        found = dict(self.severities)
        if check.select is not None:
            found = {code: RULES[code].severity for code in _codes(check.select, "select")}
        found.update(
            {code: found.get(code, RULES[code].severity) for code in _codes(check.extend_select, "extend-select")}
        )
        for code in _codes(check.ignore, "ignore"):
            found.pop(code, None)
        for word, severity in check.severity.items():
            _check_severity(word, severity)
            codes = codes_of(word, "severity")
            found.update({code: severity for code in codes if code in found or len(codes) == 1})
        return type(self)(
            {code: found.get(code) or rule.severity for code, rule in RULES.items() if _stays(code, found)}
        )


def _stays(code: str, found: Mapping[str, str]) -> bool:
    return code.startswith(MALFORMED_CODES) or found.get(code, OFF) != OFF


def _check_severity(word: str, severity: str) -> None:
    if severity not in (*SEVERITIES, OFF):
        raise Malformed(f"must be {', '.join(SEVERITIES)} or {OFF}, got {quote(severity)} for {word}", key="severity")


def _codes(words: Iterable[str], key: str) -> Iterator[str]:
    for word in words:
        yield from codes_of(word, key)


def codes_of(word: str, key: str | None = None) -> list[str]:
    """The codes that a word stands for: a code, the start of some, a name, or ALL. Raises `Malformed`.

    >>> codes_of("checkerboard"), codes_of("CC00")[:2]
    (['CC203'], ['CC001', 'CC002'])
    """
    upper = word.upper()
    if found := [code for code, rule in RULES.items() if code.startswith(upper) or word == rule.name or upper == ALL]:
        return found
    names = [*RULES, *[rule.name for rule in RULES.values()]]
    fallback = "convcalc rule lists the rules"
    raise Malformed(f"there is no rule {quote(word)}", key=key, hint=nearest(word, names, fallback=fallback))


DEFAULT = Choice({code: rule.severity for code, rule in RULES.items() if rule.on})
"""What is on unless somebody says otherwise."""
