"""Reading and writing PDF, once: the ground on which binding, imposition, preflight and the transcript stand.

`content` walks what a page draws, `tree` the structure, `words` says what is heard of both, `fonts` and `colour` what
they use, `geometry` boxes and matrices, `objects` what is asked of any object, `pictures` draws pages. Nothing here
judges: it says what a file holds, within stated bounds.
"""

from booklet.pdf.colour import PLAIN, Colour, Proof, Rgb, Space, contrast, grey_of, srgb
from booklet.pdf.content import Content, FontTable, Ground, Item, Mark, Paint, read_page
from booklet.pdf.drawings import Accents, Drawing, Known, draw_pages
from booklet.pdf.fonts import Font
from booklet.pdf.geometry import (
    IDENTITY,
    MAX_SIDE_PT,
    PT_PER_MM,
    Box,
    Geometry,
    Matrix,
    box_of,
    common,
    geometry_of,
    inside,
    moved,
    shrunk,
    size,
)
from booklet.pdf.grounds import PAPER, NumberedPages
from booklet.pdf.objects import BoxFault, ContentFault, FontFault, ObjectId, Problem, TreeFault
from booklet.pdf.pictures import MM_PER_INCH, WINDOW_MM2, Camera, coverage, inks, pixels, shading_samples
from booklet.pdf.tree import Address, Element, Tree, read_tree
from booklet.pdf.words import words_of

__all__ = [
    "IDENTITY",
    "MAX_SIDE_PT",
    "MM_PER_INCH",
    "PAPER",
    "PLAIN",
    "PT_PER_MM",
    "WINDOW_MM2",
    "Accents",
    "Address",
    "Box",
    "BoxFault",
    "Camera",
    "Colour",
    "Content",
    "ContentFault",
    "Drawing",
    "Element",
    "Font",
    "FontFault",
    "FontTable",
    "Geometry",
    "Ground",
    "Item",
    "Known",
    "Mark",
    "Matrix",
    "NumberedPages",
    "ObjectId",
    "Paint",
    "Problem",
    "Proof",
    "Rgb",
    "Space",
    "Tree",
    "TreeFault",
    "box_of",
    "common",
    "contrast",
    "coverage",
    "draw_pages",
    "geometry_of",
    "grey_of",
    "inks",
    "inside",
    "moved",
    "pixels",
    "read_page",
    "read_tree",
    "shading_samples",
    "shrunk",
    "size",
    "srgb",
    "words_of",
]  # fmt: skip
