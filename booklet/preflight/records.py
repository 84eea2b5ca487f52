"""The records of preflight: profiles, promises, defects, sources, and the report that leaves the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from booklet.findings import Finding, Place, Severity
from booklet.manuscript import Waiver
from booklet.pdf import Box, Mark, common, size


class Output(StrEnum):
    """Where a file ends: on a screen (or read aloud), on an offset press, or on an office copier."""

    SCREEN = "screen"
    PRESS = "press"
    COPIER = "copier"


@dataclass(frozen=True)
class Profile:
    """What a file is for: where it ends, and what is asked of it in numbers.

    Lengths from the trim edge unless said otherwise; 0 means not asked.

    `body_pt` is the least size of most of the text, `smallest_pt` of any; `line_chars` the most characters that a full
    line may have on average; contrast under the least is an error, under the good one a warning, and large text is of
    18 pt, or 14 pt bold (WCAG 2.2); `black_text_pt` the size below which text is printed in one ink;
    `unprintable_mm` is measured from the sheet's edge; `ink_limit_percent` is the sum of four inks over 15 mm².
    """

    name: str
    output: Output
    body_pt: float = 12
    smallest_pt: float = 12
    leading: float = 1.2
    line_chars: int = 0
    margin_mm: float = 0
    gutter_mm: float = 0
    italics: bool = True
    least_contrast: float = 4.5
    least_contrast_large: float = 3.0
    good_contrast: float = 7.0
    good_contrast_large: float = 4.5
    bleed_mm: float = 0
    safe_mm: float = 0
    unprintable_mm: float = 0
    ink_limit_percent: float = 0
    images_warn_ppi: float = 0
    images_fail_ppi: float = 0
    images_target_ppi: float = 300
    line_pt: float = 0
    black_text_pt: float = 0


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "screen",
            Output.SCREEN,
            line_chars=75,
            margin_mm=5,
            images_warn_ppi=120,
            images_fail_ppi=72,
            images_target_ppi=150,
        ),
        Profile(
            "large-print",
            Output.SCREEN,
            body_pt=18,
            smallest_pt=16,
            line_chars=50,
            margin_mm=13,
            gutter_mm=22,
            italics=False,
            images_warn_ppi=225,
            images_fail_ppi=150,
        ),
        Profile(
            "press",
            Output.PRESS,
            bleed_mm=3,
            safe_mm=5,
            ink_limit_percent=300,
            images_warn_ppi=225,
            images_fail_ppi=150,
            line_pt=0.25,
            black_text_pt=18,
        ),
        Profile("clinic", Output.COPIER, unprintable_mm=5, images_warn_ppi=225, images_fail_ppi=150, line_pt=0.25),
    )
}
"""docs/preflight.md says where the numbers come from."""


@dataclass(frozen=True)
class SourceText:
    """What the source says, to be found again in the structure: texts in order, headings, alternatives, links.

    A text is a tuple of pieces with anything between them: page numbers are not known to the source. A heading is its
    level and its words; a link is its words.
    """

    texts: tuple[tuple[str, ...], ...] = ()
    headings: tuple[tuple[int, str], ...] = ()
    alternatives: tuple[str, ...] = ()
    links: tuple[tuple[str, ...], ...] = ()

    def __add__(self, other: SourceText) -> SourceText:
        """What one says, and then the other."""
        return SourceText(
            self.texts + other.texts,
            self.headings + other.headings,
            self.alternatives + other.alternatives,
            self.links + other.links,
        )


@dataclass(frozen=True)
class Promise:
    """What a file must turn out to be: its folios in order, trim size, title, language, headings and phone links.

    `source_text` is what its source says; None when nobody handed it in. What is stitched has a multiple of four pages;
    handouts, covers of their own and the fronts of sheets are loose leaves. `families` are the project's own faces.
    """

    file: str
    folios: tuple[str, ...]
    trim_mm: tuple[float, float]
    title: str
    language: str
    headings: int
    phones: frozenset[str]
    pdf_ua: int = 1
    stitched: bool = True
    families: tuple[str, ...] = ()
    source_text: SourceText | None = None


@dataclass(frozen=True)
class Defect:
    """One thing wrong in one place: what was found, in words that name no page, and its page, box and content."""

    found: str
    page_index: int | None = None
    box: Box | None = None
    mark: Mark | None = None


BoxPlaces = tuple[tuple[Box, Place], ...]
"""Boxes on one page, in PDF points, and the lines of the source that what lies in them came from."""


@dataclass(frozen=True)
class Sources:
    """Which line of the source each piece of a file came from: by page index and MCID where it is marked content, else
    by its box on the page.
    """

    by_mark: Mapping[tuple[int, int], Place] = field(default_factory=dict)
    by_box: Mapping[int, BoxPlaces] = field(default_factory=dict)

    def place(self, defect: Defect) -> Place | None:
        """The line that the place of a defect came from; for a box, of what it covers most of."""
        page, mark, box = defect.page_index, defect.mark, defect.box
        if page is None:
            return None
        if mark is not None and mark.mcid is not None and mark.form is None and (page, mark.mcid) in self.by_mark:
            return self.by_mark[page, mark.mcid]
        shares = [(_shared(box, known), place) for known, place in self.by_box.get(page, ())] if box else []
        share, place = max(shares, key=lambda row: row[0], default=(0.0, None))
        return place if share > 0 else None


def _shared(box: Box, known: Box) -> float:
    """How much of a box lies in another; of two that hold it whole, the smaller counts for a little more."""
    seen = common(box, known)
    if seen is None:
        return 0.0
    area, whole = _area(seen), _area(box)
    return area / whole + 1e-6 / (1 + _area(known))


def _area(box: Box) -> float:
    """A line has an area too: it is taken to be a hundredth of a point thick."""
    width, height = size(box)
    return max(width, 0.01) * max(height, 0.01)


@dataclass(frozen=True)
class Spot:
    """One place of a mark: page index, box in PDF points, box in mm (left, top, width, height), and source."""

    page_index: int
    box: Box | None
    place_mm: Box | None
    source: Place | None


@dataclass(frozen=True)
class Complaint:
    """One defect wherever it stands in a file: the row that found it, its words, and every place."""

    code: str
    severity: Severity
    clause: str
    hint: str
    found: str
    spots: tuple[Spot, ...]
    waived: Waiver | None = None

    @property
    def pages(self) -> tuple[int, ...]:
        """The pages it stands on, counted from 1."""
        return tuple(sorted({spot.page_index + 1 for spot in self.spots}))

    def where(self) -> str:
        """The places in words: pages, and the first place in mm."""
        if not self.spots:
            return ""
        first = self.spots[0]
        words = f"{'Page' if len(self.pages) == 1 else 'Pages'} {ranges(self.pages)}"
        if first.place_mm:
            left, top, width, height = first.place_mm
            begin = "at" if len(self.spots) == 1 else f"first on page {first.page_index + 1} at"
            joint = " " if len(self.spots) == 1 else ", "
            words += f"{joint}{begin} {left:.0f}, {top:.0f} mm ({width:.0f} by {height:.0f} mm)"
        return f"{words}: "

    def as_finding(self, file: str) -> Finding:
        """As one line for people, at the source's line where that is known, else at the PDF."""
        sources = list(dict.fromkeys(spot.source for spot in self.spots if spot.source))
        place = sources[0] if sources else Place(file)
        of_file = f"{file}: " if sources else ""
        others = f" Also from {', '.join(map(str, sources[1:4]))}." if sources[1:] else ""
        found = f"{of_file}{self.where()}{self.found}{others}"
        return Finding(self.code, self.severity, place, found, f"{self.hint} ({self.clause}).")


@dataclass(frozen=True)
class Report:
    """What preflight has to say about one file. `known` counts the pages of which nothing was walked anew."""

    file: str
    profile: str
    pages: int
    complaints: tuple[Complaint, ...]
    waived: tuple[Complaint, ...] = ()
    known: int = field(default=0, compare=False)

    @property
    def findings(self) -> list[Finding]:
        """The complaints that nobody has waived."""
        return [complaint.as_finding(self.file) for complaint in self.complaints]


def ranges(numbers: tuple[int, ...]) -> str:
    """1, 3, 4, 5 as `1, 3-5`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)
