"""What is said when something is wrong, and to whom.

Three kinds, three paths. Something wrong in the sources or in a finished file is a `Finding`: all are collected and
shown together. Work that cannot go on raises a `BookletError` with a message for a person and an exit status. A mistake
of our own is a traceback and is never caught.
"""

from __future__ import annotations

import re
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
    "SRC-016": "a day on which something is said to have been done, and that has not come yet",
    "SRC-020": "a template that cannot be read or asks for more than templates may do",
    "SRC-021": "an undefined name in a template",
    "SRC-030": "raw HTML in a chapter",
    "SRC-031": "an unknown block",
    "SRC-032": "a block left open, or closed without being opened",
    "SRC-033": "a block without what it needs",
    "SRC-034": "a voice without consent or source",
    "SRC-035": "words, numbers or links of a text that would not be printed once and in order",
    "SRC-036": "lists or quotations too deep one in another",
    "SRC-040": "an entry that must be confirmed before print",
    "SRC-041": "a review or a consent that has run out",
    "SRC-042": "a directory in which too many entries are to be confirmed",
    "SRC-044": "entries, facts or chapters that nobody has confirmed in time",
    "SRC-050": "a chapter or section that is harder to read than the book allows",
    "SRC-051": "a word that the book does not use",
    "SRC-052": "a glossary word that no chapter uses",
    "SRC-053": "a section that does not say which facts it rests on",
    "SRC-054": "a fact that no text uses",
    "SRC-055": "an order code that spells what nobody wants to say, or that is misheard",
    "SRC-056": "a chapter without words, or whose reading time is far from what it takes",
    "SRC-057": "a language of which the program cannot say how hard its texts are to read",
    "SRC-058": "a section of long sentences",
    "SRC-059": "a date that may be misread",
    "SRC-060": "a style sheet of the project that asks for what no page of a booklet has",
    "SRC-061": "a condition that no edition meets",
    "SRC-062": "a service that no edition prints",
    "SRC-063": "something of one region in the edition or the entry of another",
    "SRC-064": "a section of passive sentences",
    "SRC-065": "a word of the glossary that is used before a text leads to what it means",
    "SRC-070": "a chapter that is not as somebody signed it off",
    "SRC-071": "a print job of chapters that nobody has signed off",
    "LNK-001": "a link to an anchor that is not there",
    "LNK-002": "a link to a word that the glossary does not hold",
    "LNK-003": "an image that is missing or cannot be used",
    "LNK-004": "a link or path that leaves the project or uses a forbidden scheme",
    "LNK-005": "a page reference that does not come to rest",
    "LNK-006": "a note that is not there, or that nothing calls",
    "LNK-007": "a web address that is broken",
    "LNK-008": "a web address that has moved for good",
    "LNK-009": "a web address at which nobody could look",
    "LNK-010": "a phone number that is not complete, or that cannot be dialled",
    "LNK-011": "a phone number that no service of this edition has",
    "LNK-012": "an entry that some of its readers cannot reach as it is printed",
    "ACC-001": "an image without a text alternative",
    "ACC-002": "a heading that skips a level",
    "ACC-003": "a table without a header row",
    "ACC-004": "a finished file that is not tagged as promised",
    "ACC-005": "a text alternative too short, too long, or the caption again",
    "ACC-006": "words in a language that has no such tag",
    "ACC-007": "a short form without its words",
    "ACC-008": "a mark between words of another direction, which would stand in the wrong order",
    "BOX-001": "a page count, page size or page label that is not as promised",
    "BOX-002": "something that does not fit the page",
    "BOX-003": "a format that pages of this trim cannot have",
    "BOX-004": "lines that a style of the project's own takes off the grid",
    "FNT-001": "a font that is not embedded or was not shipped",
    "FNT-002": "a character that no shipped font has",
    "FNT-003": "a font file that cannot be used, or may not be",
    "FNT-004": "a face that lacks what every booklet prints, or in which letters look alike",
    "INK-001": "a hue that cannot be read or is too much ink in print",
    "SYS-001": "a complaint of the typesetting engine",
    "SYS-002": "files that cannot be written",
    "SYS-003": "a part that takes too much time or memory",
    "SYS-004": "a file of somebody else in the place of the page of all files",
    "SYS-005": "a process that ended before its work was done",
    "LNK-101": "a link in a finished file that leads nowhere",
    "LNK-102": "a link in a finished file that opens what it should not",
    "LNK-103": "a link that prints another page number than that of the page it leads to",
    "ACC-101": "a file that is not tagged",
    "ACC-102": "tags that are said to be guesses",
    "ACC-103": "a file or a part without a language",
    "ACC-104": "a file without a title, or that does not show it",
    "ACC-105": "a file without metadata, or that claims no PDF/UA",
    "ACC-106": "a role that no reader knows",
    "ACC-107": "content that is neither tagged nor an artifact",
    "ACC-108": "an artifact in tagged content, or the other way round",
    "ACC-109": "tagged content, structure and parent tree that do not agree",
    "ACC-110": "a structure that has no end or no sense",
    "ACC-111": "a heading level that is skipped, or a first heading that is not H1",
    "ACC-112": "headings with and without levels mixed",
    "ACC-113": "a figure or formula without a text alternative",
    "ACC-114": "parts of a table in the wrong place",
    "ACC-115": "rows of a table with different numbers of columns",
    "ACC-116": "a table without header cells that say what they head",
    "ACC-117": "parts of a list in the wrong place",
    "ACC-118": "parts of a table of contents in the wrong place",
    "ACC-119": "a link, field or other annotation outside its place in the structure",
    "ACC-120": "a link or annotation that does not say what it is",
    "ACC-121": "a page whose links are not visited in order",
    "ACC-122": "a note without an ID of its own",
    "ACC-124": "layers without names, or that switch by themselves",
    "ACC-125": "an embedded file without a name",
    "ACC-126": "a form that is built anew when opened",
    "ACC-127": "a file that forbids screen readers",
    "ACC-128": "printers' notes in the structure",
    "ACC-129": "content that is drawn from elsewhere, or tagged and drawn twice",
    "ACC-130": "a form field without a description",
    "ACC-131": "a heading without words",
    "ACC-132": "parts of annotated Asian text in the wrong place",
    "ACC-133": "a media clip without words for it",
    "ACC-134": "an element that PDF/UA-2 has no place for",
    "ACC-135": "a text with characters that only its maker knows",
    "ACC-136": "a destination that is a page, where PDF/UA-2 asks for an element",
    "ACC-201": "text that is small throughout",
    "ACC-202": "some text below the least size",
    "ACC-203": "lines that stand too close",
    "ACC-204": "lines that are too long",
    "ACC-205": "a word broken at the end of a line",
    "ACC-206": "text in italics",
    "ACC-207": "several words in capitals",
    "ACC-208": "a number broken over two lines",
    "ACC-209": "text too near the edge or the spine",
    "ACC-210": "text that is not legible against what lies under it",
    "ACC-213": "text less dark against what lies under it than it could be",
    "ACC-214": "a line that ends in a hyphen",
    "ACC-211": "text that a copy in grey loses",
    "ACC-212": "text over a picture",
    "ACC-301": "a text of the source that is not heard, or out of order",
    "ACC-302": "headings that are not those of the source",
    "ACC-303": "a text alternative that is not that of the source",
    "ACC-304": "a link text that is not that of the source",
    "BOX-101": "a page box that is missing or makes no sense",
    "BOX-102": "page boxes that reach out of each other",
    "BOX-103": "pages of different size",
    "BOX-104": "a page without a trim box",
    "BOX-105": "a bleed box that is too small",
    "BOX-106": "a page count that cannot be folded",
    "BOX-107": "a page too large to be one",
    "BOX-108": "a page that is turned",
    "BOX-109": "text or a picture where a cut may touch it",
    "BOX-116": "text or a picture nearer to the trim edge than is safe",
    "BOX-110": "ink that ends at the trim edge",
    "BOX-111": "ink where office printers have none",
    "BOX-112": "no word to the printer about size and sides",
    "BOX-113": "page boxes that do not start at zero",
    "BOX-114": "an annotation on a page for print",
    "BOX-115": "text that is cut off",
    "FNT-101": "a font that is not embedded",
    "FNT-102": "a font drawn by hand",
    "FNT-103": "a character that the font does not have",
    "FNT-104": "a letter without a shape",
    "FNT-105": "text without Unicode",
    "FNT-106": "text with wrong Unicode",
    "FNT-107": "a font that is damaged",
    "FNT-108": "a composite font that does not fit its encoding",
    "FNT-109": "widths that are not those of the font",
    "FNT-110": "a simple font whose encoding readers take differently",
    "FNT-111": "a list of glyphs that is not that of the font",
    "INK-101": "colour in RGB in a file for the press",
    "INK-102": "colour in a file for office printers",
    "INK-103": "colour in a measured space in a file for the press",
    "INK-104": "a spot colour in a four-colour job",
    "INK-105": "colour with a profile of its own in a file for the press",
    "INK-106": "transparency mixed in another colour space than the job's",
    "INK-107": "small text in several inks",
    "INK-108": "black text that knocks out",
    "INK-109": "white that overprints",
    "INK-110": "more ink than the paper takes",
    "INK-111": "an image with far too few pixels for its place",
    "INK-112": "an image with few pixels for its place",
    "INK-113": "a line too thin to print",
    "INK-115": "an output intent that is missing, double or unnamed",
    "INK-116": "an output intent without a printer's profile",
    "INK-117": "a file for the press without id, dates, title or trapping",
    "INK-118": "a file for the press that does not claim PDF/X-4",
    "INK-119": "a state that changes tones",
    "INK-121": "a shading or an image whose ink cannot be measured",
    "SYS-101": "a file that cannot be read as a PDF",
    "SYS-102": "an encrypted file",
    "SYS-103": "a file without pages",
    "SYS-104": "a file that is more than can be checked",
    "SYS-105": "a page whose content is damaged",
    "SYS-106": "a script in a file",
    "SYS-107": "an action that does more than lead somewhere",
    "SYS-108": "files inside a file",
    "SYS-109": "a waiver that nothing needs",
    "SYS-110": "a file that had to be repaired",
    "SYS-112": "a file for print that is encrypted",
    "SYS-111": "an action in a file for print",
}

_STRUCTURE = {101, 102, *range(106, 113), *range(114, 121), 129, 131, 132}
_LOST = {"BOX-115", "FNT-103", "FNT-104", "FNT-105", "FNT-106", *(f"SYS-{number}" for number in range(101, 108))}
WITHOUT_WAIVER = frozenset(
    code
    for code in CODES
    if code.startswith(("SRC-", "LNK-", "ACC-0", "ACC-3", "BOX-0", "FNT-0", "INK-0", "SYS-0"))
    or code in {*_LOST, *(f"ACC-{number}" for number in _STRUCTURE)}
)
"""What nobody can answer for: faults of the sources, text lost or cut, structure, links and numbers, scripts, and what
could not be checked.
"""


class Severity(StrEnum):
    """How bad a finding is: an error stops the build, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What moves the cursor of a terminal, turns text about, or cannot be written at all."""


def counted(number: int, what: str) -> str:
    """A number with its noun: 1 sheet, 2 sheets."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def one_line(words: str) -> str:
    """Words as one line for a terminal, whoever wrote them: what would act there is shown as an escape."""
    return UNPRINTABLE.sub(lambda sign: sign[0].encode("unicode_escape").decode(), words)


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: a file relative to the project, and a line counted from 1 (0: the file as a whole)."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """A place as `str` writes it; None for nothing at all."""
        file, colon, line = text.rpartition(":")
        if colon and line.isdigit():
            return cls(file, int(line))
        return cls(text) if text else None


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
        return one_line(f"{self.place}: {self.severity.value} {self.code}: {self.found} Expected: {self.expected}")


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
