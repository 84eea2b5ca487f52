"""Photographs as cameras give them: turned, in ink, with 16 bits, huge, cut off; and their pixels in each format."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageCms

from booklet.bindery.fragments import CATALOG, INFO, PAGES, PackedStream
from booklet.bindery.packing import packed_file
from booklet.build import Order, build, check
from booklet.design import MM_PER_INCH
from booklet.formats import PRESS_PPI
from booklet.pdf import foreign_kind, picture_fault, printable
from tests.conftest import PROJECT, TODAY
from tests.printed import printed
from tests.tiny import LAST, TWO, added

FRAME = (300, 400)
ORIENTATION, GPS = 0x0112, 0x8825
PHOTO = "chapters/images/x.jpg"
ITS_FIGURE = '::: figure images/x.jpg alt="Hills in the morning sun"\nHills.\n:::'


def photograph(kind: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (600, 400), **more: object) -> bytes:
    """A picture that no two pixels of are alike: its left third red, so that one sees how it stands."""
    picture = Image.effect_noise(size, 80).convert("RGB")
    picture.paste((200, 0, 0), (0, 0, size[0] // 3, size[1]))
    with io.BytesIO() as file:
        picture.convert(mode).save(file, kind, **more)
        return file.getvalue()


def exif(orientation: int) -> Image.Exif:
    facts = Image.Exif()
    facts[ORIENTATION], facts[GPS] = orientation, {1: "S", 2: (37.0, 48.0, 49.0)}
    return facts


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def red_side(picture: Image.Image) -> str:
    """On which side the picture is red."""
    picture = picture.convert("RGB")
    width, height = picture.size
    middle = {"left": (0.02, 0.5), "right": (0.98, 0.5), "top": (0.5, 0.02), "bottom": (0.5, 0.98)}
    for side, (across, down) in middle.items():
        red, green, _ = picture.getpixel((int(across * width), int(down * height)))  # type: ignore[misc]
        if red > 150 and green < 60:
            return side
    return ""


def test_what_is_plain_and_small_stays_as_it_is_to_the_byte() -> None:
    for kind, mode in (("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "P"), ("PNG", "L"), ("PNG", "RGBA")):
        content = photograph(kind, mode)
        assert printable(content, (600, 400)) == content


def test_what_is_large_is_brought_down_in_proportion_and_never_up() -> None:
    assert opened(printable(photograph(), FRAME)).size == (300, 200)
    assert opened(printable(photograph(size=(400, 1600)), FRAME)).size == (100, 400)
    assert opened(printable(photograph(size=(30, 20)), FRAME)).size == (30, 20)


def test_what_covers_a_page_is_cut_to_its_shape_in_the_middle() -> None:
    made = opened(printable(photograph(size=(2000, 800)), FRAME, fills=True))
    assert made.size == FRAME
    assert red_side(made) == "", "the red third was beside the middle"
    assert opened(printable(photograph(size=(90, 60)), FRAME, fills=True)).size == (45, 60), "no pixels are made up"


@pytest.mark.parametrize(
    ("orientation", "side", "size"),
    [(1, "left", (600, 400)), (3, "right", (600, 400)), (6, "top", (400, 600)), (8, "bottom", (400, 600))],
)
def test_a_photograph_stands_as_the_camera_was_held(orientation: int, side: str, size: tuple[int, int]) -> None:
    content = photograph(exif=exif(orientation))
    for most in (size, (size[0] // 4, size[1] // 4)):
        made = opened(printable(content, most))
        assert (made.size, red_side(made)) == (most, side)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_nothing_is_kept_of_where_and_when_a_photograph_was_taken(kind: str) -> None:
    content = photograph(kind, exif=exif(1))
    made = printable(content, (600, 400))
    assert opened(content).getexif() and not opened(made).getexif()
    assert b"Exif" in content or b"eXIf" in content
    assert b"Exif" not in made and b"eXIf" not in made


@pytest.mark.parametrize(
    ("kind", "mode", "becomes"),
    [("JPEG", "CMYK", "RGB"), ("JPEG", "L", "L"), ("PNG", "I;16", "L"), ("PNG", "LA", "LA"), ("PNG", "1", "L")],
)
def test_every_kind_of_pixels_becomes_one_that_prints(kind: str, mode: str, becomes: str) -> None:
    content = photograph(kind, mode)
    assert picture_fault(content) == ""
    made = opened(printable(content, FRAME))
    assert (made.mode, made.size) == (becomes, (300, 200))


def test_sixteen_bits_keep_their_lightness() -> None:
    """The shared case: grey from 0 to 63,960 of 65,535."""
    ramp = Image.frombytes("I;16", (256, 1), b"".join((257 * grey).to_bytes(2, "little") for grey in range(256)))
    with io.BytesIO() as file:
        ramp.resize((256, 8)).save(file, "PNG")
        made = opened(printable(file.getvalue(), (256, 8)))
    assert [made.getpixel((grey, 4)) for grey in range(256)] == list(range(256))


def test_colours_are_what_their_profile_means() -> None:
    """A telephone's red is another red: in Lab, the same."""
    lab = ImageCms.createProfile("LAB")
    profile = ImageCms.ImageCmsProfile(str(PROJECT / "styles/icc/FOGRA39L_coated.icc"))
    ink = Image.new("CMYK", (40, 40), (0, 200, 180, 10))
    with io.BytesIO() as file:
        ink.save(file, "JPEG", quality=100, icc_profile=profile.tobytes())
        made = opened(printable(file.getvalue(), FRAME))
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
    from_ink = ImageCms.buildTransform(profile, lab, "CMYK", "LAB")
    seen, meant = ImageCms.applyTransform(made, to_lab), ImageCms.applyTransform(ink, from_ink)
    assert seen and meant
    assert all(abs(a - b) <= 4 for a, b in zip(seen.getpixel((9, 9)), meant.getpixel((9, 9)), strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("lost_bytes", [12, 13, 40])
def test_a_png_cut_behind_its_pixels_is_told_before_the_engine_meets_it(lost_bytes: int) -> None:
    """All its pixels are there, and whoever copies it reads on to the end."""
    picture = Image.new("RGB", (60, 40), (200, 0, 0))
    with io.BytesIO() as file:
        picture.save(file, "PNG")
        content = file.getvalue()
    text = b"tEXtComment\0" + b"of the picture " * 4
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    whole = content[:-12] + chunk + content[-12:]
    assert picture_fault(whole) == "" == picture_fault(whole + b"bytes behind the end")
    assert "cut off or damaged" in picture_fault(whole[:-lost_bytes])


@pytest.mark.parametrize("share", [0.05, 0.5, 0.999])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_photograph_cut_off_is_told_however_much_of_it_is_there(share: float, progressive: bool) -> None:
    content = photograph(progressive=progressive)
    assert picture_fault(content) == ""
    assert "cut off" in picture_fault(content[: int(len(content) * share)])


FOREIGN = {
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC photograph"),
    "TIFF": (b"II*\0\x08\0\0\0", "a TIFF picture"),
    "WebP": (b"RIFF\x1a\0\0\0WEBPVP8 ", "a WebP picture"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_no_page_takes_is_called_by_its_name_at_its_line(booklet: Callable[..., Path], kind: str) -> None:
    content, words = FOREIGN[kind]
    assert foreign_kind(content).startswith(words) and foreign_kind(photograph()) == ""
    (finding,) = faults(booklet({**added(ITS_FIGURE), PHOTO: content}))
    assert finding[:2] == ("LNK-003", f"{TWO}:{LAST}") and words in finding[2]


def test_what_cameras_give_passes_and_what_is_broken_does_not(booklet: Callable[..., Path]) -> None:
    text = added(ITS_FIGURE)
    for content in (photograph(), photograph(mode="CMYK"), photograph("PNG", "I;16"), photograph(exif=exif(6))):
        assert faults(booklet({**text, PHOTO: content})) == []
    assert [row[:2] for row in faults(booklet({**text, PHOTO: photograph()[:900]}))] == [("LNK-003", f"{TWO}:{LAST}")]


def faults(project: Path) -> list[tuple[str, str, str]]:
    order = Order(project, project / "dist", TODAY)
    return [(each.code, str(each.place), each.found) for each in check(order) if each.severity.value == "error"]


@pytest.mark.slow
def test_each_format_has_as_many_pixels_as_it_shows(booklet: Callable[..., Path]) -> None:
    """A figure is 320 pt wide on A5. The photograph has ten times the pixels; of it nothing is left but these."""
    project = booklet({**printed(), **added(ITS_FIGURE), PHOTO: photograph(size=(6000, 4000), exif=exif(1))})
    receipt = build(Order(project, project / "dist", TODAY, editions=("VIC",), use_cache=False))
    assert not receipt.failed, receipt.findings
    width_in = 320 / 72
    seen: dict[str, float] = {}
    for entry in receipt.files:
        if entry.file.endswith(".pdf") and "ticket" not in entry.file:
            with pikepdf.Pdf.open(project / "dist" / entry.file) as pdf:
                (image,) = (
                    thing
                    for thing in pdf.objects
                    if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == pikepdf.Name.Image
                )
                seen[entry.format] = int(image.Width) / width_in
                assert "/Interpolate" not in image
            assert b"Exif" not in (project / "dist" / entry.file).read_bytes()
    assert seen["screen"] == pytest.approx(150, abs=1)
    assert PRESS_PPI <= seen["press"] < 350 and PRESS_PPI <= seen["clinic"] < 350
    assert PRESS_PPI <= seen["large-print"] * width_in / (163 / MM_PER_INCH) < 350


def test_a_file_of_photographs_may_be_larger_than_any_three_bytes_count() -> None:
    """Past 16 MB an object stands where a cross-reference of three bytes does not reach."""
    first = PackedStream(PAGES + 1, b"<<>>", bytes(17_000_000), False)
    objects = {
        CATALOG: b"<</Type/Catalog/Pages %d 0 R>>" % PAGES,
        INFO: b"<<>>",
        PAGES: b"<</Type/Pages/Kids[]/Count 0>>",
    }
    content = packed_file("1.7", (), objects, [first, PackedStream(PAGES + 2, b"<<>>", b"behind", False)])
    with pikepdf.Pdf.open(io.BytesIO(content)) as pdf:
        assert pdf.get_object(PAGES + 2, 0).read_bytes() == b"behind"
