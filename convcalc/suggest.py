"""The nearest known word to an unknown one."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, fallback: str | None = None) -> str:
    """A hint that names the nearest of `known`, or all of them, or `fallback`.

    >>> nearest("covn", ["conv", "pool"])
    'did you mean conv?'
    """
    from difflib import get_close_matches

    options = list(known)
    close = get_close_matches(word[:100], options, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(options)}" if fallback is None else fallback
