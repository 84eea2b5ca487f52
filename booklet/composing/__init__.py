"""Composing: what one edition holds, as complete HTML parts in order.

`compose` fills the templates of every chapter for one edition, turns Markdown to HTML, makes the cover, contents and
directory, and checks what only shows when the edition is seen whole: links, words, numbers. Page numbers are left as
tokens, because nobody knows them yet.
"""

from booklet.composing.across import compared
from booklet.composing.edition import (
    Composition,
    Wanted,
    compose,
    entries_in,
    evidence_page,
    planned_kit,
    readings,
    sheet_beside,
    shelf_page,
    signed_off,
    ticket,
)
from booklet.composing.faces import Faces, characters_of, decompressed, face_faults, faces_of, shipped_faces
from booklet.composing.imprints import PanelArea, PanelWords, imprint_faults, panel_words, panels, specimen
from booklet.composing.markdown import PAGE_TOKENS
from booklet.composing.opening import hours_in_words
from booklet.composing.parts import Part
from booklet.composing.printed_blocks import PAGE_NUMBER, Block, Kind, blocks_of, numbered, short_hash, with_anchors
from booklet.composing.proofreading import Grades, grades_of, proofread, web_links
from booklet.composing.readings import Reading, withdrawn_sections
from booklet.composing.views import (
    HANDOUT,
    MAIN,
    Publication,
    checked_entries,
    code_entries,
    publication,
    services_of,
    titles_of,
)
from booklet.composing.wholeness import SCHEME

__all__ = [
    "HANDOUT",
    "MAIN",
    "PAGE_NUMBER",
    "PAGE_TOKENS",
    "SCHEME",
    "Block",
    "Composition",
    "Faces",
    "Grades",
    "Kind",
    "PanelArea",
    "PanelWords",
    "Part",
    "Publication",
    "Reading",
    "Wanted",
    "blocks_of",
    "characters_of",
    "checked_entries",
    "code_entries",
    "compared",
    "compose",
    "decompressed",
    "entries_in",
    "evidence_page",
    "face_faults",
    "faces_of",
    "grades_of",
    "hours_in_words",
    "imprint_faults",
    "numbered",
    "panel_words",
    "panels",
    "planned_kit",
    "proofread",
    "publication",
    "readings",
    "services_of",
    "sheet_beside",
    "shelf_page",
    "shipped_faces",
    "short_hash",
    "signed_off",
    "specimen",
    "ticket",
    "titles_of",
    "web_links",
    "with_anchors",
    "withdrawn_sections",
]
