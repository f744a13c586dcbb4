"""What can go wrong, as data: what, which key, what helps. The edge adds where (an option, a line)."""


class ConvcalcError(ValueError):
    """Base of every error that convcalc raises on purpose.

    `what` is the sentence, `key` the knob or config key it is about, `hint` the nearest thing that works,
    `kind` what sort of thing went wrong; `place` are the keys and indices that lead to it in a network file,
    `position` the line and column, where they are known.
    """

    def __init__(self, what: str, *, key: str | None = None, hint: str | None = None, kind: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.key = key
        self.hint = hint
        self.kind = kind
        self.place: tuple[str | int, ...] = ()
        self.position: tuple[int, int] | None = None

    @property
    def reason(self) -> str:
        """What went wrong and what helps, for an edge that tells the key in its own way."""
        return self.what if self.hint is None else f"{self.what}; {self.hint}"

    def __str__(self) -> str:
        return self.reason if self.key is None else f"{self.key}: {self.reason}"


class Malformed(ConvcalcError):
    """What was written can't be read, or a value lies outside its domain."""


class Impossible(ConvcalcError):
    """What was asked is well-formed, and the arithmetic (or a dialect) refuses it."""


FIT = "fit"
"""A window does not fit its input."""
EMPTY = "empty"
"""Nothing would come out."""
CHANNELS = "channels"
"""Channels, or groups of them, are not those that a layer can read."""
UNKNOWN = "unknown"
"""A layer needs to know channels that nobody has told."""
JOIN = "join"
"""The branches of a join differ."""
FEATURES = "features"
"""A reshape or a dense layer is for another number of features."""
REACH = "reach"
"""The size asked for can't be reached from the one there is."""
AXES = "axes"
"""A layer is for another number of axes."""
REFUSED = "refused"
"""A framework refuses it by a rule of its own."""
EXPECTED = "expected"
"""An expectation that the network states is broken."""
UNREADABLE = "unreadable"
"""A file, or a layer, can't be read."""
STRUCTURE = "structure"
"""Blocks stand too deep in each other, or make too many layers: there is no going on."""
SYNTAX = "syntax"
"""A file is not in the format that it is said to be in."""

TOO_LONG = "a number in the answer has more digits than can be printed"


def too_long(error: Exception) -> bool:
    """Whether Python refused to convert a number for its many digits."""
    return isinstance(error, ValueError) and "integer string conversion" in str(error)
