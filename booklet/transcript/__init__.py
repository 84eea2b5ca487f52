"""Transcript: what a screen reader would say of a tagged PDF, in order.

Works on anybody's tagged PDF. It reads the structure tree, not the page: what is an artifact is not heard. Tree and
text come from the room `pdf`, so that preflight and this page mean the same by both. It does not judge: preflight does.

`loading` reads a file into `elements`, `fields` names its form fields, `tables` finds the heads of cells, and `speech`
says it all.

Text once came from pdfminer, which preflight does not need: it has to look every glyph up itself. Measured against
pdftotext, `pdf` loses fewer characters, and it puts the spaces that pdfminer's device leaves out. What pdfminer knows
and `pdf` does not are the writing systems of Asia in fonts without ToUnicode.

Nothing here runs without end: a file may have `MAX_BYTES`, its tree and pages what the room `pdf` allows, an element
that stands above itself is refused, a page whose content cannot be read is silent, and the whole may take the time and
memory of `booklet.bounds`.
"""

from booklet.transcript.elements import Element
from booklet.transcript.loading import Reading, UnheardError, hear, load
from booklet.transcript.speech import figures, heard, links, outline, tables, transcript

__all__ = [
    "Element",
    "Reading",
    "UnheardError",
    "figures",
    "hear",
    "heard",
    "links",
    "load",
    "outline",
    "tables",
    "transcript",
]
