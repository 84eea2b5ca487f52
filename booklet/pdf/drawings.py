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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from booklet.pdf.colour import CMYK, GRAY, RGB, Colour, Space
from booklet.pdf.content import Content, FontTable, Ground, Item, Text, read_page, resources_of, words_of_pieces
from booklet.pdf.fonts import Font
from booklet.pdf.geometry import EVERYWHERE, IDENTITY, Box, Matrix, common, moved
from booklet.pdf.objects import ContentFault, ObjectId, Problem

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


@dataclass(frozen=True)
class Drawing:
    """What one page draws. `fonts` and `streams` stand in the order in which its fingerprint meets them; fonts are kept
    without their dictionaries, with the glyphs that are used.
    """

    fingerprint: bytes
    items: tuple[Item, ...]
    marks: frozenset[tuple[ObjectId | None, int]]
    groups: tuple[tuple[Space, str], ...]
    forms: tuple[tuple[ObjectId, int], ...]
    notes: tuple[Problem, ...]
    operators: int
    replaced: int
    fonts: tuple[Font, ...]
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


def draw_pages(pdf: Pdf, accents: Iterable[bytes]) -> list[Drawing | None]:
    """Walk all pages of a part; None for a page that cannot be kept."""
    table, reader = FontTable(), _Fingerprints({accent: accent for accent in accents})
    light: dict[int, Font] = {}
    drawings: list[Drawing | None] = []
    for index, page in enumerate(pdf.pages):
        content = read_page(page, index, table)
        found = reader.of(page.obj, resources_of(page))
        sound = not content.unclosed and all(note.kind in _SOUND for note in content.notes)
        if found is None or not sound or any(_is_opaque(item) for item in content.items):
            drawings.append(None)
            continue
        fonts = [table.font(source) for source in found.fonts]
        for font in (*fonts, *(item.text.font for item in content.items if item.text)):
            light.setdefault(id(font), replace(font, dictionary=None, source=None, runs={}))
        drawings.append(
            Drawing(
                fingerprint=found.digest,
                items=tuple(
                    item._replace(text=item.text._replace(font=light[id(item.text.font)])) if item.text else item
                    for item in content.items
                ),
                marks=frozenset(content.marks),
                groups=tuple(content.groups),
                forms=tuple(content.forms.items()),
                notes=tuple(content.notes),
                operators=content.operators,
                replaced=content.replaced,
                fonts=tuple(light[id(font)] for font in fonts),
                streams=found.streams,
            )
        )
    return drawings


def _is_opaque(item: Item) -> bool:
    """True for colours that only their own file can read."""
    spaces = (item.colour and item.colour.space, item.picture and item.picture.space)
    return any(space is not None and (space.tint or space.base) for space in spaces if space)


@dataclass(frozen=True)
class _Fitting:
    """A font of the file at hand that fits a kept one, and whether it gives glyphs other characters."""

    font: Font
    says_otherwise: bool


class Known:
    """Drawings by their fingerprints, for one file: its fonts, and the colours of its edition."""

    def __init__(self, drawings: Iterable[Drawing], accents: Accents) -> None:
        self._drawings = {drawing.fingerprint: drawing for drawing in drawings}
        self._fingerprints = _Fingerprints(accents)
        self._colours = {colour_of(old): colour_of(new) for old, new in accents.items() if old != new}
        self._recoloured: dict[int, Colour | None] = {}
        self._fits: dict[tuple[int, ObjectId], _Fitting | None] = {}
        self._grounds: dict[int, Ground] = {}
        self.fonts = FontTable(self.replay)

    def replay(self, source: Any, resources: Any, content: Content, matrix: Matrix, clip: Box) -> bool:
        """Write down what a page, form or content stream draws; False when it is not known (`FontTable.replay`)."""
        if matrix[1] or matrix[2] or matrix[0] != matrix[3] or matrix[0] <= 0:
            return False
        found = self._fingerprints.of(source, resources)
        drawing = self._drawings.get(found.digest) if found else None
        if found is None or drawing is None or (drawing.replaced and content.replaced):
            return False
        fonts = {id(old): self._fitting(old, new) for old, new in zip(drawing.fonts, found.fonts, strict=True)}
        if None in fonts.values():
            return False
        start = len(content.items)
        ids = dict(zip(drawing.streams, found.streams, strict=True))
        content.items += self._items(drawing, content.page_index, matrix, clip, fonts, ids)
        content.marks |= {(form and ids[form], number) for form, number in drawing.marks}
        content.groups += drawing.groups
        content.states += found.states
        for form, count in drawing.forms:
            content.forms[ids[form]] = content.forms.get(ids[form], 0) + count
        content.notes += [note for note in drawing.notes if note not in content.notes]
        content.operators += drawing.operators
        content.replaced += drawing.replaced
        self.fonts.operators_left -= drawing.operators
        content.replayed.append((start, len(content.items)))
        return True

    def _fitting(self, old: Font, source: Any) -> _Fitting | None:
        """The font of the file at hand, where all glyphs that are used are as wide, as whole and as blank as before."""
        key = (id(old), source.objgen)
        if key not in self._fits:
            new = self.fonts.font(source)
            alike = (old.wide, old.ascent, old.descent) == (new.wide, new.ascent, new.descent) and all(
                _is_alike(glyph, new.glyph(code)) for code, glyph in old.glyphs.items()
            )
            said = any(glyph.text != new.glyph(code).text for code, glyph in old.glyphs.items())
            self._fits[key] = _Fitting(new, said) if alike else None
        return self._fits[key]

    def _items(
        self,
        drawing: Drawing,
        page_index: int,
        matrix: Matrix,
        clip: Box,
        fonts: Mapping[int, _Fitting | None],
        ids: Mapping[ObjectId, ObjectId],
    ) -> list[Item]:
        stays = matrix == IDENTITY and clip == EVERYWHERE
        scale, (x, y) = matrix[0], matrix[4:]
        colours, grounds = self._recoloured, self._grounds
        items = []
        for item in drawing.items:
            box, shape, text, picture, mark = item.box, item.shape, item.text, item.picture, item.mark
            colour, ground = item.colour, item.ground
            if not stays:
                shape = moved(shape, matrix)
                cut = common(moved(box, matrix), clip)
                if cut is None:
                    continue
                box = cut
            if text:
                fitting = fonts[id(text.font)]
                assert fitting
                words = words_of_pieces(text.pieces, fitting.font) if fitting.says_otherwise else text.words
                if stays:
                    text = Text(
                        words, text.size_pt, fitting.font, text.x, text.y, text.end, text.slanted, text.upright,
                        text.faults, text.unmapped, text.pieces,
                    )  # fmt: skip
                else:
                    end = (text.end[0] * scale + x, text.end[1] * scale + y)
                    text = Text(
                        words, text.size_pt * scale, fitting.font, text.x * scale + x, text.y * scale + y, end,
                        text.slanted, text.upright, text.faults, text.unmapped, text.pieces,
                    )  # fmt: skip
            if picture:
                across, up = picture.placed_pt
                known_by = ids.get(picture.object_id, picture.object_id)
                picture = replace(picture, object_id=known_by, placed_pt=(across * scale, up * scale))
            if mark.form:
                mark = replace(mark, form=ids[mark.form])
            items.append(
                Item(
                    item.kind, page_index, box, shape, mark, colours.get(id(colour)) or self._recolour(colour),
                    item.alpha, item.overprint, item.overprint_mode,
                    None if item.line_pt is None else item.line_pt * scale, text, picture, item.layer,
                    item.plain_rectangle, ground and (grounds.get(id(ground)) or self._ground(ground)),
                )
            )  # fmt: skip
        return items

    def _recolour(self, colour: Colour | None) -> Colour | None:
        key = id(colour)  # colours live as long as the drawings that hold them, and are shared by many items
        if key not in self._recoloured:
            self._recoloured[key] = self._colours.get(colour, colour) if colour else None
        return self._recoloured[key]

    def _ground(self, ground: Ground) -> Ground:
        key = id(ground)
        if key not in self._grounds:
            self._grounds[key] = tuple((count, self._recolour(colour)) for count, colour in ground)
        return self._grounds[key]


def _is_alike(one: Any, other: Any) -> bool:
    same = (one.width, one.mapped, one.fault) == (other.width, other.mapped, other.fault)
    return same and bool(one.text.strip()) == bool(other.text.strip())


def colour_of(operands: bytes) -> Colour:
    """The colour of operands: one number is grey, three are RGB, four CMYK. Raises ValueError for others."""
    values = tuple(map(float, operands.split()))
    spaces = {1: GRAY, 3: RGB, 4: CMYK}
    if len(values) not in spaces:
        raise ValueError(f"{operands!r} is no colour")
    return Colour(spaces[len(values)], values)


@dataclass
class _Found:
    """A fingerprint, and what it met on the way."""

    digest: bytes = b""
    fonts: tuple[Any, ...] = ()
    streams: tuple[ObjectId, ...] = ()
    states: tuple[Any, ...] = ()


@dataclass
class _Walk:
    """What one fingerprint has met so far."""

    said: Any
    fonts: list[Any] = field(default_factory=list)
    streams: list[ObjectId] = field(default_factory=list)
    states: list[Any] = field(default_factory=list)


class _Fingerprints:
    """Fingerprints of what pages and forms draw, accents told by their names in the kept streams."""

    def __init__(self, accents: Accents) -> None:
        self._tokens = [(b"\n%s " % now, b"\n\0%s " % kept) for kept, now in accents.items()]

    def of(self, source: Any, resources: Any) -> _Found | None:
        """The fingerprint of a page, form or stream of content; None for what is too deep or cannot be read."""
        walk = _Walk(sha256())
        try:
            self._content(source, resources, walk, 0)
            group = source.get("/Group")
            walk.said.update(b"group" + (group.unparse(resolved=True) if isinstance(group, Dictionary) else b""))
        except (pikepdf.PikepdfError, RecursionError, ValueError, TypeError, AttributeError, KeyError):
            return None
        return _Found(walk.said.digest(), tuple(walk.fonts), tuple(walk.streams), tuple(walk.states))

    def _content(self, source: Any, resources: Any, walk: _Walk, depth: int) -> None:
        if depth > MAX_NESTING:
            raise RecursionError
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
                else:
                    if category == "/ExtGState":
                        if "/Font" in thing:
                            raise ValueError("a font is set by a graphics state")
                        walk.states.append(thing)
                    self._thing(thing, resources, walk, depth + 1)

    def _thing(self, thing: Any, resources: Any, walk: _Walk, depth: int) -> None:
        if depth > MAX_NESTING:
            raise RecursionError
        if isinstance(thing, Stream):
            walk.streams.append(thing.objgen)
            if thing.get("/Subtype") == Name.Form or thing.get("/PatternType") == 1:
                walk.said.update(b"tagged" if "/StructParents" in thing else b"")
                self._content(thing, thing.get("/Resources", resources), walk, depth + 1)
            else:
                walk.said.update(_data(thing))
            self._entries(thing, resources, walk, depth)
        elif isinstance(thing, Dictionary):
            self._entries(thing, resources, walk, depth)
        elif isinstance(thing, Array):
            walk.said.update(b"[")
            for each in thing:
                self._thing(each, resources, walk, depth + 1)
            walk.said.update(b"]")
        else:
            walk.said.update(repr(thing).encode())

    def _entries(self, thing: Any, resources: Any, walk: _Walk, depth: int) -> None:
        for key, value in sorted(thing.items()):
            if key not in _PACKING and key != "/Resources":
                walk.said.update(key.encode())
                self._thing(value, resources, walk, depth + 1)
        walk.said.update(b">>")

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
