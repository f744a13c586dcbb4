"""convcalc packed and installed, wherever it may go: `python tests/install/anywhere.py`.

It makes its own environments, of any Python on this machine that convcalc takes, and says what the machine lacks.
The first thing that is wrong ends it.
"""

import tempfile
from pathlib import Path

from foreign import files_of_others
from machine import step
from packing import pack
from places import in_awkward_places, in_every_locale, that_nobody_may_write_to
from tools import by_tools
from versions import on_every_python


def main() -> None:
    """One part after the other."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder).resolve()
        packed = pack(work)
        on_every_python(work, packed)
        by_tools(work, packed)
        made = in_awkward_places(work, packed)
        in_every_locale(made)
        files_of_others(work, made)
        that_nobody_may_write_to(made, work)
    step("convcalc installs anywhere")


if __name__ == "__main__":
    main()
