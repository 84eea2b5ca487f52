"""Sheets, folded and nested, read as the booklet does."""

from __future__ import annotations

import io
import shutil
import subprocess
import zlib
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageChops

from booklet.imposition import (
    CALIPER_MM,
    SHEETS_MM,
    Arrangement,
    Binding,
    Blanks,
    Covers,
    ImpositionError,
    Layout,
    Setup,
    Side,
    UprightPage,
    arranged,
    creep_mm,
    grid_of,
    impose,
    on_a_sheet,
    on_side,
    part_pages,
    sheets,
)
from tests import reading
from tests.conftest import needs

MM = 72 / 25.4


def left(side: Side) -> int | None:
    """The page at the left of a side that is folded once."""
    return next(place.page for place in side.places if place.column == 0)


def right(side: Side) -> int | None:
    """The page at its right."""
    return next(place.page for place in side.places if place.column == 1)


def folded(sides: tuple[Side, ...]) -> list[int | None]:
    """An independent definition: lay the sheets on each other, fold, and turn the pages.

    A leaf of a sheet has two faces. The right half of a front has the left half of the back behind it, since a sheet
    is turned over sideways; the left half of a front has the right half of the back behind it. In the folded pile the
    right halves come first, from the outermost sheet inwards, each face up; then the left halves from the innermost
    out, their inner face first.
    """
    pages: list[int | None] = []
    for part in dict.fromkeys(side.part for side in sides):
        pile = [side for side in sides if side.part == part]
        fronts = [side for side in pile if side.side == "front"]
        backs = [side for side in pile if side.side == "back"]
        for front, back in zip(fronts, backs, strict=True):
            pages += [right(front), left(back)]
        for front, back in reversed(list(zip(fronts, backs, strict=True))):
            pages += [right(back), left(front)]
    return pages


@pytest.mark.parametrize("sheets_max", [None, 15, 1])
def test_every_count_from_1_to_200_reads_in_order_once_folded(sheets_max: int | None) -> None:
    for count in range(1, 201):
        sides = sheets(count, sheets_max)
        pages = folded(sides)
        assert [page for page in pages if page] == list(range(1, count + 1))
        assert len(pages) % 4 == 0 and len(pages) - count == -count % 4
        assert pages[-1] == count or count == 1
        sizes = [size for size, _, _ in part_pages(sides)]
        assert len(sizes) == (-(-len(pages) // 4 // (sheets_max or 999))) and max(sizes) - min(sizes) <= 1
        assert all(size <= (sheets_max or 999) for size in sizes)


def test_odd_pages_lie_right_and_folios_of_a_side_add_up() -> None:
    for count in range(4, 201, 4):
        for side in sheets(count):
            even, odd = left(side), right(side)
            assert even and odd
            assert even % 2 == 0 and odd % 2 == 1
            assert even + odd == count + 1


Layer = tuple[tuple[int | None, bool], tuple[int | None, bool]]
"""A piece of paper in a pile: what is on its upper and on its lower face, each with True when it is upside down."""


def papers(plan: Arrangement, part: int, sheet: int) -> dict[tuple[int, int], list[Layer]]:
    """A printed sheet on the table, its front up, by row and column. It was turned over sideways for its back."""
    found: dict[str, dict[tuple[int, int], tuple[int | None, bool]]] = {"front": {}, "back": {}}
    for side in plan.sides:
        if (side.part, side.sheet) == (part, sheet):
            for place in side.places:
                found[side.side][place.row, place.column] = (place.page, place.upside_down)
    last = plan.grid.columns - 1
    return {
        (row, column): [(up, found["back"].get((row, last - column), (None, False)))]
        for (row, column), up in found["front"].items()
    }


def behind(near: list[Layer], far: list[Layer], downwards: bool) -> list[Layer]:
    """One pile folded behind another: its order and its faces are turned; folded downwards, its words are too."""
    turned = [((down[0], down[1] ^ downwards), (up[0], up[1] ^ downwards)) for up, down in reversed(far)]
    return near + turned


def folded_across(row: tuple[list[Layer], list[Layer]], binding: str) -> list[Layer]:
    """Two piles beside each other folded in the middle, so that page 1 is on top."""
    first, last = (row[1], row[0]) if binding == "left" else row
    return behind(first, last, downwards=False)


def read_by_hand(plan: Arrangement, layout: str, binding: str = "left") -> list[tuple[int | None, bool]]:
    """What one reads in the booklet made of all sheets, part by part, as a person folds, cuts and nests them."""
    pages: list[tuple[int | None, bool]] = []
    for part in dict.fromkeys(side.part for side in plan.sides):
        pile: list[Layer] = []
        for sheet in sorted({side.sheet for side in plan.sides if side.part == part}):
            cells = papers(plan, part, sheet)
            low = plan.grid.rows - 1
            halves = (cells[low, 0], cells[low, 1])
            if layout in ("quarter", "card"):
                halves = tuple(behind(half, cells[0, column], downwards=True) for column, half in enumerate(halves))  # type: ignore[assignment]
            own = folded_across(halves, binding)
            middle = len(pile) // 2
            pile[middle:middle] = own
        pages += [face for layer in pile for face in layer]
    return pages


@pytest.mark.parametrize("binding", ["left", "right"])
@pytest.mark.parametrize("blanks", ["before-last", "end"])
@pytest.mark.parametrize("layout", ["booklet", "two-booklets", "quarter"])
def test_every_folded_layout_reads_in_order_and_the_right_way_up(
    layout: Layout, blanks: Blanks, binding: Binding
) -> None:
    grid = grid_of(layout, SHEETS_MM["A4"], 2, (148, 210))
    for count in range(1, 131):
        plan = arranged(layout, count, grid, 15, blanks, binding)
        read = read_by_hand(plan, layout, binding)
        numbers = [page for page, _ in read]
        assert [page for page in numbers if page] == list(range(1, count + 1))
        assert not any(upside_down for page, upside_down in read if page)
        assert numbers.count(None) == plan.empty < (8 if layout == "quarter" else 4)
        empty = numbers[count:] if blanks == "end" or count == 1 else numbers[count - 1 : -1]
        assert empty == [None] * plan.empty
        folded_papers = 2 if layout == "quarter" else 1
        assert all(size * folded_papers <= 15 for size, _, _ in part_pages(plan.sides))


def test_the_two_booklets_of_a_sheet_are_alike() -> None:
    plan = arranged("two-booklets", 13, grid_of("two-booklets", SHEETS_MM["A4"], 2, (148, 210)))
    for side in plan.sides:
        rows = [[(place.column, place.page) for place in side.places if place.row == row] for row in (0, 1)]
        assert rows[0] == rows[1] and len(rows[0]) == 2


@pytest.mark.parametrize("binding", ["left", "right"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_card_is_printed_on_one_side_and_reads_in_order_once_folded_twice(count: int, binding: Binding) -> None:
    plan = arranged("card", count, grid_of("card", SHEETS_MM["A4"], 2, (105, 148)), blanks="end", binding=binding)
    assert [side.side for side in plan.sides] == ["front"]
    read = read_by_hand(plan, "card", binding)
    # Outside, inside left and right, back: what is folded in between is the white side of the sheet.
    assert [page for page, _ in read if page] == list(range(1, count + 1))
    assert [index for index, (page, _) in enumerate(read) if page] == [0, 3, 4, 7][:count]
    assert not any(upside_down for page, upside_down in read if page)


@pytest.mark.parametrize("binding", ["left", "right"])
@pytest.mark.parametrize("count", [1, 4, 5, 6])
def test_a_leaflet_folded_like_a_letter_reads_in_order(count: int, binding: Binding) -> None:
    plan = arranged("letter-fold", count, grid_of("letter-fold", SHEETS_MM["A4"], 2, (99, 210)), binding=binding)
    cells = papers(plan, 1, 1)
    table = [cells[0, column][0] for column in range(3)]  # front up; now it is turned over, as a page of a book is
    inside = [(down, up) for up, down in reversed(table)]
    first, middle, tucked = inside if binding == "left" else inside[::-1]
    pile = [tuple(reversed(first)), tuple(reversed(tucked)), middle]  # the last panel inwards, the first over it
    numbers = [(up[0], down[0]) for up, down in pile]
    last = count if count > 1 else None
    slots = [*range(1, count), *[None] * (6 - count), last] if last else [1, *[None] * 5]
    cover, second, third, fourth, flap, back = slots
    assert numbers == [(cover, second), (flap, fourth), (third, back)]
    assert not any(upside_down for layer in pile for page, upside_down in layer if page)
    assert plan.empty == 6 - count and plan.sheets == 1


@pytest.mark.parametrize("binding", ["left", "right"])
def test_the_panel_that_is_folded_inwards_is_a_millimetre_narrower_on_both_its_faces(binding: Binding) -> None:
    grid = grid_of("letter-fold", SHEETS_MM["A4"], 2, (99, 210))
    front, back = arranged("letter-fold", 6, grid, binding=binding).sides
    edges = {side.side: grid.across_mm(side) for side in (front, back)}
    widths = {
        place.page: edges[side.side][place.column + 1] - edges[side.side][place.column]
        for side in (front, back)
        for place in side.places
    }
    assert {page: round(width, 6) for page, width in widths.items()} == {
        page: round(297 / 3 + (-2 / 3 if page in (4, 5) else 1 / 3), 6) for page in range(1, 7)
    }
    assert [round(297 - edge, 6) for edge in reversed(edges["front"])] == [round(edge, 6) for edge in edges["back"]]


def test_a_leaflets_pages_stand_in_the_middle_of_their_panels_and_more_than_six_are_refused() -> None:
    grid = grid_of("letter-fold", SHEETS_MM["A4"], 2, (99, 210))
    pages = [UprightPage((1, 0, 0, 1, 0, 0), (99 * MM, 210 * MM))] * 6
    for side in arranged("letter-fold", 6, grid).sides:
        for placed, place in zip(on_side(side, pages, grid, CALIPER_MM), side.places, strict=True):
            start, end = grid.across_mm(side)[place.column : place.column + 2]
            scale = 1 if place.is_tucked else 1 / 3 / 99 + 1  # no white line shows between two panels with a ground
            assert placed.matrix[0] == pytest.approx(scale)
            assert placed.matrix[4] == pytest.approx(((start + end) / 2 - 49.5 * scale) * MM)
            assert (placed.clip[0], placed.clip[2]) == pytest.approx((start * MM, (end - start) * MM))
    with pytest.raises(ImpositionError, match="A letter-fold has 6 pages, and the file has 7"):
        impose(numbered(7, (99, 210)), Setup(layout="letter-fold"))


@pytest.mark.parametrize(("per_side", "count"), [(2, 1), (2, 7), (4, 16), (4, 21), (6, 50), (8, 33)])
def test_a_stack_that_is_cut_and_piled_reads_in_order(per_side: int, count: int) -> None:
    plan = arranged("stack", count, grid_of("stack", SHEETS_MM["A4"], per_side, (105, 148)))
    piles: list[Layer] = []
    cells = [(row, column) for row in range(plan.grid.rows) for column in range(plan.grid.columns)]
    for cell in cells:
        for sheet in range(1, plan.sheets + 1):
            piles += papers(plan, 1, sheet)[cell]
    numbers = [page for layer in piles for page, _ in layer]
    assert numbers[:count] == list(range(1, count + 1)) and not any(numbers[count:])
    assert plan.sheets == -(-count // (2 * per_side))


def test_pages_beside_each_other_read_as_one_reads() -> None:
    grid = grid_of("n-up", SHEETS_MM["A4"], 4, (148, 210))
    assert (grid.columns, grid.rows, grid.is_upright) == (2, 2, True)
    plan = arranged("n-up", 9, grid)
    seen = [[place.page for place in sorted(side.places, key=lambda p: (p.row, p.column))] for side in plan.sides]
    assert seen == [[1, 2, 3, 4], [5, 6, 7, 8], [9, None, None, None], [None] * 4]
    mirrored = arranged("n-up", 4, grid, binding="right")
    assert [p.page for p in sorted(mirrored.sides[0].places, key=lambda p: (p.row, p.column))] == [2, 1, 4, 3]


@pytest.mark.parametrize(
    ("per_side", "page", "columns", "rows", "is_upright"),
    [
        (2, (148, 210), 2, 1, False), (2, (297, 210), 1, 2, True), (4, (210, 297), 2, 2, True),
        (4, (297, 210), 2, 2, False), (6, (297, 210), 2, 3, True), (8, (210, 297), 4, 2, False),
        (9, (210, 297), 3, 3, True), (3, (100, 290), 3, 1, False), (1, (297, 210), 1, 1, False),
    ],
)  # fmt: skip
def test_pages_that_are_not_folded_lie_as_large_as_they_go(
    per_side: int, page: tuple[float, float], columns: int, rows: int, is_upright: bool
) -> None:
    grid = grid_of("n-up", SHEETS_MM["A4"], per_side, page)
    assert (grid.columns, grid.rows, grid.is_upright) == (columns, rows, is_upright)


def test_copies_have_the_same_page_in_every_place_and_the_next_one_behind_it() -> None:
    plan = arranged("copies", 3, grid_of("copies", SHEETS_MM["A4"], 4, (105, 148)))
    assert [{place.page for place in side.places} for side in plan.sides] == [{1}, {2}, {3}, {None}]
    assert all(len(side.places) == 4 for side in plan.sides) and plan.sheets == 2


def test_eight_pages_by_hand() -> None:
    assert [(s.sheet, s.side, left(s), right(s)) for s in sheets(8)] == [
        (1, "front", 8, 1),
        (1, "back", 2, 7),
        (2, "front", 6, 3),
        (2, "back", 4, 5),
    ]


@pytest.mark.parametrize(
    ("caliper", "by_hand"),
    # 100 g/m² uncoated is 0.13 mm: twelve sheets, the 48 pages of STANDARDS SS4, add up to 1.56 mm, of which the
    # innermost sheet is moved by the eleven that lie around it. 80 g/m² is 0.11 mm: fifteen sheets.
    [(0.13, {1: 0, 2: 0.13, 3: 0.26, 6: 0.65, 12: 1.43}), (0.11, {1: 0, 2: 0.11, 8: 0.77, 15: 1.54})],
)
def test_creep_is_as_worked_by_hand(caliper: float, by_hand: dict[int, float]) -> None:
    assert {sheet: round(creep_mm(sheet, caliper), 6) for sheet in by_hand} == by_hand


def test_positive_creep_moves_pages_towards_the_spine() -> None:
    content = numbered(60)
    (imposed,) = impose(content, Setup(caliper_mm=0.11)).files
    with Pdf.open(io.BytesIO(imposed)) as pdf:
        for index, page in enumerate(pdf.pages):
            sheet = index // 2
            left, right = (float(operands[4]) for operands, operator in reading.operations(page) if operator == "cm")
            middle = 148.5 * MM
            assert left == pytest.approx(middle - 148 * MM + sheet * 0.11 * MM, abs=0.01)
            assert right == pytest.approx(middle - sheet * 0.11 * MM, abs=0.01)


def numbered(count: int, size_mm: tuple[float, float] = (148, 210), **attributes: object) -> bytes:
    """Pages without fonts: page n has n as bars, its binary digits from left to right along the top, and a frame
    mark.
    """
    pdf = pikepdf.new()
    width, height = (side * MM for side in size_mm)
    for number in range(1, count + 1):
        bars = "".join(f"{20 + 14 * bit} {height - 60} 10 {40 if number >> bit & 1 else 8} re f\n" for bit in range(8))
        pdf.add_blank_page(page_size=(width, height))
        pdf.pages[-1].obj.Contents = pdf.make_stream(bars.encode())
        for key, value in attributes.items():
            pdf.pages[-1].obj[f"/{key}"] = value
    target = io.BytesIO()
    pdf.docinfo["/Title"] = "Numbered"
    pdf.save(target)
    return target.getvalue()


def rendered(pdf: bytes, folder: Path, dpi: int = 50) -> list[Image.Image]:
    needs("pdftoppm")
    folder.mkdir(exist_ok=True)
    (folder / "in.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-png", folder / "in.pdf", folder / "p"], check=True)
    return [Image.open(path).convert("L") for path in sorted(folder.glob("p*.png"))]


def number_of(page: Image.Image) -> int:
    """Read the bars of a rendered page, which is 148 mm wide."""
    scale = page.width / (148 * MM)
    tall = 60 - 30
    pixels = page.convert("L").load()
    assert pixels
    dark = [int(pixels[round((25 + 14 * bit) * scale), round(tall * scale)]) < 128 for bit in range(8)]  # type: ignore[arg-type]
    return sum(1 << bit for bit, is_dark in enumerate(dark) if is_dark)


def test_a_rendered_sheet_cut_and_nested_shows_pages_in_reading_order(tmp_path: Path) -> None:
    """Cut every sheet in two along the fold, put the leaves in their pile as paper lies, and read what is on them."""
    count = 24
    (imposed,) = impose(numbered(count), Setup(caliper_mm=0)).files
    sides = rendered(imposed, tmp_path / "sheets")
    originals = rendered(numbered(count), tmp_path / "pages")
    halves = []
    for image in sides:
        middle = image.width / 2
        wide = originals[0].width
        halves.append((
            image.crop((round(middle) - wide, 0, round(middle), image.height)),
            image.crop((round(middle), 0, round(middle) + wide, image.height)),
        ))  # fmt: skip
    fronts, backs = halves[::2], halves[1::2]
    read = [face for front, back in zip(fronts, backs, strict=True) for face in (front[1], back[0])]
    read += [face for front, back in list(zip(fronts, backs, strict=True))[::-1] for face in (back[1], front[0])]
    assert [number_of(face) for face in read] == list(range(1, count + 1))
    for face, original in zip(read, originals, strict=True):
        difference = ImageChops.difference(face.crop((0, 0, *original.size)), original)
        assert sum(difference.histogram()[128:]) < 0.01 * difference.width * difference.height


def test_manual_duplex_gives_fronts_in_order_and_backs_from_last_to_first() -> None:
    fronts, backs = impose(numbered(10), Setup(duplex="manual")).files
    both = impose(numbered(10), Setup()).files[0]
    with (
        Pdf.open(io.BytesIO(both)) as whole,
        Pdf.open(io.BytesIO(fronts)) as front,
        Pdf.open(io.BytesIO(backs)) as back,
    ):
        sides = [page.Contents.read_bytes() for page in whole.pages]
        assert [page.Contents.read_bytes() for page in front.pages] == sides[::2]
        assert [page.Contents.read_bytes() for page in back.pages] == sides[1::2][::-1]
        assert whole.Root.ViewerPreferences.Duplex == Name.DuplexFlipShortEdge
        assert front.Root.ViewerPreferences.Duplex == Name.Simplex
        assert whole.Root.ViewerPreferences.PrintScaling == Name("/None")


def placed_extent(imposed: bytes, folder: Path) -> tuple[float, float, float, float]:
    """The box around everything dark on the first sheet, in mm from the lower left corner."""
    image = rendered(imposed, folder, 100)[0]
    left, top, right, bottom = image.point(lambda v: 255 if v < 128 else 0).getbbox() or (0, 0, 0, 0)
    mm = 25.4 / 100
    return left * mm, (image.height - bottom) * mm, right * mm, (image.height - top) * mm


def bar(width: float, height: float, **more: object) -> bytes:
    """One page in points with a bar along its lower edge, a quarter of its width from the left."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(width, height))
    page = pdf.pages[0].obj
    page.Contents = pdf.make_stream(b"0 0 %f 20 re f" % (width / 4))
    for key, value in more.items():
        page[f"/{key}"] = value
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


W, H = 148 * MM, 210 * MM
BAR_MM, TALL_MM = 37.0, 20 / MM


@pytest.mark.parametrize(
    ("source", "expected"),
    # Page 1 lies on the right half, whose spine is at 148.5 mm: left, bottom, right, top of the bar as it is seen.
    [
        pytest.param(bar(W, H), (148.5, 0, 185.5, TALL_MM), id="plain"),
        pytest.param(bar(W, H, Rotate=180), (148.5 + 148 - 37, 210 - TALL_MM, 296.5, 210), id="turned upside down"),
        pytest.param(bar(H, W, Rotate=90), (148.5, 210 - 52.5, 148.5 + TALL_MM, 210), id="turned right"),
        pytest.param(bar(H, W, Rotate=-90), (296.5 - TALL_MM, 0, 296.5, 52.5), id="turned left"),
        pytest.param(bar(W / 2, H / 2, UserUnit=2), (148.5, 0, 185.5, 2 * TALL_MM), id="user unit"),
        pytest.param(
            bar(W, H, MediaBox=Array([W, H, 0, 0])), (148.5, 0, 185.5, TALL_MM), id="corners the other way round"
        ),
        pytest.param(
            bar(W, H, MediaBox=Array([-30, -30, W + 30, H + 30]), TrimBox=Array([0, 0, W, H])),
            (148.5, 0, 185.5, TALL_MM), id="trimmed out of a larger page",
        ),
        pytest.param(
            bar(W, H, MediaBox=Array([-30, -30, W + 30, H + 30]), CropBox=Array([0, 0, W, H])),
            (148.5, 0, 185.5, TALL_MM), id="cropped",
        ),
        pytest.param(bar(2 * W, 2 * H), (148.5, 0, 185.5, TALL_MM / 2), id="too large, made smaller"),
    ],
)  # fmt: skip
def test_pages_lie_where_they_are_seen(source: bytes, expected: tuple[float, ...], tmp_path: Path) -> None:
    (imposed,) = impose(source, Setup(caliper_mm=0)).files
    assert placed_extent(imposed, tmp_path / "p") == pytest.approx(expected, abs=0.6)


def test_attributes_may_stand_further_up_in_the_page_tree() -> None:
    pdf = Pdf.open(io.BytesIO(bar(W, H)))
    page = pdf.pages[0].obj
    parent = page.Parent
    parent.MediaBox, parent.Rotate = page.MediaBox, 90
    del page["/MediaBox"]
    target = io.BytesIO()
    pdf.save(target)
    (imposed,) = impose(target.getvalue(), Setup()).files
    with Pdf.open(io.BytesIO(imposed)) as sheet:
        assert [round(float(v)) for v in sheet.pages[0].Resources.XObject.P1.BBox] == [0, 0, 420, 595]


def test_what_is_left_out_or_added_is_said() -> None:
    pdf = Pdf.open(io.BytesIO(numbered(5)))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    pdf.pages[0].obj.Annots = Array([link, link])
    pdf.pages[2].obj.MediaBox = Array([0, 0, 200, 300])
    target = io.BytesIO()
    pdf.save(target)
    notes = impose(target.getvalue(), Setup()).notes
    assert notes == (
        "3 empty pages stand before the last one. The option --blanks end puts them at the end.",
        "Pages differ in size: each is centred in the place of the largest.",
        "2 links are left out: paper has none.",
    )
    assert impose(numbered(4), Setup()).notes == ()


def test_an_imposed_file_claims_nothing_and_says_that_it_is_imposed() -> None:
    pdf = Pdf.open(io.BytesIO(numbered(4)))
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    pdf.Root.Metadata = pdf.make_stream(b"<pdfuaid:part>1</pdfuaid:part>")
    pdf.Root.OutputIntents = Array([Dictionary(S=Name.GTS_PDFX)])
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    target = io.BytesIO()
    pdf.save(target)
    for file in impose(target.getvalue(), Setup()).files:
        with Pdf.open(io.BytesIO(file)) as sheet:
            assert set(sheet.Root.keys()) == {"/Type", "/Pages", "/ViewerPreferences"}
            assert "imposed" in str(sheet.docinfo.Title) and "Numbered" in str(sheet.docinfo.Title)
        assert b"pdfuaid" not in file and b"GTS_PDFX" not in file


def saved(pdf: Pdf, **how: object) -> bytes:
    target = io.BytesIO()
    pdf.save(target, **how)  # type: ignore[arg-type]
    return target.getvalue()


def broken(change: str) -> bytes:
    pdf = Pdf.open(io.BytesIO(numbered(2)))
    page = pdf.pages[0].obj
    match change:
        case "no MediaBox":
            del page["/MediaBox"]
        case "empty MediaBox":
            page.MediaBox = Array([0, 0, 0, 100])
        case "words in a MediaBox":
            page.MediaBox = Array([Name.A, Name.B, Name.C, Name.D])
        case "endless MediaBox":
            page.MediaBox = Array([0, 0, 10**12, 10**12])
        case "content that is no stream":
            page.Contents = Dictionary(A=1)
        case "content that breaks off":
            page.Contents = pikepdf.Stream(pdf, zlib.compress(b"0 0 9 9 re f\n" * 99)[:15], Filter=Name.FlateDecode)
        case "content that is no Flate":
            page.Contents = pikepdf.Stream(pdf, b"not packed at all", Filter=Name.FlateDecode)
        case "content that unpacks without end":
            packer = zlib.compressobj(9)
            bomb = b"".join(packer.compress(b" " * 2**20) for _ in range(400)) + packer.flush()
            page.Contents = pikepdf.Stream(pdf, bomb, Filter=Name.FlateDecode)
    return saved(pdf)


PAGE_FAULTS = (
    "empty MediaBox", "endless MediaBox", "content that is no stream",
    "content that breaks off", "content that is no Flate", "content that unpacks without end",
)  # fmt: skip


@pytest.mark.parametrize("change", PAGE_FAULTS)
def test_a_page_that_cannot_be_used_is_named(change: str) -> None:
    with pytest.raises(ImpositionError, match=r"^Page 1 cannot be read: "):
        impose(broken(change), Setup())


@pytest.mark.parametrize("change", ["no MediaBox", "words in a MediaBox"])
def test_a_page_without_a_size_is_refused(change: str) -> None:
    with pytest.raises(ImpositionError, match="A page has no MediaBox"):
        impose(broken(change), Setup())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "no PDF, or it is damaged", id="empty"),
        pytest.param(b"hello\n" * 100, "no PDF, or it is damaged", id="text"),
        pytest.param(numbered(9)[:-400], "no PDF, or it is damaged", id="truncated"),
        pytest.param(b"junk\n", "damaged: can't find startxref", id="junk"),
        pytest.param(saved(pikepdf.new()), "has 0 pages", id="no pages"),
        pytest.param(
            saved(Pdf.open(io.BytesIO(numbered(1))), encryption=pikepdf.Encryption(owner="o", user="u")),
            "encrypted", id="password",
        ),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_gets_a_message(content: bytes, message: str) -> None:
    with pytest.raises(ImpositionError, match=message):
        impose(content, Setup())


def test_too_many_pages_are_refused_before_any_is_read_and_the_most_allowed_are_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("booklet.imposition.source.PAGES_MAX", 200)
    assert len(impose(numbered(200), Setup()).arrangement.sides) == 100
    monkeypatch.setattr("booklet.imposition.printing.source_pages", None)
    with pytest.raises(ImpositionError, match=r"has 201 pages\. From 1 to 200"):
        impose(numbered(201), Setup())


def test_a_page_tree_that_runs_in_a_circle_ends() -> None:
    pdf = Pdf.open(io.BytesIO(numbered(2)))
    pdf.pages[0].obj.Parent.Parent = pdf.pages[0].obj.Parent
    del pdf.pages[0].obj["/MediaBox"]
    content = saved(pdf)
    with pytest.raises(ImpositionError):
        impose(content, Setup())


def test_nothing_is_printed_within_the_margin(tmp_path: Path) -> None:
    pdf = Pdf.open(io.BytesIO(numbered(4)))
    for page in pdf.pages:
        page.obj.Contents = pdf.make_stream(b"0 g -99 -99 9999 9999 re f")
    (imposed,) = impose(saved(pdf), Setup(margin_mm=5, caliper_mm=CALIPER_MM)).files
    left, bottom, right, top = placed_extent(imposed, tmp_path / "sheets")
    assert left >= 4.5 and bottom >= 4.5 and right <= 292.5 and top <= 205.5


@given(
    st.tuples(st.floats(20, 900), st.floats(20, 900)),
    st.tuples(st.floats(50, 500), st.floats(50, 500)),
    st.floats(0, 10),
)
def test_a_page_alone_on_a_sheet_is_whole_in_the_middle_and_as_large_as_it_goes(
    size_pt: tuple[float, float], sheet_mm: tuple[float, float], margin_mm: float
) -> None:
    placed = on_a_sheet(1, UprightPage((1, 0, 0, 1, 0, 0), size_pt), sheet_mm, margin_mm)
    scale, _, _, same, left, bottom = placed.matrix
    width, height = size_pt[0] * scale, size_pt[1] * same
    sheet = [side * MM for side in sheet_mm]
    assert scale == same
    assert min(sheet[0] - width, sheet[1] - height) == pytest.approx(0, abs=1e-6)
    assert (2 * left + width, 2 * bottom + height) == pytest.approx(sheet, abs=1e-6)
    assert placed.clip == pytest.approx(
        (margin_mm * MM, margin_mm * MM, sheet[0] - 2 * margin_mm * MM, sheet[1] - 2 * margin_mm * MM), abs=1e-6
    )


def test_an_imposed_file_is_whole_for_an_outside_judge(tmp_path: Path) -> None:
    needs("qpdf")
    for index, file in enumerate(impose(numbered(9), Setup(duplex="manual")).files):
        path = tmp_path / f"{index}.pdf"
        path.write_bytes(file)
        assert subprocess.run([shutil.which("qpdf") or "", "--check", path], capture_output=True).returncode == 0


@pytest.mark.parametrize("count", [61, 64, 65, 76, 118, 121, 200, 1000])
def test_each_part_of_a_thick_booklet_has_the_covers_and_begins_with_a_chapter(count: int) -> None:
    starts = tuple(range(5, count, 6))
    sides = sheets(count, 15, covers=Covers(2, 1, starts))
    parts = [folded(tuple(side for side in sides if side.part == part)) for part in range(1, sides[-1].part + 1)]
    own = [[page for page in pages[2:-1] if page] for pages in parts]
    assert {(pages[0], pages[1], pages[-1]) for pages in parts} == {(1, 2, count)}
    assert [page for pages in own for page in pages] == list(range(3, count))
    assert len(parts) > 1 and {pages[0] for pages in own[1:]} <= set(starts)
    assert all(pages[2] == first[0] for pages, first in zip(parts, own, strict=True))
    assert max(side.sheet for side in sides) <= 15


@pytest.mark.parametrize("starts", [(), (5, 7)], ids=["no chapters", "all chapters at the front"])
def test_where_no_chapter_begins_a_part_begins_on_a_right_hand_page(starts: tuple[int, ...]) -> None:
    sides = sheets(121, 15, covers=Covers(2, 1, starts))
    firsts = [min(page for s in sides if s.part == part for page in s.pages if page > 2) for part in (2, 3)]
    assert [first % 2 for first in firsts] == [1, 1] and max(side.sheet for side in sides) <= 15


def test_covers_change_nothing_where_one_part_is_enough_or_where_they_would_fill_it() -> None:
    covers = Covers(2, 1, (5, 9))
    assert sheets(60, 15, covers=covers) == sheets(60, 15)
    assert sheets(20, 1, covers=covers) == sheets(20, 1)
