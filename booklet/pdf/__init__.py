"""Reading and writing PDF, once: the ground on which binding, imposition, preflight and the transcript stand.

`content` walks what a page draws, `tree` the structure, `words` says what is heard of both, `reading_order` whether
they agree, `blocks` tells paragraphs and their lines, `fonts` and `colour` what they use, `geometry` boxes and
matrices, `metadata` what XMP says, `objects` what is asked of any object; `pictures` and `plates` draw pages, from
copies that `renderings` paints otherwise; `writing` writes files. Nothing here judges: it says what a file holds,
within stated bounds.
"""

from booklet.pdf.annotations import Stamps, draw_printed_annotations, printed_annotations
from booklet.pdf.blocks import BlocksOfFile, NoBlocksError, PrintedBlock, PrintedLine, page_pictures, read_blocks
from booklet.pdf.cmaps import cmap_faults
from booklet.pdf.colour import PLAIN, Colour, Proof, Space, grey_of, srgb
from booklet.pdf.content import APPEARANCE, ISOLATED, FontTable, read_appearance, read_page
from booklet.pdf.directions import has_letters_from_the_right, is_read_from_the_right
from booklet.pdf.drawings import Accents, Drawings, Known, draw_pages
from booklet.pdf.fonts import PROGRAMS, Font
from booklet.pdf.geometry import (
    EVERYWHERE,
    IDENTITY,
    MAX_SIDE_PT,
    MM_PER_INCH,
    NOWHERE,
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
from booklet.pdf.metadata import ADOBE_PDF, DUBLIN_CORE, PDF_UA, XMP_BASIC, plain, xmp_text, xmp_values
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
from booklet.pdf.photographs import PICTURES, PLAIN_MODES, encoded, foreign_kind, picture_fault, printable
from booklet.pdf.pictures import Camera, pixels
from booklet.pdf.plates import WINDOW_MM2, Inks, peak_percent
from booklet.pdf.reading_order import painted_otherwise
from booklet.pdf.renderings import is_measurable
from booklet.pdf.tree import MATHML, PDF2, Address, Element, Tree, read_tree
from booklet.pdf.words import words_of
from booklet.pdf.writing import METADATA_STREAM, Description, document_information, saved, text_string, xmp

__all__ = [
    "ADOBE_PDF", "APPEARANCE", "DUBLIN_CORE", "EVERYWHERE", "IDENTITY", "ISOLATED", "MATHML", "MAX_SIDE_PT",
    "METADATA_STREAM", "MM_PER_INCH", "NOWHERE", "PAPER", "PDF2", "PDF_UA", "PICTURES", "PLAIN", "PLAIN_MODES",
    "PROGRAMS", "PT_PER_MM", "WINDOW_MM2", "XMP_BASIC", "Accents", "Address", "BlocksOfFile", "Box", "BoxFault",
    "Camera", "Colour", "Content", "ContentFault", "Description", "Drawings", "Element", "Font", "FontFault",
    "FontTable", "Geometry", "Ground", "Inks", "Item", "Known", "Mark", "Matrix", "NoBlocksError", "NumberedPages",
    "ObjectId", "OverLimitError", "Paint", "PrintedBlock", "PrintedLine", "Problem", "Proof", "Space", "Stamps",
    "Tree", "TreeFault", "as_number", "box_of", "cmap_faults", "common", "document_information", "draw_pages",
    "draw_printed_annotations", "encoded", "foreign_kind", "geometry_of", "grey_of", "has_letters_from_the_right",
    "inherited", "inside", "is_measurable", "is_opaque", "is_read_from_the_right", "moved", "page_pictures",
    "painted_otherwise", "peak_percent", "picture_fault", "pixels", "plain", "printable", "printed_annotations",
    "read_appearance", "read_blocks", "read_page", "read_tree", "saved", "shrunk", "size", "srgb", "streams_of",
    "text_string", "times", "unpacked", "words_of", "xmp", "xmp_text", "xmp_values",
]  # fmt: skip
