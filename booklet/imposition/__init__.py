"""Imposition: pages of any PDF onto sheets, to be folded, cut or read as they are.

The arrangement comes first, as plain numbers (`arrangement`); pages are placed afterwards (`placing`). `source` reads a
stranger's file, `printing` writes the sheets, `trial` a test sheet for the printer.

Inner sheets of a booklet are pushed out at the open edge by the paper that is folded around them. `creep_mm` says how
far; a positive shift moves a page towards the spine, so that outer margins look alike once the booklet is folded.

Imposed sheets are read by the fold and not by the file's order, so they cannot be PDF/UA, and no other claim of the
file holds for them: structure, links, outline, output intents and metadata are taken away, and the title says so.
"""

from booklet.imposition.arrangement import (
    SHEETS_MAX,
    SHEETS_MM,
    Arrangement,
    Binding,
    Blanks,
    Covers,
    Grid,
    Layout,
    Place,
    Side,
    arranged,
    creep_mm,
    grid_of,
    part_lines,
    part_pages,
    sheets,
    side_name,
)
from booklet.imposition.placing import NAME_PT, Placement, UprightPage, on_a_sheet, on_side, operators
from booklet.imposition.printing import CALIPER_MM, Flip, Imposed, Pile, PrintingOrders, Setup, impose, printing_orders
from booklet.imposition.source import BYTES_MAX, ImpositionError
from booklet.imposition.trial import trial_sheets

__all__ = [
    "BYTES_MAX", "CALIPER_MM", "NAME_PT", "SHEETS_MAX", "SHEETS_MM", "Arrangement", "Binding", "Blanks", "Covers",
    "Flip", "Grid", "Imposed", "ImpositionError", "Layout", "Pile", "Place", "Placement", "PrintingOrders", "Setup",
    "Side", "UprightPage", "arranged", "creep_mm", "grid_of", "impose", "on_a_sheet", "on_side", "operators",
    "part_lines", "part_pages", "printing_orders", "sheets", "side_name", "trial_sheets",
]  # fmt: skip
