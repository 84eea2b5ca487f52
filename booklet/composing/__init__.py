"""Composing: what one edition holds, as complete HTML parts in order.

`compose` fills the templates of every chapter for one edition, turns Markdown to HTML, makes the cover, contents and
directory, and checks what only shows when the edition is seen whole: links, words, numbers. Page numbers are left as
tokens, because nobody knows them yet.
"""

from booklet.composing.across import compared
from booklet.composing.edition import (
    PAGE_TOKENS,
    Composition,
    Part,
    Wanted,
    compose,
    correction_sheet,
    entries_in,
    planned_kit,
    shelf_page,
    ticket,
)
from booklet.composing.faces import Faces, characters_of, decompressed, face_faults, faces_of, shipped_faces
from booklet.composing.opening import hours_in_words
from booklet.composing.proofreading import proofread
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
    "PAGE_TOKENS",
    "SCHEME",
    "Composition",
    "Faces",
    "Part",
    "Publication",
    "Wanted",
    "characters_of",
    "checked_entries",
    "code_entries",
    "compared",
    "compose",
    "correction_sheet",
    "decompressed",
    "entries_in",
    "face_faults",
    "faces_of",
    "hours_in_words",
    "planned_kit",
    "proofread",
    "publication",
    "services_of",
    "shelf_page",
    "shipped_faces",
    "ticket",
    "titles_of",
]
