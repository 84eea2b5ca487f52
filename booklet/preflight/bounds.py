"""Strangers' files are looked into by a process of its own, which may take so much time and memory and no more.

The limits: `MAX_PDF_BYTES` of file, time and memory as `booklet.bounds.FILE` has them (memory where the system can hold
a process to it: Linux, macOS in part, not Windows), and the bounds of pages, operators, structure and pictures that
the inner modules state. What breaks a limit is a finding. A timer in this process would not do: a renderer does not
hear it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from booklet import files
from booklet.bounds import FILE, MAX_PDF_BYTES, TooMuchError, apart
from booklet.findings import BookletError, Severity
from booklet.manuscript import Waiver
from booklet.preflight.dossier import MAX_PAGES
from booklet.preflight.records import Complaint, Profile, Report, Sources
from booklet.preflight.report import page_pictures


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
        content = files.read(path, MAX_PDF_BYTES)
    except files.UnfitFileError as reason:
        raise UnreadableFileError(f"{path} cannot be read: it is {reason.strerror}.") from reason
    except OSError as reason:
        raise UnreadableFileError(f"{path} cannot be opened ({reason.strerror}).") from reason
    try:
        task = (content, path.name, profile, sources(content), tuple(waivers), pictures)
        examined: Examined = apart(FILE, look_into, *task)
    except TooMuchError:
        found = f"Checking takes more than {FILE.seconds:g} seconds or {FILE.megabytes:g} MB, or stops the program."
        return _too_much(path, profile, found)
    return examined


def _too_much(path: Path, profile: Profile, found: str) -> Examined:
    hint = f"A file of honest size: at most {MAX_PAGES} pages"
    complaint = Complaint("SYS-104", Severity.ERROR, "docs/preflight.md, bounds", hint, found, ())
    return Examined(Report(path.name, profile.name, 0, (complaint,)), {})


def look_into(
    content: bytes, name: str, profile: Profile, sources: Sources, waivers: tuple[Waiver, ...], pictures: bool
) -> Examined:
    """The report on a file, made in this process."""
    from booklet.preflight import examine

    report = examine(content, name, profile, None, sources, waivers)
    return Examined(report, page_pictures(content, report) if pictures else {})
