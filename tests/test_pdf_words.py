"""The room `pdf`: words are whole and apart, whoever wrote the file; each test has its clean twin beside it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from booklet import transcript
from booklet.pdf import FontTable, TreeFault, cmaps, read_page, read_tree, words_of

HELVETICA = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
MEASURED = Dictionary(dict(HELVETICA.items()) | {"/FirstChar": 32, "/Widths": Array([556] * 224)})
"""The same with widths, all alike."""
LINES = "BT /F 12 Tf 14 TL 72 700 Td {} ET"


def tagged(content: str, kids: Any = 0, **resources: Any) -> Pdf:
    """One page in Helvetica, whose text is one paragraph."""
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(595, 842)).obj
    page.Resources = Dictionary(Font=Dictionary(F=HELVETICA, M=MEASURED), **resources)
    page.Contents = pdf.make_stream(content.encode("latin-1"))
    paragraph = pdf.make_indirect(Dictionary(S=Name.P, Pg=page, K=kids))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(K=paragraph, ParentTree=Dictionary(Nums=Array())))
    return pdf


def marked(operators: str, number: int = 0) -> str:
    return f"/P <</MCID {number}>> BDC {operators} EMC "


def heard(pdf: Pdf, tmp_path: Path) -> list[str]:
    pdf.save(tmp_path / "file.pdf")
    return list(transcript.transcript(transcript.load(tmp_path / "file.pdf").top))


@pytest.mark.parametrize(
    ("operators", "said"),
    [
        ("(The end of a line) Tj T* (starts a new one) Tj", "The end of a line starts a new one"),
        ("(The end of a line ) Tj T* (starts a new one) Tj", "The end of a line starts a new one"),
        ("(www.example.org/) Tj T* (support) Tj", "www.example.org/support"),
        ("(A well-) Tj T* (known word) Tj", "A well-known word"),
        ("(one ) Tj T* (two ) Tj T* (www.example.org) Tj T* (.au) Tj", "one two www.example.org.au"),
        ("(one ) Tj T* (two ) Tj T* (www.example.org/a-long) Tj T* (name) Tj", "one two www.example.org/a-longname"),
        ("(one ) Tj T* (two ) Tj T* (parenting) Tj T* (.example.org) Tj", "one two parenting.example.org"),
        ("(one ) Tj T* (two ) Tj T* (www.example.org) Tj T* (Then) Tj", "one two www.example.org Then"),
        ("(one ) Tj T* (two ) Tj T* (three) Tj T* (four) Tj", "one two three four"),
        ("(re-) Tj /Span <</ActualText <FEFF00AD>>> BDC (-) Tj EMC T* (liable) Tj", "reliable"),
        ("(well-) Tj /Span <</ActualText <FEFF>>> BDC (-) Tj EMC T* (known) Tj", "well-known"),
        (
            "/Span <</ActualText <FEFF4E00>>> BDC (x) Tj EMC T* /Span <</ActualText <FEFF4E8C>>> BDC (y) Tj EMC",
            "\u4e00\u4e8c",
        ),
        ("3 Tr (Searched) Tj 7 Tr ( and cut) Tj", "Searched and cut"),
        ("[(Two) -333 (words)] TJ", "Two words"),
        ("[(Two ) -333 (words)] TJ", "Two words"),
        ("[(T) 80 (wo kerned words)] TJ", "Two kerned words"),
        ("/M 12 Tf (Two) Tj 30 0 Td (words) Tj", "Two words"),
        ("/M 12 Tf (T) Tj 6.7 0 Td (wo words) Tj", "Two words"),
        ("/M 12 Tf (H) Tj 6.7 -3 Td /M 8 Tf (2) Tj", "H2"),
        ("/M 12 Tf (m) Tj 6.7 3 Td /M 8 Tf (2) Tj", "m2"),
        ("/M 12 Tf (words) Tj 33.4 3 Td /M 8 Tf (2) Tj", "words 2"),
        ("/M 12 Tf (words) Tj 33.4 -3 Td /M 8 Tf (2) Tj", "words2"),
        ("[(5) -167 (mg)] TJ", "5 mg"),
        ("/M 12 Tf (name cut off) Tj 70 0 Td (next cell) Tj", "name cut off next cell"),
        ("(W) Tj 11.3 0 Td (here widths are not told) Tj", "Where widths are not told"),
    ],
)
def test_words_are_apart_where_the_page_shows_it(tmp_path: Path, operators: str, said: str) -> None:
    assert heard(tagged(marked(LINES.format(operators))), tmp_path) == [said]


def test_lines_in_marked_contents_of_their_own_are_apart(tmp_path: Path) -> None:
    """As browsers write them: one marked content a line."""
    content = marked("BT /F 12 Tf 72 700 Td (long enough) Tj ET") + marked("BT /F 12 Tf 72 686 Td (to wrap) Tj ET", 1)
    assert heard(tagged(content, Array([0, 1])), tmp_path) == ["long enough to wrap"]


def test_a_mark_by_the_name_of_its_properties_is_heard(tmp_path: Path) -> None:
    pdf = tagged("/P /MC0 BDC BT /F 12 Tf 72 700 Td (Named) Tj ET EMC", Properties=Dictionary(MC0=Dictionary(MCID=0)))
    assert heard(pdf, tmp_path) == ["Named"]


@pytest.mark.parametrize("page_is_named", [True, False])
def test_the_marks_of_a_form_are_its_own(tmp_path: Path, page_is_named: bool) -> None:
    """Page and form both count from 0."""
    pdf = tagged(marked("BT /F 12 Tf 72 700 Td (On the page) Tj ET") + "/X Do")
    page = pdf.pages[0].obj
    form = pdf.make_stream(
        marked("BT /F 12 Tf 72 600 Td (Inside the form) Tj ET").encode(),
        Dictionary(Subtype=Name.Form, BBox=Array([0, 0, 595, 842]), StructParents=1),
    )
    form.Resources = page.Resources
    page.Resources = Dictionary(Font=Dictionary(F=HELVETICA), XObject=Dictionary(X=form))
    form.Resources = Dictionary(Font=Dictionary(F=HELVETICA))
    inside = Dictionary(S=Name.P, K=Dictionary(Type=Name.MCR, Pg=page, Stm=form, MCID=0))
    if not page_is_named:
        del inside.K["/Pg"]
    pdf.Root.StructTreeRoot.K = Array([pdf.Root.StructTreeRoot.K, pdf.make_indirect(inside)])
    assert heard(pdf, tmp_path) == ["On the page", "Inside the form"]


def test_what_stands_for_drawn_letters_is_said_in_their_place(tmp_path: Path) -> None:
    ligature = "(The o) Tj /Span <</ActualText (ffi)>> BDC (X) Tj (Y) Tj EMC (ce) Tj"
    assert heard(tagged(marked(LINES.format(ligature))), tmp_path) == ["The office"]
    soft_hyphen = "(Ef) Tj /Span <</ActualText <FEFF00AD>>> BDC (-) Tj EMC T* (ficient) Tj"
    assert heard(tagged(marked(LINES.format(soft_hyphen))), tmp_path) == ["Efficient"]


def test_what_stands_for_drawn_paths_is_said(tmp_path: Path) -> None:
    drawn = "/Span <</ActualText (ffi)>> BDC 106 700 9 9 re f EMC"
    assert heard(tagged(marked(f"BT /M 12 Tf 72 700 Td (The o) Tj ET {drawn}")), tmp_path) == ["The offi"]


@pytest.mark.parametrize(("key", "said"), [("Alt", "five stars"), ("E", "five stars"), ("Title", "*****")])
def test_a_description_or_long_form_of_drawn_text_is_said(tmp_path: Path, key: str, said: str) -> None:
    stars = f"/Span <</{key} (five stars)>> BDC (*****) Tj EMC"
    assert heard(tagged(marked(LINES.format(stars))), tmp_path) == [said]


def test_what_stands_for_two_marked_contents_is_said_once(tmp_path: Path) -> None:
    lines = marked("BT /F 12 Tf 72 700 Td (one) Tj ET") + marked("BT /F 12 Tf 72 686 Td (two) Tj ET", 1)
    pdf = tagged(f"/Span <</ActualText (both)>> BDC {lines} EMC", Array([0, 1]))
    assert heard(pdf, tmp_path) == ["both"]


def said(letters: str) -> str:
    """A glyph that stands for letters."""
    return f"/Span <</ActualText <FEFF{letters}>>> BDC (x) Tj EMC"


HEBREW = {"a": "\u05d0", "b": "\u05d1", "c": "\u05d2", "x": "x", "y": "y", "1": "1", "2": "2", " ": " ", "(": "("}


@pytest.mark.parametrize(
    ("operators", "said"),
    [
        ("(cba) Tj", "\u05d0\u05d1\u05d2"),
        ("(cb a) Tj", "\u05d0 \u05d1\u05d2"),
        ("(cba) Tj -30 0 Td (x y) Tj", "\u05d0\u05d1\u05d2 x y"),
        ("(12 cba) Tj", "\u05d0\u05d1\u05d2 12"),
        ("(x cb y) Tj", "x \u05d1\u05d2 y"),
        ("(xy) Tj", "xy"),
        ("[(c) -333 (ba)] TJ", "\u05d0\u05d1 \u05d2"),
        ("(cb) Tj 12.7 0 Td (a) Tj", "\u05d0\u05d1\u05d2"),
        (f"{said('05d1')} {said('05d0')}", "\u05d0\u05d1"),
        (f"(c) Tj {said('05d005d1')}", "\u05d0\u05d1\u05d2"),
        (f"{said('05d005d1')}", "\u05d0\u05d1"),
    ],
)
def test_what_is_read_from_the_right_is_said_in_order(tmp_path: Path, operators: str, said: str) -> None:
    pdf = tagged(marked(f"BT /H 12 Tf 200 700 Td {operators} ET"))
    rows = "".join(f"<{ord(code):02x}> <{ord(letter):04x}>\n" for code, letter in HEBREW.items())
    table = pdf.make_stream(f"{len(HEBREW)} beginbfchar\n{rows}endbfchar".encode())
    pdf.pages[0].Resources.Font.H = Dictionary(dict(MEASURED.items()) | {"/ToUnicode": table})
    assert heard(pdf, tmp_path) == [said]


def test_spans_of_a_table_are_heard(tmp_path: Path) -> None:
    """Heads over two columns name both, and a cell over two rows moves what stands in the second."""
    pdf = tagged("")

    def cell(role: str, words: str, **spans: Any) -> Dictionary:
        return Dictionary(S=Name(f"/{role}"), ActualText=String(words), A=Dictionary(O=Name.Table, **spans))

    rows = [
        [cell("TH", "Test", RowSpan=2), cell("TH", "Before", ColSpan=2), cell("TH", "After")],
        [cell("TH", "Dose"), cell("TH", "Fee"), cell("TH", "Dose")],
        [cell("TH", "Scan"), cell("TD", "1"), cell("TD", "2"), cell("TD", "3")],
    ]
    pdf.Root.StructTreeRoot.K = Dictionary(
        S=Name.Table, K=Array([pdf.make_indirect(Dictionary(S=Name.TR, K=Array(row))) for row in rows])
    )
    assert heard(pdf, tmp_path) == [
        "table, 4 columns, 3 rows",
        "row 1, Test; Before; After",
        "row 2, Dose; Fee; Dose",
        "row 3, Scan; Before, Dose: 1; Before, Fee: 2; After, Dose: 3",
        "end of table",
    ]


@pytest.mark.parametrize(("role", "said"), [("Formula", ["a squared"]), ("Span", ["a squared"]), ("P", ["a2"])])
def test_what_is_drawn_is_said_by_its_alternative(tmp_path: Path, role: str, said: list[str]) -> None:
    pdf = tagged(marked("BT /F 12 Tf 72 700 Td (a2) Tj ET"))
    pdf.Root.StructTreeRoot.K.S = Name(f"/{role}")
    pdf.Root.StructTreeRoot.K.Alt = String("a squared")
    assert heard(pdf, tmp_path) == said


def test_an_empty_text_in_its_place_is_silence(tmp_path: Path) -> None:
    pdf = tagged(marked("BT /F 12 Tf 72 700 Td (a rule) Tj ET"))
    pdf.Root.StructTreeRoot.K.ActualText = String("")
    assert heard(pdf, tmp_path) == []


def test_an_element_twice_is_not_an_element_under_itself() -> None:
    pdf = tagged("")
    root = pdf.Root.StructTreeRoot
    twice = pdf.make_indirect(Dictionary(S=Name.Sect, K=Array([root.K, root.K])))
    root.K = twice
    tree = read_tree(pdf)
    assert tree and [problem.kind for problem in tree.problems] == [TreeFault.TWICE]
    twice.K = twice
    tree = read_tree(pdf)
    assert tree and [problem.kind for problem in tree.problems] == [TreeFault.CYCLE]


def test_a_type_1_font_brings_its_own_encoding() -> None:
    """As TeX writes it: no Encoding, no ToUnicode, the names in the clear part of the program."""
    pdf = tagged(marked("BT /F 12 Tf 72 700 Td (\x0c) Tj ET"))
    program = pdf.make_stream(b"%!PS-AdobeFont-1.0\n/Encoding 256 array\ndup 12 /fi put\nreadonly def\neexec\0\0")
    descriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name.CMR10, Flags=4, FontFile=program)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.CMR10, FontDescriptor=descriptor)
    pdf.pages[0].Resources.Font.F = font
    tree = read_tree(pdf)
    assert tree
    content = read_page(pdf.pages[0], 0, FontTable())
    assert words_of([content], tree) == {(0, None, 0): "fi"}


def test_a_table_of_codes_that_maps_them_over_and_over_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two megabytes of ranges of 65,536 codes each were a minute for one word."""
    monkeypatch.setattr(cmaps, "MAX_CODES", 300)
    pdf = tagged(marked(LINES.format("(ab) Tj")))
    ranges = "<00> <ff> <0061>\n" * 99 + "<00> <ff> <0062>\n" * 99
    table = pdf.make_stream(f"99 beginbfrange\n{ranges}endbfrange 1 beginbfrange <61> <61> <0078> endbfrange".encode())
    pdf.pages[0].Resources.Font.F = Dictionary(dict(HELVETICA.items()) | {"/ToUnicode": table})
    counted = [read_page(pdf.pages[0], 0, FontTable()).items[0]]
    assert counted[0].text and counted[0].text.words == "\u00c2\u00c3", "the two ranges that were within the bound"


def test_content_that_is_no_stream_is_a_fault_of_the_page() -> None:
    pdf = tagged("")
    pdf.pages[0].obj.Contents = Array([pikepdf.Object.parse(b"5")])
    assert read_page(pdf.pages[0], 0, FontTable()).notes
    del pdf.pages[0].obj["/Contents"]
    assert not read_page(pdf.pages[0], 0, FontTable()).notes
    target = io.BytesIO()
    pdf.save(target)
