"""Reading and writing PDF, once: the ground on which binding, imposition, preflight and the transcript stand.

`content` walks what a page draws, `tree` the structure, `words` says what is heard of both, `fonts` and `colour` what
they use, `geometry` boxes and matrices, `objects` what is asked of any object; `pictures` and `plates` draw pages,
`writing` writes files. Nothing here judges: it says what a file holds, within stated bounds.
"""

from booklet.pdf.colour import PLAIN, Colour, Proof, Space, grey_of, srgb
from booklet.pdf.content import FontTable, read_page
from booklet.pdf.drawings import Accents, Drawings, Known, draw_pages
from booklet.pdf.fonts import Font
from booklet.pdf.geometry import (
    IDENTITY,
    MAX_SIDE_PT,
    MM_PER_INCH,
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
    times,
)
from booklet.pdf.grounds import PAPER, NumberedPages
from booklet.pdf.items import Content, Ground, Item, Mark, Paint
from booklet.pdf.objects import (
    BoxFault,
    ContentFault,
    FontFault,
    ObjectId,
    OverLimitError,
    Problem,
    TreeFault,
    as_number,
    inherited,
    is_opaque,
    streams_of,
    unpacked,
)
from booklet.pdf.pictures import Camera, picture_fault, pixels
from booklet.pdf.plates import WINDOW_MM2, Inks, peak_percent, shading_samples
from booklet.pdf.tree import Address, Element, Tree, read_tree
from booklet.pdf.words import words_of
from booklet.pdf.writing import METADATA_STREAM, Description, document_information, saved, text_string, xmp

__all__ = [
    "IDENTITY", "MAX_SIDE_PT", "METADATA_STREAM", "MM_PER_INCH", "PAPER", "PLAIN", "PT_PER_MM", "WINDOW_MM2",
    "Accents", "Address", "Box", "BoxFault", "Camera", "Colour", "Content", "ContentFault", "Description",
    "Drawings", "Element", "Font", "FontFault", "FontTable", "Geometry", "Ground", "Inks", "Item", "Known", "Mark",
    "Matrix", "NumberedPages", "ObjectId", "OverLimitError", "Paint", "Problem", "Proof", "Space", "Tree",
    "TreeFault", "as_number", "box_of", "common", "document_information", "draw_pages", "geometry_of", "grey_of",
    "inherited", "inside", "is_opaque", "moved", "peak_percent", "picture_fault", "pixels", "read_page",
    "read_tree", "saved", "shading_samples", "shrunk", "size", "srgb", "streams_of", "text_string", "times",
    "unpacked", "words_of", "xmp",
]  # fmt: skip
