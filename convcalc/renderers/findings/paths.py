"""Where a report's files lie, as programs ask for it. It looks at names alone, and never at a disk."""

import os


def absolute(root: str, path: str) -> str:
    """The path from the top, when relative ones start from `root`."""
    return os.path.normpath(os.path.join(root, path))


def relative(root: str, path: str, start: str = "") -> str:
    """The path from `start`, or from `root` as it is, with `/`; the absolute one where it lies elsewhere.

    >>> relative("/project", "./models/net.toml"), relative("/project", "../net.toml")
    ('models/net.toml', '/net.toml')
    >>> relative("/project/models", "net.toml", start="/project")
    'models/net.toml'
    """
    top = os.path.join(os.path.normpath(start or root), "")
    return absolute(root, path).removeprefix(top).replace(os.sep, "/")
