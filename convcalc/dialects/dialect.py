"""What a dialect declares. It knows no network."""

from typing import NamedTuple


class Dialect(NamedTuple):
    """A framework's own ways."""

    name: str
    channels_last: bool
    """A shape given as a list ends with the channels."""
    counts_statistics: bool
    """Running statistics are among the params that the framework reports."""
