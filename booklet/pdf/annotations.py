"""What is printed of the notes, stamps and form fields of a page: their appearances (ISO 32000-1, 12.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from booklet.pdf.objects import inherited

HIDDEN, PRINT = 2, 4
"""Bits of the flags (12.5.3): not shown at all; printed."""
STAMPS_MAX = 5000


@dataclass(frozen=True)
class Stamps:
    """How many annotations of a page are drawn as they look; left out because they are links, which paper has not;
    hidden, or not meant for print; or missing because the file holds no picture of them.
    """

    drawn: int = 0
    links: int = 0
    hidden: int = 0
    bare: int = 0

    def __add__(self, other: Stamps) -> Stamps:
        return Stamps(
            self.drawn + other.drawn, self.links + other.links, self.hidden + other.hidden, self.bare + other.bare
        )


def printed_annotations(pdf: Pdf, page: Any, resources: Object) -> tuple[Stamps, bytes, dict[str, Object]]:
    """What became of the annotations of a page, the operators that draw them over it, and the forms that these name.

    Raises ValueError for more of them than any page has.
    """
    annotations = page.get("/Annots", Array())
    if not isinstance(annotations, Array):
        return Stamps(), b"", {}
    if len(annotations) > STAMPS_MAX:
        raise ValueError(f"it has more than {STAMPS_MAX} notes or fields")
    turned = inherited(page, "/Rotate")
    turned = turned if isinstance(turned, int) and turned % 90 == 0 else 0
    stamps, drawn = Stamps(), []
    pictures: dict[str, Object] = {}
    for annotation in annotations:
        if not isinstance(annotation, Dictionary) or annotation.get("/Subtype") == Name.Popup:
            continue
        flags = annotation.get("/F", 0)
        is_printed = isinstance(flags, int) and flags & PRINT and not flags & HIDDEN
        appearances = annotation.get("/AP")
        normal = appearances.get("/N") if isinstance(appearances, Dictionary) else None
        if not isinstance(normal, Dictionary | Stream):
            stamps += _without_picture(annotation, bool(is_printed))
            continue
        picture = normal if isinstance(normal, Stream) else _state(annotation, normal)
        name = f"/BookletNote{len(pictures)}"
        words = _placed(annotation, picture, name, turned % 360) if picture is not None else b""
        if words and is_printed:
            drawn.append(words)
            pictures[name] = _as_form(pdf, annotation, picture, resources)
            stamps += Stamps(drawn=1)
        elif words:
            stamps += Stamps(hidden=1)
    return stamps, b"".join(drawn), pictures


def draw_printed_annotations(pdf: Pdf) -> None:
    """Draw what is printed of the annotations of a file over its pages. Raises ValueError for too many of them."""
    for page in pdf.pages:
        inherits = inherited(page.obj, "/Resources")
        resources = inherits if isinstance(inherits, Dictionary) else Dictionary()
        _, drawn, pictures = printed_annotations(pdf, page.obj, resources)
        if drawn:
            named = resources.get("/XObject")
            forms = {**(dict(named.items()) if isinstance(named, Dictionary) else {}), **pictures}
            page.obj.Resources = Dictionary({**dict(resources.items()), "/XObject": Dictionary(forms)})
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(b"\nQ\n" + drawn)


def _without_picture(annotation: Any, is_printed: bool) -> Stamps:
    kind = annotation.get("/Subtype")
    if kind == Name.Link:
        return Stamps(links=1)
    if kind == Name.Widget and inherited(annotation, "/V") in (None, Name.Off, String("")):
        return Stamps()
    return Stamps(bare=1) if is_printed else Stamps(hidden=1)


def _state(annotation: Any, states: Any) -> Object | None:
    """The appearance of the state in which the annotation is; without a word of it, of the value of its field."""
    state = annotation.get("/AS", inherited(annotation, "/V"))
    if not isinstance(state, Name) or str(state) not in states:
        state = Name.Off
    annotation.AS = state
    picture = states.get(str(state))
    return picture if isinstance(picture, Stream) else None


def _placed(annotation: Any, picture: Any, name: str, turned: int) -> bytes:
    """The operators that draw an appearance in its rectangle (algorithm 8.1 of 12.5.5); none where that is empty."""
    if not isinstance(picture.get("/BBox"), Array) or not isinstance(annotation.get("/Rect"), Array):
        return b""
    words: bytes = pikepdf.Annotation(annotation).get_page_content_for_appearance(Name(name), turned, 0, 0)
    return words


def _as_form(pdf: Pdf, annotation: Any, picture: Any, resources: Object) -> Object:
    """An appearance as a form of the page: with resources, those of its form or page where it has none of its own, and
    in the layer of its annotation.
    """
    picture.Type, picture.Subtype = Name.XObject, Name.Form
    if not isinstance(picture.get("/Resources"), Dictionary):
        fields = pdf.Root.get("/AcroForm")
        shared = fields.get("/DR") if isinstance(fields, Dictionary) else None
        picture.Resources = shared if isinstance(shared, Dictionary) else resources
    if not isinstance(annotation.get("/OC"), Dictionary):
        form: Object = picture
        return form
    layer = pdf.make_stream(b"/A Do")
    layer.Type, layer.Subtype, layer.OC = Name.XObject, Name.Form, annotation.OC
    layer.BBox = Array([-(10**6), -(10**6), 10**6, 10**6])
    layer.Resources = Dictionary(XObject=Dictionary(A=picture))
    return layer
