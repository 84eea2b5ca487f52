"""What a page draws: its content streams walked as a reader walks them, forms and patterns included.

The one place that knows the operators (ISO 32000-1, annex A). Out come items in the order in which they are painted:
text, fills, strokes, images and shadings, each with the box it covers on the page, its colour as written, and the
marked content it stands in. Checks are questions asked of these items.

Clips are kept as boxes, so an item's box may be larger than what is seen, never smaller. Glyph shapes of Type 3 fonts
are not walked. A page may have at most `MAX_OPERATORS` operators and forms may be nested `MAX_NESTING` deep: beyond
that, reading stops and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from booklet.pdf.colour import BLACK, CMYK, GRAY, PATTERN, RGB, UNKNOWN, Colour, Space, space_of
from booklet.pdf.fonts import Font, read_font
from booklet.pdf.geometry import (
    EVERYWHERE,
    IDENTITY,
    NOWHERE,
    Box,
    Matrix,
    box_of,
    common,
    matrix_of,
    moved,
    stretch,
    times,
)

MAX_OPERATORS = 1_000_000
MAX_ALL_OPERATORS = 5_000_000
FORM_COST = 50
"""What the drawing of a form counts, however short it is, so that forms of forms of forms end as well."""
MAX_NESTING = 20
MAX_CONTENT_BYTES = 100_000_000
SURELY_SMALL_BYTES = 90_000
"""Packed once, a stream of this size cannot be larger than `MAX_CONTENT_BYTES`: deflate packs 1,032 to one at best."""
Stamp = tuple[int, int]
"""Object and generation number: what a form, font or image is known by."""


class TooMuchError(Exception):
    """The content is larger than any honest page's."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where an item stands in the structure: its MCID and the form that numbers it, or that it is an artifact."""

    mcid: int | None = None
    form: Stamp | None = None
    artifact: bool = False
    hidden_text: bool = False


UNMARKED = Mark()


@dataclass(frozen=True, slots=True)
class Text:
    """Text shown by one operator: its size on the page in points, its font, its baseline's start, and its faults."""

    words: str
    size_pt: float
    font: Font
    x: float
    y: float
    slanted: bool
    upright: bool
    faults: tuple[str, ...] = ()
    unmapped: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """An image: what it is known by, its pixels, its space (None for a stencil) and its size on the page in points."""

    stamp: Stamp
    name: str
    width_px: int
    height_px: int
    bits: int
    space: Space | None
    placed_pt: tuple[float, float]

    @property
    def ppi(self) -> float:
        """Pixels an inch, in the direction that has fewer."""
        across, up = self.placed_pt
        if across <= 0 or up <= 0:
            return 0.0
        return min(self.width_px / across, self.height_px / up) * 72


@dataclass(frozen=True, slots=True)
class Item:
    """One thing painted. `box` is what the clip leaves of it, `shape` all of it; `layer` is page, pattern or mask."""

    kind: str
    page_index: int
    box: Box
    shape: Box
    mark: Mark
    colour: Colour | None = None
    alpha: float = 1.0
    overprint: bool = False
    overprint_mode: int = 0
    line_pt: float | None = None
    text: Text | None = None
    picture: Picture | None = None
    layer: str = "page"
    plain_rectangle: bool = False


@dataclass(eq=False)
class Content:
    """Everything that one page draws. `notes` are faults of the content itself, as (kind, words)."""

    page_index: int
    items: list[Item] = field(default_factory=list)
    marks: set[tuple[Stamp | None, int]] = field(default_factory=set)
    groups: list[tuple[Space, str]] = field(default_factory=list)
    states: list[Any] = field(default_factory=list)
    forms: dict[Stamp, int] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    operators: int = 0

    def note(self, kind: str, words: str) -> None:
        """Write a fault down, once."""
        if (kind, words) not in self.notes:
            self.notes.append((kind, words))


@dataclass(slots=True)
class _State:
    """The graphics state (ISO 32000-1, 8.4.1), as far as it matters here."""

    ctm: Matrix = IDENTITY
    clip: Box = EVERYWHERE
    fill: Colour = BLACK
    stroke: Colour = BLACK
    fill_pattern: Any = None
    line_width: float = 1.0
    font: Font | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    render: int = 0
    fill_alpha: float = 1.0
    stroke_alpha: float = 1.0
    fill_overprint: bool = False
    stroke_overprint: bool = False
    overprint_mode: int = 0


def _cell_state(state: _State) -> _State:
    """The state in which the cell of a pattern starts."""
    inner = copy(state)
    inner.fill_pattern = None
    return inner


class Shelf:
    """What the pages of one file share: fonts and form contents, read once."""

    def __init__(self) -> None:
        self.fonts: dict[Stamp, Font] = {}
        self.instructions: dict[Stamp, list[Any]] = {}
        self.operators_left = MAX_ALL_OPERATORS

    def font(self, source: Any) -> Font:
        """The font of a dictionary."""
        stamp = source.objgen
        if stamp == (0, 0):
            return read_font(source)
        if stamp not in self.fonts:
            self.fonts[stamp] = read_font(source)
        return self.fonts[stamp]


def read_page(page: pikepdf.Page, index: int, shelf: Shelf) -> Content:
    """Walk one page."""
    content = Content(index)
    reader = _Reader(content, shelf)
    reader.note_group(page.obj, "page")
    try:
        reader.run(page.obj, page.obj.get("/Contents"), _resources(page), _State())
    except TooMuchError as reason:
        content.note("large", str(reason))
    except (
        pikepdf.PikepdfError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
    ) as reason:
        content.note("broken", f"The content cannot be read to its end ({type(reason).__name__}).")
    return content


def _resources(page: pikepdf.Page) -> Any:
    """The resources of a page, which may be inherited (ISO 32000-1, 7.7.3.4)."""
    try:
        return page.resources
    except (KeyError, AttributeError, pikepdf.PikepdfError):
        return Dictionary()


def _floats(operands: Iterable[Any]) -> list[float]:
    return [float(value) for value in operands]


class _Reader:
    """Walks operators and writes items down. One for a page; forms run in it again with their own resources."""

    def __init__(self, content: Content, shelf: Shelf) -> None:
        self.content = content
        self.shelf = shelf
        self.depth = 0
        self.layer = "page"
        self.mark = UNMARKED
        self.form: Stamp | None = None
        self.area: Box | None = None

    def note_group(self, source: Any, where: str) -> None:
        """Write down the colour space of a transparency group (ISO 32000-1, 11.6.6)."""
        group = source.get("/Group")
        if isinstance(group, Dictionary) and group.get("/CS") is not None:
            self.content.groups.append((space_of(group.CS, source.get("/Resources", Dictionary())), where))

    def run(self, holder: Any, source: Any, resources: Any, state: _State) -> None:
        """Walk one content stream, or several that make one."""
        if source is None:
            return
        if self.depth > MAX_NESTING:
            self.content.note("deep", f"Forms are nested more than {MAX_NESTING} deep.")
            return
        self.resources, self.state = resources, state
        self.stack: list[_State] = []
        self.marks: list[Mark] = []
        self.path: list[tuple[float, float]] = []
        self.rectangles, self.pending_clip = 0, False
        self.text_matrix = self.line_matrix = IDENTITY
        outer = self.mark
        for instruction in self._parsed(holder):
            operator = str(instruction.operator)
            handler = _HANDLERS.get(operator)
            if handler:
                try:
                    handler(self, instruction.operands)
                except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError):
                    self.content.note("operand", f"The operator {operator} has operands that make no sense.")
            elif operator == "INLINE IMAGE":
                self._inline_image(instruction)
        if self.marks:
            self.content.note("unbalanced", "Marked content is opened and never closed.")
        self.mark = outer

    def _parsed(self, holder: Any) -> Any:
        stamp = holder.objgen
        if stamp in self.shelf.instructions:
            instructions = self.shelf.instructions[stamp]
        else:
            if _unpacked_length(holder) > MAX_CONTENT_BYTES:
                raise TooMuchError(f"The content is larger than {MAX_CONTENT_BYTES // 1_000_000} MB.")
            instructions = list(pikepdf.parse_content_stream(holder))
            if stamp != (0, 0) and holder.get("/Type") != Name.Page:
                self.shelf.instructions[stamp] = instructions
        cost = len(instructions) + FORM_COST * (self.depth > 0)
        self.content.operators += cost
        self.shelf.operators_left -= cost
        if self.content.operators > MAX_OPERATORS or self.shelf.operators_left < 0:
            raise TooMuchError(f"More than {MAX_OPERATORS:,} operators on a page, or {MAX_ALL_OPERATORS:,} in all.")
        return instructions

    # graphics state

    def save(self, _: Any) -> None:
        if len(self.stack) < 10_000:
            self.stack.append(copy(self.state))

    def restore(self, _: Any) -> None:
        if self.stack:
            self.state = self.stack.pop()
        else:
            self.content.note("unbalanced", "The graphics state is restored more often than it was saved.")

    def concat(self, operands: Any) -> None:
        a, b, c, d, e, f = _floats(operands)
        self.state.ctm = times((a, b, c, d, e, f), self.state.ctm)

    def line_width(self, operands: Any) -> None:
        self.state.line_width = float(operands[0])

    def graphics_state(self, operands: Any) -> None:
        states = self.resources.get("/ExtGState", Dictionary())
        entry = states.get(operands[0])
        if not isinstance(entry, Dictionary):
            self.content.note("resource", f"The graphics state {operands[0]} is missing.")
            return
        state = self.state
        self.content.states.append(entry)
        if "/LW" in entry:
            state.line_width = float(entry.LW)
        if "/ca" in entry:
            state.fill_alpha = float(entry.ca)
        if "/CA" in entry:
            state.stroke_alpha = float(entry.CA)
        if "/OP" in entry:
            state.stroke_overprint = state.fill_overprint = bool(entry.OP)
        if "/op" in entry:
            state.fill_overprint = bool(entry.op)
        if "/OPM" in entry:
            state.overprint_mode = int(entry.OPM)
        if isinstance(font := entry.get("/Font"), Array) and len(font) == 2:
            state.font, state.size = self.shelf.font(font[0]), float(font[1])
        mask = entry.get("/SMask")
        if isinstance(mask, Dictionary) and isinstance(mask.get("/G"), Stream):
            self._run_inside(mask.G, copy(state), "mask", mask.G.get("/Resources", self.resources))

    # colour

    def fill_space(self, operands: Any) -> None:
        space = space_of(operands[0], self.resources)
        self.state.fill, self.state.fill_pattern = Colour(space, (0.0,) * space.components), None

    def stroke_space(self, operands: Any) -> None:
        space = space_of(operands[0], self.resources)
        self.state.stroke = Colour(space, (0.0,) * space.components)

    def fill_colour(self, operands: Any) -> None:
        if len(operands) and isinstance(operands[-1], Name):
            pattern = self.resources.get("/Pattern", Dictionary()).get(operands[-1])
            self.state.fill_pattern = pattern
            self.state.fill = Colour(self.state.fill.space, tuple(_floats(list(operands)[:-1])))
        else:
            self.state.fill = Colour(self.state.fill.space, tuple(_floats(operands)))

    def stroke_colour(self, operands: Any) -> None:
        values = [value for value in operands if not isinstance(value, Name)]
        self.state.stroke = Colour(self.state.stroke.space, tuple(_floats(values)))

    def fill_gray(self, operands: Any) -> None:
        self._fill(GRAY, operands)

    def fill_rgb(self, operands: Any) -> None:
        self._fill(RGB, operands)

    def fill_cmyk(self, operands: Any) -> None:
        self._fill(CMYK, operands)

    def _fill(self, space: Space, operands: Any) -> None:
        self.state.fill, self.state.fill_pattern = Colour(space, tuple(_floats(operands))), None

    def stroke_gray(self, operands: Any) -> None:
        self.state.stroke = Colour(GRAY, tuple(_floats(operands)))

    def stroke_rgb(self, operands: Any) -> None:
        self.state.stroke = Colour(RGB, tuple(_floats(operands)))

    def stroke_cmyk(self, operands: Any) -> None:
        self.state.stroke = Colour(CMYK, tuple(_floats(operands)))

    # paths

    def move(self, operands: Any) -> None:
        self.path.append(self._point(float(operands[0]), float(operands[1])))

    def curve(self, operands: Any) -> None:
        values = _floats(operands)
        self.path += [self._point(values[i], values[i + 1]) for i in range(0, len(values) - 1, 2)]

    def rectangle(self, operands: Any) -> None:
        x, y, width, height = _floats(operands)
        self.path += [self._point(x, y), self._point(x + width, y), self._point(x, y + height)]
        self.path.append(self._point(x + width, y + height))
        self.rectangles += 1

    def _point(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.state.ctm
        return a * x + c * y + e, b * x + d * y + f

    def clip(self, _: Any) -> None:
        self.pending_clip = True

    def _extent(self) -> Box:
        xs, ys = [p[0] for p in self.path], [p[1] for p in self.path]
        return (min(xs), min(ys), max(xs), max(ys)) if xs else NOWHERE

    def end_path(self, _: Any) -> None:
        if self.pending_clip:
            box = common(self.state.clip, self._extent()) if self.path else None
            self.state.clip = box or NOWHERE
        self.path, self.rectangles, self.pending_clip = [], 0, False

    def paint_fill(self, _: Any) -> None:
        self._paint(fill=True, stroke=False)

    def paint_stroke(self, _: Any) -> None:
        self._paint(fill=False, stroke=True)

    def paint_both(self, _: Any) -> None:
        self._paint(fill=True, stroke=True)

    def _paint(self, fill: bool, stroke: bool) -> None:
        state = self.state
        if self.path:
            shape = self._extent()
            if fill and state.fill_pattern is not None:
                self._pattern(state.fill_pattern, shape)
            elif fill:
                self._add("fill", shape, state.fill, plain_rectangle=self.rectangles == 1 and len(self.path) == 4)
            if stroke:
                width = state.line_width * stretch(state.ctm)
                half = width / 2
                around = (shape[0] - half, shape[1] - half, shape[2] + half, shape[3] + half)
                self._add("stroke", around, state.stroke, line_pt=width)
        self.end_path(None)

    def _add(self, kind: str, shape: Box, colour: Colour | None, **more: Any) -> None:
        box = self.area or common(shape, self.state.clip)
        if box is None:
            return
        state = self.state
        stroked = kind == "stroke"
        self.content.items.append(
            Item(
                kind=kind,
                page_index=self.content.page_index,
                box=box,
                shape=shape,
                mark=self.mark,
                colour=colour,
                alpha=state.stroke_alpha if stroked else state.fill_alpha,
                overprint=state.stroke_overprint if stroked else state.fill_overprint,
                overprint_mode=state.overprint_mode,
                layer=self.layer,
                **more,
            )
        )

    def _pattern(self, pattern: Any, shape: Box) -> None:
        if not isinstance(pattern, Dictionary | Stream):
            self.content.note("resource", "A pattern is missing.")
            return
        if pattern.get("/PatternType") == 2:
            self._shade(pattern.get("/Shading"), shape)
            return
        self._add("fill", shape, Colour(PATTERN, ()))
        if isinstance(pattern, Stream):
            # Its cells repeat (8.7.3.1): what they draw is taken to cover all of the area that they fill.
            inner = _cell_state(self.state)
            kept, self.area = self.area, common(self.state.clip, shape) or NOWHERE
            self._run_inside(pattern, inner, "pattern", pattern.get("/Resources", self.resources))
            self.area = kept

    def _shade(self, shading: Any, shape: Box) -> None:
        if isinstance(shading, Dictionary | Stream):
            self._add("shading", shape, Colour(space_of(shading.get("/ColorSpace"), self.resources), ()))

    def shade(self, operands: Any) -> None:
        self._shade(self.resources.get("/Shading", Dictionary()).get(operands[0]), self.state.clip)

    # objects

    def draw(self, operands: Any) -> None:
        thing = self.resources.get("/XObject", Dictionary()).get(operands[0])
        if not isinstance(thing, Stream):
            self.content.note("resource", f"The object {operands[0]} is missing.")
            return
        kind = thing.get("/Subtype")
        if kind == Name.Image:
            self._image(thing, thing.objgen, str(operands[0])[1:])
        elif kind == Name.Form:
            self.content.forms[thing.objgen] = self.content.forms.get(thing.objgen, 0) + 1
            if "/Ref" in thing:
                self.content.note("reference", "A page of another file is referred to.")
            state = copy(self.state)
            state.ctm = times(matrix_of(thing.get("/Matrix")), state.ctm)
            if bounds := box_of(thing.get("/BBox")):
                state.clip = common(state.clip, moved(bounds, state.ctm)) or NOWHERE
            self._run_inside(thing, state, self.layer, thing.get("/Resources", self.resources))
        elif kind == Name.PS:
            self.content.note("postscript", "A PostScript object is drawn.")

    def _run_inside(self, stream: Any, state: _State, layer: str, resources: Any) -> None:
        """Walk a form, pattern or mask, then come back to where we were."""
        kept = {name: getattr(self, name) for name in _OWN}
        self.depth += 1
        self.layer = layer
        if "/StructParents" in stream:
            self.form = stream.objgen
        self.note_group(stream, "form")
        try:
            self.run(stream, stream, resources, state)
        finally:
            for name, value in kept.items():
                setattr(self, name, value)

    def _image(self, source: Any, stamp: Stamp, name: str) -> None:
        a, b, c, d, _, _ = self.state.ctm
        stencil = bool(source.get("/ImageMask", source.get("/IM", False)))
        space = None if stencil else space_of(source.get("/ColorSpace", source.get("/CS")), self.resources)
        if not stencil and source.get("/ColorSpace", source.get("/CS")) is None:
            space = UNKNOWN  # JPEG 2000 carries its own
        picture = Picture(
            stamp=stamp,
            name=name,
            width_px=int(source.get("/Width", source.get("/W", 0))),
            height_px=int(source.get("/Height", source.get("/H", 0))),
            bits=int(source.get("/BitsPerComponent", source.get("/BPC", 1))),
            space=space,
            placed_pt=((a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5),
        )
        self._add("image", moved((0, 0, 1, 1), self.state.ctm), self.state.fill if stencil else None, picture=picture)

    def _inline_image(self, instruction: Any) -> None:
        self._image(instruction.iimage.obj, (0, 0), "drawn inline")

    # marked content

    def begin_mark(self, operands: Any) -> None:
        self._open(operands[0], Dictionary())

    def begin_mark_with(self, operands: Any) -> None:
        properties = operands[1]
        if isinstance(properties, Name):
            properties = self.resources.get("/Properties", Dictionary()).get(properties)
        self._open(operands[0], properties if isinstance(properties, Dictionary) else Dictionary())

    def _open(self, tag: Any, properties: Any) -> None:
        self.marks.append(self.mark)
        if tag == Name.Artifact:
            if self.mark.mcid is not None:
                self.content.note("artifact-in-tag", "An artifact stands inside tagged content.")
            self.mark = Mark(None, None, True)
        elif "/MCID" in properties:
            if self.mark.artifact:
                self.content.note("tag-in-artifact", "Tagged content stands inside an artifact.")
            number = int(properties.MCID)
            if (self.form, number) in self.content.marks and self.form is None:
                self.content.note("mcid-twice", f"The marked content {number} is opened twice.")
            self.content.marks.add((self.form, number))
            self.mark = Mark(number, self.form)
        elif "/ActualText" in properties:
            self.mark = Mark(self.mark.mcid, self.mark.form, self.mark.artifact, True)

    def end_mark(self, _: Any) -> None:
        if self.marks:
            self.mark = self.marks.pop()
        else:
            self.content.note("unbalanced", "Marked content is closed more often than it was opened.")

    # text

    def begin_text(self, _: Any) -> None:
        self.text_matrix = self.line_matrix = IDENTITY

    def font(self, operands: Any) -> None:
        source = self.resources.get("/Font", Dictionary()).get(operands[0])
        self.state.font = self.shelf.font(source) if isinstance(source, Dictionary) else None
        if self.state.font is None:
            self.content.note("resource", f"The font {operands[0]} is missing.")
        self.state.size = float(operands[1])

    def text_place(self, operands: Any) -> None:
        a, b, c, d, e, f = _floats(operands)
        self.text_matrix = self.line_matrix = (a, b, c, d, e, f)

    def next_line(self, operands: Any) -> None:
        x, y = _floats(operands)
        self.line_matrix = self.text_matrix = times((1, 0, 0, 1, x, y), self.line_matrix)

    def next_line_leading(self, operands: Any) -> None:
        self.state.leading = -float(operands[1])
        self.next_line(operands)

    def new_line(self, _: Any) -> None:
        self.next_line((0, -self.state.leading))

    def char_space(self, operands: Any) -> None:
        self.state.char_space = float(operands[0])

    def word_space(self, operands: Any) -> None:
        self.state.word_space = float(operands[0])

    def scale(self, operands: Any) -> None:
        self.state.scale = float(operands[0]) / 100

    def leading(self, operands: Any) -> None:
        self.state.leading = float(operands[0])

    def rise(self, operands: Any) -> None:
        self.state.rise = float(operands[0])

    def render(self, operands: Any) -> None:
        self.state.render = int(operands[0])

    def show(self, operands: Any) -> None:
        self._show([operands[0]])

    def show_spaced(self, operands: Any) -> None:
        self._show(operands[0])

    def show_line(self, operands: Any) -> None:
        self.new_line(None)
        self._show([operands[0]])

    def show_line_spaced(self, operands: Any) -> None:
        self.state.word_space, self.state.char_space = float(operands[0]), float(operands[1])
        self.show_line([operands[2]])

    def _show(self, pieces: Any) -> None:
        state, font = self.state, self.state.font
        if font is None:
            return
        size, wide, glyph_of, known = state.size, font.wide, font.glyph, font.glyphs
        advance, end = 0.0, 0.0
        words: list[str] = []
        faults: list[str] = []
        unmapped = False
        for piece in pieces:
            if not isinstance(piece, pikepdf.String | bytes):
                advance -= float(piece) * size / 1000
                continue
            raw = bytes(piece)
            codes = [raw[i] << 8 | raw[i + 1] for i in range(0, len(raw) - 1, 2)] if wide else raw
            for code in codes:
                glyph = known.get(code) or glyph_of(code)
                advance += glyph.width * size / 1000 + state.char_space
                if code == 32 and not wide:
                    advance += state.word_space
                words.append(glyph.text)
                if glyph.text.strip():
                    end = advance
                if glyph.fault and glyph.fault not in faults:
                    faults.append(glyph.fault)
                unmapped = unmapped or not glyph.mapped
        text = "".join(words)
        if not text and not unmapped and not faults:
            self.text_matrix = times((1, 0, 0, 1, advance * state.scale, 0), self.text_matrix)
            return
        self._add_text(text, (end or advance) * state.scale, tuple(faults), unmapped)
        self.text_matrix = times((1, 0, 0, 1, advance * state.scale, 0), self.text_matrix)

    def _add_text(self, words: str, width: float, faults: tuple[str, ...], unmapped: bool) -> None:
        state, font = self.state, self.state.font
        assert font
        matrix = times(self.text_matrix, state.ctm)
        a, b, c, d, e, f = matrix
        low, high = (share * state.size / 1000 + state.rise for share in (font.descent, font.ascent))
        shape = moved((min(0.0, width), min(low, high), max(0.0, width), max(low, high)), matrix)
        text = Text(
            words=words,
            size_pt=abs(state.size) * (c * c + d * d) ** 0.5,
            font=font,
            x=e,
            y=f,
            slanted=abs(a * c + b * d) > 0.03 * stretch(matrix) ** 2,
            upright=abs(b) < 1e-6 * (abs(a) + 1e-9),
            faults=faults,
            unmapped=unmapped,
        )
        if state.render in (0, 2, 4, 6):
            self._add("text", shape, state.fill, text=text)
        elif state.render in (1, 5):
            self._add("text", shape, state.stroke, text=text)
        elif state.render == 3:
            self._add("unseen", shape, None, text=text)


_OWN = (
    "resources", "state", "stack", "marks", "path", "rectangles", "pending_clip", "text_matrix", "line_matrix", "layer",
    "depth", "form", "mark",
)  # fmt: skip
_HANDLERS: dict[str, Any] = {
    "q": _Reader.save, "Q": _Reader.restore, "cm": _Reader.concat, "w": _Reader.line_width, "gs":
    _Reader.graphics_state, "cs": _Reader.fill_space, "CS": _Reader.stroke_space, "sc": _Reader.fill_colour, "scn":
    _Reader.fill_colour, "SC": _Reader.stroke_colour, "SCN": _Reader.stroke_colour, "g": _Reader.fill_gray, "G":
    _Reader.stroke_gray, "rg": _Reader.fill_rgb, "RG": _Reader.stroke_rgb, "k": _Reader.fill_cmyk, "K":
    _Reader.stroke_cmyk, "m": _Reader.move, "l": _Reader.move, "c": _Reader.curve, "v": _Reader.curve, "y":
    _Reader.curve, "re": _Reader.rectangle, "W": _Reader.clip, "W*": _Reader.clip, "n": _Reader.end_path, "f":
    _Reader.paint_fill, "F": _Reader.paint_fill, "f*": _Reader.paint_fill, "S": _Reader.paint_stroke, "s":
    _Reader.paint_stroke, "B": _Reader.paint_both, "B*": _Reader.paint_both, "b": _Reader.paint_both, "b*":
    _Reader.paint_both, "sh": _Reader.shade, "Do": _Reader.draw, "BMC": _Reader.begin_mark, "BDC":
    _Reader.begin_mark_with, "EMC": _Reader.end_mark, "BT": _Reader.begin_text, "Tf": _Reader.font, "Tm":
    _Reader.text_place, "Td": _Reader.next_line, "TD": _Reader.next_line_leading, "T*": _Reader.new_line, "Tc":
    _Reader.char_space, "Tw": _Reader.word_space, "Tz": _Reader.scale, "TL": _Reader.leading, "Ts": _Reader.rise, "Tr":
    _Reader.render, "Tj": _Reader.show, "TJ": _Reader.show_spaced, "'": _Reader.show_line, '"':
    _Reader.show_line_spaced,
}  # fmt: skip


def _unpacked_length(holder: Any) -> int:
    """Bytes of content of a page or form; guessed where it cannot be large, unpacked where it can."""
    content = holder.get("/Contents") if holder.get("/Type") == Name.Page else holder
    streams = [each for each in (content if isinstance(content, Array) else [content]) if isinstance(each, Stream)]
    return sum(_unpacked(stream) for stream in streams)


def _unpacked(stream: Stream) -> int:
    stored = int(stream.get("/Length", 0))
    filters = stream.get("/Filter")
    packed_once = filters is None or isinstance(filters, Name) or (isinstance(filters, Array) and len(filters) < 2)
    return stored if packed_once and stored < SURELY_SMALL_BYTES else len(stream.read_bytes())
