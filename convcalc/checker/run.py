"""Many files to one report, in the order in which they are named, by several processes where that pays."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from convcalc.checker.check import check_bytes, unread
from convcalc.checker.files import Named, files_of
from convcalc.checker.project import Projects
from convcalc.checker.settings import Settings
from convcalc.errors import UNREADABLE, Malformed
from convcalc.readers.source import MAX_BYTES
from convcalc.report import BUG_CODE, ERROR, FileReport, Finding

FEW = 64
"""Up to so many files one process is as quick as several."""

CHUNK = 16
"""Files that a process takes at a time."""


class Task(NamedTuple):
    """A file and the settings that hold for it."""

    file: Named
    settings: Settings


class Bytes(NamedTuple):
    """What came from standard input, and the name to tell it by."""

    name: str
    data: bytes
    settings: Settings = Settings()


Job = Task | Bytes | FileReport
"""Something to check, or what is known already."""


def plan(paths: Sequence[str], projects: Projects, settings: Settings, stdin: Bytes | None) -> list[Job]:
    """What there is to check, each file once, in the order of the paths."""
    jobs: dict[str, Job] = {}
    for path in paths:
        if path == "-" and stdin:
            jobs[path] = stdin._replace(settings=projects.settings_for(stdin.name, settings))
            continue
        patterns = projects.of(path).patterns
        try:
            for file in files_of(_preset(path), patterns):
                own = projects.settings_for(file.path, settings)
                jobs.setdefault(os.path.realpath(file.path), Task(file, own))
        except Malformed as error:
            error.kind = UNREADABLE
            jobs[path] = FileReport(path, (unread(path, error),))
    return list(jobs.values())


def _preset(path: str) -> str:
    """The file of a preset, where the path is the name of one and no file."""
    from convcalc.presets import files

    return path if os.path.lexists(path) else files().get(path, path)


def check_files(jobs: Sequence[Job], processes: int) -> Iterator[FileReport | str]:
    """A report on each; the path alone of a file that lies in a folder and is no network."""
    processes = min(processes, -(-len(jobs) // CHUNK))
    if processes <= 1:
        yield from map(check_file, jobs)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(check_file, jobs, chunksize=CHUNK)


def jobs_for(files: int) -> int:
    """How many processes pay for so many files on this machine."""
    if files <= FEW:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_file(job: Job) -> FileReport | str:
    """What is found in one file; its path, if it is not meant to be a network and is none."""
    if isinstance(job, FileReport):
        return job
    path = job.name if isinstance(job, Bytes) else job.file.path
    try:
        data, sure = (job.data, True) if isinstance(job, Bytes) else (read_bytes(path), job.file.sure)
        return check_bytes(data, path, job.settings, sure=sure) or path
    except Malformed as error:
        return FileReport(path, (unread(path, error),))
    except Exception as error:  # the other files are still to be checked
        if job.settings.debug:
            raise
        return FileReport(path, (_bug(path, error),))


def _bug(path: str, error: Exception) -> Finding:
    told = " ".join(f"{type(error).__name__}: {error}".split())
    what = f"this is a bug in convcalc, please report it ({told}); CONVCALC_DEBUG=1 shows where"
    return Finding(path, BUG_CODE, "bug", ERROR, what, None, "", None, "")


def read_bytes(path: str) -> bytes:
    """The bytes of a file, not many more than a network may have. Raises `Malformed`."""
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Malformed("there is no such file", kind=UNREADABLE) from None
    except ValueError:
        raise Malformed("a file's name has no null byte", kind=UNREADABLE) from None
    except OSError as error:
        raise Malformed(f"it can't be read: {error.strerror}", kind=UNREADABLE) from None
