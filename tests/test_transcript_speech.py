"""What is said of elements of every kind, in small files made by hand; each kind has its clean twin beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pikepdf import Array, Dictionary, Name, Pdf, String

from booklet import transcript
from booklet.cli import main

HELVETICA = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
Spec = tuple[Any, ...]
"""A role, what stands in it (words, or a list of such), and what else its dictionary has."""


class File:
    """One page, a line for each text, and its structure."""

    def __init__(self, *specs: Spec, language: str = "en") -> None:
        self.pdf = Pdf.new()
        self.page = self.pdf.add_blank_page(page_size=(595, 842)).obj
        self.lines: list[str] = []
        self.pdf.Root.Lang = String(language)
        root = Dictionary(S=Name.Document, K=Array([self.element(spec) for spec in specs]))
        self.pdf.Root.StructTreeRoot = self.pdf.make_indirect(
            Dictionary(K=self.pdf.make_indirect(root), ParentTree=Dictionary(Nums=Array()))
        )

    def element(self, spec: Spec) -> Any:
        role, inside, *more = spec
        kids = [self.element(kid) for kid in inside] if isinstance(inside, list) else [self.line(inside)]
        entries = {
            f"/{key}": String(value) if isinstance(value, str) else value
            for each in more
            for key, value in each.items()
        }
        entries |= {"/S": Name(f"/{role}"), "/Pg": self.page, "/K": Array(kids)}
        return self.pdf.make_indirect(Dictionary(entries))

    def line(self, words: str) -> int:
        number = len(self.lines)
        shown = f"BT /F 12 Tf 72 {800 - 20 * number} Td ({words}) Tj ET"
        self.lines.append(f"/P <</MCID {number}>> BDC {shown} EMC")
        return number

    def saved(self, folder: Path) -> Path:
        self.page.Resources = Dictionary(Font=Dictionary(F=HELVETICA))
        self.page.Contents = self.pdf.make_stream("\n".join(self.lines).encode("latin-1"))
        self.pdf.save(folder / "file.pdf")
        return folder / "file.pdf"

    def said(self, folder: Path) -> list[str]:
        return list(transcript.transcript(transcript.load(self.saved(folder)).top))


def cells(*specs: Any) -> Spec:
    return ("TR", [spec if isinstance(spec, tuple) else ("TD", spec) for spec in specs])


def head(words: str, scope: str = "", **spans: Any) -> Spec:
    entries = {"/O": Name.Table, **{f"/{key}": value for key, value in spans.items()}}
    return ("TH", words, {"A": Dictionary(entries | ({"/Scope": Name(f"/{scope}")} if scope else {}))})


TABLES: dict[str, tuple[list[Spec], list[str]]] = {
    "heads of columns": (
        [cells(head("Test"), head("Fee")), cells(head("Scan", "Row"), "20")],
        ["table, 2 columns, 2 rows", "row 1, Test; Fee", "row 2, Scan; Fee: 20"],
    ),
    "an empty corner": (
        [cells("", head("Fee")), cells(head("Scan", "Row"), "20")],
        ["table, 2 columns, 2 rows", "row 1, ; Fee", "row 2, Scan; Fee: 20"],
    ),
    "the head of two rows": (
        [
            cells(head("Test"), head("When"), head("Fee")),
            cells(head("Scan", "Row", RowSpan=2), "Day", "20"),
            cells("Night", "30"),
        ],
        [
            "table, 3 columns, 3 rows", "row 1, Test; When; Fee", "row 2, Scan; When: Day; Fee: 20",
            "row 3, Scan, When: Night; Scan, Fee: 30",
        ],
    ),
    "a cell over two columns": (
        [cells(head("A"), head("B")), cells(("TD", "both", {"A": Dictionary(O=Name.Table, ColSpan=2)}))],
        ["table, 2 columns, 2 rows", "row 1, A; B", "row 2, A, B: both"],
    ),
    "heads that cells name": (
        [
            cells(("TH", "Fee", {"ID": "fee"}), ("TH", "Day", {"ID": "day"})),
            cells("1", ("TD", "2", {"A": Dictionary(O=Name.Table, Headers=Array([String("fee"), String("none")]))})),
        ],
        ["table, 2 columns, 2 rows", "row 1, Fee; Day", "row 2, Fee: 1; Fee: 2"],
    ),
    "heads in the middle": (
        [cells(head("A")), cells("1"), cells(head("B")), cells("2")],
        ["table, 1 columns, 4 rows", "row 1, A", "row 2, A: 1", "row 3, B", "row 4, B: 2"],
    ),
    "words beside the rows": (
        [("P", "Loose"), ("Sect", [cells("1")]), ("TR", "Bare")],
        ["table, 1 columns, 2 rows", "Loose", "row 1, 1", "row 2, Bare"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_cells_are_said_with_their_heads(tmp_path: Path, name: str) -> None:
    rows, said = TABLES[name]
    assert File(("Table", rows)).said(tmp_path) == [*said, "end of table"]


def field(kind: str, flags: int = 0, **more: Any) -> Dictionary:
    return Dictionary(Subtype=Name.Widget, FT=Name(f"/{kind}"), Ff=flags, TU=String("Your name"), **more)


CHOICES = Array([Array([String("VIC"), String("Victoria")]), String("Tasmania")])
FIELDS = {
    "an empty edit field": (field("Tx"), ["edit, Your name"]),
    "an edit field": (field("Tx", V=String("Ann")), ["edit, Your name, Ann"]),
    "a field to fill": (field("Tx", 2), ["edit, Your name, required"]),
    "a field to read": (field("Tx", 1, V=String("Ann")), ["edit, Your name, Ann, read only"]),
    "a password": (field("Tx", 1 << 13, V=String("secret")), ["edit, Your name, protected"]),
    "a box": (field("Btn", AS=Name.Off, V=Name.Yes), ["check box, Your name, not checked"]),
    "a checked box": (field("Btn", AS=Name.Yes), ["check box, Your name, checked"]),
    "a chosen button": (field("Btn", 1 << 15, AS=Name("/2")), ["radio button, Your name, checked"]),
    "a button": (
        Dictionary(Subtype=Name.Widget, FT=Name.Btn, Ff=1 << 16, MK=Dictionary(CA=String("Send")), T=String("b1")),
        ["button, Send"],
    ),
    "a choice": (
        field("Ch", 1 << 17, V=String("VIC"), Opt=CHOICES),
        ["combo box, Your name, Victoria"],
    ),
    "two choices": (
        field("Ch", V=Array([String("VIC"), String("Tasmania")]), Opt=CHOICES),
        ["list box, Your name, Victoria, Tasmania"],
    ),
    "a signature": (field("Sig"), ["signature, Your name, not signed"]),
    "a hidden field": (field("Tx", F=2), []),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_form_field_is_said_with_its_value_and_state(tmp_path: Path, name: str) -> None:
    widget, said = FIELDS[name]
    file = File()
    reference = Dictionary(Type=Name.OBJR, Obj=file.pdf.make_indirect(widget))
    file.pdf.Root.StructTreeRoot.K.K = file.pdf.make_indirect(Dictionary(S=Name.Form, K=reference))
    assert file.said(tmp_path) == said


@pytest.mark.parametrize(
    ("specs", "said"),
    [
        ([("H", "A"), ("Sect", [("H", "B"), ("Sect", [("H", "C")])])], [1, 2, 3]),
        ([("Sect", [("H", "A"), ("Div", [("P", "x")]), ("Sect", [("H", "B")])]), ("Sect", [("H", "C")])], [1, 2, 1]),
        ([("H1", "A"), ("H2", "B")], [1, 2]),
    ],
)
def test_a_heading_without_a_level_is_as_deep_as_its_sections(
    tmp_path: Path, specs: list[Spec], said: list[int]
) -> None:
    lines = [line.strip() for line in transcript.outline(transcript.load(File(*specs).saved(tmp_path)).top)]
    assert lines == [f"heading level {level}, {name}" for level, name in zip(said, "ABC", strict=False)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ["language de", "Ja", "end of language"]),
        ("en-AU", ["Ja"]),
        ("EN", ["Ja"]),
        ("", ["Ja"]),
    ],
)
def test_a_language_is_said_where_it_changes(tmp_path: Path, language: str, said: list[str]) -> None:
    assert File(("P", "Ja", {"Lang": language})).said(tmp_path) == said


def test_a_region_is_another_language(tmp_path: Path) -> None:
    file = File(("P", "Ja", {"Lang": "en-GB"}), language="en-AU")
    assert file.said(tmp_path) == ["language en-GB", "Ja", "end of language"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (("Artifact", "Folio"), []),
        (("Figure", "1 2 3"), ["figure without words", "1 2 3"]),
        (("Figure", "1 2 3", {"Alt": "A scale"}), ["figure, A scale"]),
        (("Figure", "1 2 3", {"ActualText": "123"}), ["figure, 123"]),
        (("P", [("Lbl", "1"), ("Span", "One")]), ["1 One"]),
        (("Link", [("Lbl", "1"), ("Span", "One")]), ["link, 1 One"]),
        (("Link", ""), ["link, without words"]),
    ],
)
def test_an_element_is_said_as_its_kind_is(tmp_path: Path, spec: Spec, said: list[str]) -> None:
    assert File(("P", "Words"), spec).said(tmp_path) == ["Words", *said]


def test_a_role_that_is_mapped_to_an_artifact_is_silent(tmp_path: Path) -> None:
    file = File(("Decoration", "Folio"), ("P", "Words"))
    file.pdf.Root.StructTreeRoot.RoleMap = Dictionary(Decoration=Name.Artifact)
    assert file.said(tmp_path) == ["Words"]


def test_content_that_stands_twice_in_the_structure_is_said_once(tmp_path: Path) -> None:
    file = File(("P", "Once"), ("P", "Twice"))
    file.pdf.Root.StructTreeRoot.K.K[0].K.append(1)
    assert file.said(tmp_path) == ["Once Twice"]


def test_a_page_painted_in_another_order_is_told(tmp_path: Path) -> None:
    file = File(("P", "First"), ("P", "Second"))
    assert transcript.load(file.saved(tmp_path)).notes == ()
    assert CliRunner().invoke(main, ["read", str(tmp_path / "file.pdf")]).stderr == ""
    file.lines.reverse()
    file.saved(tmp_path)
    done = CliRunner().invoke(main, ["read", str(tmp_path / "file.pdf")])
    assert done.stdout.splitlines() == ["First", "Second"]
    assert done.stderr.startswith("Page 1 is painted in another order than the tags")
