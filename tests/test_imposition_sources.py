"""What strangers' pages look like on sheets: forms and stamps, turned, cropped and damaged pages, beside the source."""

from __future__ import annotations

import io
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image, ImageChops, ImageFilter

from booklet.imposition import Binding, ImpositionError, Layout, Setup, impose, trial_sheets
from tests.conftest import needs
from tests.judges import inks_laid

MM = 72 / 25.4
W, H = 148 * MM, 210 * MM
DPI = 60
ALIKE = 0.01
"""The share of pixels that may differ by how a renderer rounds."""
PRINT, HIDDEN = 4, 2
PRINTED = "1 form field, stamp or note is printed as in the file."
LEFT_OUT = "1 form field, stamp or note is left out: hidden, or not meant for print."
Change = Callable[[Pdf, Dictionary], None]


def written(pdf: Pdf, **how: object) -> bytes:
    target = io.BytesIO()
    pdf.save(target, **how)  # type: ignore[arg-type]
    return target.getvalue()


def plain(*changes: Change, width: float = W, height: float = H, pages: int = 1) -> bytes:
    """A page with an uneven figure and words; changes are made to the first page."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for number in range(1, pages + 1):
        pdf.add_blank_page(page_size=(width, height))
        page = pdf.pages[-1].obj
        page.Resources = Dictionary(Font=Dictionary(F=font))
        page.Contents = pdf.make_stream(
            b"0.5 g 40 60 200 30 re f 0 g 40 90 20 200 re f BT /F 24 Tf 90 200 Td (Page %d) Tj ET" % number
        )
    for change in changes:
        change(pdf, pdf.pages[0].obj)
    return written(pdf)


def picture(pdf: Pdf, words: bytes, **more: object) -> Stream:
    """An appearance: a frame with words in it."""
    form = pdf.make_stream(b"0 g 2 w 1 1 98 28 re S BT /F 14 Tf 6 9 Td (%s) Tj ET" % words)
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 30])
    form.Resources = Dictionary(
        Font=Dictionary(F=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    )
    for key, value in more.items():
        form[f"/{key}"] = value
    return form


def note(kind: str, rectangle: tuple[float, ...] = (100, 320, 300, 380), flags: int = PRINT, **more: Any) -> Change:
    """An annotation with a frame as its appearance, or with what is given."""

    def change(pdf: Pdf, page: Dictionary) -> None:
        appearance = Dictionary(N=picture(pdf, kind.encode()))
        own = Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array(list(rectangle)), F=flags, AP=appearance)
        for key, value in more.items():
            if value is None:
                del own[f"/{key}"]
            else:
                own[f"/{key}"] = value(pdf) if callable(value) else value
        held = pdf.make_indirect(own)
        page.Annots = Array([*page.get("/Annots", Array()), held])
        if kind == "Widget":
            pdf.Root.AcroForm = pdf.Root.get("/AcroForm", Dictionary(Fields=Array([])))
            pdf.Root.AcroForm.Fields.append(held)

    return change


def box(state: str | None, **more: Any) -> Change:
    """A box to tick, in a state."""

    def states(pdf: Pdf) -> Dictionary:
        return Dictionary(N=Dictionary(Yes=picture(pdf, b"ticked"), Off=picture(pdf, b"empty")))

    if state:
        more["AS"] = Name(f"/{state}")
    return note("Widget", FT=Name.Btn, AP=states, **more)


def leave_a_state(pdf: Pdf, page: Dictionary) -> None:
    """Content that ends in the middle of things, as readers forgive it."""
    page.Contents.write(page.Contents.read_bytes() + b" 0.2 0 0 0.2 9 9 cm q q")


def where(**values: object) -> Change:
    """Entries of the page."""

    def change(_: Pdf, page: Dictionary) -> None:
        for key, value in values.items():
            page[f"/{key}"] = value

    return change


def rendered(content: bytes, folder: Path, *options: str) -> Image.Image:
    """The first page as Ghostscript prints it: with those annotations that are for print."""
    needs("gs")
    folder.mkdir(exist_ok=True)
    (folder / "in.pdf").write_bytes(content)
    command = [
        "gs",
        "-q",
        "-dSAFER",
        "-dBATCH",
        "-dNOPAUSE",
        "-dPrinted=true",
        "-dShowAcroForm=true",
        "-dLastPage=1",
        f"-r{DPI}",
        *options,
    ]
    command += ["-sDEVICE=pnggray", "-dTextAlphaBits=4", "-dGraphicsAlphaBits=4", f"-sOutputFile={folder / 'p.png'}"]
    subprocess.run([*command, str(folder / "in.pdf")], check=True, capture_output=True)
    with Image.open(folder / "p.png") as image:
        return image.convert("L")


def shown(content: bytes, folder: Path) -> Image.Image:
    """The first page as poppler shows it, with form fields, and stamps that stay upright."""
    needs("pdftoppm")
    folder.mkdir(exist_ok=True)
    (folder / "in.pdf").write_bytes(content)
    command = ["pdftoppm", "-cropbox", "-r", str(DPI), "-gray", "-singlefile", "-png"]
    subprocess.run([*command, str(folder / "in.pdf"), str(folder / "p")], check=True)
    with Image.open(folder / "p.png") as image:
        return image.convert("L")


def unlike(one: Image.Image, other: Image.Image) -> float:
    """The share of dark pixels in either that have none within a pixel of them in the other."""
    size = (min(one.width, other.width), min(one.height, other.height))
    one, other = one.crop((0, 0, *size)), other.crop((0, 0, *size))
    alone = sum(
        sum(ImageChops.subtract(there.filter(ImageFilter.MinFilter(3)), here).histogram()[128:])
        for here, there in ((one, other), (other, one))
    )
    return alone / max(sum(ImageChops.darker(one, other).histogram()[:128]), 1)


def on_sheet(sheet: Image.Image, size_pt: tuple[float, float] = (W, H)) -> Image.Image:
    """Page 1 as it stands on its sheet, at the right of the fold, half way up."""
    width, height = (side / 72 * DPI for side in size_pt)
    left, top = sheet.width / 2, (sheet.height - height) / 2
    return sheet.crop((round(left), round(top), round(left + width), round(top + height)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "notes"),
    [
        pytest.param(plain(), (), id="nothing on it"),
        pytest.param(plain(note("Stamp")), (PRINTED,), id="stamp"),
        pytest.param(
            plain(note("Stamp", (60, 300, 260, 500), AP=lambda pdf: Dictionary(
                N=picture(pdf, b"slanted", Matrix=Array([0.7, 0.7, -0.7, 0.7, 5, 9]))))),
            (PRINTED,), id="an appearance with a matrix",
        ),
        pytest.param(
            plain(where(Contents=Array([])), note("FreeText", (300, 380, 100, 320))),
            (PRINTED,), id="corners the other way round, on an empty page",
        ),
        pytest.param(plain(note("Stamp", flags=PRINT | HIDDEN)), (LEFT_OUT,), id="hidden"),
        pytest.param(plain(note("Stamp", flags=0)), (LEFT_OUT,), id="not for print"),
        pytest.param(plain(note("Popup")), (), id="a window of a note"),
        pytest.param(plain(note("Link", AP=None, Border=Array([0, 0, 0]))), ("1 link is left out",), id="link"),
        pytest.param(
            plain(note("Stamp"), note("FreeText", (40, 420, 240, 480)), note("Stamp", (0, 0, 50, 20), 0)),
            ("2 form fields, stamps or notes are printed", LEFT_OUT), id="several",
        ),
        pytest.param(
            plain(leave_a_state, note("Stamp")), (PRINTED,), id="on a page that leaves its state behind",
        ),
        pytest.param(plain(where(CropBox=Array([30, 40, W - 30, H - 40])), note("Stamp")),
                     (PRINTED,), id="cropped"),
        pytest.param(plain(where(CropBox=Array([-50, 40, 300, 2 * H])), note("Stamp")), (PRINTED,), id="beyond it"),
    ],
)  # fmt: skip
def test_pages_with_forms_and_stamps_look_on_the_sheet_as_ghostscript_prints_them(
    content: bytes, notes: tuple[str, ...], tmp_path: Path
) -> None:
    imposed = impose(content, Setup(caliper_mm=0))
    own = [words for words in imposed.notes if "empty page" not in words]
    assert len(own) == len(notes) and all(map(str.startswith, own, notes))
    source = rendered(content, tmp_path / "source", "-dUseCropBox")
    size_pt = (source.width * 72 / DPI, source.height * 72 / DPI)
    assert unlike(on_sheet(rendered(imposed.files[0], tmp_path / "sheet"), size_pt), source) < ALIKE


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(plain(note("Widget", FT=Name.Tx, V=String("x"))), id="field"),
        pytest.param(plain(box("Yes")), id="ticked"),
        pytest.param(plain(box("Off")), id="not ticked"),
    ],
)
def test_form_fields_look_on_the_sheet_as_poppler_shows_them(content: bytes, tmp_path: Path) -> None:
    imposed = impose(content, Setup(caliper_mm=0))
    assert imposed.notes[1:] == (PRINTED,)
    sheet = on_sheet(shown(imposed.files[0], tmp_path / "sheet"))
    assert unlike(sheet, shown(content, tmp_path / "source")) < ALIKE
    assert unlike(sheet, shown(plain(), tmp_path / "without")) > 10 * ALIKE


def test_the_comparison_above_can_fail(tmp_path: Path) -> None:
    """The twin: a stamp that is drawn is not like a page without it."""
    imposed = impose(plain(note("Stamp")), Setup(caliper_mm=0))
    sheet = rendered(imposed.files[0], tmp_path / "sheet")
    assert unlike(on_sheet(sheet), rendered(plain(), tmp_path / "source")) > 10 * ALIKE


@pytest.mark.slow
@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("flags", [PRINT, PRINT | 16], ids=["turns with the page", "stays upright"])
def test_stamps_on_turned_pages_lie_where_they_are_seen(turn: int, flags: int, tmp_path: Path) -> None:
    content = plain(
        where(Rotate=turn), note("Stamp", flags=flags), width=H if turn % 180 else W, height=W if turn % 180 else H
    )
    (sheet,) = impose(content, Setup(caliper_mm=0)).files
    assert unlike(on_sheet(shown(sheet, tmp_path / "sheet")), shown(content, tmp_path / "source")) < ALIKE


@pytest.mark.parametrize(
    ("own", "shown"),
    [(None, b"empty"), ("Yes", b"ticked"), ("Other", b"empty")],
    ids=["none", "of the field", "unknown"],
)
def test_a_box_without_a_state_has_that_of_its_field(own: str | None, shown: bytes) -> None:
    value = {"V": Name(f"/{own}")} if own else {}
    with Pdf.open(io.BytesIO(impose(plain(box(None, **value)), Setup()).files[0])) as pdf:
        drawn = pdf.pages[0].Resources.XObject.P1.Resources.XObject
        assert shown in drawn.BookletNote0.read_bytes()


def test_what_the_file_does_not_show_is_said_and_its_twin_is_silent() -> None:
    def needing(pdf: Pdf, page: Dictionary) -> None:
        pdf.Root.AcroForm.NeedAppearances = True

    filled = note("Widget", FT=Name.Tx, V=String("Jo"), AP=None)
    empty = note("Widget", (9, 9, 50, 50), FT=Name.Tx, AP=None)
    notes = impose(plain(filled, empty, needing), Setup(blanks="end")).notes[1:]
    assert notes[0].startswith("1 form field, stamp or note is missing: the file says what, and not how it looks.")
    assert notes[1].startswith("The file asks PDF readers to draw its form fields anew (NeedAppearances)")
    assert impose(plain(empty), Setup()).notes[1:] == ()
    two = impose(plain(filled, note("Highlight", AP=None)), Setup()).notes[1]
    assert two.startswith("2 form fields, stamps or notes are missing")


def test_a_form_that_few_readers_show_is_named() -> None:
    def forms(pdf: Pdf, _: Dictionary) -> None:
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))

    (words,) = impose(plain(forms, pages=4), Setup()).notes
    assert words.startswith("The file holds an XFA form")


def test_pages_of_several_sizes_are_said_to_be_where_they_are() -> None:
    sizes = [words for words in impose(mixed(), Setup(layout="n-up")).notes if "size" in words]
    assert sizes[0] == "Pages differ in size: each is centred in its own place."
    sizes = [words for words in impose(mixed(), Setup()).notes if "size" in words]
    assert sizes[0] == "Pages differ in size: each is centred in the place of the largest."


def test_an_appearance_keeps_its_layer_and_finds_its_fonts() -> None:
    def layered(pdf: Pdf, page: Dictionary) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Draft")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        page.Annots[0].OC = layer
        del page.Annots[0].AP.N["/Resources"]
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), DR=Dictionary(Font=page.Resources.Font))

    with Pdf.open(io.BytesIO(impose(plain(note("Stamp"), layered), Setup()).files[0])) as pdf:
        drawn = pdf.pages[0].Resources.XObject.P1.Resources.XObject.BookletNote0
        assert str(drawn.OC.Name) == "Draft" and pdf.Root.OCProperties.D.OFF[0].objgen == drawn.OC.objgen
        assert drawn.Resources.XObject.A.Resources.Font.F.BaseFont == Name.Helvetica


def test_a_file_that_opens_without_a_password_is_imposed_and_opens_without_one() -> None:
    rights = pikepdf.Permissions(print_lowres=False, print_highres=False)
    for allow, words in ((pikepdf.Permissions(), ()), (rights, ("The owner of the file has not allowed",))):
        with Pdf.open(io.BytesIO(plain(pages=4))) as pdf:
            content = written(pdf, encryption=pikepdf.Encryption(owner="o", user="", allow=allow))
        imposed = impose(content, Setup())
        assert len(imposed.notes) == len(words) and all(map(str.startswith, imposed.notes, words))
        with Pdf.open(io.BytesIO(imposed.files[0])) as sheets:
            assert not sheets.is_encrypted and b"(Page 4)" in sheets.pages[0].Resources.XObject.P4.read_bytes()


def without_a_length(content: bytes) -> bytes:
    """The first page's stream does not say how long it is, as some printers' drivers write it."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        plain_words = written(pdf, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    start = plain_words.index(b"/Length", plain_words.index(b"/Contents"))
    end = plain_words.index(b">>", start)
    return plain_words[:start] + b" " * (end - start) + plain_words[end:]


def test_a_stream_without_a_length_is_printed_and_the_damage_said(tmp_path: Path) -> None:
    content = without_a_length(plain())
    imposed = impose(content, Setup(caliper_mm=0))
    assert imposed.notes[0].startswith("The file is damaged, and was mended as PDF readers do (")
    assert "BytesIO" not in imposed.notes[0]
    sheet = rendered(imposed.files[0], tmp_path / "sheet")
    assert unlike(on_sheet(sheet), rendered(plain(), tmp_path / "source")) < ALIKE


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (b"9", "holds 3 and says 9"), (b"1", "holds 3 and says 1"), (b"0", "holds 3 and says 0"),
        (b"A", "holds 3 and does not say how many"),
    ],
)  # fmt: skip
def test_a_list_of_pages_that_does_not_add_up_is_refused(count: bytes, told: str) -> None:
    with Pdf.open(io.BytesIO(plain(pages=3))) as pdf:
        content = written(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert content.count(b"/Count 3") == 1 and len(impose(content, Setup()).files) == 1
    spoilt = content.replace(b"/Count 3", b"/Count/A" if count == b"A" else b"/Count " + count)
    with pytest.raises(ImpositionError, match=f"The file is damaged: its list of pages {told}"):
        impose(spoilt, Setup())


def packed(times: int, megabytes: int) -> bytes:
    machine = zlib.compressobj(9)
    content = b"".join(machine.compress(b" " * 2**20) for _ in range(megabytes)) + machine.flush()
    for _ in range(times - 1):
        content = zlib.compress(content, 9)
    return content


@pytest.mark.slow
@pytest.mark.parametrize("place", ["content", "after letters", "stamp", "font"])
def test_what_unpacks_without_end_is_refused_wherever_it_is(place: str) -> None:
    """A few kilobytes, packed twice, of 600 megabytes."""
    with Pdf.open(io.BytesIO(plain(note("Stamp"), where(MediaBox=Array([0, 0, 900, 900]))))) as pdf:
        page = pdf.pages[0].obj
        filters = {"Filter": Array([Name.FlateDecode, Name.FlateDecode])}
        if place == "after letters":
            filters = {"Filter": Array([Name.ASCIIHexDecode, Name.FlateDecode, Name.FlateDecode])}
        data = packed(2, 600)
        bomb = Stream(pdf, data.hex().encode() + b">" if place == "after letters" else data, **filters)
        if place in ("content", "after letters"):
            page.Contents = bomb
        elif place == "font":
            page.Resources.Font.F.ToUnicode = bomb
        else:
            bomb.BBox, bomb.Subtype = Array([0, 0, 9, 9]), Name.Form
            page.Annots[0].AP.N = bomb
        content = written(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(content) < 20_000
    with pytest.raises(ImpositionError, match=r"unpacks to more than|packed in an uncommon way"):
        impose(content, Setup())


def test_content_that_is_packed_twice_is_read() -> None:
    with Pdf.open(io.BytesIO(plain())) as pdf:
        words = pdf.pages[0].Contents.read_bytes()
        pdf.pages[0].Contents = Stream(
            pdf, zlib.compress(zlib.compress(words)), Filter=Array([Name.FlateDecode, Name.FlateDecode])
        )
        content = written(pdf, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    with Pdf.open(io.BytesIO(impose(content, Setup()).files[0])) as sheets:
        assert sheets.pages[0].Resources.XObject.P1.read_bytes() == words


def uneven(index: int, size_mm: tuple[float, float], **entries: object) -> Change:
    """Another page with its number as words, a bar at its lower edge and one at its left."""

    def change(pdf: Pdf, _: Dictionary) -> None:
        width, height = (side * MM for side in size_mm)
        pdf.add_blank_page(page_size=(width, height))
        page = pdf.pages[-1].obj
        page.Resources = pdf.pages[0].obj.Resources
        page.Contents = pdf.make_stream(
            b"0.4 g 0 0 %f 12 re f 0 g 0 0 9 %f re f BT /F 90 Tf 60 100 Td (%d) Tj ET" % (width / 3, height / 2, index)
        )
        for key, value in entries.items():
            page[f"/{key}"] = value

    return change


def mixed() -> bytes:
    """Seven pages: A5, A4, A6, two turned, one cropped unevenly, one trimmed out of a larger sheet."""
    return plain(
        uneven(2, (210, 297)), uneven(3, (105, 148)), uneven(4, (210, 148), Rotate=90),
        uneven(5, (148, 210), Rotate=180),
        uneven(6, (200, 260), CropBox=Array([20, 30, 120 * MM, 700])),
        uneven(7, (160, 222), TrimBox=Array([6 * MM, 6 * MM, 154 * MM, 216 * MM])),
    )  # fmt: skip


@pytest.fixture(scope="module")
def mixed_pages(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    """The same pages as poppler shows them, each for itself; what is trimmed is cropped for it."""
    folder = tmp_path_factory.mktemp("mixed")
    with Pdf.open(io.BytesIO(mixed())) as pdf:
        pdf.pages[6].CropBox = pdf.pages[6].TrimBox
        whole = written(pdf)
    return [shown(one_page(whole, index), folder) for index in range(7)]


@pytest.mark.slow
@pytest.mark.parametrize("binding", ["left", "right"])
@pytest.mark.parametrize(
    ("layout", "per_side"),
    [("booklet", 2), ("two-booklets", 2), ("quarter", 2), ("n-up", 4), ("n-up", 6), ("copies", 2), ("stack", 4)],
)
def test_every_page_stands_on_the_sheet_as_it_is_seen_for_itself(
    layout: Layout, per_side: int, binding: Binding, mixed_pages: list[Image.Image], tmp_path: Path
) -> None:
    """Each place is cut out of the rendered side, and laid beside the page: scaled down to it, never up, against the
    fold, in the middle of the place of the widest, or in the middle of its own.
    """
    setup = Setup(layout=layout, per_side=per_side, binding=binding, caliper_mm=0)
    imposed = impose(mixed(), setup)
    grid = imposed.arrangement.grid
    cell = [side * MM / 72 * DPI for side in grid.cell_mm]
    scales = [min(1, cell[0] / page.width, cell[1] / page.height) for page in mixed_pages]
    widest = max(page.width * scale for page, scale in zip(mixed_pages, scales, strict=True))
    found = set()
    for index, side in enumerate(imposed.arrangement.sides):
        sheet = shown(one_page(imposed.files[0], index), tmp_path / "sheet")
        for place in side.places:
            left, top = place.column * cell[0], place.row * cell[1]
            seen = sheet.crop((round(left), round(top), round(left + cell[0]), round(top + cell[1])))
            seen = seen.rotate(180) if place.upside_down else seen
            expected = Image.new("L", seen.size, 255)
            if place.page:
                scale = scales[place.page - 1]
                source = mixed_pages[place.page - 1]
                source = source.resize(
                    (round(source.width * scale), round(source.height * scale)), Image.Resampling.BOX
                )
                space = (widest if grid.folded else cell[0]) - source.width
                at_left = (place.column == 0) is place.upside_down
                outer = 0 if not grid.folded or at_left else cell[0] - widest
                expected.paste(source, (round(outer + space / 2), round((cell[1] - source.height) / 2)))
                found.add(place.page)
            assert unlike(seen, expected) < 3 * ALIKE, f"{side.sheet} {side.side}, page {place.page}"
    assert found == set(range(1, 8))


def test_how_small_the_type_becomes_is_told_where_pages_are_made_smaller() -> None:
    small = plain(note("Stamp", (100, 320, 200, 350)), pages=8)
    (words,) = [words for words in impose(small, Setup(layout="quarter")).notes if "type" in words]
    # 14 points in the stamp are the smallest; A5 to A6 is by 105 to 148.
    assert words == "The smallest type is 9.9 points on the sheets (14.0 in the file). Clear Print asks for 12."
    (words,) = [words for words in impose(plain(pages=8), Setup(layout="quarter")).notes if "type" in words]
    assert words == "The smallest type is 17.0 points on the sheets (24.0 in the file)."
    assert not [words for words in impose(small, Setup()).notes if "type" in words]
    blank = plain(where(Contents=Array([])))
    assert any("cannot be measured" in words for words in impose(blank, Setup(layout="quarter")).notes)


@pytest.mark.parametrize("unit", [1, 2])
def test_type_is_measured_in_points_whatever_the_unit_of_the_page(unit: int) -> None:
    content = plain(where(UserUnit=unit), width=2 * W, height=2 * H)
    (words,) = [words for words in impose(content, Setup()).notes if "type" in words]
    assert words.startswith(f"The smallest type is 12.0 points on the sheets ({24 * unit}.0 in the file).")


def test_a_file_read_from_the_right_is_bound_there_unless_told_otherwise() -> None:
    def from_the_right(pdf: Pdf, _: Dictionary) -> None:
        pdf.Root.ViewerPreferences = Dictionary(Direction=Name.R2L)

    content = plain(from_the_right, pages=4)
    imposed = impose(content, Setup())
    assert imposed.notes[0].startswith("The file is read from right to left: it is bound at the right.")
    places = {place.page: place.column for place in imposed.arrangement.sides[0].places}
    assert places == {1: 0, 4: 1}
    assert impose(content, Setup(binding="left")).arrangement == impose(plain(pages=4), Setup()).arrangement
    assert impose(content, Setup(binding="left")).notes == ()


def test_parts_are_those_of_a_build_and_told_with_their_pages_in_the_file() -> None:
    imposed = impose(plain(pages=64), Setup())
    assert imposed.steps[:3] == (
        "16 sheets of A4 in 2 parts: fold and staple one before the next.",
        "Part 1: 8 sheets, pages 1 to 16 of the file.",
        "Part 2: 8 sheets, pages 17 to 32 of the file.",
    )
    assert impose(plain(pages=64), Setup(duplex="manual")).steps[2] == "Part 2: 8 sheets, pages 9 to 16 of the fronts."
    assert impose(plain(pages=8), Setup(sheets_max=1)).steps[1] == "Part 1: 1 sheet, pages 1 to 2 of the file."
    assert impose(plain(pages=60), Setup()).steps[0] == "15 sheets of A4."
    assert impose(plain(), Setup()).steps[0] == "1 sheet of A4."


def matrices(content: bytes) -> list[list[tuple[float, ...]]]:
    """Where the pages of each side are put."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        return [
            [
                tuple(map(float, each.operands))
                for each in pikepdf.parse_content_stream(page)
                if str(each.operator) == "cm"
            ]
            for page in pdf.pages
        ]


@pytest.mark.slow
@pytest.mark.parametrize(("layout", "edge"), [("booklet", "long-edge"), ("two-booklets", "short-edge")])
def test_backs_stand_upside_down_for_printers_that_flip_on_the_other_edge(
    layout: str, edge: str, tmp_path: Path
) -> None:
    """The whole back is turned about the middle of the sheet; fronts are as they were."""
    content = plain(pages=8)
    (straight,) = impose(content, Setup(layout=layout)).files  # type: ignore[arg-type]
    (turned,) = impose(content, Setup(layout=layout, duplex=edge)).files  # type: ignore[arg-type]
    fronts, backs = (impose(content, Setup(layout=layout, duplex=how)).files for how in ("manual", "manual-long-edge"))  # type: ignore[arg-type]
    natural = "DuplexFlipLongEdge" if edge == "short-edge" else "DuplexFlipShortEdge"
    other = "DuplexFlipShortEdge" if edge == "short-edge" else "DuplexFlipLongEdge"
    for file, name in ((straight, natural), (turned, other), (fronts[0], "Simplex"), (backs[1], "Simplex")):
        with Pdf.open(io.BytesIO(file)) as pdf:
            assert Name(f"/{name}") == pdf.Root.ViewerPreferences.Duplex
    assert matrices(turned)[::2] == matrices(straight)[::2]
    assert all(matrix[0] > 0 for side in matrices(straight) for matrix in side)
    for side in (1, 3):
        whole = rendered(one_page(straight, side), tmp_path / "straight")
        assert unlike(rendered(one_page(turned, side), tmp_path / "turned").rotate(180), whole) < ALIKE
    by_hand = {"manual": fronts, "manual-long-edge": backs}
    expected = by_hand["manual" if edge == "short-edge" else "manual-long-edge"][1]
    assert matrices(expected) == matrices(turned)[1::2][::-1]


def one_page(content: bytes, index: int) -> bytes:
    with Pdf.open(io.BytesIO(content)) as pdf:
        new = pikepdf.new()
        new.pages.append(pdf.pages[index])
        return written(new)


def test_backs_for_piles_that_come_out_face_up_begin_with_the_first_sheet() -> None:
    content = plain(pages=12)
    down = impose(content, Setup(duplex="manual")).files
    up = impose(content, Setup(duplex="manual", pile="face-up")).files
    assert matrices(up[0]) == matrices(down[0])
    assert len(matrices(up[1])) == 3 and matrices(up[1]) == matrices(down[1])[::-1]
    assert matrices(up[1])[0] == matrices(impose(content, Setup()).files[0])[1]


def test_what_has_nothing_on_its_backs_is_one_file_for_one_side() -> None:
    for setup in (Setup(layout="card", duplex="manual"), Setup(layout="n-up", per_side=4, duplex="manual")):
        imposed = impose(plain(pages=4), setup)
        assert len(imposed.files) == 1 and len(matrices(imposed.files[0])) == 1
        assert imposed.steps[-1].startswith("Print on one side, actual size.")
    with pytest.raises(ImpositionError, match="A card has 4 pages, and the file has 5"):
        impose(plain(pages=5), Setup(layout="card"))


@pytest.mark.parametrize("space", ["DeviceRGB", "DeviceGray"])
def test_grey_pages_that_are_groups_stay_grey_on_the_sheet(space: str, tmp_path: Path) -> None:
    """Word, Chrome and cairo write pages as groups. A form that is a group with a space is printed in colour."""
    group = Dictionary(S=Name.Transparency, CS=Name(f"/{space}"), I=True)
    (sheet,) = impose(plain(where(Group=group)), Setup()).files
    assert all(page[:3] == (0, 0, 0) and page[3] > 0 for page in inks_laid(sheet, tmp_path))
    with Pdf.open(io.BytesIO(sheet)) as pdf:
        pdf.pages[0].Resources.XObject.P1.Group = group
        twin = written(pdf)
    assert any(any(page[:3]) for page in inks_laid(twin, tmp_path)), "the fault that is kept out is one"


@pytest.mark.parametrize("state", [{"ca": 0.5}, {"BM": Name.Multiply}, {"CA": 0}], ids=["half", "multiplied", "lines"])
def test_a_page_through_which_something_shows_stays_a_group(state: dict[str, object]) -> None:
    def see_through(pdf: Pdf, page: Dictionary) -> None:
        states = Dictionary(G=Dictionary({f"/{key}": value for key, value in state.items()}))
        form = picture(pdf, b"x", Resources=Dictionary(ExtGState=states))
        page.Resources.XObject = Dictionary(X=form)

    group = where(Group=Dictionary(S=Name.Transparency, CS=Name.DeviceRGB))
    for changes, stays in (((group, see_through), True), ((group,), False)):
        with Pdf.open(io.BytesIO(impose(plain(*changes), Setup()).files[0])) as pdf:
            form = pdf.pages[0].Resources.XObject.P1
            assert ("/Group" in form) is stays and (not stays or bool(form.Group.I))


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_test_sheet_asks_and_names_an_option_for_each_thing_that_can_be_seen(by_hand: bool, tmp_path: Path) -> None:
    """What stands in the upper half of a back when it comes out the right way up, and upside down."""
    files = trial_sheets(by_hand)
    words = [words_above(file, index, 0, tmp_path) for file in files for index in range(2)]
    backs = [(1, 0), (1, 1)] if by_hand else [(0, 1)]
    assert all("over like a page of a book" in front for front in (words[:2] if by_hand else words[:1]))
    seen = [words_above(files[file], page, turn, tmp_path) for file, page in backs for turn in (0, 180)]
    assert all("Are these words the right way up?" in each for each in seen)
    options = [line for each in seen for line in each.splitlines() if line.startswith("--")]
    assert options == (
        [
            "--duplex manual --pile face-up", "--duplex manual-long-edge --pile face-up",
            "--duplex manual", "--duplex manual-long-edge",
        ] if by_hand else ["--duplex short-edge", "--duplex long-edge"]
    )  # fmt: skip


def words_above(content: bytes, index: int, turn: int, folder: Path) -> str:
    """The words in the upper half of a page when the sheet lies turned like this."""
    needs("pdftotext")
    with Pdf.open(io.BytesIO(content)) as pdf:
        pdf.pages[index].Rotate = turn
        (folder / "in.pdf").write_bytes(written(pdf))
    half = ["-x", "0", "-y", "0", "-W", "842", "-H", "297"]
    command = ["pdftotext", "-f", str(index + 1), "-l", str(index + 1), *half, str(folder / "in.pdf"), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
