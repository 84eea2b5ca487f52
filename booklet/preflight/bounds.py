"""Strangers' files are looked into by a process of its own, which may take so much time and memory and no more.

The limits: `MAX_BYTES` of file, `MAX_SECONDS` of time, `MAX_MEGABYTES` of memory (where the system can hold a process
to it: Linux, macOS in part, not Windows), and the bounds of pages, operators, structure and pictures that the inner
modules state. What breaks a limit is a finding. A timer in this process would not do: a renderer does not hear it.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pikepdf.settings

from booklet.bounds import MAX_SECONDS
from booklet.findings import BookletError, Severity
from booklet.manuscript import Waiver
from booklet.preflight.dossier import MAX_PAGES
from booklet.preflight.records import Complaint, Profile, Report, Sources
from booklet.preflight.report import page_pictures

MAX_BYTES = 500_000_000
MAX_MEGABYTES = 3_000
MAX_STREAM_BYTES = 200_000_000
_WORKER = "from booklet.preflight.bounds import work; work()"


class UnreadableFileError(BookletError):
    """A path that gives no bytes."""

    exit_status = 2


@dataclass(frozen=True)
class Examined:
    """The report on a file, and pictures (PNG) of the pages that it names, by page index, where they were asked for."""

    report: Report
    pictures: dict[int, bytes]


def examine_file(
    path: Path,
    profile: Profile,
    sources: Callable[[bytes], Sources] = lambda _: Sources(),
    waivers: Iterable[Waiver] = (),
    pictures: bool = False,
) -> Examined:
    """Look into anybody's file, within bounds. Raises UnreadableFileError where there is no file to read."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UnreadableFileError(f"{path} is a folder.")
        with path.open("rb"):
            pass
    except OSError as reason:
        raise UnreadableFileError(f"{path} cannot be opened ({reason.strerror}).") from reason
    if size > MAX_BYTES:
        return _too_much(path, profile, f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    content = path.read_bytes()
    task = pickle.dumps((content, path.name, profile, sources(content), tuple(waivers), pictures))
    command = [sys.executable, "-c", _WORKER]
    try:
        done = subprocess.run(command, input=task, capture_output=True, timeout=MAX_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return _too_much(path, profile, f"Checking takes more than {MAX_SECONDS:.0f} seconds.")
    if done.returncode:
        found = f"Checking takes more than {MAX_MEGABYTES} MB of memory, or the file stops the program that draws it"
        return _too_much(path, profile, f"{found} (exit status {done.returncode}).")
    examined: Examined = pickle.loads(done.stdout)
    return examined


def _too_much(path: Path, profile: Profile, found: str) -> Examined:
    hint = f"A file of honest size: at most {MAX_PAGES} pages"
    complaint = Complaint("SYS-104", Severity.ERROR, "docs/preflight.md, bounds", hint, found, ())
    return Examined(Report(path.name, profile.name, 0, (complaint,)), {})


def work() -> None:
    """What the other process does: a task from standard input, a result to standard output. A memory too small ends
    it.
    """
    from booklet.preflight import examine

    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        limit = MAX_MEGABYTES * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (int(MAX_SECONDS), int(MAX_SECONDS)))
    pikepdf.settings.set_qpdf_limits(flate_max_memory=MAX_STREAM_BYTES, run_length_max_memory=MAX_STREAM_BYTES)
    content, name, profile, sources, waivers, pictures = pickle.load(sys.stdin.buffer)
    report = examine(content, name, profile, None, sources, waivers)
    shown = page_pictures(content, report) if pictures else {}
    sys.stdout.buffer.write(pickle.dumps(Examined(report, shown)))
    sys.stdout.buffer.flush()
