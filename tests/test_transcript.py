"""What is heard, tested like text; and files that must not stop the reader or keep it for ever."""

from __future__ import annotations

import io
import itertools
import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from pikepdf import Array, Dictionary, Name, Pdf

from booklet import transcript
from booklet.build import Order, Receipt, build
from booklet.cli import main
from booklet.pdf import tree
from tests import reading, tiny
from tests.conftest import TODAY

GOLDEN = Path(__file__).parent / "golden"


def heard(real: tuple[Order, Receipt], code: str = "VIC") -> transcript.Element:
    order, receipt = real
    return transcript.load(order.dist / next(entry.file for entry in receipt.files if entry.edition == code)).top


def chapter(lines: list[str], title: str) -> str:
    start = lines.index(f"heading level 1, {title}")
    end = next(i for i, line in enumerate(lines[start + 1 :], start + 1) if line.startswith("heading level 1,"))
    return "\n".join(lines[start:end]) + "\n"


@pytest.mark.parametrize(
    ("name", "title"),
    [("first-days", "1 First days"), ("understanding", "3 Understanding secondary breast cancer"),
     ("contents", "What is in this booklet"), ("order-line", "Order line")],
)  # fmt: skip
def test_golden_transcripts(real: tuple[Order, Receipt], name: str, title: str) -> None:
    """BOOKLET_RENEW=1 writes them anew; a person reads the difference."""
    said = chapter(list(transcript.transcript(heard(real))), title)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("BOOKLET_RENEW"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, "utf-8")
    assert said == path.read_text("utf-8")


NOTED = """
Medicines on the [PBS](short: "Pharmaceutical Benefits Scheme") cost less.[^pbs] Say [Grüß Gott](lang:de) to **all**
people,[^two] and again.[^pbs]

[^pbs]: The government pays a part of the price.

    You pay the rest.

[^two]: - one
    - two

::: table "Two snacks"
| Snack | When |
| --- | --- |
| [Crème](lang:fr) | Night |
:::

1. First
2. Second
   - inner
"""


@pytest.mark.slow
@pytest.mark.parametrize("pdf_ua", [1, 2])
def test_notes_languages_and_short_forms_are_heard(booklet: Callable[..., Path], pdf_ua: int) -> None:
    project = booklet({"chapters/01-one.md": tiny.FILES["chapters/01-one.md"] + NOTED})
    order = Order(project, project / "dist", TODAY, ("VIC",), ("screen",), pdf_ua=pdf_ua)
    receipt = build(order)
    assert [str(finding) for finding in receipt.findings if finding.severity == "error"] == []
    lines = list(transcript.transcript(transcript.load(order.dist / receipt.files[0].file).top))
    said = chapter(lines, "1 Chapter one")
    if os.environ.get("BOOKLET_RENEW"):
        (GOLDEN / "notes.txt").write_text(said, "utf-8")
    assert said == (GOLDEN / "notes.txt").read_text("utf-8")


def test_two_independent_readers_hear_the_same(real: tuple[Order, Receipt]) -> None:
    """The transcript rests on the room `pdf`, `tests.reading` on a reader of its own."""
    order, receipt = real
    top = heard(real)
    with Pdf.open(order.dist / next(e.file for e in receipt.files if e.edition == "VIC")) as pdf:
        structure = reading.structure(pdf)
    assert [element.role for element in top.walk()] == list(reading.roles(structure))
    figures = [kid for kid in top.walk() if kid.role == "Figure"]
    assert len(figures) >= 4 and all(20 <= len(figure.alt) <= 300 for figure in figures)
    paragraphs = [kid.text() for kid in top.walk() if kid.role == "P"]
    words = reading.text(structure)
    assert all(paragraph in words for paragraph in paragraphs)


def test_folios_and_running_heads_are_not_heard(real: tuple[Order, Receipt]) -> None:
    lines = list(transcript.transcript(heard(real)))
    assert sum(line == "Where it can grow" for line in lines) == 0
    assert not [line for line in lines if line.strip(" .").isdigit()]


def test_headings_never_skip_a_level(real: tuple[Order, Receipt]) -> None:
    for entry in real[1].files:
        levels = [int(line.split("heading level ")[1][0]) for line in transcript.outline(heard(real, entry.edition))]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_command_reads_and_lists(real: tuple[Order, Receipt]) -> None:
    order, receipt = real
    path = str(order.dist / receipt.files[0].file)
    said = CliRunner().invoke(main, ["read", path]).stdout.splitlines()
    assert said[0] == "heading level 1, Steady Ground"
    lists = {
        part: CliRunner().invoke(main, ["read", path, f"--{part}"]).stdout
        for part in ("outline", "links", "figures", "tables")
    }
    assert "heading level 1, 2 When to call" in lists["outline"]
    assert "link, 13 11 20 (Phone 13 11 20)" in lists["links"].replace("\u00a0", " ")
    assert lists["figures"].startswith("figure, ")
    assert lists["tables"].startswith("table, 2 columns, ")


def tree_pdf(build: Callable[[Pdf, pikepdf.Object], None]) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    pdf.Root.StructTreeRoot = root
    build(pdf, root)
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def deep(pdf: Pdf, root: pikepdf.Object) -> None:
    inner = pdf.make_indirect(Dictionary(S=Name.P))
    for _ in range(10_000):
        inner = pdf.make_indirect(Dictionary(S=Name.Sect, K=inner))
    root.K = inner


def many(pdf: Pdf, root: pikepdf.Object) -> None:
    """Direct objects, which have no number to tell one from the other: each is an element of its own."""
    thousand = Array([Dictionary(S=Name.P)] * 1000)
    root.K = Array([pdf.make_indirect(Dictionary(S=Name.Sect, K=thousand)) for _ in range(3)])


def odd(pdf: Pdf, root: pikepdf.Object) -> None:
    root.K = Array([Dictionary(S=Name.P, K=Array([5, Dictionary(Type=Name.MCR), Dictionary(Type=Name.OBJR), Name.X]))])


def encrypted() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    target = io.BytesIO()
    pdf.save(target, encryption=pikepdf.Encryption(owner="o", user="u"))
    return target.getvalue()


def untagged() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def bombs(pdf: Pdf, root: pikepdf.Object) -> None:
    """A page whose content unpacks to two thousand megabytes."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b" " * 10**7) for _ in range(200)) + packer.flush()
    pdf.pages[0].Contents = pdf.make_stream(b"")
    pdf.pages[0].Contents.write(packed, filter=Name.FlateDecode)
    root.K = pdf.make_indirect(Dictionary(S=Name.P, K=0, Pg=pdf.pages[0].obj))


def draws_itself(pdf: Pdf, root: pikepdf.Object) -> None:
    """A form that draws two forms that draw two forms: 2 to the power of 40 in all."""
    form = pdf.make_stream(b"")
    for _ in range(40):
        resources = Dictionary(XObject=Dictionary(F=form))
        box = Array([0, 0, 9, 9])
        form = pdf.make_stream(b"/F Do /F Do", Type=Name.XObject, Subtype=Name.Form, BBox=box, Resources=resources)
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(F=form))
    pdf.pages[0].Contents = pdf.make_stream(b"/F Do")
    root.K = pdf.make_indirect(Dictionary(S=Name.P, K=0, Pg=pdf.pages[0].obj))


BAD = {
    "no PDF": (b"words", "cannot be read"),
    "empty": (b"", "cannot be read"),
    "truncated": (untagged()[:200], "cannot be read"),
    "encrypted": (encrypted(), "encrypted"),
    "untagged": (untagged(), "not tagged"),
    "10,000 deep": (tree_pdf(deep), "deep"),
    "many elements": (tree_pdf(many), "more than 2,000 elements"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(tree, "MAX_ELEMENTS", 2_000)
    content, words = BAD[name]
    (tmp_path / "bad.pdf").write_bytes(content)
    with pytest.raises(transcript.UnheardError, match=re.escape(words)):
        transcript.load(tmp_path / "bad.pdf")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("build", "words"), [(bombs, "unpacks to more than 100 MB"), (draws_itself, "More than 1,000,000 operators")]
)
def test_a_file_without_end_is_stopped(
    tmp_path: Path, build: Callable[[Pdf, pikepdf.Object], None], words: str
) -> None:
    (tmp_path / "bomb.pdf").write_bytes(tree_pdf(build))
    result = CliRunner().invoke(main, ["read", str(tmp_path / "bomb.pdf")])
    assert result.exit_code == 1
    assert words in result.stderr and "Traceback" not in result.output


def test_a_structure_that_turns_back_on_itself_is_read_once_and_told(tmp_path: Path) -> None:
    def build(pdf: Pdf, root: pikepdf.Object) -> None:
        one = pdf.make_indirect(Dictionary(S=Name.Sect))
        two = pdf.make_indirect(Dictionary(S=Name.Figure, Alt=pikepdf.String("A hill"), K=one))
        one.K = Array([two])
        root.K = one

    (tmp_path / "cyclic.pdf").write_bytes(tree_pdf(build))
    result = CliRunner().invoke(main, ["read", str(tmp_path / "cyclic.pdf")])
    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "figure, A hill\n",
        "The structure turns back on itself.\n",
    )


def test_a_wrong_parent_tree_is_not_asked(tmp_path: Path) -> None:
    """What is heard is the tree from its top; which content names which element is preflight's matter."""

    def build(pdf: Pdf, root: pikepdf.Object) -> None:
        root.K = pdf.make_indirect(Dictionary(S=Name.Figure, Alt=pikepdf.String("A hill")))
        root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array([7, 3, Name.X, Array([None])])))

    (tmp_path / "wrong.pdf").write_bytes(tree_pdf(build))
    assert list(transcript.transcript(transcript.load(tmp_path / "wrong.pdf").top)) == ["figure, A hill"]


def test_a_file_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["read", str(tmp_path / "none.pdf")])
    assert result.exit_code == 1
    assert "cannot be opened" in result.stderr


def test_odd_kids_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "odd.pdf").write_bytes(tree_pdf(odd))
    assert list(transcript.transcript(transcript.load(tmp_path / "odd.pdf").top)) == []


def test_any_tagged_pdf_is_read(tmp_path: Path) -> None:
    """One that the engine tagged with its own writer's roles: spans a line, subset fonts."""
    import weasyprint
    from weasyprint.pdf.tags import add_tags as original

    seam = weasyprint.pdf.add_tags
    try:
        weasyprint.pdf.add_tags = original
        html = '<html lang="en"><title>T</title><h1>Head</h1><p>Some <a href="https://example.org">words</a></p><ul><li>one</li></ul>'
        weasyprint.HTML(string=html).write_pdf(tmp_path / "plain.pdf", pdf_variant="pdf/ua-1")
    finally:
        weasyprint.pdf.add_tags = seam
    lines = list(transcript.transcript(transcript.load(tmp_path / "plain.pdf").top))
    assert lines[0] == "heading level 1, Head"
    assert "link, words (https://example.org/)" in lines or "link, words (https://example.org)" in lines
    assert "list with 1 item" in lines
