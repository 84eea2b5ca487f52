"""What pages draw, kept by what their streams say, so that no stream is walked twice.

A `Drawing` is all that a page's content draws, under a fingerprint of its operators and of the resources they name.
Where a stream with the same fingerprint is met again (the page in a bound file, the form of an imposed sheet, the
content inside the frame of a press page) the drawing is written down anew: moved by the matrix, cut by the clip, in
the colours of the edition and with the fonts of the file at hand. What differs in anything that matters has another
fingerprint, or its fonts do not fit, and is walked: to keep a drawing can cost time, and never truth.

Colours that an edition sets are `accents`: a mapping of the operands in the kept streams to those of the file at hand,
spelled as the streams spell them (`0.043137 0.352941 0.494118`), each at the start of its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from booklet.pdf.colour import CMYK, GRAY, RGB, Colour, Space
from booklet.pdf.content import FontTable, read_page, resources_of, words_of_pieces
from booklet.pdf.fonts import Font, Glyph
from booklet.pdf.geometry import EVERYWHERE, IDENTITY, Box, Matrix, common
from booklet.pdf.items import Content, Ground, Item, Mark, Paint, Picture, Text
from booklet.pdf.objects import ContentFault, ObjectId

Accents = Mapping[bytes, bytes]
"""Operands of a colour in the kept streams to its operands in the file at hand."""
_NAMES = re.compile(rb"/([^\s/<>\[\](){}%]+)")
_DRAWN = ("/ColorSpace", "/ExtGState", "/Font", "/Pattern", "/Properties", "/Shading", "/XObject")
_PACKING = frozenset(
    ("/Length", "/Filter", "/DecodeParms", "/Parent", "/P", "/StructParent", "/StructParents", "/Font")
)
_SOUND = (ContentFault.REFERENCE, ContentFault.ARTIFACT_IN_TAG, ContentFault.TAG_IN_ARTIFACT, ContentFault.MCID_TWICE)
"""Faults of content that was read to its end. What has others is walked each time."""
MAX_NESTING = 20


class KeptColour(NamedTuple):
    """A colour by its space; no values for a space alone."""

    family: str
    components: int
    inks: tuple[str, ...]
    values: tuple[float, ...]


class KeptText(NamedTuple):
    """A `Text`, its font by its number."""

    words: str
    size_pt: float
    font: int
    x: float
    y: float
    end: tuple[float, float]
    slanted: bool
    upright: bool
    faults: tuple[str, ...]
    unmapped: bool
    pieces: tuple[tuple[bool, bytes], ...]


class KeptPicture(NamedTuple):
    """A `Picture`, its space by the number of a colour (-1: none)."""

    object_id: ObjectId
    name: str
    width_px: int
    height_px: int
    bits: int
    space: int
    placed_pt: tuple[float, float]


class KeptItem(NamedTuple):
    """An `Item`, its colour and what lies under it by their numbers (-1: none)."""

    kind: Paint
    box: Box
    shape: Box
    mark: Mark
    colour: int
    alpha: float
    overprint: bool
    overprint_mode: int
    line_pt: float | None
    text: KeptText | None
    picture: KeptPicture | None
    layer: str
    plain_rectangle: bool
    ground: int


@dataclass(frozen=True)
class KeptFont:
    """What a font must agree with to take the place of the one that was read: its kind, and the glyphs in use."""

    wide: bool
    ascent: float
    descent: float
    glyphs: dict[int, Glyph]


@dataclass(frozen=True)
class Drawing:
    """What one page draws. `fonts` (by number) and `streams` stand in the order in which its fingerprint meets them."""

    fingerprint: bytes
    items: tuple[KeptItem, ...]
    marks: tuple[tuple[ObjectId | None, int], ...]
    groups: tuple[tuple[int, str], ...]
    forms: tuple[tuple[ObjectId, int], ...]
    notes: tuple[tuple[ContentFault, str], ...]
    operators: int
    replaced: int
    fonts: tuple[int, ...]
    streams: tuple[ObjectId, ...]

    @property
    def boxes(self) -> dict[int, Box]:
        """The box around each marked content, by its number."""
        boxes: dict[int, Box] = {}
        for item in self.items:
            if item.mark.mcid is not None and item.mark.form is None:
                boxes[item.mark.mcid] = _around(boxes.get(item.mark.mcid, item.box), item.box)
        return boxes


def _around(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


@dataclass(frozen=True)
class Drawings:
    """What the pages of a part draw (None for a page that cannot be kept), in plain values: the colours, fonts and
    grounds that its items share, each once, and the accents that stand in it.
    """

    accents: tuple[bytes, ...]
    colours: tuple[KeptColour, ...]
    fonts: tuple[KeptFont, ...]
    grounds: tuple[tuple[tuple[int, int], ...], ...]
    pages: tuple[Drawing | None, ...]


Grounds = Callable[[int, Sequence[Item]], Mapping[int, Ground]]
"""What lies under the texts of a page: by the index of the item."""


def draw_pages(pdf: Pdf, accents: Iterable[bytes], grounds: Grounds = lambda *_: {}) -> Drawings:
    """Walk all pages of a part."""
    accents = tuple(accents)
    table, reader, tables = FontTable(), _Fingerprints({accent: accent for accent in accents}), _Tables()
    pages: list[Drawing | None] = []
    for index, page in enumerate(pdf.pages):
        content = read_page(page, index, table)
        found = reader.of(page.obj, resources_of(page))
        sound = not content.unclosed and all(note.kind in _SOUND for note in content.notes)
        if found is None or not sound or any(_is_opaque(item) for item in content.items):
            pages.append(None)
            continue
        under = grounds(index, content.items)
        pages.append(
            Drawing(
                fingerprint=found.digest,
                items=tuple(tables.item(item, under.get(place, ())) for place, item in enumerate(content.items)),
                marks=tuple(content.marks),
                groups=tuple((tables.colour(Colour(space, ())), where) for space, where in content.groups),
                forms=tuple(content.forms.items()),
                notes=tuple((ContentFault(note.kind.value), note.words) for note in content.notes),
                operators=content.operators,
                replaced=content.replaced,
                fonts=tuple(tables.font(table.font(source)) for source in found.fonts),
                streams=found.streams,
            )
        )
    return Drawings(accents, tuple(tables.colours), tables.kept_fonts, tuple(tables.grounds), tuple(pages))


def _is_opaque(item: Item) -> bool:
    """True for colours that only their own file can read."""
    spaces = (item.colour and item.colour.space, item.picture and item.picture.space)
    return any(space is not None and (space.tint or space.base) for space in spaces if space)


class _Tables:
    """Numbers what items share."""

    def __init__(self) -> None:
        self.colours: dict[KeptColour, int] = {}
        self.grounds: dict[tuple[tuple[int, int], ...], int] = {}
        self.fonts: dict[int, tuple[int, Font]] = {}

    @property
    def kept_fonts(self) -> tuple[KeptFont, ...]:
        """The fonts in the order of their numbers, with the glyphs that have been asked for."""
        return tuple(KeptFont(font.wide, font.ascent, font.descent, font.glyphs) for _, font in self.fonts.values())

    def colour(self, colour: Colour | None) -> int:
        """The number of a colour; -1 for none."""
        if colour is None:
            return -1
        space = colour.space
        kept = KeptColour(space.family, space.components, space.inks, colour.values)
        return self.colours.setdefault(kept, len(self.colours))

    def font(self, font: Font) -> int:
        """The number of a font, which stays alive here, so that no other is taken for it."""
        return self.fonts.setdefault(id(font), (len(self.fonts), font))[0]

    def ground(self, ground: Ground) -> int:
        """The number of a ground; -1 for none."""
        kept = tuple((count, self.colour(colour)) for count, colour in ground)
        return self.grounds.setdefault(kept, len(self.grounds)) if kept else -1

    def picture(self, picture: Picture) -> KeptPicture:
        """An image in plain values."""
        space = Colour(picture.space, ()) if picture.space else None
        return KeptPicture(
            picture.object_id, picture.name, picture.width_px, picture.height_px, picture.bits, self.colour(space),
            picture.placed_pt,
        )  # fmt: skip

    def item(self, item: Item, ground: Ground) -> KeptItem:
        """An item in plain values."""
        text, picture = item.text, item.picture
        return KeptItem(
            item.kind, item.box, item.shape, item.mark, self.colour(item.colour), item.alpha, item.overprint,
            item.overprint_mode, item.line_pt,
            text and KeptText(
                text.words, text.size_pt, self.font(text.font), text.x, text.y, text.end, text.slanted, text.upright,
                text.faults, text.unmapped, text.pieces,
            ),
            self.picture(picture) if picture else None,
            item.layer, item.plain_rectangle, self.ground(ground),
        )  # fmt: skip


@dataclass(frozen=True)
class _Fitting:
    """A font of the file at hand that fits a kept one, and whether it gives glyphs other characters."""

    font: Font
    says_otherwise: bool


class _Shelf:
    """What the drawings of one part share, in the colours of the edition and with the fonts of the file at hand."""

    def __init__(self, kept: Drawings, accents: Accents, fonts: FontTable) -> None:
        colours = {colour_of(old): colour_of(accents.get(old, old)) for old in kept.accents}
        own = [Colour(Space(row.family, row.components, row.inks), row.values) for row in kept.colours]
        self.colours: list[Colour | None] = [*(colours.get(colour, colour) for colour in own), None]
        self.grounds: list[Ground] = [
            *(tuple((count, self.colours[number]) for count, number in ground) for ground in kept.grounds),
            (),
        ]
        self._kept = kept.fonts
        self._fonts = fonts
        self._fits: dict[tuple[int, ObjectId], _Fitting | None] = {}

    def fitting(self, number: int, source: Any) -> _Fitting | None:
        """The font of the file at hand, where all glyphs that are used are as wide, as whole and as blank as before."""
        key = (number, source.objgen)
        if key not in self._fits:
            old, new = self._kept[number], self._fonts.font(source)
            alike = (old.wide, old.ascent, old.descent) == (new.wide, new.ascent, new.descent) and all(
                _is_alike(glyph, new.glyph(code)) for code, glyph in old.glyphs.items()
            )
            said = any(glyph.text != new.glyph(code).text for code, glyph in old.glyphs.items())
            self._fits[key] = _Fitting(new, said) if alike else None
        return self._fits[key]


def _is_alike(one: Glyph, other: Glyph) -> bool:
    same = (one.width, one.mapped, one.fault) == (other.width, other.mapped, other.fault)
    return same and bool(one.text.strip()) == bool(other.text.strip())


class Known:
    """Drawings by their fingerprints, for one file: its fonts, and the colours of its edition."""

    def __init__(self, parts: Iterable[Drawings], accents: Accents) -> None:
        self.fonts = FontTable(self.replay)
        self._drawings: dict[bytes, tuple[Drawing, _Shelf]] = {}
        stand_ins: set[bytes] = set()
        for part in parts:
            shelf = _Shelf(part, accents, self.fonts)
            stand_ins |= set(part.accents)
            self._drawings |= {page.fingerprint: (page, shelf) for page in part.pages if page}
        self._fingerprints = _Fingerprints({old: accents.get(old, old) for old in sorted(stand_ins)})

    def replay(self, source: Any, resources: Any, content: Content, matrix: Matrix, clip: Box) -> bool:
        """Write down what a page, form or content stream draws; False when it is not known (`FontTable.replay`)."""
        if matrix[1] or matrix[2] or matrix[0] != matrix[3] or matrix[0] <= 0:
            return False
        found = self._fingerprints.of(source, resources)
        if found is None or found.digest not in self._drawings:
            return False
        drawing, shelf = self._drawings[found.digest]
        fonts = {number: shelf.fitting(number, new) for number, new in zip(drawing.fonts, found.fonts, strict=True)}
        if None in fonts.values() or (drawing.replaced and content.replaced):
            return False
        start = len(content.items)
        ids = dict(zip(drawing.streams, found.streams, strict=True))
        content.items += _items(drawing, shelf, content.page_index, (matrix, clip), fonts, ids)
        content.marks |= {(form and ids[form], number) for form, number in drawing.marks}
        content.groups += [(_space(shelf, number), where) for number, where in drawing.groups]
        content.states += found.states
        for form, count in drawing.forms:
            content.forms[ids[form]] = content.forms.get(ids[form], 0) + count
        for kind, words in drawing.notes:
            content.note(kind, words)
        content.operators += drawing.operators
        content.replaced += drawing.replaced
        self.fonts.operators_left -= drawing.operators
        content.replayed.append((start, len(content.items)))
        return True


def _space(shelf: _Shelf, number: int) -> Space:
    colour = shelf.colours[number]
    assert colour
    return colour.space


def _items(
    drawing: Drawing,
    shelf: _Shelf,
    page_index: int,
    place: tuple[Matrix, Box],
    fonts: Mapping[int, _Fitting | None],
    ids: Mapping[ObjectId, ObjectId],
) -> list[Item]:
    """The items of a drawing, moved by a matrix that does not turn, and cut by a box."""
    matrix, clip = place
    stays = place == (IDENTITY, EVERYWHERE)
    scale, x, y = matrix[0], matrix[4], matrix[5]
    colours, grounds = shelf.colours, shelf.grounds
    items = []
    for item in drawing.items:
        box, shape, mark, line_pt, picture = item.box, item.shape, item.mark, item.line_pt, item.picture
        if not stays:
            shape, cut = _placed(shape, scale, x, y), common(_placed(box, scale, x, y), clip)
            if cut is None:
                continue
            box, line_pt = cut, None if line_pt is None else line_pt * scale
        if mark.form:
            mark = replace(mark, form=ids[mark.form])
        text = item.text and _text(item.text, None if stays else matrix, fonts[item.text.font])
        items.append(
            Item(
                item.kind, page_index, box, shape, mark, colours[item.colour], item.alpha, item.overprint,
                item.overprint_mode, line_pt, text, picture and _picture(picture, shelf, scale, ids), item.layer,
                item.plain_rectangle, grounds[item.ground],
            )
        )  # fmt: skip
    return items


def _placed(box: Box, scale: float, x: float, y: float) -> Box:
    return box[0] * scale + x, box[1] * scale + y, box[2] * scale + x, box[3] * scale + y


def _text(kept: KeptText, matrix: Matrix | None, fitting: _Fitting | None) -> Text:
    assert fitting
    words = words_of_pieces(kept.pieces, fitting.font) if fitting.says_otherwise else kept.words
    size_pt, x, y, end = kept.size_pt, kept.x, kept.y, kept.end
    if matrix:
        scale, right, up = matrix[0], matrix[4], matrix[5]
        size_pt, x, y = size_pt * scale, x * scale + right, y * scale + up
        end = (end[0] * scale + right, end[1] * scale + up)
    return Text(
        words, size_pt, fitting.font, x, y, end, kept.slanted, kept.upright, kept.faults, kept.unmapped, kept.pieces
    )


def _picture(kept: KeptPicture, shelf: _Shelf, scale: float, ids: Mapping[ObjectId, ObjectId]) -> Picture:
    across, up = kept.placed_pt
    return Picture(
        object_id=ids.get(kept.object_id, kept.object_id),
        name=kept.name,
        width_px=kept.width_px,
        height_px=kept.height_px,
        bits=kept.bits,
        space=_space(shelf, kept.space) if kept.space >= 0 else None,
        placed_pt=(across * scale, up * scale),
    )


def colour_of(operands: bytes) -> Colour:
    """The colour of operands: one number is grey, three are RGB, four CMYK. Raises ValueError for others."""
    values = tuple(map(float, operands.split()))
    spaces = {1: GRAY, 3: RGB, 4: CMYK}
    if len(values) not in spaces:
        raise ValueError(f"{operands!r} is no colour")
    return Colour(spaces[len(values)], values)


@dataclass(frozen=True)
class _Found:
    """A fingerprint, and what it met on the way."""

    digest: bytes
    fonts: tuple[Any, ...]
    streams: tuple[ObjectId, ...]
    states: tuple[Any, ...]


class _Walk:
    """What one fingerprint has met so far."""

    def __init__(self) -> None:
        self.said = sha256()
        self.fonts: list[Any] = []
        self.streams: list[ObjectId] = []
        self.states: list[Any] = []

    def add(self, found: _Found) -> None:
        """Take in what was met elsewhere."""
        self.said.update(found.digest)
        self.fonts += found.fonts
        self.streams += found.streams
        self.states += found.states

    def found(self) -> _Found:
        """What it comes to."""
        return _Found(self.said.digest(), tuple(self.fonts), tuple(self.streams), tuple(self.states))


class _Fingerprints:
    """Fingerprints of what the pages and forms of one file draw, accents by their names in the kept streams."""

    def __init__(self, accents: Accents) -> None:
        self._tokens = [(b"\n%s " % now, b"\n\0%s " % kept) for kept, now in accents.items()]
        self._known: dict[ObjectId, _Found] = {}

    def of(self, source: Any, resources: Any) -> _Found | None:
        """The fingerprint of a page, form or stream of content; None for what is too deep or cannot be read."""
        try:
            if source.get("/Subtype") == Name.Form and "/Resources" in source:
                return self._form(source, resources, 0)
            return self._content(source, resources, 0)
        except (pikepdf.PikepdfError, RecursionError, ValueError, TypeError, AttributeError, KeyError):
            return None

    def _form(self, form: Any, inherited: Any, depth: int) -> _Found:
        """What a form draws. One that inherits no resources draws the same wherever it is met."""
        own = form.get("/Resources")
        if own is None or form.objgen == (0, 0):
            return self._content(form, inherited if own is None else own, depth)
        if form.objgen not in self._known:
            self._known[form.objgen] = self._content(form, own, depth)
        return self._known[form.objgen]

    def _content(self, source: Any, resources: Any, depth: int) -> _Found:
        if depth > MAX_NESTING:
            raise RecursionError
        walk = _Walk()
        content = _operators(source)
        names = set(_NAMES.findall(content))
        walk.said.update(self._told(content))
        for category in _DRAWN:
            table = resources.get(category)
            for key, thing in sorted(table.items()) if isinstance(table, Dictionary) else ():
                if key[1:].encode() not in names:
                    continue
                walk.said.update(f"{category} {key} ".encode())
                if category == "/Font":
                    walk.fonts.append(thing)
                    continue
                if category == "/ExtGState":
                    if "/Font" in thing:
                        raise ValueError("a font is set by a graphics state")
                    walk.states.append(thing)
                self._value(thing, resources, walk, depth)
        group = source.get("/Group")
        walk.said.update(b"group" + (group.unparse(resolved=True) if isinstance(group, Dictionary) else b""))
        return walk.found()

    def _thing(self, thing: Any, resources: Any, depth: int) -> _Found:
        """An object and all that it refers to."""
        if depth > MAX_NESTING:
            raise RecursionError
        walk = _Walk()
        if isinstance(thing, Stream):
            walk.streams.append(thing.objgen)
            if thing.get("/Subtype") == Name.Form or thing.get("/PatternType") == 1:
                walk.said.update(b"tagged" if "/StructParents" in thing else b"")
                walk.add(self._form(thing, resources, depth + 1))
            else:
                walk.said.update(_data(thing))
            self._entries(thing, resources, walk, depth)
        elif isinstance(thing, Dictionary):
            if thing.objgen in self._known:
                return self._known[thing.objgen]
            self._entries(thing, resources, walk, depth)
            if thing.objgen != (0, 0) and not walk.streams:
                self._known[thing.objgen] = walk.found()
        elif isinstance(thing, Array):
            walk.said.update(b"[")
            for each in thing:
                self._value(each, resources, walk, depth)
        return walk.found()

    def _entries(self, thing: Any, resources: Any, walk: _Walk, depth: int) -> None:
        for key, value in sorted(thing.items()):
            if key not in _PACKING and key != "/Resources":
                walk.said.update(key.encode())
                self._value(value, resources, walk, depth)

    def _value(self, value: Any, resources: Any, walk: _Walk, depth: int) -> None:
        if isinstance(value, pikepdf.Object) and isinstance(value, Stream | Dictionary | Array):
            walk.add(self._thing(value, resources, depth + 1))
        else:
            walk.said.update(repr(value).encode())

    def _told(self, content: bytes) -> bytes:
        for now, kept in self._tokens:
            content = content.replace(now, kept)
        return content


def _operators(source: Any) -> bytes:
    """The content of a page, form or stream, without the blanks at its ends."""
    holder = source.get("/Contents") if source.get("/Type") == Name.Page else source
    if isinstance(holder, Array):
        return b"\n".join(piece.read_bytes() for piece in holder).strip()
    return holder.read_bytes().strip() if isinstance(holder, Stream) else b""


def _data(stream: Any) -> bytes:
    """What a stream holds, unpacked where that is possible."""
    try:
        return bytes(stream.read_bytes())
    except pikepdf.PikepdfError:
        return bytes(stream.read_raw_bytes())
