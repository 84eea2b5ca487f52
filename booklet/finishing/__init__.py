"""Finishing: a typeset booklet becomes the files that its format promises.

Each format names how its files are made: tagged for a screen, a press job with its ticket, a kit of sheets for a
clinic. Nothing is decided here about how colours, sheets or structure are made: this is where they are put together.
"""

from __future__ import annotations

from collections.abc import Callable

from booklet.finishing.clinic import finish_clinic
from booklet.finishing.covers import Cover, faults_of_slots, finish_covers
from booklet.finishing.imprints import (
    ImprintFrame,
    PanelSet,
    imprint_files,
    imprint_frame,
    panel_pages,
    panel_sheet,
    panels_of,
)
from booklet.finishing.parts import Origin, PlacedIn, sources
from booklet.finishing.press import finish_press, no_printer
from booklet.finishing.records import Finished, FinishedFile, PrintJob, Tools, TypesetBooklet
from booklet.finishing.sheets import finish_sheet
from booklet.finishing.slots import slots_of
from booklet.finishing.tagged import finish_tagged
from booklet.formats import FORMATS
from booklet.preflight import PROFILES

__all__ = [
    "FINISHES",
    "Cover",
    "Finished",
    "FinishedFile",
    "ImprintFrame",
    "Origin",
    "PanelSet",
    "PlacedIn",
    "PrintJob",
    "Tools",
    "TypesetBooklet",
    "faults_of_slots",
    "finish",
    "finish_covers",
    "finish_sheet",
    "imprint_files",
    "imprint_frame",
    "no_printer",
    "panel_pages",
    "panel_sheet",
    "panels_of",
    "slots_of",
    "sources",
]

FINISHES: dict[str, Callable[[TypesetBooklet, Tools], Finished]] = {
    "tagged": finish_tagged,
    "press": finish_press,
    "clinic": finish_clinic,
}
if unknown := {row.finish for row in FORMATS.values()} - FINISHES.keys():
    raise ValueError(f"no way to finish is called {', '.join(sorted(unknown))}")
if unknown := {row.profile for row in FORMATS.values()} - PROFILES.keys():
    raise ValueError(f"no profile of preflight is called {', '.join(sorted(unknown))}")


def finish(booklet: TypesetBooklet, tools: Tools) -> Finished:
    """The files of a typeset booklet in its format, or what is wrong with it."""
    return FINISHES[booklet.form.finish](booklet, tools)
