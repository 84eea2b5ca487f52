"""What a page draws: its content streams walked as a reader walks them, forms and patterns included.

The one place that knows the operators (ISO 32000-1, annex A). Out come `items` in the order in which they are painted:
text, fills, strokes, images and shadings, each with the box it covers on the page, its colour as written, and the
marked content it stands in. Checks are questions asked of these items, and so is what is heard (`words`).

Clips are kept as boxes, so an item's box may be larger than what is seen, never smaller. Glyph shapes of Type 3 fonts
are not walked. A page may have at most `MAX_OPERATORS` operators and forms may be nested `MAX_NESTING` deep: beyond
that, reading stops and a note says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from booklet.pdf.colour import BLACK, CMYK, GRAY, PATTERN, RGB, UNKNOWN, Colour, Space, Spaces
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
from booklet.pdf.items import UNMARKED, WORD_GAP_EM, Content, Item, Mark, Paint, Picture, Text
from booklet.pdf.objects import ContentFault, ObjectId, OverLimitError, streams_of, unpacked

MAX_OPERATORS = 1_000_000
MAX_ALL_OPERATORS = 2_000_000
FORM_COST = 50
"""What the drawing of a form counts, however short it is, so that forms of forms of forms end as well."""
MAX_NESTING = 20
MAX_CONTENT_BYTES = 100_000_000
ISOLATED = "isolated form"
"""Where a transparency group is that is mixed by itself, in a space of its own (ISO 32000-1, 11.4.5)."""
APPEARANCE = "annotation"
"""The layer of what annotations look like."""
DEFLATE_AT_BEST = 1_032
"""What deflate packs into one byte."""


class _State:
    """The graphics state (ISO 32000-1, 8.4.1), as far as it matters here."""

    def __init__(self) -> None:
        self.ctm: Matrix = IDENTITY
        self.clip: Box = EVERYWHERE
        self.fill: Colour = BLACK
        self.stroke: Colour = BLACK
        self.fill_pattern: Any = None
        self.line_width = 1.0
        self.font: Font | None = None
        self.size = 0.0
        self.char_space = 0.0
        self.word_space = 0.0
        self.scale = 1.0
        self.leading = 0.0
        self.rise = 0.0
        self.render = 0
        self.fill_alpha = 1.0
        self.stroke_alpha = 1.0
        self.fill_overprint = False
        self.stroke_overprint = False
        self.overprint_mode = 0

    def copy(self) -> _State:
        """The same again: much faster than `copy.copy`, and asked for at every q."""
        other = _State.__new__(_State)
        other.__dict__.update(self.__dict__)
        return other


Replay = Callable[[Any, Any, Content, Matrix, Box], bool]
"""Tries to write down what a page, form or content stream with these resources draws, moved by a matrix and cut by a
box, without walking it; False where it is not known.
"""


class FontTable:
    """What the pages of one file share: fonts and form contents, read once, and how much may still be read. What is
    known of the contents from elsewhere is written down by `replay`.
    """

    def __init__(self, replay: Replay | None = None) -> None:
        self.replay = replay
        self.fonts: dict[ObjectId, Font] = {}
        self.spaces = Spaces()
        self.instructions: dict[ObjectId, list[Any]] = {}
        self.operators_left = MAX_ALL_OPERATORS

    def font(self, source: Any) -> Font:
        """The font of a dictionary."""
        known_by = source.objgen
        if known_by == (0, 0):
            return read_font(source)
        if known_by not in self.fonts:
            self.fonts[known_by] = read_font(source)
        return self.fonts[known_by]


def read_page(page: pikepdf.Page, index: int, fonts: FontTable) -> Content:
    """Walk one page."""
    content = Content(index)
    if _is_known(page, fonts, content):
        return content
    frame = _Frame(content, fonts, resources_of(page), _State())
    frame.note_group(page.obj, "page")
    _run(frame, page.obj)
    return content


def read_appearance(stream: Any, resources: Any, rectangle: Box, index: int, fonts: FontTable) -> Content:
    """Walk what an annotation looks like: a form that is fitted into its rectangle (ISO 32000-1, 12.5.5). `resources`
    stand in where it has none.
    """
    content = Content(index)
    state = _State()
    matrix = matrix_of(stream.get("/Matrix"))
    bounds = box_of(stream.get("/BBox"))
    if bounds:
        seen = moved(bounds, matrix)
        across, up = ((rectangle[i + 2] - rectangle[i]) / ((seen[i + 2] - seen[i]) or 1) for i in (0, 1))
        placed = (across, 0.0, 0.0, up, rectangle[0] - seen[0] * across, rectangle[1] - seen[1] * up)
        state.ctm = times(matrix, placed)
        state.clip = moved(bounds, state.ctm)
    frame = _Frame(content, fonts, stream.get("/Resources", resources), state)
    frame.layer = APPEARANCE
    _run(frame, stream)
    return content


def _run(frame: _Frame, holder: Any) -> None:
    """Walk a page or an appearance; what stops the walk is a note."""
    content = frame.content
    try:
        frame.run(holder)
    except OverLimitError as reason:
        content.note(ContentFault.LARGE, str(reason))
    except (
        pikepdf.PikepdfError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
    ) as reason:
        content.note(ContentFault.BROKEN, f"The content cannot be read to its end ({type(reason).__name__}).")


def _is_known(page: pikepdf.Page, fonts: FontTable, content: Content) -> bool:
    """True when all that a page draws was known and is written down. Of several streams, each is known by itself."""
    if fonts.replay is None or isinstance(page.obj.get("/Contents"), Array):
        return False
    return fonts.replay(page.obj, resources_of(page), content, IDENTITY, EVERYWHERE)


def resources_of(page: pikepdf.Page) -> Any:
    """The resources of a page, which may be inherited (ISO 32000-1, 7.7.3.4)."""
    try:
        return page.resources
    except (KeyError, AttributeError, pikepdf.PikepdfError):
        return Dictionary()


def _floats(operands: Iterable[Any]) -> list[float]:
    return list(map(float, operands))


class _Frame:
    """One content stream being walked: what holds in it alone. A form, pattern or mask gets a frame of its own."""

    def __init__(self, content: Content, fonts: FontTable, resources: Any, state: _State) -> None:
        self.content = content
        self.fonts = fonts
        self.resources = resources
        self.state = state
        self.depth = 0
        self.layer = "page"
        self.mark = UNMARKED
        self.form: ObjectId | None = None
        self.area: Box | None = None
        """What all items cover: the area that the cells of a pattern fill."""
        self.stack: list[_State] = []
        self.marks: list[Mark] = []
        self.path: list[tuple[float, float]] = []
        self.rectangles, self.pending_clip = 0, False
        self.text_matrix = self.line_matrix = IDENTITY
        self.named: dict[tuple[str, str], Any] = {}
        """Resources by kind and name, once they are asked for."""
        self.states: dict[str, dict[str, Any]] = {}

    def resource(self, kind: str, name: Any) -> Any:
        """A resource by its name; None where it is missing."""
        key = (kind, str(name))
        if key not in self.named:
            table = self.resources.get(kind)
            self.named[key] = table.get(name) if isinstance(table, Dictionary) else None
        return self.named[key]

    def inner(self, stream: Any, state: _State, layer: str) -> _Frame:
        """The frame of a stream that is drawn from this one."""
        frame = _Frame(self.content, self.fonts, stream.get("/Resources", self.resources), state)
        frame.depth = self.depth + 1
        frame.layer = layer
        frame.mark = self.mark
        frame.form = stream.objgen if "/StructParents" in stream else self.form
        frame.area = self.area
        return frame

    def note_group(self, source: Any, where: str) -> None:
        """Write down the colour space of a transparency group (ISO 32000-1, 11.6.6)."""
        group = source.Group if "/Group" in source else None
        if isinstance(group, Dictionary) and group.get("/CS") is not None:
            if where == "form" and bool(group.get("/I", False)):
                where = ISOLATED
            self.content.groups.append((self.fonts.spaces.of(group.CS, source.get("/Resources", Dictionary())), where))

    def run(self, holder: Any) -> None:
        """Walk the stream of a form, or the streams of a page, which make one."""
        if self.depth > MAX_NESTING:
            self.content.note(ContentFault.DEEP, f"Forms are nested more than {MAX_NESTING} deep.")
            return
        for instruction in self._parsed(holder):
            operator = str(instruction.operator)
            handler = _HANDLERS.get(operator)
            if handler:
                try:
                    handler(self, instruction.operands)
                except OverLimitError:
                    raise
                except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError):
                    words = f"The operator {operator} has operands that make no sense."
                    self.content.note(ContentFault.OPERAND, words)
            elif operator == "INLINE IMAGE":
                self._inline_image(instruction)
        self.content.unclosed += len(self.stack)
        if self.marks:
            self.content.note(ContentFault.UNBALANCED, "Marked content is opened and never closed.")

    def _parsed(self, holder: Any) -> Iterable[Any]:
        is_page = "/Type" in holder and holder.Type == Name.Page
        pieces = streams_of(holder) if is_page and self.fonts.replay and "/Contents" in holder else []
        return self._instructions_of(pieces) if len(pieces) > 1 else self._instructions(holder)

    def _instructions_of(self, pieces: list[Any]) -> Iterator[Any]:
        """The instructions of several streams that make one content, without those of streams that are known."""
        for piece in pieces:
            if not self._replayed(piece, self.resources, self.state):
                yield from self._instructions(piece)

    def _replayed(self, stream: Any, resources: Any, state: _State) -> bool:
        """True when what a stream draws was known and is written down: where nothing is set but matrix and clip."""
        inside = self.layer != "page" or self.form is not None or self.area is not None
        if self.fonts.replay is None or inside or self.mark != UNMARKED:
            return False
        plain = _State()
        plain.ctm, plain.clip = state.ctm, state.clip
        fresh = plain.__dict__ == state.__dict__
        return fresh and self.fonts.replay(stream, resources, self.content, state.ctm, state.clip)

    def _instructions(self, holder: Any) -> list[Any]:
        known_by = holder.objgen
        if known_by in self.fonts.instructions:
            instructions = self.fonts.instructions[known_by]
        else:
            is_page = "/Type" in holder and holder.Type == Name.Page
            if is_page and "/Contents" not in holder:
                return []
            _check_size(streams_of(holder) if is_page else [holder])
            instructions = list(pikepdf.parse_content_stream(holder))
            if known_by != (0, 0) and not is_page:
                self.fonts.instructions[known_by] = instructions
        cost = len(instructions) + FORM_COST * (self.depth > 0)
        self.content.operators += cost
        self.fonts.operators_left -= cost
        if self.content.operators > MAX_OPERATORS or self.fonts.operators_left < 0:
            raise OverLimitError(f"More than {MAX_OPERATORS:,} operators on a page, or {MAX_ALL_OPERATORS:,} in all.")
        return instructions

    # graphics state

    def save(self, _: Any) -> None:
        if len(self.stack) < 10_000:
            self.stack.append(self.state.copy())

    def restore(self, _: Any) -> None:
        if self.stack:
            self.state = self.stack.pop()
        else:
            self.content.note(ContentFault.UNBALANCED, "The graphics state is restored more often than it was saved.")

    def concat(self, operands: Any) -> None:
        a, b, c, d, e, f = _floats(operands)
        self.state.ctm = times((a, b, c, d, e, f), self.state.ctm)

    def line_width(self, operands: Any) -> None:
        self.state.line_width = float(operands[0])

    def graphics_state(self, operands: Any) -> None:
        entry = self._state_of(operands[0])
        if entry is None:
            self.content.note(ContentFault.RESOURCE, f"The graphics state {operands[0]} is missing.")
            return
        state = self.state
        if "/LW" in entry:
            state.line_width = float(entry["/LW"])
        if "/ca" in entry:
            state.fill_alpha = float(entry["/ca"])
        if "/CA" in entry:
            state.stroke_alpha = float(entry["/CA"])
        if "/OP" in entry:
            state.stroke_overprint = state.fill_overprint = bool(entry["/OP"])
        if "/op" in entry:
            state.fill_overprint = bool(entry["/op"])
        if "/OPM" in entry:
            state.overprint_mode = int(entry["/OPM"])
        if isinstance(font := entry.get("/Font"), Array) and len(font) == 2:
            state.font, state.size = self.fonts.font(font[0]), float(font[1])
        mask = entry.get("/SMask")
        if isinstance(mask, Dictionary) and isinstance(mask.get("/G"), Stream):
            self._run_inside(mask.G, state.copy(), "mask")

    def _state_of(self, name: Any) -> dict[str, Any] | None:
        """The entries of a graphics state; None where it is missing."""
        key = str(name)
        if key not in self.states:
            source = self.resource("/ExtGState", name)
            if not isinstance(source, Dictionary):
                return None
            self.content.states.append(source)
            self.states[key] = dict(source.items())
        return self.states[key]

    # colour

    def fill_space(self, operands: Any) -> None:
        space = self.fonts.spaces.of(operands[0], self.resources)
        self.state.fill, self.state.fill_pattern = Colour(space, space.initial), None

    def stroke_space(self, operands: Any) -> None:
        space = self.fonts.spaces.of(operands[0], self.resources)
        self.state.stroke = Colour(space, space.initial)

    def fill_colour(self, operands: Any) -> None:
        if len(operands) and isinstance(operands[-1], Name):
            pattern = self.resource("/Pattern", operands[-1])
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
                self._add(Paint.FILL, shape, state.fill, plain_rectangle=self.rectangles == 1 and len(self.path) == 4)
            if stroke:
                width = state.line_width * stretch(state.ctm)
                half = width / 2
                around = (shape[0] - half, shape[1] - half, shape[2] + half, shape[3] + half)
                self._add(Paint.STROKE, around, state.stroke, line_pt=width)
        self.end_path(None)

    def _add(self, kind: Paint, shape: Box, colour: Colour | None, **more: Any) -> None:
        box = self.area or common(shape, self.state.clip)
        if box is None:
            return
        state = self.state
        stroked = kind is Paint.STROKE
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
            self.content.note(ContentFault.RESOURCE, "A pattern is missing.")
            return
        if pattern.get("/PatternType") == 2:
            self._shade(pattern.get("/Shading"), shape)
            return
        self._add(Paint.FILL, shape, Colour(PATTERN, ()))
        if isinstance(pattern, Stream):
            # Its cells repeat (8.7.3.1): what they draw is taken to cover all of the area that they fill.
            state = self.state.copy()
            state.fill_pattern = None
            if pattern.get("/PaintType") == 2 and (base := state.fill.space.base):  # cells without colours of their own
                state.fill = state.stroke = Colour(base, state.fill.values)
            self._run_inside(pattern, state, "pattern", common(self.state.clip, shape) or NOWHERE)

    def _shade(self, shading: Any, shape: Box) -> None:
        if isinstance(shading, Dictionary | Stream):
            self._add(
                Paint.SHADING, shape, Colour(self.fonts.spaces.of(shading.get("/ColorSpace"), self.resources), ())
            )

    def shade(self, operands: Any) -> None:
        self._shade(self.resource("/Shading", operands[0]), self.state.clip)

    # objects

    def draw(self, operands: Any) -> None:
        thing = self.resource("/XObject", operands[0])
        if not isinstance(thing, Stream):
            self.content.note(ContentFault.RESOURCE, f"The object {operands[0]} is missing.")
            return
        kind = thing.get("/Subtype")
        if kind == Name.Image:
            self._image(thing, thing.objgen, str(operands[0])[1:])
        elif kind == Name.Form:
            self.content.forms[thing.objgen] = self.content.forms.get(thing.objgen, 0) + 1
            if "/Ref" in thing:
                self.content.note(ContentFault.REFERENCE, "A page of another file is referred to.")
            state = self.state.copy()
            state.ctm = times(matrix_of(thing.get("/Matrix")), state.ctm)
            if bounds := box_of(thing.get("/BBox")):
                state.clip = common(state.clip, moved(bounds, state.ctm)) or NOWHERE
            if not self._replayed(thing, thing.get("/Resources", self.resources), state):
                self._run_inside(thing, state, self.layer)
        elif kind == Name.PS:
            self.content.note(ContentFault.POSTSCRIPT, "A PostScript object is drawn.")

    def _run_inside(self, stream: Any, state: _State, layer: str, area: Box | None = None) -> None:
        """Walk a form, pattern or mask."""
        frame = self.inner(stream, state, layer)
        frame.area = area or frame.area
        frame.note_group(stream, "form" if layer == "page" else layer)
        frame.run(stream)

    def _image(self, source: Any, known_by: ObjectId, name: str) -> None:
        a, b, c, d, _, _ = self.state.ctm
        stencil = bool(source.get("/ImageMask", source.get("/IM", False)))
        space = None if stencil else self._space(source)
        if not stencil and source.get("/ColorSpace", source.get("/CS")) is None:
            space = UNKNOWN  # JPEG 2000 carries its own
        picture = Picture(
            object_id=known_by,
            name=name,
            width_px=int(source.get("/Width", source.get("/W", 0))),
            height_px=int(source.get("/Height", source.get("/H", 0))),
            bits=int(source.get("/BitsPerComponent", source.get("/BPC", 1))),
            space=space,
            placed_pt=((a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5),
        )
        self._add(
            Paint.IMAGE, moved((0, 0, 1, 1), self.state.ctm), self.state.fill if stencil else None, picture=picture
        )

    def _space(self, source: Any) -> Space:
        return self.fonts.spaces.of(source.get("/ColorSpace", source.get("/CS")), self.resources)

    def _inline_image(self, instruction: Any) -> None:
        self._image(instruction.iimage.obj, (0, 0), "drawn inline")

    # marked content

    def begin_mark(self, operands: Any) -> None:
        self._open(operands[0], Dictionary())

    def begin_mark_with(self, operands: Any) -> None:
        properties = operands[1]
        if isinstance(properties, Name):
            properties = self.resource("/Properties", properties)
        self._open(operands[0], properties if isinstance(properties, Dictionary) else Dictionary())

    def _open(self, tag: Any, properties: Any) -> None:
        self.marks.append(self.mark)
        actual = self.mark.actual
        if actual is None and (said := _said_instead(tag, properties)) is not None:
            self.content.replaced += 1
            actual = (self.content.replaced, said)
        lang = self.mark.lang
        if "/Lang" in properties and isinstance(language := properties.Lang, String):
            lang = str(language)
        if tag == Name.Artifact:
            if self.mark.mcid is not None:
                self.content.note(ContentFault.ARTIFACT_IN_TAG, "An artifact stands inside tagged content.")
            self.mark = Mark(artifact=True)
        elif "/MCID" in properties:
            if self.mark.artifact:
                self.content.note(ContentFault.TAG_IN_ARTIFACT, "Tagged content stands inside an artifact.")
            number = int(properties.MCID)
            if (self.form, number) in self.content.marks and self.form is None:
                self.content.note(ContentFault.MCID_TWICE, f"The marked content {number} is opened twice.")
            self.content.marks.add((self.form, number))
            self.mark = Mark(number, self.form, actual=actual, lang=lang)
        elif actual is not self.mark.actual or lang != self.mark.lang:
            self.mark = Mark(self.mark.mcid, self.mark.form, self.mark.artifact, actual, lang)

    def end_mark(self, _: Any) -> None:
        if self.marks:
            self.mark = self.marks.pop()
        else:
            self.content.note(ContentFault.UNBALANCED, "Marked content is closed more often than it was opened.")

    # text

    def begin_text(self, _: Any) -> None:
        self.text_matrix = self.line_matrix = IDENTITY

    def font(self, operands: Any) -> None:
        source = self.resource("/Font", operands[0])
        self.state.font = self.fonts.font(source) if isinstance(source, Dictionary) else None
        if self.state.font is None:
            self.content.note(ContentFault.RESOURCE, f"The font {operands[0]} is missing.")
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
        em, char_space, word_space = state.size / 1000, state.char_space, state.word_space
        advance, end = 0.0, 0.0
        words = ""
        faults: tuple[str, ...] = ()
        unmapped = parted = False
        shown: list[tuple[bool, bytes]] = []
        for piece in pieces:
            if type(piece) in _NUMBERS:
                gap = -float(piece)
                advance += gap * em
                parted = parted or gap > 1000 * WORD_GAP_EM
                continue
            shown.append((parted, bytes(piece)))
            run = font.run(shown[-1][1])
            words = _appended(words, run.text, parted)
            parted = False
            if run.shown:
                end = advance + run.shown_width * em + run.shown * char_space + run.shown_spaces * word_space
            advance += run.width * em + run.count * char_space + run.spaces * word_space
            if run.faults:
                faults += tuple(fault for fault in run.faults if fault not in faults)
            unmapped = unmapped or run.unmapped
        if words or unmapped or faults:
            width = (end or advance) * state.scale
            self._add_text(words, width, advance * state.scale, faults, unmapped, tuple(shown))
        self.text_matrix = times((1, 0, 0, 1, advance * state.scale, 0), self.text_matrix)

    def _add_text(
        self,
        words: str,
        width: float,
        advance: float,
        faults: tuple[str, ...],
        unmapped: bool,
        pieces: tuple[tuple[bool, bytes], ...],
    ) -> None:
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
            end=(e + a * advance, f + b * advance),
            slanted=abs(a * c + b * d) > 0.03 * stretch(matrix) ** 2,
            upright=abs(b) < 1e-6 * (abs(a) + 1e-9),
            faults=faults,
            unmapped=unmapped,
            pieces=pieces,
        )
        if state.render in (0, 2, 4, 6):
            self._add(Paint.TEXT, shape, state.fill, text=text)
        elif state.render in (1, 5):
            self._add(Paint.TEXT, shape, state.stroke, text=text)
        elif state.render in (3, 7):
            self._add(Paint.UNSEEN, shape, None, text=text)


def _said_instead(tag: Any, properties: Any) -> str | None:
    """What marked content is to be heard as: ActualText, and of a Span a description or a long form (ISO 32000-1,
    14.9.3 to 14.9.5).
    """
    given = (properties.get(key) for key in (("/ActualText", "/Alt", "/E") if tag == Name.Span else ("/ActualText",)))
    return next((str(words) for words in given if isinstance(words, String)), None)


_NUMBERS = (int, Decimal, float)
_SPACES = (" ", "\u00a0", "\u200b")


def words_of_pieces(pieces: Iterable[tuple[bool, bytes]], font: Font) -> str:
    """The text that strings show in a font, with a space where a gap parts two of them."""
    words = ""
    for parted, raw in pieces:
        words = _appended(words, font.run(raw).text, parted)
    return words


def _appended(words: str, more: str, parted: bool) -> str:
    gap = " " if parted and words and words[-1] not in _SPACES and more[:1] not in _SPACES else ""
    return words + gap + more


_HANDLERS: dict[str, Callable[[_Frame, Any], None]] = {
    "q": _Frame.save, "Q": _Frame.restore, "cm": _Frame.concat, "w": _Frame.line_width, "gs":
    _Frame.graphics_state, "cs": _Frame.fill_space, "CS": _Frame.stroke_space, "sc": _Frame.fill_colour, "scn":
    _Frame.fill_colour, "SC": _Frame.stroke_colour, "SCN": _Frame.stroke_colour, "g": _Frame.fill_gray, "G":
    _Frame.stroke_gray, "rg": _Frame.fill_rgb, "RG": _Frame.stroke_rgb, "k": _Frame.fill_cmyk, "K":
    _Frame.stroke_cmyk, "m": _Frame.move, "l": _Frame.move, "c": _Frame.curve, "v": _Frame.curve, "y":
    _Frame.curve, "re": _Frame.rectangle, "W": _Frame.clip, "W*": _Frame.clip, "n": _Frame.end_path, "f":
    _Frame.paint_fill, "F": _Frame.paint_fill, "f*": _Frame.paint_fill, "S": _Frame.paint_stroke, "s":
    _Frame.paint_stroke, "B": _Frame.paint_both, "B*": _Frame.paint_both, "b": _Frame.paint_both, "b*":
    _Frame.paint_both, "sh": _Frame.shade, "Do": _Frame.draw, "BMC": _Frame.begin_mark, "BDC":
    _Frame.begin_mark_with, "EMC": _Frame.end_mark, "BT": _Frame.begin_text, "Tf": _Frame.font, "Tm":
    _Frame.text_place, "Td": _Frame.next_line, "TD": _Frame.next_line_leading, "T*": _Frame.new_line, "Tc":
    _Frame.char_space, "Tw": _Frame.word_space, "Tz": _Frame.scale, "TL": _Frame.leading, "Ts": _Frame.rise, "Tr":
    _Frame.render, "Tj": _Frame.show, "TJ": _Frame.show_spaced, "'": _Frame.show_line, '"':
    _Frame.show_line_spaced,
}  # fmt: skip


def _check_size(streams: list[Any]) -> None:
    """Raises OverLimitError for content that is larger than may be; small streams are not unpacked for it."""
    left = MAX_CONTENT_BYTES
    for stream in streams:
        stored = int(stream.get("/Length", 0))
        if stored * DEFLATE_AT_BEST * len(streams) > MAX_CONTENT_BYTES or isinstance(stream.get("/Filter"), Array):
            stored = len(unpacked(stream, left, left))
        left -= stored
