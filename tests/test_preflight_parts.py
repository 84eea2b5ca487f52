"""The verdict on a file from what is known of its parts is that of looking into its bytes from nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from booklet.bindery import screen_colours
from booklet.findings import Place
from booklet.finishing import FinishedFile
from booklet.finishing import finish as finish_again
from booklet.preflight import (
    PROFILES,
    Complaint,
    Drawings,
    PlacedPage,
    Profile,
    Report,
    examine,
    examine_part,
    places_of,
    sources_by_box,
)
from tests import pdfs
from tests.finished import Finished

Finish = Callable[[str, str, str], Finished]
Spoil = Callable[[Pdf], None]
TAGGED = [("VIC", "bone", "screen"), ("VIC", "bone", "large-print"), ("NSW", "bone", "screen")]
PAPER = [("VIC", "bone", "press"), ("VIC", "bone", "clinic"), ("NSW", "bone", "press")]
MAIN = [("VIC", "main", "screen"), ("VIC", "main", "press")]


def both_ways(made: Finished, file: FinishedFile, content: bytes | None = None) -> tuple[Report, Report]:
    """The reports of looking into a file from nothing, and from its parts."""
    assert file.profile
    facts = (content or file.content, file.name, file.profile, file.promise, made.sources)
    return examine(*facts), examine(*facts, parts=made.parts, accents=made.accents)


def alike(one: Report, other: Report) -> bool:
    """The same complaints at the same places, to a thousandth of a point."""
    return [_rounded(each) for each in one.complaints] == [_rounded(each) for each in other.complaints]


def _rounded(complaint: Complaint) -> object:
    places = sorted(
        (spot.page_index, tuple(round(side, 3) for side in spot.box or ()), str(spot.source))
        for spot in complaint.spots
    )
    return complaint.code, complaint.severity, complaint.found, complaint.hint, places


def pdf_files(made: Finished) -> list[FinishedFile]:
    return [file for file in made.files if file.profile]


def spoilt(content: bytes, spoil: Spoil) -> bytes:
    with Pdf.open(io.BytesIO(content)) as pdf:
        spoil(pdf)
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


@pytest.mark.parametrize("job", [*TAGGED, *PAPER], ids=" ".join)
def test_both_ways_say_the_same(finish: Finish, job: tuple[str, str, str]) -> None:
    made = finish(*job)
    for file in pdf_files(made):
        whole, composed = both_ways(made, file)
        assert whole == composed
        unknown = 1 if file.name.endswith("-press-ticket.pdf") else 0
        assert (whole.known, composed.known) == (0, composed.pages - unknown), "pages that are known are not walked"


@pytest.mark.slow
@pytest.mark.parametrize("job", MAIN, ids=" ".join)
def test_both_ways_say_the_same_of_the_main_booklet(finish: Finish, job: tuple[str, str, str]) -> None:
    test_both_ways_say_the_same(finish, job)


def test_what_is_known_of_a_part_survives_being_kept(finish: Finish) -> None:
    made = finish("VIC", "bone", "screen")
    kept = msgspec.msgpack.encode(made.parts)
    assert msgspec.msgpack.decode(kept, type=tuple[Drawings, ...]) == made.parts
    assert all(page is not None for part in made.parts for page in part.pages)


def test_one_part_serves_every_edition(finish: Finish) -> None:
    """The parts of one edition are known in the file of another, in its colours."""
    victoria, other = finish("VIC", "bone", "screen"), finish("NSW", "bone", "screen")
    file = other.files[0]
    assert file.profile
    facts = (file.content, file.name, file.profile, file.promise, other.sources)
    composed = examine(*facts, parts=victoria.parts, accents=other.accents)
    assert composed == examine(*facts)
    assert 0 < composed.known <= composed.pages
    assert victoria.accents != other.accents


def swap_pages(pdf: Pdf) -> None:
    pages = [pdf.pages[4], pdf.pages[5]]
    pdf.pages[4], pdf.pages[5] = pages[1], pages[0]


def lose_outline(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        del outline.root[-1]


def shift_label(pdf: Pdf) -> None:
    numbers = pdf.Root.PageLabels.Nums
    numbers[len(numbers) - 1].St = 7


def lose_parent_tree(pdf: Pdf) -> None:
    del pdf.Root.StructTreeRoot["/ParentTree"]


def lose_owner(pdf: Pdf) -> None:
    pdf.pages[5].StructParents = 99999


def lose_link(pdf: Pdf) -> None:
    note = next(note for page in pdf.pages for note in page.get("/Annots", []) if "/Dest" in note)
    note.Dest = String("nowhere")


def silence_heading(pdf: Pdf) -> None:
    next(t for t in pdf.objects if isinstance(t, Dictionary) and t.get("/S") == Name.H2).S = Name.H4


def lose_glyph(pdf: Pdf) -> None:
    """The letter e gone from a font that all parts share."""
    from fontTools.ttLib import TTFont

    font = next(t for t in pdf.objects if isinstance(t, Dictionary) and t.get("/Subtype") == Name.Type0)
    number = re.search(rb"<([0-9a-f]{4})> <0065>", font.ToUnicode.read_bytes())
    assert number
    program = font.DescendantFonts[0].FontDescriptor.FontFile2
    outlines = TTFont(io.BytesIO(program.read_bytes()))
    glyph = outlines["glyf"][outlines.getGlyphName(int(number[1], 16))]
    glyph.numberOfContours = 0
    for name in ("coordinates", "endPtsOfContours", "flags", "program", "components"):
        glyph.__dict__.pop(name, None)
    target = io.BytesIO()
    outlines.save(target)
    program.write(target.getvalue())


def rename_characters(pdf: Pdf) -> None:
    """The shared font says of one glyph that it is another character: words are heard otherwise."""
    font = next(t for t in pdf.objects if isinstance(t, Dictionary) and t.get("/Subtype") == Name.Type0)
    table = font.ToUnicode.read_bytes()
    font.ToUnicode.write(table.replace(b"<0065>", b"<0066>"))


def lose_width(pdf: Pdf) -> None:
    font = next(t for t in pdf.objects if isinstance(t, Dictionary) and t.get("/Subtype") == Name.CIDFontType2)
    font.W = Array()


def untitled(pdf: Pdf) -> None:
    del pdf.docinfo["/Title"]


def small_trim(pdf: Pdf) -> None:
    pdf.pages[3].MediaBox = Array([0, 0, 300, 500])


def written_over(words: str) -> Spoil:
    """Something more on one page, at the end of its content."""

    def spoil(pdf: Pdf) -> None:
        page = pdf.pages[5]
        contents = page.obj.Contents
        pieces = list(contents) if isinstance(contents, Array) else [contents]
        page.obj.Contents = pdf.make_stream(b"\n".join(piece.read_bytes() for piece in pieces) + words.encode())

    return spoil


def coarse_image(pdf: Pdf) -> None:
    page = pdf.pages[5]
    image = pdfs.image_of(pdf, side=40)
    page.obj.Resources = Dictionary({**dict(page.obj.Resources.items()), "/XObject": Dictionary(Coarse=image)})
    written_over("\n/Artifact BMC q 200 0 0 200 100 200 cm /Coarse Do Q EMC")(pdf)


SPOILT: list[tuple[str, Spoil, str]] = [
    ("screen", swap_pages, "ACC-109"),
    ("screen", lose_outline, "ACC-004"),
    ("screen", shift_label, "BOX-001"),
    ("screen", lose_parent_tree, "ACC-109"),
    ("screen", lose_owner, "ACC-109"),
    ("screen", lose_link, "LNK-101"),
    ("screen", silence_heading, "ACC-111"),
    ("screen", lose_glyph, "FNT-104"),
    ("screen", rename_characters, "ACC-301"),
    ("screen", lose_width, "FNT-109"),
    ("screen", untitled, "ACC-004"),
    ("screen", small_trim, "BOX-103"),
    ("screen", written_over("\n0 0 1 rg 10 10 50 50 re f"), "ACC-107"),
    ("screen", written_over("\nq"), ""),
    ("screen", written_over("\n/Nothing gs"), "SYS-105"),
    ("screen", written_over("\n/Artifact BMC 0.078431 0.266667 0.45098 rg 40 40 300 400 re f EMC"), "ACC-210"),
    ("screen", coarse_image, "INK-111"),
    ("press", written_over("\n0 0 1 rg 100 100 50 50 re f"), "INK-101"),
    ("press", written_over("\n0.9 0.9 0.9 0.9 k 100 100 150 150 re f"), "INK-110"),
    ("press", written_over("\n0 0 0 1 K 0.05 w 100 100 m 200 200 l S"), "INK-113"),
    ("press", lose_glyph, "FNT-104"),
    ("press", lambda pdf: pdf.pages[3].obj.__delitem__("/TrimBox"), "BOX-104"),
    ("press", lambda pdf: pdf.Root.__delitem__("/OutputIntents"), "INK-115"),
    ("clinic", written_over("\n0 0 1 rg 100 100 50 50 re f"), "INK-102"),
    ("clinic", written_over("\n0 g 2 2 50 50 re f"), "BOX-111"),
    ("clinic", lambda pdf: pdf.Root.__delitem__("/ViewerPreferences"), "BOX-112"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "spoil", "code"), SPOILT, ids=[f"{row[0]}-{row[2]}-{n}" for n, row in enumerate(SPOILT)]
)
def test_a_spoilt_file_is_caught_both_ways(finish: Finish, form: str, spoil: Spoil, code: str) -> None:
    made = finish("VIC", "bone", form)
    file = pdf_files(made)[0]
    whole, composed = both_ways(made, file, spoilt(file.content, spoil))
    assert alike(whole, composed)
    assert code in {complaint.code for complaint in whole.complaints} | {""}


PALE = {"deep": "#9fb7c9", "tint": "#e9ebf4", "mid": "#c8d3dd", "soft": "#dae1eb"}


def test_a_hue_that_is_too_pale_is_caught_both_ways(finish: Finish) -> None:
    """The parts were looked into before anybody knew of this hue."""
    made = finish("VIC", "bone", "screen")
    files, _ = finish_again(replace(made.booklet, hue=PALE), made.tools)
    pale = replace(made, files=files, accents=screen_colours(PALE))
    whole, composed = both_ways(pale, files[0])
    assert whole == composed
    assert composed.known == composed.pages
    assert {"ACC-210"} <= {complaint.code for complaint in whole.complaints}


def test_colours_that_are_not_the_editions_are_looked_into_anew(finish: Finish) -> None:
    """Somebody hands in the wrong accents: what does not fit is not known."""
    made = finish("VIC", "bone", "screen")
    whole, composed = both_ways(replace(made, accents=screen_colours(PALE)), made.files[0])
    assert whole == composed
    assert composed.known < composed.pages


def test_a_part_that_is_no_pdf_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        examine_part(b"words")


@pytest.mark.parametrize("form", ["press", "clinic"])
def test_a_finding_on_paper_names_its_line(finish: Finish, form: str) -> None:
    """Where marked content is gone, boxes tell: those of the tagged part, moved as its pages are."""
    tagged, paper = finish("VIC", "bone", "screen"), finish("VIC", "bone", form)
    lines = [[place for _, place in sorted(rows.items())] for rows in lines_by_page(tagged)]
    pages = [boxes for part in tagged.parts for boxes in places_of(part, take(lines, len(part.pages)))]
    file = pdf_files(paper)[0 if form == "press" else 1]
    with Pdf.open(io.BytesIO(file.content)) as pdf:
        matrices = [matrix_of(page, form) for page in pdf.pages]
    placed = [PlacedPage(n, boxes, matrix) for n, (boxes, matrix) in enumerate(zip(pages, matrices, strict=True))]
    report = examine(file.content, file.name, strict(form), None, sources_by_box(placed))
    expected = examine(tagged.files[0].content, "tagged.pdf", strict("screen"), None, tagged.sources)
    assert lines_named(report) == lines_named(expected) != set()
    assert all(finding.place.file.startswith("chapters/") for finding in report.findings if finding.code == "ACC-202")


def strict(name: str) -> Profile:
    """A profile for which nearly all text is too small."""
    return replace(PROFILES[name], smallest_pt=24)


def lines_named(report: Report) -> set[tuple[int, str]]:
    spots = [spot for complaint in report.complaints if complaint.code == "ACC-202" for spot in complaint.spots]
    return {(spot.page_index, str(spot.source)) for spot in spots if spot.source}


def lines_by_page(made: Finished) -> list[dict[int, Place]]:
    pages: list[dict[int, Place]] = [{} for _ in range(made.booklet.pages)]
    for (page, number), place in made.sources.by_mark.items():
        pages[page][number] = place
    return pages


def take(lines: list[list[Place]], count: int) -> list[list[Place]]:
    own, lines[:] = lines[:count], lines[count:]
    return own


def matrix_of(page: Any, form: str) -> tuple[float, float, float, float, float, float]:
    """The matrix that a page's first `cm` sets."""
    for instruction in pikepdf.parse_content_stream(page, "cm"):
        a, b, c, d, e, f = (float(operand) for operand in instruction.operands)
        return a, b, c, d, e, f
    raise AssertionError(f"a page of a file for {form} is put into its place")
