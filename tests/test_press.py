"""The press file and the clinic's kit, read back; ink and black text confirmed by Ghostscript where it is installed."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from booklet.bindery.colour import contrast_on_paper, copier_inks, press_accents, press_inks
from booklet.bindery.inking import ink
from booklet.bindery.marks import ZONE_MM, Trim, marks
from booklet.build import Order, Receipt, build, check
from booklet.finishing.ticket import creep_mm, thickness_mm, weight_g
from booklet.formats import PrintOptions
from booklet.manuscript import Paper, read
from booklet.preflight import examine
from booklet.today import Today
from booklet.walk import styles_folder
from tests import reading, tiny
from tests.conftest import PROJECT, TODAY, needs
from tests.finished import Finished
from tests.judges import inks_laid
from tests.printed import COATED, FIVE, PRINTER, printed
from tests.tiny import BOOK, FILES, changed

pytestmark = pytest.mark.slow

MM = 72 / 25.4


def pixels(image: Image.Image) -> list[tuple[int, ...]]:
    """The pixels of an image in order, each a tuple of its bands."""
    return list(zip(*[iter(image.tobytes())] * len(image.getbands()), strict=True))


def order(project: Path, form: str, **options: Any) -> Order:
    return Order(project, project / "dist", TODAY, ("VIC",), (form,), ("main",), printing=PrintOptions(**options))


def made(receipt: Receipt, project: Path) -> dict[str, bytes]:
    assert [str(f) for f in receipt.findings if f.severity == "error"] == []
    stem = "VIC/tiny-VIC-2026.1-"
    return {entry.file.removeprefix(stem): (project / "dist" / entry.file).read_bytes() for entry in receipt.files}


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    project = tiny.write(tmp_path_factory.mktemp("press"), printed())
    return made(build(order(project, "press")), project)["press.pdf"]


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    project = tiny.write(tmp_path_factory.mktemp("clinic"), printed())
    return made(build(order(project, "clinic")), project)


def streams(pdf: Pdf) -> Iterator[tuple[Any, Any]]:
    """Every content stream with its resources: pages, forms, tiling patterns, soft masks."""
    seen = set()
    todo: list[tuple[Any, Any]] = [(page.obj, page.obj.Resources) for page in pdf.pages]
    while todo:
        thing, resources = todo.pop()
        if thing.objgen in seen:
            continue
        seen.add(thing.objgen)
        yield thing, resources
        inner = [*resources.get("/XObject", {}).values(), *resources.get("/Pattern", {}).values()]
        inner += [
            state.SMask.G for state in resources.get("/ExtGState", {}).values() if "/G" in state.get("/SMask", {})
        ]
        todo += [
            (form, form.get("/Resources", Dictionary()))
            for form in inner
            if isinstance(form, pikepdf.Stream) and form.get("/Subtype") != Name.Image
        ]


def spaces(pdf: Pdf) -> set[str]:
    """Every colour space that anything in the file is painted or blended in."""
    found = {"g": "/DeviceGray", "k": "/DeviceCMYK", "rg": "/DeviceRGB"}
    names: set[str] = set()
    for stream, resources in streams(pdf):
        content = pdf.pages[0].__class__(stream) if stream.get("/Type") == Name.Page else stream
        for operands, operator in reading.operations(content):
            word = operator
            if word.lower() in found:
                names.add(found[word.lower()])
            elif word.lower() == "cs":
                names.add(str(operands[0]))
        shadings = [*resources.get("/Shading", {}).values()]
        shadings += [p.Shading for p in resources.get("/Pattern", {}).values() if p.get("/PatternType") == 2]
        names |= {str(shading.ColorSpace) for shading in shadings}
        names |= {str(stream.Group.CS)} if "/CS" in stream.get("/Group", {}) else set()
        for image in resources.get("/XObject", {}).values():
            if image.get("/Subtype") == Name.Image:
                names.add(str(image.ColorSpace))
    return names - {"/Pattern"}


def test_every_colour_of_the_press_file_is_ink_and_of_the_kit_grey(pressed: bytes, kit: dict[str, bytes]) -> None:
    with Pdf.open(io.BytesIO(pressed)) as pdf:
        assert "/DeviceCMYK" in spaces(pdf) and spaces(pdf) <= {"/DeviceCMYK", "/DeviceGray"}
        images = [
            thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == Name.Image
        ]
        assert [str(image.ColorSpace) for image in images] == ["/DeviceCMYK"]
        assert any("/Function" in thing for thing in pdf.objects if isinstance(thing, Dictionary))
    for name in ("clinic.pdf", "clinic-plain.pdf"):
        with Pdf.open(io.BytesIO(kit[name])) as pdf:
            assert spaces(pdf) == {"/DeviceGray"}


def test_no_page_of_the_kit_has_another_ink_than_black(kit: dict[str, bytes], tmp_path: Path) -> None:
    """Its drawing is half transparent, so a group is needed; one that named its space would be printed in colour."""
    for name in ("clinic.pdf", "clinic-plain.pdf"):
        with Pdf.open(io.BytesIO(kit[name])) as pdf:
            groups = [stream.Group for stream, _ in streams(pdf) if "/Group" in stream]
            assert groups and inks_laid(kit[name], tmp_path)
            assert all(page[:3] == (0, 0, 0) for page in inks_laid(kit[name], tmp_path))
            for stream, _ in streams(pdf):
                if "/Group" in stream:
                    stream.Group.CS = Name.DeviceGray
            target = io.BytesIO()
            pdf.save(target)
        assert any(any(page[:3]) for page in inks_laid(target.getvalue(), tmp_path)), (
            "the fault that is kept out is one"
        )


def with_a_group(more: dict[str, Any]) -> Pdf:
    """A page that draws a form, which is a group, with a graphics state."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(100, 100))
    form = pdf.make_stream(b"/G gs 0.2 0.4 0.6 rg 0 0 50 50 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, pikepdf.Array([0, 0, 100, 100])
    form.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB, I=True)
    mask = pdf.make_stream(b"1 g 0 0 50 50 re f")
    mask.Type, mask.Subtype, mask.BBox = Name.XObject, Name.Form, pikepdf.Array([0, 0, 100, 100])
    mask.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
    own = {f"/{key}": Dictionary(S=Name.Luminosity, G=mask) if key == "SMask" else value for key, value in more.items()}
    form.Resources = Dictionary(ExtGState=Dictionary(G=Dictionary(own)))
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(X=form))
    pdf.pages[0].obj.Contents = pdf.make_stream(b"/X Do")
    return pdf


@pytest.mark.parametrize(
    ("state", "is_kept"),
    [
        ({"ca": 1, "CA": 1, "BM": Name.Normal}, False), ({"ca": 0.5}, True), ({"BM": Name.Multiply}, True),
        ({"SMask": 1}, True),
    ],
    ids=["opaque", "half", "multiplied", "masked"],
)  # fmt: skip
def test_a_copiers_groups_take_the_space_of_their_page_and_needless_ones_go(
    state: dict[str, Any], is_kept: bool
) -> None:
    pdf = with_a_group(state)
    ink(pdf, copier_inks())
    form = pdf.pages[0].Resources.XObject.X
    assert ("/Group" in form) is is_kept and (not is_kept or "/CS" not in form.Group)
    if "SMask" in state:
        # The mask is a measure of light, in the space that its group names (ISO 32000-1, 11.5.3).
        assert Name.DeviceGray == form.Resources.ExtGState.G.SMask.G.Group.CS
    press = with_a_group(state)
    ink(press, press_inks((styles_folder() / "icc/FOGRA39L_coated.icc").read_bytes(), 300))
    assert Name.DeviceCMYK == press.pages[0].Resources.XObject.X.Group.CS


@pytest.mark.parametrize(("printer", "bleed"), [(COATED, 3), (FIVE, 5)], ids=["3 mm", "5 mm"])
@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no marks"])
def test_boxes_start_at_zero_and_lie_in_each_other(
    booklet: Callable[..., Path], printer: str, bleed: int, marks: bool
) -> None:
    project = booklet(printed(printer))
    with Pdf.open(io.BytesIO(made(build(order(project, "press", marks=marks)), project)["press.pdf"])) as pdf:
        for page in pdf.pages:
            media, bleeding, trim = (
                [float(v) / MM for v in page.obj[key]] for key in ("/MediaBox", "/BleedBox", "/TrimBox")
            )
            edge = bleed + 11 if marks else bleed
            assert media == pytest.approx([0, 0, 148 + 2 * edge, 210 + 2 * edge], abs=0.01)
            assert bleeding == pytest.approx(
                [edge - bleed, edge - bleed, edge + 148 + bleed, edge + 210 + bleed], abs=0.01
            )
            assert trim == pytest.approx([edge, edge, edge + 148, edge + 210], abs=0.01)
            assert "/Annots" not in page.obj and "/CropBox" not in page.obj


def rendered(pdf: bytes, folder: Path, dpi: int = 72) -> list[Image.Image]:
    needs("pdftoppm")
    folder.mkdir(exist_ok=True)
    (folder / "in.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-png", folder / "in.pdf", folder / "p"], check=True)
    return [Image.open(path).convert("RGB") for path in sorted(folder.glob("p*.png"))]


def dark(image: Image.Image, below: int) -> int:
    """How many pixels of an image are darker than this grey."""
    return sum(image.convert("L").histogram()[:below])


@pytest.mark.parametrize("fold", ["left", "right"])
def test_marks_stand_a_millimetre_outside_the_bleed_and_on_the_sheet(fold: str) -> None:
    edge, bleed = (3 + ZONE_MM) * MM, 3 * MM
    trim = Trim((edge, edge, edge + 148 * MM, edge + 210 * MM), bleed, fold)
    left, bottom, right, top = trim.box
    off = bleed + 1 * MM - 0.01
    pdf = pikepdf.new()
    for operands, operator in reading.operations(pdf.make_stream(marks(trim))):
        numbers = [float(value) for value in operands if not isinstance(value, pikepdf.Array)]
        if operator == "re":
            x, y, width, height = numbers
            numbers = [x, y, x + width, y + height]
        if operator in ("m", "l", "c", "re"):
            for x, y in zip(numbers[::2], numbers[1::2], strict=True):
                assert x <= left - off or x >= right + off or y <= bottom - off or y >= top + off
                assert 0 <= x <= right + edge and 0 <= y <= top + edge
    dashes = marks(trim).count(b"[2 1.5] 0 d")
    assert dashes == 2  # where the page is folded and not cut, above and below


def test_marks_are_seen_around_the_page_with_the_slug_line(booklet: Callable[..., Path], tmp_path: Path) -> None:
    project = booklet(printed())
    content = made(build(order(project, "press", marks=True)), project)["press.pdf"]
    for page in rendered(content, tmp_path / "a"):
        edge = round(10 * MM)
        page.paste((255, 255, 255), (edge, edge, page.width - edge, page.height - edge))
        assert dark(page, 128) > 100
    needs("pdftotext")
    text = subprocess.run(["pdftotext", "-l", "1", tmp_path / "a/in.pdf", "-"], capture_output=True, text=True).stdout
    assert "Tiny Victoria issue 2026.1 15 July 2026 page i (1 of" in " ".join(text.split())


def test_covers_and_tabs_reach_the_end_of_the_bleed(booklet: Callable[..., Path], tmp_path: Path) -> None:
    project = booklet(printed(FIVE))
    pages = rendered(
        made(build(order(project, "press", marks=False, cover_separate=False)), project)["press.pdf"], tmp_path / "p"
    )
    cover, first = pages[0], pages[4]
    white = (255, 255, 255)
    corners = [(1, 1), (cover.width - 2, 1), (1, cover.height - 2), (cover.width - 2, cover.height - 2)]
    assert white not in [cover.getpixel(corner) for corner in corners]
    right_edge = [first.getpixel((first.width - 2, y)) for y in range(first.height)]
    assert any(pixel != white for pixel in right_edge)


def test_the_press_file_says_what_it_is(pressed: bytes) -> None:
    with Pdf.open(io.BytesIO(pressed)) as pdf:
        assert pdf.pdf_version == "1.6"
        (intent,) = pdf.Root.OutputIntents
        assert (intent.S, str(intent.OutputConditionIdentifier)) == (Name.GTS_PDFX, "FOGRA39")
        assert str(intent.RegistryName) == "http://www.color.org"
        assert intent.DestOutputProfile.read_bytes() == (styles_folder() / "icc/FOGRA39L_coated.icc").read_bytes()
        assert intent.DestOutputProfile.N == 4
        info = pdf.docinfo
        assert str(info.Title) == "Tiny: A booklet for tests (Victoria)"
        assert str(info.CreationDate) == str(info.ModDate) == "D:20260715000000Z"
        assert info.Trapped == Name("/False")
        assert len(pdf.trailer.ID) == 2
        xmp = pdf.Root.Metadata.read_bytes().decode()
        for words in (
            "<pdfxid:GTS_PDFXVersion>PDF/X-4<",
            "<pdf:Trapped>False<",
            "<xmpMM:DocumentID>uuid:",
            "Tiny: A booklet",
        ):
            assert words in xmp
        assert "pdfuaid" not in xmp
        assert set(pdf.Root.keys()) == {"/Type", "/Pages", "/OutputIntents", "/Metadata"}
        assert all(
            "/FontFile2" in f or "/FontFile3" in f
            for f in pdf.objects
            if isinstance(f, Dictionary) and f.get("/Type") == Name.FontDescriptor
        )
    needs("qpdf")


def test_two_builds_give_the_same_bytes(booklet: Callable[..., Path], tmp_path: Path) -> None:
    project = booklet(printed())
    first = build(replace(order(project, "press"), use_cache=False))
    before = made(first, project)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(project / "chapters", elsewhere / "chapters")
    again = made(build(replace(order(elsewhere, "press"), use_cache=False)), elsewhere)
    assert again == before
    later = build(replace(order(elsewhere, "press"), today=date(2027, 1, 5), use_cache=False))
    assert made(later, elsewhere)["press.pdf"] == before["press.pdf"]


def overprints(stream: Any, resources: Any, page_class: Any) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Each fill that paints something: its ink, and whether it overprints."""
    states = resources.get("/ExtGState", {})
    fill: tuple[float, ...] = (0.0,)
    over = False
    stack = []
    content = page_class(stream) if stream.get("/Type") == Name.Page else stream
    for operands, operator in reading.operations(content):
        match operator:
            case "q":
                stack.append((fill, over))
            case "Q":
                fill, over = stack.pop()
            case "k" | "g":
                fill = tuple(float(v) for v in operands)
            case "gs" if "/op" in states[str(operands[0])]:
                state = states[str(operands[0])]
                over = bool(state.op)
                assert state.OPM == 1
            case "Tj" | "TJ" | "f" | "f*" | "B" | "B*":
                yield fill, over


def test_black_text_overprints_and_white_never_does(pressed: bytes) -> None:
    seen = set()
    with Pdf.open(io.BytesIO(pressed)) as pdf:
        for stream, resources in streams(pdf):
            if stream.get("/Type") == Name.Page:
                seen |= set(overprints(stream, resources, pdf.pages[0].__class__))
    assert ((0, 0, 0, 1), True) in seen
    assert {over for fill, over in seen if len(fill) == 4 and fill != (0, 0, 0, 1)} == {False}
    assert ((0, 0, 0, 0), False) in seen


def plates(pdf: bytes, folder: Path, dpi: int = 50) -> list[Image.Image]:
    """Pages as Ghostscript separates them, in CMYK."""
    needs("gs")
    folder.mkdir(exist_ok=True)
    (folder / "in.pdf").write_bytes(pdf)
    command = [
        "gs",
        "-q",
        "-dBATCH",
        "-dNOPAUSE",
        "-dSAFER",
        "-sDEVICE=tiff32nc",
        f"-r{dpi}",
        f"-sOutputFile={folder}/p%03d.tif",
    ]
    subprocess.run([*command, folder / "in.pdf"], check=True, capture_output=True)
    return [Image.open(path).convert("CMYK") for path in sorted(folder.glob("*.tif"))]


def test_a_second_program_finds_text_on_the_black_plate_alone_and_no_more_ink_than_allowed(
    booklet: Callable[..., Path], tmp_path: Path
) -> None:
    project = booklet(printed())
    content = made(build(order(project, "press", marks=False)), project)["press.pdf"]
    pages = plates(content, tmp_path / "plates")
    for page in pages:
        assert max(sum(pixel) for pixel in pixels(page)) <= 300 * 2.55 + 4
    notes = pages[-2]
    black = [pixel for pixel in pixels(notes) if pixel[3] > 200]
    assert len(black) > 20 and all(pixel[:3] == (0, 0, 0) for pixel in black)
    assert any(pixel[0] > 20 for page in pages for pixel in pixels(page))


def test_dark_pictures_keep_to_the_limit_of_ink() -> None:
    profile = (styles_folder() / "icc/FOGRA39L_coated.icc").read_bytes()
    dark = Image.new("RGB", (16, 16))
    dark.putdata([(r * 3, g * 2, r) for r in range(16) for g in range(16)])
    for limit in (200, 240, 300):
        inks = press_inks(profile, limit, press_accents(profile, limit, (100, 70, 15, 32), (10, 7, 2, 0)))
        assert max(sum(pixel) for pixel in pixels(inks.image(dark))) <= limit * 2.55 + 1
        assert (
            max(sum(inks.amounts((r, g, b))) for r in (0, 30) for g in (0, 40) for b in (0, 20, 70))
            <= limit / 100 + 0.001
        )
    assert inks.amounts((26, 26, 26)) == inks.amounts((0, 0, 0)) == (0, 0, 0, 1)
    assert inks.amounts((255, 255, 255)) == (0, 0, 0, 0)
    assert inks.amounts((11, 90, 126)) == (1, 0.7, 0.15, 0.32)
    assert inks.amounts((128, 128, 128))[:3] == (0, 0, 0)
    assert inks.image(Image.new("L", (4, 4), 128)).mode == "L"


def test_contrast_through_the_profile_is_as_the_palette_computed_it() -> None:
    """The figures of the standards, WC2: relative colorimetric on FOGRA39L, paper taken for white."""
    profile = (styles_folder() / "icc/FOGRA39L_coated.icc").read_bytes()
    found = {k: round(contrast_on_paper((0, 0, 0, k), (0, 0, 0, 0), profile), 1) for k in (100, 90, 80, 70, 60, 50)}
    assert found == {100: 14.2, 90: 9.7, 80: 6.8, 70: 4.7, 60: 3.5, 50: 2.6}


def test_copier_greys_keep_words_black_and_grounds_light() -> None:
    amounts = copier_inks().amounts
    assert amounts((11, 90, 126)) == amounts((26, 26, 26)) == (0.0,)
    assert amounts((226, 239, 247))[0] > 0.9 and amounts((255, 255, 255)) == (1.0,)


def test_a_group_in_grey_is_printed_in_black_alone(tmp_path: Path) -> None:
    """Mixed by itself, Ghostscript makes all four inks of its grey, as copiers do."""
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(100, 100)).obj
    keys = Dictionary(
        Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 100, 100]),
        Group=Dictionary(S=Name.Transparency, CS=Name.DeviceRGB, I=True),
    )  # fmt: skip
    page.Resources = Dictionary(XObject=Dictionary(Mixed=pdf.make_stream(b"0.5 0.5 0.5 rg 0 0 50 100 re f", keys)))
    page.Contents = pdf.make_stream(b"/Mixed Do")
    ink(pdf, copier_inks())
    assert "/Group" not in page.Resources.XObject.Mixed
    needs("gs")
    pdf.save(tmp_path / "grey.pdf")
    command = ["gs", "-q", "-o", "-", "-sDEVICE=inkcov", str(tmp_path / "grey.pdf")]
    counted = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert [float(share) > 0 for share in counted[:4]] == [False, False, False, True]


FAULTS = {
    "a bleed that no page has": ("bleed_mm = 3", "bleed_mm = 50", "SRC-012", 4),
    "ink of all four plates twice": ("ink_limit_percent = 300", "ink_limit_percent = 900", "SRC-012", 6),
    "less than no safe zone": ("safe_mm = 5", "safe_mm = -5", "SRC-012", 5),
    "paper as thick as a board": ("caliper_mm = 0.09", "caliper_mm = 0.9", "SRC-012", 15),
    "no number": ("bleed_mm = 3", 'bleed_mm = "wide"', "SRC-012", 4),
    "a missing profile": ("FOGRA39L_coated.icc", "printers/none.icc", "SRC-001", 13),
    "a profile outside the project": ("FOGRA39L_coated.icc", "../../outside.icc", "SRC-002", 13),
    "a profile that is none": ("FOGRA39L_coated.icc", "booklet.toml", "SRC-012", 13),
    "a profile in RGB": ("FOGRA39L_coated.icc", "printers/rgb.icc", "SRC-012", 13),
}


@pytest.mark.parametrize(("old", "new", "code", "line"), FAULTS.values(), ids=list(FAULTS))
def test_a_printer_with_impossible_wishes_is_found_at_its_line(
    booklet: Callable[..., Path], old: str, new: str, code: str, line: int
) -> None:
    rgb = pikepdf.__file__ and (Path(pikepdf.__file__).parents[1] / "weasyprint/pdf/sRGB2014.icc").read_bytes()
    project = booklet(printed(COATED.replace(old, new)) | {"chapters/printers/rgb.icc": rgb})
    found = [f for f in check(order(project, "press")) if f.severity == "error"]
    assert [(f.code, f.place.file) for f in found] == [(code, PRINTER)]
    assert found[0].place.line == line
    assert [f for f in check(order(booklet(printed()), "press")) if f.severity == "error"] == []


@pytest.mark.parametrize(
    ("hue", "words"),
    [
        ("deep_cmyk = [40, 20, 0, 0]\ntint_cmyk = [10, 7, 2, 0]", "deep on paper"),
        ("deep_cmyk = [100, 70, 15, 32]\ntint_cmyk = [60, 40, 20, 10]", "black on tint"),
        ("deep_cmyk = [100, 100, 80, 60]\ntint_cmyk = [10, 7, 2, 0]", "340 percent"),
    ],
    ids=["pale", "dark tint", "wet"],
)
def test_a_hue_that_fails_in_print_is_found_at_its_line(booklet: Callable[..., Path], hue: str, words: str) -> None:
    vic = "chapters/editions/vic.toml"
    project = booklet({**printed(), **changed(vic, 'tint = "#e9ebf4"', f'tint = "#e9ebf4"\n{hue}')})
    found = [f for f in check(order(project, "press")) if f.code == "INK-001"]
    assert any(words in f.found for f in found)
    assert {(f.place.file, f.place.line) for f in found} == {(vic, FILES[vic].split("\n").index("[hue]") + 1)}


def test_every_shipped_printer_and_hue_is_sound() -> None:
    manuscript, findings = read(PROJECT, Today(TODAY))
    assert manuscript and {"au-sheetfed-coated", "au-sheetfed-uncoated", "au-5mm"} <= set(manuscript.printers)
    for name in manuscript.printers:
        (PROJECT / f"chapters/printers/{name}.toml").read_text("utf-8")
        from booklet.bindery import hue_faults

        assert list(hue_faults(manuscript, name)) == []
    assert [f for f in findings if "/printers/" in f.place.file] == []


@pytest.mark.parametrize(
    ("width", "code"), [(600, "INK-111"), (900, "INK-112"), (1600, None)], ids=["too few", "rather few", "enough"]
)
def test_an_image_with_too_few_pixels_is_found_in_print(
    booklet: Callable[..., Path], width: int, code: str | None
) -> None:
    """135 to the inch keep the job back; 202 are a warning; 360 pass, brought down to what a press shows."""
    receipt = build(order(booklet(printed(width=width)), "press"))
    found = [f for f in receipt.findings if f.code in ("INK-111", "INK-112")]
    assert [f.code for f in found] == ([code] if code else [])
    assert all(f"{width} by {width // 2} pixels" in f.found for f in found)
    assert bool(receipt.kept_back) is receipt.failed is (code == "INK-111")


def test_a_fine_image_is_brought_down_to_what_a_press_shows(booklet: Callable[..., Path]) -> None:
    project = booklet(printed(width=4000))
    with Pdf.open(io.BytesIO(made(build(order(project, "press")), project)["press.pdf"])) as pdf:
        (image,) = (t for t in pdf.objects if isinstance(t, pikepdf.Stream) and t.get("/Subtype") == Name.Image)
        assert 1100 < int(image.Width) <= 1534  # 118 mm, the width of the text, at 330 to the inch


def test_a_cover_of_heavier_paper_is_a_file_of_its_own(booklet: Callable[..., Path]) -> None:
    project = booklet(printed(FIVE))
    whole = made(build(order(project, "press", cover_separate=False)), project)
    assert set(whole) == {"press.pdf", "press-ticket.pdf", "press-ticket.json"}
    split = made(build(order(project, "press")), project)
    assert set(split) == {"press.pdf", "press-cover.pdf", "press-ticket.pdf", "press-ticket.json"}
    with (
        Pdf.open(io.BytesIO(whole["press.pdf"])) as all_pages,
        Pdf.open(io.BytesIO(split["press.pdf"])) as inner,
        Pdf.open(io.BytesIO(split["press-cover.pdf"])) as cover,
    ):
        assert len(cover.pages) == 4 and len(inner.pages) == len(all_pages.pages) - 4
        assert len(inner.pages) % 4 == 0
    ticket = json.loads(split["press-ticket.json"])
    assert ticket["cover_is_separate"] and ticket["cover_paper"].startswith("Coated one side, 250")
    assert [file["name"].rpartition("-")[2] for file in ticket["files"]] == ["press.pdf", "cover.pdf"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process does not know what is patched here")
@pytest.mark.parametrize("form", ["press", "clinic"])
def test_every_pdf_for_paper_passes_preflight_before_it_is_delivered(
    booklet: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """The job ticket, too."""
    seen = tmp_path / "seen.txt"

    def noting(content: bytes, file: str, *rest: Any) -> Any:
        with seen.open("a") as notes:
            print(file, file=notes)
        return examine(content, file, *rest)

    monkeypatch.setattr("booklet.jobs.examine", noting)
    receipt = build(replace(order(booklet(printed()), form), jobs=1))
    assert not receipt.failed
    assert sorted(seen.read_text().split()) == sorted(
        entry.file for entry in receipt.files if entry.file.endswith(".pdf")
    )


def test_the_ticket_says_what_the_printer_asks(booklet: Callable[..., Path], tmp_path: Path) -> None:
    overlay = printed()
    overlay[BOOK] = (
        str(overlay[BOOK]) + '\n[print_run]\ncontact = "Print desk, 03 5550 1234"\nquantities = { VIC = 500 }\n'
    )
    project = booklet(overlay)
    files = made(build(order(project, "press")), project)
    ticket = json.loads(files["press-ticket.json"])
    assert (ticket["quantity"], ticket["contact"]) == (500, "Print desk, 03 5550 1234")
    assert ticket["trim_mm"] == [148, 210] and ticket["bleed_mm"] == 3
    (file,) = ticket["files"]
    from hashlib import sha256

    assert file["sha256"] == sha256(files["press.pdf"]).hexdigest()
    needs("pdftotext")
    (tmp_path / "t.pdf").write_bytes(files["press-ticket.pdf"])
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "t.pdf", "-"], capture_output=True, text=True).stdout
    for words in ("500 copies", "FOGRA39", "148 × 210 mm", "Saddle stitched", file["sha256"]):
        assert words in text


PAPER = {
    "100": Paper(name="a", gsm=100, caliper_mm=0.13),
    "130": Paper(name="b", gsm=130, caliper_mm=0.10),
    "250": Paper(name="c", gsm=250, caliper_mm=0.30),
    "300": Paper(name="d", gsm=300, caliper_mm=0.23),
}
C5_G, C4_G = 7.4, 14.7


def test_weights_are_those_of_the_standards() -> None:
    """STANDARDS AP14. It counts a leaf as half a sheet of A4, which is 0.3 % more than a trimmed A5 leaf."""
    half_a4 = (148.5, 210.0)
    a5 = {pages: weight_g(pages + 4, half_a4, PAPER["100"], PAPER["250"]) + C5_G for pages in (60, 64)}
    assert a5 == {60: pytest.approx(116.5, abs=0.1), 64: pytest.approx(122.8, abs=0.1)}
    a4 = {pages: weight_g(pages, (210, 297), PAPER["100"]) + C4_G for pages in (72, 80, 140)}
    assert a4 == {72: pytest.approx(239, abs=0.6), 80: pytest.approx(264, abs=0.6), 140: pytest.approx(451, abs=0.6)}


def test_thickness_and_creep_are_those_of_the_standards() -> None:
    assert creep_mm(48, PAPER["100"]) == pytest.approx(1.56)  # SS4: 1.6
    assert thickness_mm(84, PAPER["130"], PAPER["300"]) == pytest.approx(4.46)  # PB1


def test_a_press_without_a_printer_is_a_finding(booklet: Callable[..., Path]) -> None:
    found = build(order(booklet(changed(BOOK, "issue =", "sample = true\nissue =")), "press")).findings
    assert [f.code for f in found if f.severity == "error"] == ["SRC-010"]


def test_the_kit_has_a_test_sheet_and_sheets_and_plain_pages(kit: dict[str, bytes], tmp_path: Path) -> None:
    assert set(kit) == {"clinic.pdf", "clinic-plain.pdf"}
    with Pdf.open(io.BytesIO(kit["clinic.pdf"])) as pdf, Pdf.open(io.BytesIO(kit["clinic-plain.pdf"])) as plain:
        assert len(pdf.pages) == 2 + len(plain.pages) // 2
        assert {tuple(round(float(v)) for v in page.mediabox) for page in pdf.pages} == {(0, 0, 842, 595)}
        assert {tuple(round(float(v)) for v in page.mediabox) for page in plain.pages} == {(0, 0, 595, 842)}
        assert pdf.Root.ViewerPreferences.Duplex == Name.DuplexFlipShortEdge
        assert pdf.Root.ViewerPreferences.PrintScaling == Name("/None")
        assert "/OutputIntents" not in pdf.Root and "/Metadata" not in pdf.Root
    for name, content in kit.items():
        for page in rendered(content, tmp_path / name):
            edge = round(4.5 * MM)
            inner = page.copy()
            inner.paste((255, 255, 255), (edge, edge, page.width - edge, page.height - edge))
            assert inner.getextrema() == ((255, 255),) * 3
    needs("pdftotext")
    (tmp_path / "kit.pdf").write_bytes(kit["clinic.pdf"])
    text = subprocess.run(
        ["pdftotext", "-layout", "-l", "4", tmp_path / "kit.pdf", "-"], capture_output=True, text=True
    ).stdout
    assert "Print, fold and staple" in text and "Side 2 of the test sheet" in text and "sheets of A4" in text


def test_manual_duplex_gives_two_files_with_the_test_sheet_first_and_last(
    booklet: Callable[..., Path], tmp_path: Path
) -> None:
    project = booklet(printed())
    files = made(build(order(project, "clinic", duplex="manual")), project)
    assert set(files) == {"clinic-fronts.pdf", "clinic-backs.pdf", "clinic-plain.pdf"}
    needs("pdftotext")
    words = {}
    for name in ("clinic-fronts.pdf", "clinic-backs.pdf"):
        (tmp_path / name).write_bytes(files[name])
        text = subprocess.run(["pdftotext", tmp_path / name, "-"], capture_output=True, text=True).stdout
        words[name] = text.split("\f")[:-1]
    assert "Print, fold and staple" in words["clinic-fronts.pdf"][0]
    assert "Side 2 of the test sheet" in words["clinic-backs.pdf"][-1]
    assert len(words["clinic-fronts.pdf"]) == len(words["clinic-backs.pdf"])


@pytest.mark.slow
def test_the_real_booklet_has_the_same_words_on_the_same_pages_in_print_as_on_a_screen(
    real: tuple[Order, Receipt], tmp_path: Path
) -> None:
    """Read off the finished files by another program; nothing but the sheets beside the booklet is set for it."""
    needs("pdftotext")
    paper = replace(real[0], formats=("press", "clinic"), editions=("NT",))
    receipt = build(paper)
    assert receipt.typeset == 0 and [str(f) for f in receipt.findings if f.severity == "error"] == []
    endings = ("screen.pdf", "press.pdf", "press-cover.pdf", "clinic-plain.pdf")
    files = {
        ending: paper.dist / entry.file
        for ending in endings
        for entry in (*real[1].files, *receipt.files)
        if entry.edition == "NT" and entry.file.endswith(ending)
    }
    words = {ending: page_words(path) for ending, path in files.items()}
    inner, cover = words["press.pdf"], words.get("press-cover.pdf", [])
    assert words["clinic-plain.pdf"] == words["screen.pdf"]
    assert [*cover[:2], *inner, *cover[2:]] == words["screen.pdf"]


@pytest.mark.slow
def test_a_copier_counts_every_page_of_a_real_kit_as_grey(
    finish: Callable[[str, str, str], Finished], tmp_path: Path
) -> None:
    for file in finish("NT", "bone", "clinic").files:
        laid = inks_laid(file.content, tmp_path)
        assert len(laid) == file.pages and all(page[:3] == (0, 0, 0) for page in laid)


def page_words(path: Path) -> list[list[str]]:
    """The words on the trim of each page, in an order of their own."""
    with Pdf.open(path) as pdf:
        box = [float(v) for v in pdf.pages[0].trimbox]
        height = float(pdf.pages[0].mediabox[3])
    place = {"-x": box[0], "-y": height - box[3], "-W": box[2] - box[0], "-H": box[3] - box[1]}
    cut = [word for option, value in place.items() for word in (option, str(round(value)))]
    command = ["pdftotext", "-r", "72", *cut, str(path), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [sorted(page.split()) for page in text.split("\f")[:-1]]
