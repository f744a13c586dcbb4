"""What a network file says about its own check: the key `check`, and the `ignore` of a layer.

It knows how they are written, not which rules there are.
"""

from typing import Any

from convcalc.errors import Malformed
from convcalc.network import Check
from convcalc.shape import quote
from convcalc.suggest import nearest

CHECK_KEYS = ("select", "extend-select", "ignore", "severity")
NOTHING = Check()


def read_check(value: object) -> Check:
    """The table `check`, or in a text file its line `ignore=CC201,CC202 severity=CC203:error`. Raises `Malformed`."""
    if not isinstance(value, dict):
        raise Malformed(f"must be a table of {', '.join(CHECK_KEYS)}, got {quote(value)}")
    for key in value:
        if key not in CHECK_KEYS:
            raise Malformed(f"unknown key {quote(key)}", key=str(key), hint=nearest(str(key), CHECK_KEYS))
    return Check(
        read_codes(value["select"], "select") if "select" in value else None,
        read_codes(value.get("extend-select", []), "extend-select"),
        read_codes(value.get("ignore", []), "ignore"),
        read_severities(value.get("severity", {})),
    )


def read_codes(value: object, key: str = "ignore") -> tuple[str, ...]:
    """Codes and names of rules: a list, or text with commas.

    >>> read_codes("CC201, checkerboard")
    ('CC201', 'checkerboard')
    """
    codes = value.split(",") if isinstance(value, str) else value
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise Malformed(f"must be codes of rules, got {quote(value)}", key=key, hint='write e.g. ["CC201", "CC203"]')
    return tuple([code.strip() for code in codes if code.strip()])


def read_severities(value: Any) -> dict[str, str]:
    """A severity for each code: a table, or text with commas.

    >>> read_severities("CC201:error, CC203:off")
    {'CC201': 'error', 'CC203': 'off'}
    """
    if isinstance(value, str):
        pairs = [part.partition(":") for part in value.split(",") if part.strip()]
        value = {code.strip(): severity.strip() for code, _, severity in pairs}
    if not isinstance(value, dict) or not all(isinstance(item, str) for pair in value.items() for item in pair):
        hint = 'write e.g. {CC201 = "error"}; severities are error, warning and off'
        raise Malformed(f"must be a table of codes and severities, got {quote(value)}", key="severity", hint=hint)
    return value
