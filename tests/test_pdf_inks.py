"""The inks of everything that can be painted: as its numbers say, and as Ghostscript counts them."""

from __future__ import annotations

import io
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image, TiffImagePlugin

from booklet.pdf import FontTable, Geometry, Inks, Proof, functions, geometry_of, peak_percent, read_page
from booklet.pdf.functions import Budget, function_of
from booklet.pdf.items import Content
from booklet.pdf.pictures import pixels
from booklet.pdf.plates import coverage, most_ink_percent, plates
from tests import pdfs
from tests.conftest import needs

PAGE = 1
DPI = 100
AREA = (245, 395, 375, 525)
"""Where the tests paint, away from the words of the page."""
SQUARE = "250 400 90 90 re f"
PLACED = "90 0 0 90 250 400 cm /New Do"
Paint = Callable[[Pdf], None]


def painting(operators: str, **resources: Callable[[Pdf], Any]) -> Paint:
    """Operators on the page, with resources of these kinds: `ColorSpace`, `XObject`, `Pattern` and so on, as `New`."""

    def paint(pdf: Pdf) -> None:
        own = pdf.pages[PAGE].Resources
        for kind, make in resources.items():
            own[f"/{kind}"] = Dictionary(dict(own.get(f"/{kind}", Dictionary()).items()) | {"/New": make(pdf)})
        pdfs.draw(pdf, f"/Knock gs {operators}", page=PAGE)

    return paint


def tint(pdf: Pdf, *ends: float) -> Any:
    return Dictionary(FunctionType=2, Domain=Array([0, 1]), C0=Array([0, 0, 0, 0]), C1=Array(ends), N=1)


def separation(name: str, *ends: float) -> Callable[[Pdf], Any]:
    return lambda pdf: Array([Name.Separation, Name(f"/{name}"), Name.DeviceCMYK, tint(pdf, *ends)])


def two_inks(pdf: Pdf) -> Array:
    """An ink that is cyan and magenta, and one that is yellow and black, by a program."""
    keys = Dictionary(FunctionType=4, Domain=Array([0, 1] * 2), Range=Array([0, 1] * 4))
    names = Array([Name.Sea, Name.Soil])
    return Array([Name.DeviceN, names, Name.DeviceCMYK, pdf.make_stream(b"{ exch dup 3 -1 roll dup }", keys)])


def image(data: bytes, space: Any, side: int = 8, bits: int = 8, **keys: Any) -> Callable[[Pdf], Any]:
    def make(pdf: Pdf) -> Any:
        known = space(pdf) if callable(space) else space
        return pdf.make_stream(
            data,
            Dictionary(
                Type=Name.XObject, Subtype=Name.Image, Width=side, Height=side, BitsPerComponent=bits,
                ColorSpace=known, **keys,
            ),
        )  # fmt: skip

    return make


def palette(_: Pdf) -> Array:
    return Array([Name.Indexed, Name.DeviceCMYK, 1, String(bytes([0, 0, 0, 0, 230, 230, 230, 230]))])


def fax(side: int = 64) -> bytes:
    """A square of G4 data, as both CCITT and JBIG2 pack it; what is white to Pillow is black to them."""
    target = io.BytesIO()
    Image.new("1", (side, side), 1).save(target, "TIFF", compression="group4")
    target.seek(0)
    with Image.open(target) as tiff:
        assert isinstance(tiff, TiffImagePlugin.TiffImageFile)
        start, length = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    return target.getvalue()[start : start + length]


def jbig2(side: int = 64) -> bytes:
    """One page with one region in MMR (ITU-T T.88, 7.2 and 7.4)."""
    page = struct.pack(">4IBH", side, side, 0, 0, 0, 0)
    region = struct.pack(">4IBB", side, side, 0, 0, 0, 1) + fax(side)
    heads = [
        struct.pack(">IBBBI", number, kind, 0, 1, len(data))
        for number, (kind, data) in enumerate(((48, page), (38, region)))
    ]
    return heads[0] + page + heads[1] + region


def packed(data: bytes, kind: str) -> Callable[[Pdf], Any]:
    def make(pdf: Pdf) -> Any:
        stream = image(b"", Name.DeviceGray, 64, 1)(pdf)
        parms = Dictionary(K=-1, Columns=64, Rows=64) if kind == "CCITTFaxDecode" else None
        stream.write(data, filter=Name(f"/{kind}"), decode_parms=parms)
        return stream

    return make


def mesh(pdf: Pdf) -> Any:
    """A triangle of free form, all of one colour."""
    corners = ((250, 400), (340, 400), (295, 490))
    data = b"".join(struct.pack(">BHH4B", 0, x * 65, y * 65, 230, 230, 204, 255) for x, y in corners)
    keys = Dictionary(
        ShadingType=4, ColorSpace=Name.DeviceCMYK, BitsPerCoordinate=16, BitsPerComponent=8, BitsPerFlag=8,
        Decode=Array([0, 65535 / 65, 0, 65535 / 65, *[0, 1] * 4]),
    )  # fmt: skip
    return pdf.make_stream(data, keys)


def patch(pdf: Pdf) -> Any:
    """A Coons patch of straight sides, all of one colour."""
    (x0, y0), (x1, y1) = (250, 400), (340, 490)
    thirds = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (3, 3), (3, 2), (3, 1), (3, 0), (2, 0), (1, 0)]
    places = [(x0 + (x1 - x0) * i / 3, y0 + (y1 - y0) * j / 3) for i, j in thirds]
    data = b"\0" + b"".join(struct.pack(">HH", round(x * 65), round(y * 65)) for x, y in places)
    keys = Dictionary(
        ShadingType=6, ColorSpace=Name.DeviceCMYK, BitsPerCoordinate=16, BitsPerComponent=8, BitsPerFlag=8,
        Decode=Array([0, 65535 / 65, 0, 65535 / 65, *[0, 1] * 4]),
    )  # fmt: skip
    return pdf.make_stream(data + bytes([230, 230, 204, 255]) * 4, keys)


def in_a_pattern(shading: Callable[[Pdf], Any]) -> Callable[[Pdf], Any]:
    return lambda pdf: Dictionary(Type=Name.Pattern, PatternType=2, Shading=shading(pdf))


def cell(operators: bytes, kind: int = 1) -> Callable[[Pdf], Any]:
    return lambda pdf: pdf.make_stream(
        operators,
        Dictionary(
            Type=Name.Pattern, PatternType=1, PaintType=kind, TilingType=1, BBox=Array([0, 0, 20, 20]), XStep=20,
            YStep=20, Resources=Dictionary(),
        ),
    )  # fmt: skip


def form(operators: bytes, **keys: Any) -> Callable[[Pdf], Any]:
    states = Dictionary(Over=Dictionary(OP=True, op=True, OPM=1), Times=Dictionary(BM=Name.Multiply))
    return lambda pdf: pdf.make_stream(
        operators,
        Dictionary(
            Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 500, 700]), Resources=Dictionary(ExtGState=states),
            **keys,
        ),
    )  # fmt: skip


def glyph(pdf: Pdf) -> Any:
    """A glyph that is a square in inks of its own."""
    return Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 1000, 1000]), FirstChar=65, LastChar=65,
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), Widths=Array([1000]), Resources=Dictionary(),
        Encoding=Dictionary(Differences=Array([65, Name.A])),
        CharProcs=Dictionary(A=pdf.make_stream(b"1000 0 d0 0.9 0.8 0.7 0.8 k 0 0 1000 1000 re f")),
    )  # fmt: skip


GROUP = Dictionary(S=Name.Transparency, CS=Name.DeviceCMYK, I=True)
INLINE = "q 90 0 0 90 250 400 cm BI /W 2 /H 2 {keys} ID {data} EI Q"
PAINTED: dict[str, tuple[Paint, float]] = {
    "an ink by its name": (painting(f"/New cs 0.9 scn {SQUARE}", ColorSpace=separation("Black", 0, 0, 0, 1)), 90),
    "every ink": (painting(f"/New cs 0.9 scn {SQUARE}", ColorSpace=separation("All", 0, 0, 0, 1)), 360),
    "a spot ink": (painting(f"/New cs 1 scn {SQUARE}", ColorSpace=separation("Teal", 0.8, 0.3, 0.4, 0.2)), 170),
    "two inks by a program": (painting(f"/New cs 0.9 0.8 scn {SQUARE}", ColorSpace=two_inks), 340),
    "the colour that a space begins with": (painting(f"/DeviceCMYK cs {SQUARE}"), 100),
    "the ink that a space begins with": (painting(f"/New cs {SQUARE}", ColorSpace=separation("Teal", 1, 0, 1, 0)), 200),
    "an image with a palette": (painting(PLACED, XObject=image(b"\xff" * 8, palette, bits=1)), 360),
    "an image turned over": (
        painting(PLACED, XObject=image(b"\0" * 64, Name.DeviceGray, Decode=Array([1, 0]))), 0,
    ),
    "an image in an ink": (
        painting(PLACED, XObject=image(b"\xe6" * 64, separation("Teal", 0.8, 0.3, 0.4, 0.2))), 153,
    ),
    "an image in two inks": (painting(PLACED, XObject=image(b"\xe6\xcc" * 64, two_inks)), 340),
    "an image in JBIG2": (painting(PLACED, XObject=packed(jbig2(), "JBIG2Decode")), 100),
    "a fax": (painting(PLACED, XObject=packed(fax(), "CCITTFaxDecode")), 100),
    "a stencil": (
        painting(
            f"0.9 0.8 0.7 0.8 k {PLACED}",
            XObject=lambda pdf: pdf.make_stream(
                b"\0" * 8,
                Dictionary(Subtype=Name.Image, Width=8, Height=8, ImageMask=True, BitsPerComponent=1),
            ),
        ),
        320,
    ),
    "an inline image in CMYK": (painting(INLINE.format(keys="/CS /CMYK /BPC 8", data="\xe6\xe6\xe6\xe6" * 4)), 360),
    "an inline image of one bit": (painting(INLINE.format(keys="/CS /G /BPC 1", data="\0\0")), 100),
    "an inline image in a named space": (
        painting(INLINE.format(keys="/CS /New /BPC 8", data="\xff" * 4), ColorSpace=separation("Black", 0, 0, 0, 1)),
        100,
    ),
    "a mesh": (painting("/New sh", Shading=mesh), 360),
    "a patch in a pattern": (painting(f"/Pattern cs /New scn {SQUARE}", Pattern=in_a_pattern(patch)), 360),
    "a pattern that begins with black": (
        painting(f"/Pattern cs /New scn {SQUARE}", Pattern=cell(b"0 0 20 20 re f")), 100,
    ),
    "a pattern painted in another colour": (
        painting(
            f"/New cs 0.9 0.8 0.7 0.8 /New scn {SQUARE}", Pattern=cell(b"0 0 20 20 re f", 2),
            ColorSpace=lambda _: Array([Name.Pattern, Name.DeviceCMYK]),
        ),
        320,
    ),
    "a glyph with inks of its own": (painting("BT /New 90 Tf 250 400 Td (A) Tj ET", Font=glyph), 320),
    "a form that goes on with a colour": (
        painting("0.9 0.8 0.7 0.2 k /New Do", XObject=form(b"/Over gs 250 400 90 90 re f")), 260,
    ),
    "multiplied in a group": (
        painting(
            f"1 0.6 0 0 k {SQUARE} /New Do",
            XObject=form(b"1 0.6 0 0 k 250 400 90 90 re f /Times gs 0 0 1 0.6 k 250 400 90 90 re f", Group=GROUP),
        ),
        320,
    ),
    "a named ink that overprints": (
        painting(f"1 0.8 0.6 0 k {SQUARE} /Over gs /New cs 1 scn {SQUARE}", ColorSpace=separation("Black", 0, 0, 0, 1)),
        340,
    ),
}  # fmt: skip


def painted(name: str) -> tuple[bytes, Content, Geometry, float]:
    paint, percent = PAINTED[name]
    content = pdfs.spoilt("press", paint)
    with Pdf.open(io.BytesIO(content)) as pdf:
        page = pdf.pages[PAGE]
        return content, read_page(page, PAGE, FontTable()), geometry_of(page.obj)[0], percent


@pytest.mark.parametrize("name", PAINTED)
def test_plates_have_the_inks_that_the_numbers_say(name: str) -> None:
    content, _, geometry, percent = painted(name)
    total = coverage([camera.picture(PAGE, geometry, DPI) for camera in plates(content)], geometry)
    here = total.crop(pixels(AREA, geometry, total))
    assert peak_percent(here) == pytest.approx(percent, abs=5)


@pytest.mark.parametrize("name", PAINTED)
def test_what_is_more_than_allowed_is_told_and_no_less(name: str) -> None:
    content, drawn, geometry, percent = painted(name)
    inks = Inks(content, Proof())
    assert inks.total(drawn, geometry, DPI, max(percent, 100) + 8) is None
    if percent > 110:
        assert inks.total(drawn, geometry, DPI, percent - 8) is not None
    assert inks.unread(drawn) == frozenset()


@pytest.mark.parametrize("name", PAINTED)
def test_ghostscript_counts_the_same(name: str, tmp_path: Path) -> None:
    needs("gs")
    content, _, geometry, percent = painted(name)
    path, target = pdfs.path_of(tmp_path, content), tmp_path / "page.tif"
    device = ["-sDEVICE=tiff32nc", "-dSimulateOverprint=true", f"-r{DPI}", "-dFirstPage=2", "-dLastPage=2"]
    subprocess.run(["gs", "-q", "-dNOPAUSE", "-dBATCH", *device, f"-sOutputFile={target}", str(path)], check=True)
    with Image.open(target) as page:
        total = coverage([Image.eval(ink, lambda v: 255 - v) for ink in page.split()], geometry)
    assert peak_percent(total.crop(pixels(AREA, geometry, total))) == pytest.approx(percent, abs=5)


def test_cells_painted_in_another_colour_are_known_without_a_drawing() -> None:
    _, drawn, _, percent = painted("a pattern painted in another colour")
    assert most_ink_percent(drawn, (250, 400, 330, 480)) == pytest.approx(percent)


def test_an_image_that_nobody_can_read_is_left_white_and_told() -> None:
    def paint(pdf: Pdf) -> None:
        pdf.pages[PAGE].Resources.XObject.New = strange = pdfs.image_of(pdf, 64, "/DeviceCMYK")
        strange.write(b"words", filter=Name.JPXDecode)
        pdfs.draw(pdf, PLACED, page=PAGE)

    content = pdfs.spoilt("press", paint)
    with Pdf.open(io.BytesIO(content)) as pdf:
        drawn, geometry = read_page(pdf.pages[PAGE], PAGE, FontTable()), geometry_of(pdf.pages[PAGE].obj)[0]
        (item,) = (item for item in drawn.items if item.picture and item.picture.name == "New")
    inks = Inks(content, Proof())
    assert inks.total(drawn, geometry, DPI, 120) is None
    assert item.picture and inks.unread(drawn) == {item.picture.object_id}


@pytest.mark.parametrize(
    ("program", "given", "wanted"),
    [
        (b"{ 1 exch sub }", (0.25,), (0.75,)), (b"{ dup 0.5 gt { pop 1 } { 2 mul } ifelse }", (0.3,), (0.6,)),
        (b"{ 3 1 roll pop pop }", (0.1, 0.2, 0.3), (0.3,)), (b"{ 360 mul sin abs }", (0.25,), (1.0,)),
        (b"{ 2 copy add exch pop exch pop }", (0.2, 0.3), (0.5,)), (b"{ pop }", (0.2,), (0.0,)),
        (b"{ 1 index exch pop mul }", (0.5, 0.4), (0.25,)),
    ],
)  # fmt: skip
def test_a_program_is_run(program: bytes, given: tuple[float, ...], wanted: tuple[float, ...]) -> None:
    with Pdf.new() as pdf:
        keys = Dictionary(FunctionType=4, Domain=Array([0, 1] * len(given)), Range=Array([0, 1]))
        function = function_of(pdf.make_stream(program, keys), Budget())
        assert function and function(given) == pytest.approx(wanted)


@pytest.mark.parametrize("program", [b"", b"{", b"{ nonsense }", b"{ } { }", b"{" * 40 + b"}" * 40])
def test_what_is_no_program_is_no_function(program: bytes) -> None:
    with Pdf.new() as pdf:
        keys = Dictionary(FunctionType=4, Domain=Array([0, 1]), Range=Array([0, 1]))
        assert function_of(pdf.make_stream(program, keys), Budget()) is None


def test_programs_end_when_they_have_done_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is counted over all programs of a file, and that it was too much can be told."""
    monkeypatch.setattr(functions, "MAX_STEPS", 1_000)
    budget = Budget()
    with Pdf.new() as pdf:
        keys = Dictionary(FunctionType=4, Domain=Array([0, 1]), Range=Array([0, 1]))
        function = function_of(pdf.make_stream(b"{" + b" dup mul" * 200 + b"}", keys), budget)
        assert function and function((1.0,)) == (1.0,) and not budget.is_spent
        assert [function((1.0,)) for _ in range(3)][-1] == (0.0,) and budget.is_spent
