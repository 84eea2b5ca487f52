"""Reading and writing PDF, once: the ground on which binding, imposition, preflight and the transcript stand.

`content` walks what a page draws, `tree` the structure, `fonts` and `colour` what they use, `geometry` boxes and
matrices, `pictures` draws pages. Nothing here judges: it says what a file holds, within stated bounds.
"""

from booklet.pdf.colour import PLAIN, Colour, Proof, Rgb, Space, contrast, grey_of, srgb
from booklet.pdf.content import Content, Item, Mark, Shelf, Stamp, read_page
from booklet.pdf.fonts import Font
from booklet.pdf.geometry import MAX_SIDE_PT, PT_PER_MM, Box, Geometry, box_of, common, inside, shrunk, size
from booklet.pdf.pictures import MM_PER_INCH, WINDOW_MM2, Camera, coverage, inks, pixels, shading_samples
from booklet.pdf.tree import Element, Tree, read_tree

__all__ = [
    "MAX_SIDE_PT", "MM_PER_INCH", "PLAIN", "PT_PER_MM", "WINDOW_MM2", "Box", "Camera", "Colour", "Content", "Element",
    "Font", "Geometry", "Item", "Mark", "Proof", "Rgb", "Shelf", "Space", "Stamp", "Tree", "box_of", "common",
    "contrast", "coverage", "grey_of", "inks", "inside", "pixels", "read_page", "read_tree", "shading_samples",
    "shrunk", "size", "srgb",
]  # fmt: skip
