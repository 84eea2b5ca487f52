"""What passes between the process that makes pages, the one that serves them, and the browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from booklet.findings import Finding
from booklet.pdf import Box


@dataclass(frozen=True)
class Choice:
    """The booklet that is shown: one title of one edition in one format."""

    edition: str
    title: str
    form: str


@dataclass(frozen=True)
class Request:
    """A booklet to make on a day: the project that it is made from, and which."""

    project: Path
    today: date
    choice: Choice


@dataclass(frozen=True)
class Option:
    """One thing to choose, and what it is called."""

    value: str
    words: str


@dataclass(frozen=True)
class Options:
    """All that a project lets somebody choose from."""

    editions: tuple[Option, ...] = ()
    titles: tuple[Option, ...] = ()
    forms: tuple[Option, ...] = ()


@dataclass(frozen=True)
class MadePage:
    """A page of a file: its size in mm, bleed and all; trim, bleed and safe boxes on it as left, top, width and height
    in mm (None where it has no such box). `name` is by which it is known again in the next file (`05-tests.md 3`),
    `made_of` a hash of all that it is made from, and `words` what it is called for people.
    """

    name: str
    words: str
    made_of: str
    size_mm: tuple[float, float]
    trim_mm: Box
    bleed_mm: Box | None
    safe_mm: Box | None


@dataclass(frozen=True)
class MadeFile:
    """A finished file, not examined yet: its name, its bytes and its pages. `tagged` says that it can be heard."""

    name: str
    content: bytes
    pages: tuple[MadePage, ...]
    tagged: bool


@dataclass(frozen=True)
class Made:
    """What came of a request: the files of the booklet, or nothing where a fault lets no page be set.

    `choice` is what was made in the end, since an edition may be gone. `is_stale` says that sources were saved while
    they were read: then it counts for nothing.
    """

    choice: Choice
    options: Options
    files: tuple[MadeFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_stale: bool = False


@dataclass(frozen=True)
class Spot:
    """A place on a page: the page's number in all files together, from 0, and left, top, width and height in mm from
    the page's corner, bleed and all (None: the page as a whole).
    """

    page: int
    box_mm: Box | None = None


@dataclass(frozen=True)
class Note:
    """A finding beside the page, and where it stands there. `where` is what a waiver of it would name; empty for what
    nobody can answer for.
    """

    finding: Finding
    spots: tuple[Spot, ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Line:
    """A line of the sources, how it begins, and a box around all that comes from it on a page (left, top, width, height
    in mm).
    """

    file: str
    line: int
    words: str
    box_mm: Box
