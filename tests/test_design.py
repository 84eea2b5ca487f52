"""Pages follow from a few words of the project: trims, margins, type, and what of them is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from booklet.build import Order, build, check
from booklet.design import PT_PER_MM, TRIMS_MM, USUAL, USUAL_LARGE, Margins, PageDesign, designed, trim_name, trim_of
from booklet.findings import Severity
from booklet.formats import formats, is_for_copiers
from tests import tiny
from tests.conftest import PROJECT, TODAY

STYLE = "chapters/style.toml"
TRIMS = {name: trim_of(name) for name in ("A4", "A5", "A4 landscape", "DL", "210x210", "170 x 240 mm", "148x105")}


def faults_of(booklet: Callable[..., Path], style: str, formats: tuple[str, ...] = ()) -> set[tuple[str, str, str]]:
    """Code, severity and place of what `check` says of a project with this style."""
    project = booklet({STYLE: style})
    order = Order(project, project / "dist", TODAY, formats=formats)
    findings = [
        each for each in check(order) if each.code not in ("SRC-040", "SRC-062")
    ]  # an entry of the tiny booklet is to be confirmed
    return {(each.code, each.severity.value, str(each.place)) for each in findings}


@pytest.mark.parametrize(
    ("written", "trim_mm"),
    [
        ("A5", (148, 210)),
        ("a4", (210, 297)),
        ("DL", (99, 210)),
        ("A5 landscape", (210, 148)),
        ("210x210", (210, 210)),
        ("148.5 × 210 mm", (148.5, 210)),
    ],
)
def test_a_trim_is_a_name_or_two_sides(written: str, trim_mm: tuple[float, float]) -> None:
    assert trim_of(written) == trim_mm
    assert trim_of(trim_name(trim_mm)) == trim_mm


@pytest.mark.parametrize("written", ["", "A3", "A5 sideways", "210", "20x20", "400x400", "1e9x210", "210x210x210"])
def test_what_is_no_trim_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"trim|mm"):
        trim_of(written)


@pytest.mark.parametrize("trim_mm", TRIMS.values(), ids=list(TRIMS))
@pytest.mark.parametrize("large", [False, True], ids=["standard", "large"])
def test_the_block_of_text_is_whole_lines_and_stands_on_the_page(trim_mm: tuple[float, float], large: bool) -> None:
    """To a tenth of a millimetre, which no line is lost by."""
    design = designed(trim_mm, large=large)
    lines = design.block_mm * PT_PER_MM / design.line_pt
    assert 0 <= lines - round(lines) < 0.1 * PT_PER_MM / design.line_pt
    margins = design.margins_mm
    assert margins.top + design.block_mm + margins.bottom == pytest.approx(trim_mm[1])
    assert margins.inner + design.measure_mm + margins.outer == pytest.approx(trim_mm[0])


@pytest.mark.parametrize("name", ["A4", "A5", "A4 landscape", "DL", "210x210", "170 x 240 mm"])
def test_pages_of_which_nothing_but_the_trim_is_said_keep_clear_print(name: str) -> None:
    assert list(designed(TRIMS[name]).faults()) == []


def test_wide_pages_get_wide_margins_and_not_long_lines() -> None:
    assert all(designed(trim_mm).column_em <= 31.1 for trim_mm in TRIMS.values())


@pytest.mark.parametrize(
    ("design", "fault"),
    [
        (designed(TRIMS_MM["A5"], body_pt=11), "a body of 11 pt"),
        (designed(TRIMS_MM["A5"], line_pt=14), "lines of 14 pt"),
        (designed(TRIMS_MM["A5"], margins_mm=Margins(12, 5, 12, 17)), "a margin 'outer' of 5 mm"),
        (designed(TRIMS_MM["A5"], columns=2), "lines of about 25 characters"),
        (designed(TRIMS_MM["A4"], 12, margins_mm=Margins(12, 13, 12, 17)), "lines of about 85 characters"),
        (designed((210, 90)), "pages of fewer than 14 lines"),
        (designed(TRIMS_MM["A4"], body_pt=16, large=True), "a body of 16 pt"),
        (designed(TRIMS_MM["A4"], columns=2, large=True), "columns in large print"),
        (designed(TRIMS_MM["A4"], large=True, margins_mm=Margins(15, 15, 15, 15)), "a margin 'inner' of 15 mm"),
    ],
)
def test_pages_say_which_promise_they_break(design: PageDesign, fault: str) -> None:
    assert [each for each in design.faults() if each.startswith(fault)], list(design.faults())


def test_our_own_pages_break_none_and_are_those_of_a_project_that_says_nothing() -> None:
    assert [*USUAL.faults(), *USUAL_LARGE.faults()] == []
    rows = formats()
    assert rows["screen"].pages == rows["press"].pages == rows["clinic"].pages
    assert (rows["screen"].pages.design, rows["large-print"].pages.design) == (USUAL, USUAL_LARGE)


def test_a_project_may_say_any_of_it(booklet: Callable[..., Path]) -> None:
    style = """\
[page]
trim = "A4"
body_pt = 13
line_pt = 19
columns = 2
margins_mm = { top = 15, outer = 15, bottom = 16, inner = 18 }

[large_print]
body_pt = 20
"""
    assert faults_of(booklet, style) == set()


@pytest.mark.parametrize(
    ("style", "place"),
    [
        ('[page]\ntrim = "A3"\n', f"{STYLE}:2"),
        ("[page]\nbody_pt = 10\n", f"{STYLE}:1"),
        ("[large_print]\nbody_pt = 15\n", f"{STYLE}:1"),
        ('[page]\nsize = "210x210"\n', f"{STYLE}:2"),
        ("[page]\ncolumns = 3\n", f"{STYLE}:2"),
    ],
)
def test_a_fault_of_the_style_is_told_at_its_line(booklet: Callable[..., Path], style: str, place: str) -> None:
    ((_, severity, where),) = faults_of(booklet, style)
    assert (severity, where) == (Severity.ERROR.value, place)


def test_check_says_where_no_copier_sheets_come_of_a_trim(booklet: Callable[..., Path]) -> None:
    square = '[page]\ntrim = "210x210"\n'
    assert faults_of(booklet, square) == {("BOX-003", "warning", f"{STYLE}:1")}
    assert faults_of(booklet, square, ("clinic",)) == {("BOX-003", "error", f"{STYLE}:1")}
    assert faults_of(booklet, '[page]\ntrim = "A4"\n', ("clinic",)) == set()
    assert [name for name, trim_mm in TRIMS.items() if is_for_copiers(trim_mm)] == ["A4", "A5", "A4 landscape"]


@pytest.mark.slow
@pytest.mark.parametrize("trim", ["A4", "210x210", "DL"])
def test_every_format_of_a_trim_keeps_its_preflight(booklet: Callable[..., Path], trim: str) -> None:
    printer = "chapters/printers/au-sheetfed-coated.toml"
    overlay = {
        **tiny.changed(tiny.BOOK, "issue =", 'printer = "au-sheetfed-coated"\nsample = true\nissue ='),
        printer: (PROJECT / printer).read_bytes(),
        STYLE: f'[page]\ntrim = "{trim}"\n',
        "chapters/images/plain.svg": tiny.FILES["chapters/images/plain.svg"]
        .replace("<rect", '<rect x="-9" y="-9"')
        .replace('width="148" height="210" fill', 'width="166" height="228" fill'),
    }
    project = booklet(overlay)
    receipt = build(Order(project, project / "dist", TODAY, editions=("VIC",), titles=("main",), use_cache=False))
    assert not receipt.failed, receipt.findings
    trims = {(entry.format, entry.trim_mm) for entry in receipt.files}
    assert {("screen", trim_of(trim)), ("press", trim_of(trim)), ("large-print", (210, 297))} < trims
    assert {trim_mm for name, trim_mm in trims if name == "clinic"} == ({(210, 297)} if trim == "A4" else set())
