"""Every colour of a finished file into the inks of one way to print: operators, forms, patterns, shadings, images.

Content is read operator by operator (ISO 32000-1, annex A), so nothing is missed that a search for text would miss.
Marked content goes, because what is inked is for paper. Where black alone is the fill or the stroke, overprint is on
with mode 1, so that a coloured ground is not knocked out under small letters; for every other colour, white first of
all, it is off (GWG 2015: white never overprints).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, Pdf

from booklet.bindery.colour import Inks, decimal
from booklet.bindery.pictures import finest, scaled_down
from booklet.contrast import luma
from booklet.formats import PRESS_PPI
from booklet.pdf import IDENTITY, ObjectId, encoded, is_opaque

BLACK_ALONE = (0.0, 0.0, 0.0, 1.0)
ONE_INK_PT = 18.0
"""Letters below this size have one ink: in several, they get coloured fringes as soon as a plate shifts."""
_MARKED = frozenset(("BMC", "BDC", "EMC", "MP", "DP"))
_SHOWS = frozenset(("Tj", "TJ", "'", '"'))
_SETS = frozenset(("rg", "RG", "g", "G"))
_OTHER_COLOURS = frozenset(("k", "K", "cs", "CS", "sc", "SC", "scn", "SCN"))
"""What sets a colour that is left as it is: a pattern, or ink that a style sheet asked for by name."""


def ink(pdf: Pdf, inks: Inks) -> None:
    """Put all colours of all pages into these inks, and images that are finer than any press shows down to what it
    does. What becomes of a page depends on its own resources alone.
    """
    worker = _Worker(pdf, inks, finest(pdf))
    for page in pdf.pages:
        resources = page.obj.get("/Resources", Dictionary())
        worker.opaque = is_opaque(resources)
        page.obj.Contents = pdf.make_stream(worker.rewritten(page, resources))
        worker.resources(resources)
        worker.group(page.obj)


@dataclass(frozen=True)
class _State:
    """The graphics state as far as inks depend on it: fill, overprint of fill and stroke (None: not said), scale and
    size of letters.
    """

    fill: tuple[float, ...] = BLACK_ALONE
    over: tuple[bool | None, bool | None] = (None, None)
    scale: float = 1.0
    font_size: float = 0.0
    text_scale: float = 1.0

    @property
    def coloured_small_text(self) -> bool:
        coloured = any(self.fill) and self.fill != BLACK_ALONE
        return coloured and self.font_size * self.text_scale * self.scale < ONE_INK_PT

    def after(self, operator: str, operands: Any) -> _State:
        """The state after an operator that moves, scales or picks a font."""
        match operator:
            case "cm":
                return replace(self, scale=self.scale * _scale_of(operands))
            case "BT":
                return replace(self, text_scale=1.0)
            case "Tf":
                return replace(self, font_size=abs(float(operands[1])))
            case "Tm":
                return replace(self, text_scale=_scale_of(operands))
            case _:
                return self


class _Worker:
    """Goes through what pages draw, each thing once."""

    def __init__(self, pdf: Pdf, inks: Inks, finest: dict[ObjectId, float]) -> None:
        self.pdf = pdf
        self.inks = inks
        self.finest = finest
        self.opaque = False
        self.seen: set[ObjectId] = set()
        self.scales: dict[ObjectId, float] = {}
        self.states = {
            (fill, stroke): pdf.make_indirect(Dictionary(Type=Name.ExtGState, op=fill, OP=stroke, OPM=1))
            for fill in (False, True)
            for stroke in (False, True)
        }

    def rewritten(self, stream: Any, resources: Any, scale: float = 1.0) -> bytes:
        """The content of a page or form in the inks; the graphics states it then needs are put into its resources.

        `scale` is that of the place where a form is drawn. On a press, coloured letters below `ONE_INK_PT` are black.
        """
        overprints = self.inks.space == "/DeviceCMYK"
        now = _State(scale=scale)
        stack: list[_State] = []
        rows: list[Any] = []
        used: set[tuple[bool, bool]] = set()

        def overprint(stroke: bool, over: bool) -> None:
            nonlocal now
            if overprints and now.over[stroke] is not over:
                now = replace(now, over=(now.over[0], over) if stroke else (over, now.over[1]))
                state = (bool(now.over[0]), bool(now.over[1]))
                used.add(state)
                rows.append(ContentStreamInstruction([Name(_state_name(state))], Operator("gs")))

        def fill(amounts: tuple[float, ...]) -> None:
            rows.append(_set(amounts, self.inks.operators[0]))
            overprint(False, amounts == BLACK_ALONE)

        for instruction in pikepdf.parse_content_stream(stream):
            operator = str(instruction.operator)
            if operator in _MARKED:
                continue
            if operator in _SHOWS and overprints and now.coloured_small_text:
                coloured = now.fill
                fill(BLACK_ALONE)
                rows.append(instruction)
                fill(coloured)
                continue
            if operator == "q":
                stack.append(now)
            elif operator == "Q" and stack:
                now = stack.pop()
            elif operator == "Do":
                self._note_scale(resources, str(instruction.operands[0]), now.scale)
            else:
                now = now.after(operator, instruction.operands)
            stroke = operator.isupper()
            if operator in _SETS:
                amounts = self.inks.amounts(_bytes_of(instruction.operands))
                rows.append(_set(amounts, self.inks.operators[stroke]))
                now = now if stroke else replace(now, fill=amounts)
                overprint(stroke, amounts == BLACK_ALONE)
            else:
                rows.append(instruction)
                if operator in _OTHER_COLOURS:
                    now = now if stroke else replace(now, fill=BLACK_ALONE)
                    overprint(stroke, False)
        if used:
            states = dict(resources.get("/ExtGState", Dictionary()).items())
            resources.ExtGState = Dictionary(states | {_state_name(state): self.states[state] for state in used})
        return pikepdf.unparse_content_stream(rows)

    def _note_scale(self, resources: Any, name: str, scale: float) -> None:
        form = resources.get("/XObject", Dictionary()).get(name)
        if form is not None:
            self.scales.setdefault(form.objgen, scale * _scale_of(form.get("/Matrix", IDENTITY)))

    def resources(self, resources: Any) -> None:
        """Everything that content may draw from."""
        if "/ColorSpace" in resources:
            del resources["/ColorSpace"]
        for key in ("/XObject", "/Pattern"):
            for thing in resources.get(key, Dictionary()).values():
                self.drawn(thing)
        for shading in resources.get("/Shading", Dictionary()).values():
            self.shading(shading)
        for state in resources.get("/ExtGState", Dictionary()).values():
            mask = state.get("/SMask")
            if isinstance(mask, Dictionary) and self._first_time(mask.get("/G")):
                grey = _Worker(self.pdf, _MASK_INKS, {})
                grey.seen = self.seen
                grey.form(mask.G)

    def drawn(self, thing: Any) -> None:
        """A form, an image or a pattern."""
        if not self._first_time(thing):
            return
        if thing.get("/Subtype") == Name.Image:
            self.image(thing)
        elif thing.get("/PatternType") == 2:
            self.shading(thing.Shading)
        elif isinstance(thing, pikepdf.Stream):
            self.form(thing)

    def form(self, form: Any) -> None:
        """The content of a form or tiling pattern, and what it draws."""
        if "/Resources" not in form:
            form.Resources = Dictionary()
        form.write(self.rewritten(form, form.Resources, self.scales.get(form.objgen, 1.0)))
        self.group(form)
        if "/StructParents" in form:
            del form["/StructParents"]
        self.resources(form.Resources)

    def group(self, owner: Any) -> None:
        """Transparency is blended in the space that is printed (ISO 15930-7).

        An office copier prints an isolated group that names its space with three inks more, be the space grey
        (Ghostscript 10.0, inkcov), and counts the page as colour. So in grey, groups take the space of their page, and
        those of a page on which nothing shows through go: they change nothing that is seen.
        """
        group = owner.get("/Group")
        if not isinstance(group, Dictionary) or "/CS" not in group:
            return
        if self.inks.space != "/DeviceGray" or self.inks is _MASK_INKS:
            group.CS = Name(self.inks.space)
        elif self.opaque:
            del owner["/Group"]
        else:
            del group["/CS"]

    def shading(self, shading: Any) -> None:
        """An axial or radial gradient: the colours of its stops."""
        if shading.get("/ColorSpace") not in (Name.DeviceRGB, Name.DeviceGray) or not self._first_time(shading):
            return
        functions = shading.get("/Function")
        for function in functions if isinstance(functions, Array) else [functions]:
            self.function(function)
        for key in ("/Background",):
            if key in shading:
                shading[key] = self._stop(shading[key])
        shading.ColorSpace = Name(self.inks.space)

    def function(self, function: Any) -> None:
        """The colours at both ends of an interpolation, also inside a chain of them (ISO 32000-1, 7.10.3, 7.10.4)."""
        if not isinstance(function, Dictionary) or not self._first_time(function):
            return
        for part in function.get("/Functions", Array()):
            self.function(part)
        for key, default in (("/C0", [0.0]), ("/C1", [1.0])):
            if function.get("/FunctionType") == 2:
                function[key] = self._stop(function.get(key, Array(default)))
        if "/Range" in function:
            function.Range = Array([0, 1] * (4 if self.inks.space == "/DeviceCMYK" else 1))

    def image(self, image: Any) -> None:
        """An image in the inks, made smaller where it is finer than any press shows. Masks stay as they are."""
        if image.get("/ImageMask", False):
            return
        mask = image.get("/SMask")
        if mask is not None:
            del image["/SMask"]  # or its shape would be taken for a colour
        picture = pikepdf.PdfImage(image).as_pil_image()
        as_given = picture.mode == "CMYK" and self.inks.space == "/DeviceCMYK"
        inked = picture if as_given else self.inks.image(picture)
        inked = scaled_down(inked, self.finest.get(image.objgen, 0.0), PRESS_PPI)
        if image.get("/Filter") == Name.DCTDecode and mask is None:  # a photograph, which would be ten times as large
            image.write(encoded(inked, as_jpeg=True), filter=Name.DCTDecode)
        else:
            image.write(inked.tobytes())
        image.Width, image.Height = inked.size
        image.BitsPerComponent = 8
        image.ColorSpace = Name.DeviceCMYK if inked.mode == "CMYK" else Name.DeviceGray
        for key in ("/Decode", "/Intent", "/Interpolate"):
            if key in image:
                del image[key]
        if mask is not None:
            image.SMask = mask

    def _stop(self, channels: Any) -> Array:
        amounts = self.inks.amounts(_bytes_of(list(channels)))
        return Array([decimal(amount) for amount in amounts])

    def _first_time(self, thing: Any) -> bool:
        if not isinstance(thing, Dictionary | pikepdf.Stream):
            return False
        if thing.objgen == (0, 0):
            return True
        fresh = thing.objgen not in self.seen
        self.seen.add(thing.objgen)
        return fresh


_MASK_INKS = Inks("/DeviceGray", lambda colour: (luma(colour) / 255,), lambda image: image.convert("L"))
"""A soft mask is no colour but a measure of light, so it becomes plain grey."""


def _bytes_of(channels: Any) -> tuple[int, int, int]:
    values = [round(float(value) * 255) for value in channels]
    red, green, blue = values if len(values) == 3 else values * 3
    return red, green, blue


def _set(amounts: tuple[float, ...], operator: str) -> ContentStreamInstruction:
    return ContentStreamInstruction([decimal(amount) for amount in amounts], Operator(operator))


def _state_name(state: tuple[bool, bool]) -> str:
    return f"/Overprint{state[0]:d}{state[1]:d}"


def _scale_of(matrix: Any) -> float:
    """By how much a matrix makes things larger, the mean of both directions."""
    a, b, c, d = (float(value) for value in list(matrix)[:4])
    return math.sqrt(abs(a * d - b * c))
