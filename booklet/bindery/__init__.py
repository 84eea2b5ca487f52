"""Bindery: typeset parts become finished files.

Joining is linking, not layout: each part is a `Fragment`, and a file is its fragments in their places and the few
objects that it has once: pages, structure tree, parent tree, destinations, outline, page labels, fonts, metadata. What
pypdf and PyMuPDF lose when they merge is carried over here:

* the structure trees become one `Document` (ISO 32000-1, 14.7), with one parent tree (14.7.4.4), so that each page and
  each annotation finds its elements again;
* `booklet:anchor` links become links to named destinations (12.3.2.3), and every link says where it leads (ISO
  14289-1, 7.18.5);
* the stand-in accent colours of the style sheets become the edition's own hue, so that eight editions share one
  segment;
* dates come from the issue, identifiers from the content: the same segments give the same bytes.
"""

from booklet.bindery.colour import (
    MIXES,
    PRESS_STAND_INS,
    STAND_INS,
    Amounts,
    Cmyk,
    Inks,
    copier_inks,
    hue_of,
    press_colours,
    press_inks,
    screen_colours,
)
from booklet.bindery.fonts import Face, FontFile, Fonts, font_file
from booklet.bindery.fragments import Fragment, PlacedPart, Placing, place
from booklet.bindery.hues import edition_accents, hue_faults
from booklet.bindery.lettering import NAME as LETTERING
from booklet.bindery.lettering import lettering
from booklet.bindery.packing import closed
from booklet.bindery.panels import Frame, Panel, frame, panel_forms, panel_fragments, with_panels
from booklet.bindery.paper import (
    Condition,
    CoverPage,
    PaperPiece,
    PressJob,
    PressSetup,
    Sheet,
    SheetFile,
    WholeSheets,
    cover_file,
    grey_fragment,
    press_file,
    press_fragment,
    sheet_file,
)
from booklet.bindery.proofs import marks_file, proof_file
from booklet.bindery.tagged import DocumentInfo, Piece, bind, bound, describe_link, tagged_fragment

__all__ = [
    "LETTERING",
    "MIXES",
    "PRESS_STAND_INS",
    "STAND_INS",
    "Amounts",
    "Cmyk",
    "Condition",
    "CoverPage",
    "DocumentInfo",
    "Face",
    "FontFile",
    "Fonts",
    "Fragment",
    "Frame",
    "Inks",
    "Panel",
    "PaperPiece",
    "Piece",
    "PlacedPart",
    "Placing",
    "PressJob",
    "PressSetup",
    "Sheet",
    "SheetFile",
    "WholeSheets",
    "bind",
    "bound",
    "closed",
    "copier_inks",
    "cover_file",
    "describe_link",
    "edition_accents",
    "font_file",
    "frame",
    "grey_fragment",
    "hue_faults",
    "hue_of",
    "lettering",
    "marks_file",
    "panel_forms",
    "panel_fragments",
    "place",
    "press_colours",
    "press_file",
    "press_fragment",
    "press_inks",
    "proof_file",
    "screen_colours",
    "sheet_file",
    "tagged_fragment",
    "with_panels",
]
