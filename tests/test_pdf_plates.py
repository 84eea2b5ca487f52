"""The room `pdf`: how much ink lies where, from colours alone, from one drawing, and from four plates."""

from __future__ import annotations

import io

import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageChops

from booklet.pdf import FontTable, Geometry, Inks, Proof, geometry_of, peak_percent, read_page
from booklet.pdf.colour import Spaces
from booklet.pdf.items import Content
from booklet.pdf.pictures import Camera, pixels
from booklet.pdf.plates import coverage, most_ink_percent, plates
from booklet.pdf.renderings import RenderedPages, ink_sum, rendered
from tests import pdfs
from tests.pdfs import image_of

PAGE = 1
DPI = 100
AREA = (245.0, 395.0, 375.0, 525.0)
"""Where the tests draw, in points."""
FLAT = {
    "a tint": "0.8 0.6 0.4 0.2 k 250 400 60 60 re f",
    "two tints that lie over each other": "0.9 0.8 0 0 k 250 400 90 90 re f 0 0 0.7 0.6 k 280 430 90 90 re f",
    "half transparent": "1 0.5 0 0 k 250 400 90 90 re f /Half gs 0 0.9 0.9 0 k 280 430 90 90 re f",
    "a line": "6 w 0.7 0.7 0.7 0 K 250 400 m 330 480 l S",
    "an image": "q 90 0 0 90 250 400 cm /New Do Q",
}
OVERPRINTED = "1 1 0.6 0 k 250 400 90 90 re f /Over gs 0 0 0 1 k 280 430 30 30 re f"


def page_of(operators: str) -> tuple[bytes, Content, Geometry]:
    def spoil(pdf: Pdf) -> None:
        resources = pdf.pages[PAGE].Resources
        resources.XObject.New = pdfs.image_of(pdf, 200, "/DeviceCMYK", 102)
        resources.ExtGState.Half = Dictionary(ca=0.5)
        resources.ExtGState.Multiply = Dictionary(BM=Name.Multiply)
        pdfs.draw(pdf, f"/Knock gs {operators}")

    content = pdfs.spoilt("press", spoil)
    with Pdf.open(io.BytesIO(content)) as pdf:
        page = pdf.pages[PAGE]
        return content, read_page(page, PAGE, FontTable()), geometry_of(page.obj)[0]


def drawn_area(picture: Image.Image, geometry: Geometry) -> Image.Image:
    """Where the tests draw, without the page's own text, which overprints."""
    return picture.crop(pixels(AREA, geometry, picture))


def of_plates(content: bytes, geometry: Geometry) -> Image.Image:
    return coverage([camera.picture(PAGE, geometry, DPI) for camera in plates(content)], geometry)


def of_sum(content: bytes, geometry: Geometry, below: float = 3.0) -> Image.Image:
    drawn = Camera(rendered(content, ink_sum(below))).picture(PAGE, geometry, DPI)
    white = Image.new("L", drawn.size, 255)
    return coverage([drawn, white, white, white], geometry)


@pytest.mark.parametrize("name", FLAT)
def test_one_drawing_of_the_sum_has_what_four_plates_have(name: str) -> None:
    """`coverage` counts the first plate as a quarter, so the sum comes out at a quarter of itself."""
    content, _, geometry = page_of(FLAT[name])
    four, one = (drawn_area(how(content, geometry), geometry) for how in (of_plates, of_sum))
    apart = ImageChops.difference(four.point([round(v / 4) for v in range(256)]), one)
    assert four.getextrema()[1] > 50 and apart.getextrema()[1] <= 2  # type: ignore[operator]


@pytest.mark.parametrize("below", [3.0, 2.6])
def test_black_that_overprints_is_never_counted_too_low(below: float) -> None:
    """On top of all inks, or of the most that the page has of them."""
    content, _, geometry = page_of(OVERPRINTED)
    four, one = of_plates(content, geometry), of_sum(content, geometry, below)
    too_low = ImageChops.subtract(four.point([v // 4 for v in range(256)]), one)
    assert too_low.getextrema()[1] <= 1  # type: ignore[operator]


@pytest.mark.parametrize("name", FLAT)
def test_colours_alone_say_the_most_that_there_can_be(name: str) -> None:
    content, drawn, geometry = page_of(FLAT[name])
    assert most_ink_percent(drawn, geometry.printed) >= peak_percent(of_plates(content, geometry)) - 2


BESIDE = "1 1 0.6 0 k 250 400 60 60 re f /Over gs 0 0 0 1 k 330 490 30 30 re f"


@pytest.mark.parametrize(("operators", "percent"), [(OVERPRINTED, 360), (BESIDE, 260)], ids=["over it", "beside it"])
def test_black_is_counted_on_top_of_what_it_touches(operators: str, percent: float) -> None:
    drawn = page_of(operators)[1]
    assert most_ink_percent(drawn, AREA, 303) == pytest.approx(percent)


def test_a_page_drawn_alone_is_as_in_the_whole_file() -> None:
    """Resources, boxes and layers of optional content come with it."""
    content, _, geometry = page_of("1 1 1 0.2 k 250 400 60 60 re f")
    with Pdf.open(io.BytesIO(content)) as pdf:
        hidden = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="hidden"))
        pdf.Root.OCProperties = Dictionary(OCGs=[hidden], D=Dictionary(OFF=[hidden]))
        form = pdf.make_stream(b"0 1 1 0 k 200 300 80 80 re f", Type=Name.XObject, Subtype=Name.Form)
        form.BBox = [0, 0, 999, 999]
        for page in (pdf.pages[PAGE], pdf.pages[PAGE + 1]):
            page.add_resource(form, Name.XObject, Name.Shared)
            page.add_resource(hidden, Name.Properties, Name.Hidden)
            page.contents_add(b"/Shared Do /OC /Hidden BDC 1 0 0 0 k 100 100 90 90 re f EMC")
            page.obj.Parent.MediaBox = page.mediabox
            del page.obj["/MediaBox"]
        target = io.BytesIO()
        pdf.save(target)
    whole, alone = Camera(rendered(target.getvalue(), ink_sum())), RenderedPages(target.getvalue(), ink_sum(), Spaces())
    for index in (PAGE + 1, PAGE):
        drawn = Camera(alone.page(index).content).picture(0, geometry, DPI)
        assert drawn == whole.picture(index, geometry, DPI)
        assert min(drawn.convert("L").tobytes()) < 255, "the shared form is drawn"


@pytest.mark.parametrize(
    ("operators", "percent"),
    [
        (FLAT["a tint"], None),
        ("1 1 1 0.2 k 250 400 60 60 re f", 320),
        (OVERPRINTED, 360),
        ("1 1 0.6 0 k 250 400 90 90 re f 0 0 0 1 k 280 430 30 30 re f", None),
        ("1 0.6 0 0 k 250 400 90 90 re f /Multiply gs 0 0 1 0.6 k 250 400 90 90 re f", 320),
        ("1 0.6 0 0 k 250 400 90 90 re f 0 0 1 0.6 k 250 400 90 90 re f", None),
        ("1 1 1 1 k 2 2 12 12 re f", None),
    ],
    ids=["a tint", "too much", "black over a tint", "black in a tint", "multiplied", "covered", "a mark in the slug"],
)
def test_only_too_much_is_told(operators: str, percent: float | None) -> None:
    content, drawn, geometry = page_of(operators)
    total = Inks(content, Proof()).total(drawn, geometry, DPI, 303)
    assert (total and peak_percent(total)) == (percent and pytest.approx(percent, abs=3))


@pytest.mark.parametrize("name", FLAT)
def test_the_ground_as_printed_is_that_of_the_plates(name: str) -> None:
    content, drawn, geometry = page_of(FLAT[name])
    shown = Inks(content, Proof()).background(drawn, geometry, DPI)
    four = [camera.picture(PAGE, geometry, DPI, with_text=False).convert("L") for camera in plates(content)]
    wanted = Proof().picture(Image.merge("CMYK", list(map(ImageChops.invert, four))))
    assert max(high for _, high in ImageChops.difference(shown, wanted).getextrema()) <= 3  # type: ignore[misc]
    assert shown.getextrema() != ((255, 255),) * 3


@pytest.mark.parametrize(("decode", "percent"), [(None, 40), ([1, 0] * 4, 360)])
def test_a_jpeg_in_cmyk_is_counted_as_its_numbers_say(decode: list[int] | None, percent: float) -> None:
    """Pillow writes and reads them turned over: the inks asked for here are 90 percent, the numbers in the file 10."""
    jpeg = io.BytesIO()
    Image.new("CMYK", (64, 64), (230, 230, 230, 230)).save(jpeg, "JPEG", quality=100)

    def spoil(pdf: Pdf) -> None:
        image = pdf.make_stream(jpeg.getvalue())
        image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.DCTDecode
        image.Width = image.Height = 64
        image.ColorSpace, image.BitsPerComponent = Name.DeviceCMYK, 8
        if decode:
            image.Decode = Array(decode)
        pdf.pages[PAGE].Resources.XObject.New = image
        pdfs.draw(pdf, "90 0 0 90 250 400 cm /New Do")

    content = pdfs.spoilt("press", spoil)
    with Pdf.open(io.BytesIO(content)) as pdf:
        geometry = geometry_of(pdf.pages[PAGE].obj)[0]
    assert peak_percent(drawn_area(of_plates(content, geometry), geometry)) == pytest.approx(percent, abs=6)


def test_an_image_drawn_inline_is_counted_in_its_own_inks() -> None:
    """A grey one is black ink alone."""
    pixels_of_it = "\0" * 16
    inline = f"q 60 0 0 60 250 400 cm BI /W 4 /H 4 /CS /G /BPC 8 ID {pixels_of_it} EI Q"
    content, drawn, geometry = page_of(inline)
    assert peak_percent(of_plates(content, geometry)) == pytest.approx(100, abs=2)
    assert Inks(content, Proof()).total(drawn, geometry, DPI, 303) is None


def test_a_page_by_itself_holds_nothing_of_the_others() -> None:
    """Forty photographs of a part, which its pages share, once took 69 MB for each of its pages."""
    with pdfs.clean("press") as pdf:
        for index in range(2):
            pdfs.draw(pdf, f"q 10 0 0 10 40 40 cm /Only{index} Do Q", index)
            for page in pdf.pages[:2]:
                page.add_resource(image_of(pdf, value=index), Name.XObject, Name(f"/Only{index}"))
        target = io.BytesIO()
        pdf.save(target)
    pages = RenderedPages(target.getvalue(), ink_sum(), Spaces())
    for index in range(2):
        with Pdf.open(io.BytesIO(pages.page(index).content)) as alone:
            names = alone.pages[0].Resources.XObject.keys()
            assert {name for name in names if name.startswith("/Only")} == {f"/Only{index}"}
