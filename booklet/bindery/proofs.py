"""A part as a file of its own, with stand-ins for its accents: what its pages draw is looked into once, in such a file,
and known in every file that holds the part.
"""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Dictionary, Name, Pdf

from booklet.bindery.fonts import Fonts, merged
from booklet.bindery.fragments import (
    CATALOG,
    DOCUMENT,
    FIRST_PART,
    MARKS_LEFT,
    MARKS_RIGHT,
    PAGES,
    Fragment,
    PackedStream,
    font_objects,
    place,
    references,
)
from booklet.bindery.marks import marks
from booklet.bindery.packing import packed_file
from booklet.bindery.paper import PressSetup
from booklet.pdf import saved


def marks_file(setup: PressSetup) -> bytes:
    """The printer's marks of a left and a right page, which a press file has many times."""
    with Pdf.new() as pdf:
        for fold in ("left", "right"):
            trim = setup.trim(fold)
            page = pdf.add_blank_page(page_size=(trim.box[0] + trim.box[2], trim.box[1] + trim.box[3]))
            page.obj.TrimBox = pikepdf.Array([round(corner, 4) for corner in trim.box])
            page.obj.Contents = pdf.make_stream(marks(trim))
        return saved(pdf, "1.7")


def proof_file(fragment: Fragment, fonts: Fonts) -> bytes:
    """The pages of a fragment, or its forms as pages, with nothing on them but what the part draws."""
    faces = merged(list(fragment.faces))
    part = place(fragment, FIRST_PART, tuple(faces), {})
    pages = [FIRST_PART + number for number in fragment.pages]
    objects = {
        CATALOG: b"<</Type/Catalog/Pages %d 0 R>>" % PAGES,
        PAGES: b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), references(pages)),
        DOCUMENT: b"<</Type/StructElem/S/Document>>",
    }
    empty = [MARKS_LEFT, MARKS_RIGHT, *(FIRST_PART + number for number in fragment.notes)]
    streams = [PackedStream(number, b"<<>>", b"", True) for number in empty]
    streams += font_objects(faces, fonts, objects)
    content = packed_file("1.7", [part], dict(sorted(objects.items())), streams)
    with Pdf.open(io.BytesIO(content)) as pdf:
        drawn = [pdf.get_object(number, 0) for number in pages]
        if any(isinstance(thing, pikepdf.Stream) for thing in drawn):
            pdf.Root.Pages = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=pikepdf.Array(), Count=0))
            for form in drawn:
                page = Dictionary(Type=Name.Page, MediaBox=form.BBox, Resources=form.Resources, Contents=form)
                pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
            content = saved(pdf, "1.7")
    return content
