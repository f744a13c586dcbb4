"""The nearest known word to an unknown one."""

from collections.abc import Iterable

MOST = 12
"""Names that a hint lists where none is near."""


def nearest(word: str, known: Iterable[str], *, fallback: str | None = None) -> str:
    """A hint that names the nearest of `known`, or all of them, or `fallback`.

    >>> nearest("covn", ["conv", "pool"])
    'did you mean conv?'
    """
    from difflib import get_close_matches

    options = list(known)
    plain = {option.lower(): option for option in reversed(options)}
    if close := get_close_matches(word[:100].lower(), plain, n=1):
        return f"did you mean {plain[close[0]]}?"
    if fallback is not None:
        return fallback
    more = f" and {len(options) - MOST} more" if len(options) > MOST else ""
    return f"known are {', '.join(options[:MOST])}{more}"
