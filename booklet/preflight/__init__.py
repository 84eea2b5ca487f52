"""Preflight: reads a finished file back and says what is wrong with it, on which page, where, and from which source
line.

`CHECKS` is the table: each row has a code, a severity, the clause or source it rests on, what to do, and the profiles
that ask it. `examine` asks them of the bytes of a file, of our own with what was promised of it, or of anybody's;
`examine_file` of anybody's file, in a process of its own that ends after a stated time. It says what a file shows, not
that it conforms: for that, an outside validator is asked in the tests.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

import pikepdf
from pikepdf import Pdf
from pypdfium2 import PdfiumError

from booklet.findings import CODES, Finding, Place, Severity, warning
from booklet.manuscript import Waiver
from booklet.pdf import PT_PER_MM, Accents, Drawings, Known
from booklet.preflight import (
    annotation_checks,
    file_checks,
    font_checks,
    ink_checks,
    language_checks,
    page_checks,
    reading_checks,
    source_checks,
    structure_checks,
)
from booklet.preflight.bounds import Examined, UnreadableFileError, examine_file
from booklet.preflight.check import Check
from booklet.preflight.dossier import Dossier
from booklet.preflight.parts import PlacedPage, examine_part, places_of, sources_by_box
from booklet.preflight.records import (
    PROFILES,
    Complaint,
    Defect,
    Output,
    Profile,
    Promise,
    Report,
    Sources,
    SourceText,
    Spot,
)
from booklet.preflight.report import as_data, as_html
from booklet.preflight.source import source_text

__all__ = [
    "CHECKS",
    "PROFILES",
    "PT_PER_MM",
    "Accents",
    "Check",
    "Complaint",
    "Drawings",
    "Examined",
    "Output",
    "PlacedPage",
    "Profile",
    "Promise",
    "Report",
    "SourceText",
    "Sources",
    "UnreadableFileError",
    "as_data",
    "as_html",
    "examine",
    "examine_file",
    "examine_part",
    "places_of",
    "source_text",
    "sources_by_box",
    "unused",
]

CHECKS: tuple[Check, ...] = (
    *file_checks.ROWS,
    *page_checks.ROWS,
    *font_checks.ROWS,
    *ink_checks.ROWS,
    *structure_checks.ROWS,
    *language_checks.ROWS,
    *annotation_checks.ROWS,
    *reading_checks.ROWS,
    *source_checks.ROWS,
)
MAX_SPOTS = 500
"""Places kept of one complaint: enough for a report, few enough for a file that is wrong in every letter."""
_FOREIGN = (
    pikepdf.PikepdfError, ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, ArithmeticError,
    RuntimeError, NotImplementedError, OSError, PdfiumError,
)  # fmt: skip


def examine(
    content: bytes,
    file: str,
    profile: Profile,
    promise: Promise | None = None,
    sources: Sources | None = None,
    waivers: Iterable[Waiver] = (),
    parts: Iterable[Drawings] = (),
    accents: Accents | None = None,
) -> Report:
    """Everything found in the bytes of a file. Never raises for what the file holds, whatever it holds.

    What `parts` draw is not walked again where it stands in the file as it was, in the edition's colours: `accents`
    gives these by the colours that stood in for them. The report is the same with parts and without.
    """
    try:
        with Pdf.open(io.BytesIO(content)) as pdf:
            if not len(pdf.pages):
                return refused(file, profile.name, "SYS-103", "The file has no pages.", "A file with pages")
            parts = tuple(parts)
            dossier = Dossier(pdf, content, profile, promise, Known(parts, accents or {}) if parts else None)
            complaints = [each for check in CHECKS for each in _asked(check, dossier, sources or Sources())]
            known = sum(page.is_known for page in dossier.pages)
            return _waive(Report(file, profile.name, len(pdf.pages), tuple(complaints), known=known), tuple(waivers))
    except pikepdf.PasswordError:
        return refused(file, profile.name, "SYS-102", "The file is encrypted.", "A file that opens without a password")
    except _FOREIGN as reason:
        words = f"The file cannot be read as a PDF ({type(reason).__name__})."
        return refused(file, profile.name, "SYS-101", words, "A PDF, whole")


def refused(file: str, profile: str, code: str, found: str, hint: str) -> Report:
    """The report of a file that could not be looked into."""
    complaint = Complaint(code, Severity.ERROR, "ISO 32000-1, 7.5", hint, found, ())
    return Report(file, profile, 0, (complaint,))


def unused(waivers: Iterable[Waiver], reports: Iterable[Report]) -> list[Finding]:
    """A finding for each waiver that none of these reports needed."""
    used = {complaint.waived for report in reports for complaint in report.waived}
    return [
        warning(
            "SYS-109",
            waiver.origin,
            f"Nothing needs the waiver of {waiver.code} for '{waiver.where}'.",
            "Only waivers that something needs: take it out.",
        )
        for waiver in waivers
        if waiver not in used
    ]


def _asked(check: Check, dossier: Dossier, sources: Sources) -> Iterator[Complaint]:
    """What one check finds, each defect once with all its places. A check that a file defeats says so."""
    if not check.asked_of(dossier.profile):
        return
    places: dict[str, list[Spot]] = {}
    try:
        for defect in check.test(dossier):
            spots = places.setdefault(defect.found, [])
            if defect.page_index is not None and len(spots) < MAX_SPOTS:
                spots.append(_spot(defect, defect.page_index, dossier, sources.place(defect)))
    except _FOREIGN as reason:
        words = (
            f"The file is so made that {check.code} ({CODES[check.code]}) cannot be checked ({type(reason).__name__})."
        )
        yield Complaint("SYS-105", Severity.ERROR, "ISO 32000-1, 7.8", "A well-made file", words, ())
    for found, spots in places.items():
        yield Complaint(check.code, check.severity, check.clause, check.hint, found, tuple(dict.fromkeys(spots)))


def _spot(defect: Defect, page_index: int, dossier: Dossier, source: Place | None) -> Spot:
    if defect.box is None or page_index >= len(dossier.pages):
        return Spot(page_index, None, None, source)
    return Spot(page_index, defect.box, dossier.pages[page_index].geometry.place_mm(defect.box), source)


def _waive(report: Report, waivers: tuple[Waiver, ...]) -> Report:
    """Set aside what somebody answers for, place by place."""
    kept: list[Complaint] = []
    waived: list[Complaint] = []
    for complaint in report.complaints:
        left: list[Spot] = []
        covered: dict[Waiver, list[Spot]] = {}
        for spot in complaint.spots or (None,):
            source: Place | None = spot.source if spot else None
            waiver = next((each for each in waivers if _covers(each, complaint.code, report.file, source)), None)
            target = left if waiver is None else covered.setdefault(waiver, [])
            target += [spot] if spot else []
        if left or not covered:
            kept.append(replace(complaint, spots=tuple(left), waived=None))
        waived += [replace(complaint, spots=tuple(spots), waived=waiver) for waiver, spots in covered.items()]
    return replace(report, complaints=tuple(kept), waived=tuple(waived))


def _covers(waiver: Waiver, code: str, file: str, source: Place | None) -> bool:
    """True for this code in such a file, or from such a source, with or without its line."""
    names = [file, *([source.file, str(source)] if source else [])]
    return code == waiver.code and any(fnmatchcase(name, waiver.where) for name in names)
