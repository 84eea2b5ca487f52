"""What is said when something is wrong, and to whom.

Three kinds, three paths. Something wrong in the sources or in a finished file is a `Finding`: all are collected and
shown together. Work that cannot go on raises a `BookletError` with a message for a person and an exit status. A mistake
of our own is a traceback and is never caught.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

CODES: dict[str, str] = {
    "SRC-001": "a file that is needed is missing",
    "SRC-002": "a file cannot be read, is too large, or leads out of the project",
    "SRC-003": "text that is not UTF-8",
    "SRC-004": "YAML or TOML that cannot be read",
    "SRC-010": "a key is missing",
    "SRC-011": "a key is unknown",
    "SRC-012": "a value is not what the key asks for",
    "SRC-013": "two entries share one id",
    "SRC-014": "a name that no file defines (edition, source, service, consent)",
    "SRC-015": "a date range that ends before it starts",
    "SRC-020": "a template that cannot be read or asks for more than templates may do",
    "SRC-021": "an undefined name in a template",
    "SRC-030": "raw HTML in a chapter",
    "SRC-031": "an unknown block",
    "SRC-032": "a block left open, or closed without being opened",
    "SRC-033": "a block without what it needs",
    "SRC-034": "a voice without consent or source",
    "SRC-040": "an entry that must be confirmed before print",
    "SRC-041": "a review or a consent that has run out",
    "SRC-050": "a chapter that is harder to read than the book allows",
    "SRC-051": "a word that the book does not use",
    "SRC-052": "a glossary word that no chapter uses",
    "LNK-001": "a link to an anchor that is not there",
    "LNK-002": "a link to a word that the glossary does not hold",
    "LNK-003": "an image that is missing or cannot be used",
    "LNK-004": "a link or path that leaves the project or uses a forbidden scheme",
    "LNK-005": "a page reference that does not come to rest",
    "LNK-006": "a note that is not there, or that nothing calls",
    "LNK-010": "a phone number that is not a complete Australian number",
    "LNK-011": "a phone number that no service of this edition has",
    "ACC-001": "an image without a text alternative",
    "ACC-002": "a heading that skips a level",
    "ACC-003": "a table without a header row",
    "ACC-004": "a finished file that is not tagged as promised",
    "ACC-005": "a text alternative too short, too long, or the caption again",
    "ACC-006": "words in a language that has no such tag",
    "ACC-007": "a short form without its words",
    "BOX-001": "a page count, page size or page label that is not as promised",
    "BOX-002": "something that does not fit the page",
    "FNT-001": "a font that is not embedded or was not shipped",
    "FNT-002": "a character that no shipped font has",
    "INK-001": "a hue that cannot be read or is too much ink in print",
    "INK-002": "an image with too few pixels for its place",
    "SYS-001": "a complaint of the typesetting engine",
    "SYS-002": "files that cannot be written",
    "SYS-003": "a part that takes too much time or memory",
}


class Severity(StrEnum):
    """How bad a finding is: an error stops the build, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: a file relative to the project, and a line counted from 1 (0: the file as a whole)."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Finding:
    """One complaint: a stable code, a severity, a place, what was found and what was expected."""

    code: str
    severity: Severity
    place: Place
    found: str
    expected: str

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"unregistered finding code {self.code}")

    def __str__(self) -> str:
        return f"{self.place}: {self.severity.value} {self.code}: {self.found} Expected: {self.expected}"


class BookletError(Exception):
    """Work cannot go on. The message is for a person; `exit_status` is for the shell."""

    exit_status = 3


def error(code: str, place: Place, found: str, expected: str) -> Finding:
    """A finding that stops a build."""
    return Finding(code, Severity.ERROR, place, found, expected)


def warning(code: str, place: Place, found: str, expected: str) -> Finding:
    """A finding that a person should look at, and that stops nothing."""
    return Finding(code, Severity.WARNING, place, found, expected)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings without repeats, by file and line, then by code."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: (f.place, f.code, f.found)))


def has_errors(findings: Iterable[Finding]) -> bool:
    """True when at least one finding stops a build."""
    return any(finding.severity is Severity.ERROR for finding in findings)
