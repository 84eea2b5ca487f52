"""The records of finishing: a typeset booklet on its way in, finished files on their way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from booklet.bindery import Amounts, Condition
from booklet.composing import Part
from booklet.findings import Finding
from booklet.finishing.parts import Origin
from booklet.formats import Format, PageSetup, PrintOptions
from booklet.manuscript import Binding, PrinterProfile
from booklet.preflight import Drawings, Profile, Promise
from booklet.store import Store
from booklet.typesetting import Segment, Typesetter
from booklet.words import Words


@dataclass(frozen=True)
class PrintJob:
    """Who prints, and what of: the printer's profile by its name, the printing condition with its ICC profile, the
    edition's accents as ink, how many copies, whom to ask, whether it is a sample, and the ids of chapters that nobody
    has signed off.
    """

    name: str
    printer: PrinterProfile
    condition: Condition
    accents: Mapping[str, Amounts]
    quantity: int | None
    contact: str | None
    is_sample: bool = False
    unsigned: tuple[str, ...] = ()


@dataclass(frozen=True)
class TypesetBooklet:
    """One volume of one title of one edition, typeset, and what its files say of themselves.

    `file` is the name of its files under `dist/`, without ending; `anchors` gives the title of each anchor, `phones`
    what each link that dials says; `stitched` is False for loose leaves and leaflets. `print_job` is None where no
    printer is named, `kit` where no sheet tells a clinic how to print. `imprint` is the id of the clinic whose own copy
    it is (empty: nobody's).
    """

    form: Format
    file: str
    title: str
    full_title: str
    description: str
    publisher: str
    words: Words
    edition: str
    issue: str
    issued: date
    hue: Mapping[str, str]
    anchors: Mapping[str, str]
    phones: Mapping[str, str]
    binding: Binding
    stitched: bool
    segments: tuple[Segment, ...]
    kit: Part | None = None
    print_job: PrintJob | None = None
    imprint: str = ""

    @property
    def pages(self) -> int:
        """How many pages were set."""
        return sum(segment.layout.pages for segment in self.segments)

    @property
    def folios(self) -> tuple[str, ...]:
        """The number on each page, in order."""
        return tuple(segment.folio(index) for segment in self.segments for index in range(segment.layout.pages))


@dataclass(frozen=True)
class FinishedFile:
    """A finished file: its name under `dist/`, its bytes, its pages and their size, what it must turn out to be, and
    the profile by which it is judged (None, both: it is no PDF). `parts` tells, when it is asked, what is known of the
    parts that it is made of, with the edition's colours for their `accents`, and `origins` where these stand.
    """

    name: str
    content: bytes
    pages: int
    trim_mm: tuple[float, float]
    promise: Promise | None = None
    profile: Profile | None = None
    parts: Callable[[], tuple[Drawings, ...]] = tuple
    accents: Mapping[bytes, bytes] = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()


Finished = tuple[tuple[FinishedFile, ...], list[Finding]]
"""The files of a booklet in one format, or what is wrong with it."""


@dataclass(frozen=True)
class Tools:
    """What finishing works with: results of earlier steps, and a typesetter for the pages that go beside a booklet."""

    store: Store
    typesetter: Callable[[PageSetup], Typesetter]
    options: PrintOptions
