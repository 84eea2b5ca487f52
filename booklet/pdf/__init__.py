"""Reading and writing PDF, once: the ground on which binding, imposition, preflight and the transcript stand.

`content` walks what a page draws, `tree` the structure, `words` says what is heard of both, `fonts` and `colour` what
they use, `geometry` boxes and matrices, `objects` what is asked of any object; `pictures` and `plates` draw pages,
`writing` writes files. Nothing here judges: it says what a file holds, within stated bounds.
"""

from booklet.pdf.colour import PLAIN, Colour, Proof, Space, grey_of, srgb
from booklet.pdf.content import FontTable, read_page
from booklet.pdf.fonts import Font
from booklet.pdf.geometry import (
    MAX_SIDE_PT,
    MM_PER_INCH,
    PT_PER_MM,
    Box,
    Geometry,
    box_of,
    common,
    geometry_of,
    inside,
    shrunk,
    size,
)
from booklet.pdf.items import Content, Item, Mark, Paint
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
    streams_of,
    unpacked,
)
from booklet.pdf.pictures import Camera, pixels
from booklet.pdf.plates import WINDOW_MM2, Inks, peak_percent, shading_samples
from booklet.pdf.tree import Address, Element, Tree, read_tree
from booklet.pdf.words import words_of
from booklet.pdf.writing import METADATA_STREAM, Description, document_information, saved, text_string, xmp

__all__ = [
    "MAX_SIDE_PT", "METADATA_STREAM", "MM_PER_INCH", "PLAIN", "PT_PER_MM", "WINDOW_MM2", "Address", "Box",
    "BoxFault", "Camera", "Colour", "Content", "ContentFault", "Description", "Element", "Font", "FontFault",
    "FontTable", "Geometry", "Inks", "Item", "Mark", "ObjectId", "OverLimitError", "Paint", "Problem", "Proof",
    "Space", "Tree", "TreeFault", "as_number", "box_of", "common", "document_information", "geometry_of", "grey_of",
    "inherited", "inside", "peak_percent", "pixels", "read_page", "read_tree", "saved", "shading_samples", "shrunk",
    "size", "srgb", "streams_of", "text_string", "unpacked", "words_of", "xmp",
]  # fmt: skip
