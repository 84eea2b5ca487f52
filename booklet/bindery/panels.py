"""Panels: small pieces of pages, each set by itself, laid over pages of a tagged file that is bound already.

A clinic's own copy differs from its edition in a few lines on three covers. So the edition is bound once, into a
`Frame`; a copy is the bytes of that, the panels behind them, and anew the few objects that know of a panel: the pages
that bear them, Document, their share of the parent tree, what the file says of itself, and the cross-reference. Nothing
else is read, compressed or written a second time.

A panel is heard behind all that stands on its page: its elements follow those of the page's part.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle
from typing import Any

from pikepdf import (
    Array,
    ContentStreamInstruction,
    Dictionary,
    Name,
    NumberTree,
    Pdf,
    Stream,
    String,
    parse_content_stream,
    unparse_content_stream,
)

from booklet.bindery.colour import Inks, screen_colours
from booklet.bindery.fonts import Face, Fonts, face_of, merged, program_of, with_whole_box
from booklet.bindery.fragments import (
    DOCUMENT,
    NAME_SPACE,
    PARENT_TREE,
    ROUND_TO,
    SHARED,
    SHARED_FACES,
    SHARED_PAGE,
    TREE_ROOT,
    Fragment,
    PackedStream,
    PlacedPart,
    Serialiser,
    font_objects,
    next_base,
    place,
    references,
    renumbering,
)
from booklet.bindery.inking import ink
from booklet.bindery.packing import Packed, closed, packed
from booklet.bindery.paper import as_form, for_paper
from booklet.bindery.pictures import for_screens
from booklet.bindery.tagged import (
    Bound,
    DocumentInfo,
    annotation,
    document_element,
    identified,
    links_of,
    metadata,
    name_space,
    outward,
    parent_leaf,
)

_MARK = re.compile(rb"/MCID (\d+)")
_NAMED = {"Do": "/XObject", "gs": "/ExtGState", "sh": "/Shading", "scn": "/Pattern", "SCN": "/Pattern"}
"""Operators that name a resource, and of what kind."""
_OWN = "/Panel-"
"""Begins the names of what a panel draws with, so that it is not taken for what its page draws with. They are numbered
as the panel comes to them: the engine numbers them through all panels. A font is named by its program, wherever it is.
"""


@dataclass(frozen=True)
class Panel:
    """One page of panels by itself: its fragment, in which `SHARED_PAGE` is the page to come, the number of its content
    there, and what that names, by kind of resource and name; a form names it itself.
    """

    fragment: Fragment
    content: int
    resources: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)


def panel_fragments(
    content: bytes, pdf_ua: int, ppi: float, first_marks: Sequence[int]
) -> tuple[tuple[Panel, ...], dict[str, bytes]]:
    """Each page of a tagged PDF as a panel for a file that claims this part of PDF/UA, whatever other pages there are:
    it holds what it uses itself, and no more. Its marked contents are counted on from those of the page that it will be
    laid on: `first_marks` has a number for each page in turn, and then begins again. Gives the programs of their fonts
    as well, by their hash.
    """
    with Pdf.open(io.BytesIO(content)) as pdf:
        for_screens(pdf, ppi)
        owners = {int(key): value for key, value in NumberTree(pdf.Root.StructTreeRoot.ParentTree).items()}
        identified(pdf, 1)
        space = name_space(pdf) if pdf_ua == 2 else None
        fonts: dict[int, Face] = {}
        each = zip(pdf.pages, cycle(first_marks), strict=False)
        panels = tuple(_panel(pdf, page.obj, owners, fonts, first, space) for page, first in each)
        return panels, _programs(pdf, fonts)


def _panel(
    pdf: Pdf, page: Any, owners: Mapping[int, Any], fonts: dict[int, Face], first: int, space: Any | None
) -> Panel:
    root = pdf.Root.StructTreeRoot
    document = root.K[0] if isinstance(root.K, Array) else root.K
    own = list(owners[int(page.StructParents)])
    for element in {owner.objgen: owner for owner in own}.values():
        kids = element.K
        element.K = Array([_counted_on(kid, first) for kid in kids]) if isinstance(kids, Array) else kids + first
    writer = Serialiser(pdf)
    writer.share(document, SHARED + DOCUMENT)
    writer.share(page, SHARED_PAGE)
    if space is not None:
        writer.share(space, SHARED + NAME_SPACE)
    glyphs: dict[str, set[int]] = {}
    data, named = _own_names(page.Contents, page.Resources, glyphs)
    faces = _faces_of(writer, page, glyphs, fonts)
    links = tuple(links_of(writer, [page], owners, {}, 1))
    owned = tuple(writer.number(owner) for owner in own)
    number = writer.reserve()
    tops = (writer.number(_outermost(own[0], document)),) if own else ()
    resources = {
        kind: {name: writer.words(Array([thing])).strip(b"[ ]") for name, thing in rows.items()}
        for kind, rows in named.items()
    }
    writer.write()
    data = _MARK.sub(lambda found: b"/MCID %d" % (int(found[1]) + first), data)
    streams = (*writer.streams, PackedStream(number, b"<<>>", data, True))
    fragment = Fragment(writer.size, tuple(writer.objects), streams, (), faces, tops, (owned,), links)
    return Panel(fragment, number, resources)


def panel_forms(content: bytes, inks: Inks) -> tuple[tuple[Panel, ...], dict[str, bytes]]:
    """The same for paper: each page as a form in the inks of a printer, to be drawn over a page of the same size."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        pages = for_paper(pdf, range(len(pdf.pages)))
        glyphs: list[dict[str, set[int]]] = [{} for _ in pages]
        for page, used in zip(pages, glyphs, strict=True):
            data, named = _own_names(page.Contents, page.Resources, used)
            page.Contents = pdf.make_stream(data)
            page.Resources = Dictionary({kind: Dictionary(rows) for kind, rows in named.items()})
        ink(pdf, inks)
        fonts: dict[int, Face] = {}
        with_group = inks.space == "/DeviceGray"
        forms = tuple(_form(pdf, *row, fonts, with_group) for row in zip(pages, glyphs, strict=True))
        return forms, _programs(pdf, fonts)


def _form(pdf: Pdf, page: Any, glyphs: Mapping[str, set[int]], fonts: dict[int, Face], with_group: bool) -> Panel:
    writer = Serialiser(pdf)
    faces = _faces_of(writer, page, glyphs, fonts)
    number = writer.number(as_form(pdf, page, with_group))
    writer.write()
    fragment = Fragment(writer.size, tuple(writer.objects), tuple(writer.streams), (number,), faces)
    return Panel(fragment, number)


def _faces_of(
    writer: Serialiser, page: Any, glyphs: Mapping[str, set[int]], fonts: dict[int, Face]
) -> tuple[Face, ...]:
    """The fonts of a page, which the file has, with the glyphs that the page uses."""
    faces = []
    for index, (name, used) in enumerate(sorted(glyphs.items())):
        font = page.Resources.Font[name]
        writer.share(font, SHARED_FACES + index)
        faces.append(_with_glyphs(fonts, font, used))
    return tuple(faces)


def _programs(pdf: Pdf, fonts: Mapping[int, Face]) -> dict[str, bytes]:
    return {face.program: program_of(pdf.get_object(number, 0)) for number, face in fonts.items()}


def _counted_on(kid: Any, first: int) -> Any:
    return kid + first if isinstance(kid, int) else kid


def _outermost(element: Any, document: Any) -> Any:
    """The element that holds another one and hangs under Document itself."""
    while element.P.objgen != document.objgen:
        element = element.P
    return element


def _own_names(holder: Any, resources: Any, glyphs: dict[str, set[int]]) -> tuple[bytes, dict[str, dict[str, Any]]]:
    """A content with names of its own for what it draws with, and that by kind and name; the glyphs of each font are
    noted. What is drawn in turn is left with what that uses.
    """
    named: dict[str, dict[str, Any]] = {}
    own: dict[tuple[str, str], str] = {}
    rows: list[Any] = []
    font = ""
    for instruction in parse_content_stream(holder):
        word, operands = str(instruction.operator), list(instruction.operands)
        kind = _NAMED.get(word)
        if word == "Tf":
            font = str(operands[0])
            named.setdefault("/Font", {})[font] = resources.Font[font]
            glyphs.setdefault(font, set())
        elif word in ("Tj", "TJ"):
            for text in operands[0] if word == "TJ" else operands[:1]:
                if isinstance(text, String):
                    codes = bytes(text)
                    glyphs[font] |= {codes[at] << 8 | codes[at + 1] for at in range(0, len(codes) - 1, 2)}
        elif kind and isinstance(operands[-1], Name):
            old = str(operands[-1])
            thing = resources[kind][old]
            _name_within(thing, glyphs)
            name = own.setdefault((kind, old), f"{_OWN}{len(own)}")
            named.setdefault(kind, {})[name] = thing
            instruction = ContentStreamInstruction([*operands[:-1], Name(name)], instruction.operator)
        rows.append(instruction)
    return unparse_content_stream(rows), named


def _name_within(thing: Any, glyphs: dict[str, set[int]]) -> None:
    """The same for the content of a form, of a tiling pattern, or of the mask that a graphics state sets."""
    mask = thing.get("/SMask")
    content = mask.G if isinstance(mask, Dictionary) and "/G" in mask else thing
    if isinstance(content, Stream) and (content.get("/Subtype") == Name.Form or content.get("/PatternType") == 1):
        data, named = _own_names(content, content.get("/Resources", Dictionary()), glyphs)
        content.write(data)
        content.Resources = Dictionary({kind: Dictionary(rows) for kind, rows in named.items()})


def _with_glyphs(fonts: dict[int, Face], font: Any, glyphs: Iterable[int]) -> Face:
    """A font's face with these glyphs alone; the font is read once."""
    key = int(font.objgen[0])
    face = fonts.get(key) or fonts.setdefault(key, with_whole_box(face_of(font), program_of(font)))
    used = sorted(glyphs)
    text = {glyph: face.text[glyph] for glyph in used if glyph in face.text}
    return replace(face, text=text, widths={glyph: face.widths[glyph] for glyph in used})


@dataclass(frozen=True)
class OpenPage:
    """A page of a bound file on which a panel is to be laid: its number, its dictionary without brackets, content,
    resources and annotations, these by themselves, the elements of its marked contents, and the outermost element
    behind which a panel is heard.
    """

    number: int
    words: bytes
    content: bytes
    resources: Mapping[str, Mapping[str, bytes]]
    annotations: tuple[bytes, ...]
    owners: tuple[bytes, ...]
    top: bytes


@dataclass(frozen=True)
class Frame:
    """A bound file that waits for panels, one on each of its open pages. `tops` are the outermost elements, `leaves`
    the shares of the parent tree by their numbers (None: no open page is in it), `tree_root` what stands before and
    behind the key that is next free in that, `save` the number of the first of the two streams that put the scale of a
    page's own content away.
    """

    packed: Packed
    faces: Mapping[str, Face]
    pages: tuple[OpenPage, ...]
    tops: tuple[bytes, ...]
    leaves: Mapping[int, Mapping[int, bytes] | None]
    tree_root: tuple[bytes, bytes]
    save: int


def frame(file: Bound, pages: Sequence[int]) -> Frame:
    """A bound file, opened at some pages (from 0)."""
    with Pdf.open(io.BytesIO(closed(file.packed))) as pdf:
        root = pdf.Root.StructTreeRoot
        parents = {int(key): value for key, value in NumberTree(root.ParentTree).items()}
        document = pdf.get_object(DOCUMENT, 0)
        opened = tuple(_opened(pdf.pages[index].obj, parents, document) for index in pages)
        wanted = {page.number for page in opened}
        leaves: dict[int, Mapping[int, bytes] | None] = {}
        for leaf in root.ParentTree.Kids:
            rows = {int(leaf.Nums[at]): leaf.Nums[at + 1].unparse() for at in range(0, len(leaf.Nums), 2)}
            leaves[int(leaf.objgen[0])] = rows if wanted & rows.keys() else None
        tops = tuple(kid.unparse() for kid in document.K)
        before, key, after = root.unparse(resolved=True).partition(b"/ParentTreeNextKey ")
    save = file.packed.next_number
    around = [PackedStream(save, b"<<>>", b"q", True), PackedStream(save + 1, b"<<>>", b"Q", True)]
    tree_root = (before + key, after.lstrip(b"0123456789"))
    return Frame(packed(file.packed, [], {}, around), file.faces, opened, tops, leaves, tree_root, save)


def _opened(page: Any, parents: Mapping[int, Any], document: Any) -> OpenPage:
    owners = list(parents[int(page.StructParents)])
    resources = {
        kind: {name: value.unparse() for name, value in rows.items()}
        for kind, rows in page.Resources.items()
        if isinstance(rows, Dictionary)
    }
    apart = ("/Contents", "/Resources", "/Annots")
    words = Dictionary({key: value for key, value in page.items() if key not in apart}).unparse()
    return OpenPage(
        number=int(page.objgen[0]),
        words=words.removeprefix(b"<<").removesuffix(b">>"),
        content=page.Contents.unparse(),
        resources=resources,
        annotations=tuple(note.unparse() for note in page.get("/Annots", ())),
        owners=tuple(owner.unparse() for owner in owners),
        top=_outermost(owners[0], document).unparse(),
    )


def with_panels(frame: Frame, panels: Sequence[Panel], info: DocumentInfo, fonts: Fonts) -> bytes:
    """The file with a panel on each of its open pages, in their order, saying this of itself."""
    objects: dict[int, bytes] = {}
    faces = _more_faces(frame, panels)
    streams = [] if faces is None else list(font_objects(faces, fonts, objects))
    base = -(-frame.packed.next_number // ROUND_TO) * ROUND_TO
    parts: list[PlacedPart] = []
    tops = list(frame.tops)
    leaves = {number: dict(rows) if rows else None for number, rows in frame.leaves.items()}
    for page, panel in zip(frame.pages, panels, strict=True):
        fragment = panel.fragment
        parts.append(place(fragment, base, tuple(faces or frame.faces), screen_colours(info.hue), page.number))
        behind = tops.index(page.top) + 1
        tops[behind:behind] = [_reference(base + top) for top in fragment.tops]
        objects[page.number] = _page_with(page, panel, base, tuple(faces or frame.faces), frame.save)
        owners = (*page.owners, *(_reference(base + owner) for owner in fragment.owners[0]))
        for rows in leaves.values():
            if rows and page.number in rows:
                rows[page.number] = b"[%s]" % b" ".join(owners)
        for link in fragment.links:
            leads, words = outward(link, info)
            objects[base + link.number] = annotation(link, base, words, leads)
        own = {base + link.number: _reference(base + link.owner) for link in fragment.links}
        base = next_base(base, fragment)
        if own:
            leaves[base] = own
            base += ROUND_TO
    objects |= {number: parent_leaf(rows) for number, rows in leaves.items() if rows}
    objects[DOCUMENT] = document_element(b" ".join(tops), info.pdf_ua)
    objects[PARENT_TREE] = b"<</Kids[%s]>>" % references(leaves)
    before, after = frame.tree_root
    objects[TREE_ROOT] = b"%s%d%s" % (before, base, after)
    streams += metadata(info, objects)
    return closed(packed(frame.packed, parts, dict(sorted(objects.items())), streams))


def _more_faces(frame: Frame, panels: Iterable[Panel]) -> Mapping[str, Face] | None:
    """The faces of the file with what panels use beside it, under the numbers that they have; None where the file has
    all of it.
    """
    own = [face for panel in panels for face in panel.fragment.faces]
    if all(face.name in frame.faces and face.text.keys() <= frame.faces[face.name].text.keys() for face in own):
        return None
    more = merged((*own, *frame.faces.values()))
    return {name: more[name] for name in dict.fromkeys((*frame.faces, *more))}


def _page_with(page: OpenPage, panel: Panel, base: int, faces: tuple[str, ...], save: int) -> bytes:
    """The dictionary of a page with a panel on it."""
    fragment = panel.fragment
    moved = renumbering(base, fragment.faces, faces)
    resources = b""
    for kind in dict.fromkeys((*page.resources, *panel.resources)):
        rows = {**page.resources.get(kind, {})}
        rows |= {name: moved(words) for name, words in panel.resources.get(kind, {}).items()}
        named = b" ".join(b"%s %s" % (name.encode(), words) for name, words in rows.items())
        resources += b"%s<<%s>>" % (kind.encode(), named)
    notes = [*page.annotations, *(_reference(base + link.number) for link in fragment.links)]
    annotations = b"/Annots[%s]" % b" ".join(notes) if notes else b""
    content = b" ".join((_reference(save), page.content, _reference(save + 1), _reference(base + panel.content)))
    return b"<<%s/Contents[%s]/Resources<<%s>>%s>>" % (page.words, content, resources, annotations)


def _reference(number: int) -> bytes:
    return b"%d 0 R" % number
