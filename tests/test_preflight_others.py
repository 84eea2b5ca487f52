"""Files made wrong by others are caught, and other judges say the same as preflight."""

from __future__ import annotations

import io
import subprocess
from functools import partial
from pathlib import Path

import pytest
import weasyprint
from pikepdf import Dictionary, Name, Pdf
from PIL import Image

from booklet.findings import Severity
from booklet.pdf.geometry import Geometry
from booklet.pdf.pictures import Camera
from booklet.pdf.plates import coverage, plates
from booklet.preflight import PROFILES, examine
from tests import pdfs
from tests.conftest import PROJECT, needs
from tests.judges import judged
from tests.test_preflight_checks import NEAR, SPOILT, codes

BEYOND = {"ACC-109", "ACC-110", "ACC-126", "ACC-131", "ACC-132", "FNT-102", "FNT-104"}
"""What preflight finds and veraPDF does not ask."""


def test_a_browser_s_file_is_caught() -> None:
    content = (PROJECT / "tests/files/chromium.pdf").read_bytes()
    assert codes(content, "screen") == {"ACC-105", "ACC-111", "ACC-120"}
    assert {"BOX-104", "BOX-106", "BOX-114", "INK-101", "INK-115", "INK-117", "INK-118"} <= codes(content, "press")
    assert {"INK-102", "BOX-112"} == codes(content, "clinic")


def test_the_engine_s_own_press_file_is_caught() -> None:
    html = """<html lang="en-AU"><title>Words</title><style>@page { size: A5; bleed: 3mm; marks: crop;
      @bottom-left { content: counter(page) } } body { font-size: 12pt; color: device-cmyk(0 0 0 1) }</style><p>Words"""
    content = weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/x-4")
    assert {"BOX-106", "BOX-113", "INK-101", "INK-108", "INK-115"} <= codes(content, "press")


def test_an_rgb_photograph_in_a_cmyk_job_is_caught_and_named() -> None:
    """A JPEG as it is, placed by its own bytes."""
    jpeg = io.BytesIO()
    Image.new("RGB", (500, 500), (40, 90, 200)).save(jpeg, "JPEG")

    def place(pdf: Pdf) -> None:
        pdf.pages[1].Resources.XObject.Photo = pdf.make_stream(
            jpeg.getvalue(),
            Dictionary(
                Type=Name.XObject, Subtype=Name.Image, Width=500, Height=500, BitsPerComponent=8,
                ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode,
            ),
        )  # fmt: skip
        pdfs.draw(pdf, "80 0 0 80 250 150 cm /Photo Do")

    (complaint,) = examine(pdfs.spoilt("press", place), "file.pdf", PROFILES["press"]).complaints
    assert (complaint.code, complaint.found) == ("INK-101", "The image Photo is in RGB.")


def test_subset_fonts_taken_out_are_caught() -> None:
    content = weasyprint.HTML(string="<p style='font-size: 14pt'>Words").write_pdf(pdf_variant="pdf/ua-1")
    with Pdf.open(io.BytesIO(content)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, Dictionary) and thing.get("/Type") == Name.FontDescriptor:
                for key in ("/FontFile2", "/FontFile3"):
                    if key in thing:
                        del thing[key]
        assert "FNT-101" in codes(pdfs.saved(pdf), "screen")
    assert "FNT-101" not in codes(content, "screen")


def test_an_image_that_is_too_small_is_told_how_large_it_may_be() -> None:
    def place(pdf: Pdf) -> None:
        pdf.pages[1].Resources.XObject.Small = pdfs.image_of(pdf, 300)
        pdfs.draw(pdf, "150 0 0 150 260 150 cm /Small Do")

    (complaint,) = examine(pdfs.spoilt("press", place), "file.pdf", PROFILES["press"]).complaints
    wanted = (
        "The image Small (300 by 300 pixels) has 144 pixels an inch as placed; "
        "at 300 it can be printed 25 by 25 mm large."
    )
    assert complaint.found == wanted


def claims_second(content: bytes) -> bool:
    with Pdf.open(io.BytesIO(content)) as pdf:
        return b"<pdfuaid:part>2<" in pdf.Root.get("/Metadata", pdf.make_stream(b"")).read_bytes()


def is_accused(content: bytes) -> bool:
    """True where preflight finds an error, not only what is stricter than the standard."""
    found = examine(content, "file.pdf", PROFILES["screen"]).complaints
    return any(complaint.severity is Severity.ERROR for complaint in found)


@pytest.mark.slow
@pytest.mark.parametrize("edition", [1, 2])
def test_verapdf_says_the_same_of_every_file_that_it_can_judge(verapdf: str, tmp_path: Path, edition: int) -> None:
    """Every file spoilt for people who listen fails PDF/UA as well, by the part that it claims; the clean ones, near
    misses and what is only warned of pass.
    """
    rows = [
        (f"{code}-{n}", spoil)
        for n, (code, profile, spoil) in enumerate(SPOILT)
        if profile == "screen" and code.startswith(("ACC-1", "FNT-")) and code not in BEYOND
    ]
    rows += [(f"near-{n}", spoil) for n, (profile, spoil) in enumerate(NEAR) if profile == "screen"]
    rows += [("clean", lambda pdf: None if edition == 1 else pdfs.second_edition(pdf))]
    files: dict[str, bool] = {}
    for name, spoil in rows:
        content = pdfs.spoilt("screen", spoil)
        if claims_second(content) == (edition == 2):
            files[pdfs.path_of(tmp_path, content, f"{name}.pdf").name] = not is_accused(content)
    found = judged(verapdf, [tmp_path / name for name in files], f"ua{edition}")
    cycles = {name: True for name in files if name.startswith("ACC-106") and found[name]}  # of roles that nobody uses
    assert len(cycles) == (edition == 1)
    assert found == {**files, **cycles}


EDGE = 2 * (pdfs.SLUG + pdfs.BLEED)
SHEET = Geometry((0, 0, pdfs.A5[0] + EDGE, pdfs.A5[1] + EDGE), None, None, None, None, 0, 1.0)


def drawn_plates(content: bytes, dpi: float) -> list[Image.Image]:
    return [camera.picture(1, SHEET, dpi).convert("L") for camera in plates(content)]


def inked() -> bytes:
    """Known tints: a solid of four inks, black that overprints a tint, black that knocks one out, a CMYK image."""

    def spoil(pdf: Pdf) -> None:
        pdf.pages[1].Resources.XObject.New = pdfs.image_of(pdf, 200, "/DeviceCMYK", 102)
        pdfs.draw(
            pdf,
            "0.8 0.6 0.4 0.2 k 250 500 60 60 re f 0.5 0 0 0 k 250 400 120 60 re f "
            "/Over gs 0 0 0 1 k 250 400 60 60 re f /Knock gs 310 400 60 60 re f Q q 60 0 0 60 250 300 cm /New Do",
        )

    return pdfs.spoilt("press", spoil)


PATCHES = {(280, 530): (80, 60, 40, 20), (280, 430): (50, 0, 0, 100), (340, 430): (0, 0, 0, 100), (280, 330): (40,) * 4}
"""Points of the page in PDF's own units, and the inks that lie there in percent."""


def test_plates_have_the_inks_that_were_asked_for() -> None:
    drawn = drawn_plates(inked(), 72)
    for (x, y), wanted in PATCHES.items():
        point = (x, drawn[0].height - y)
        found = [round(100 - plate.getpixel(point) / 2.55) for plate in drawn]  # type: ignore[operator]
        assert found == pytest.approx(wanted, abs=1), (x, y)


def test_total_ink_is_a_mean_over_fifteen_square_millimetres() -> None:
    """A square of 400 percent as large as the window gives 400 in its middle; one of half the side a quarter."""
    for side, wanted in ((60, 400), (5.4, 100)):
        content = pdfs.spoilt("press", partial(pdfs.draw, operators=f"1 1 1 1 k 300 500 {side} {side} re f"))
        total = coverage(drawn_plates(content, 288), SHEET)
        assert max(total.tobytes()) * 400 / 255 == pytest.approx(wanted, rel=0.08)


def test_ghostscript_sees_the_same_inks(tmp_path: Path) -> None:
    needs("gs")
    path = pdfs.path_of(tmp_path, inked())
    target = tmp_path / "page.tif"
    device = ["-sDEVICE=tiff32nc", "-dSimulateOverprint=true", "-r72", "-dFirstPage=2", "-dLastPage=2"]
    command = ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dUseCIEColor=false", *device, f"-sOutputFile={target}", str(path)]
    subprocess.run(command, check=True)
    with Image.open(target) as page:
        for (x, y), wanted in PATCHES.items():
            found = [ink / 2.55 for ink in page.getpixel((x, page.height - y))]  # type: ignore[union-attr]
            assert found == pytest.approx(wanted, abs=2), (x, y)


def test_a_camera_shows_the_page_without_its_text() -> None:
    content = pdfs.saved(pdfs.clean())

    geometry = Geometry((0, 0, *pdfs.A5), None, None, None, None, 0, 1.0)
    camera = Camera(content)
    assert min(camera.picture(0, geometry, 50).convert("L").tobytes()) < 100
    assert min(camera.picture(0, geometry, 50, with_text=False).convert("L").tobytes()) == 255
