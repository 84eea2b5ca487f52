"""Binding joins; it does not change."""

from __future__ import annotations

import io
import itertools
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booklet.bindery import STAND_INS, Title, bind, describe_link, hue_of
from booklet.bindery.packing import packed
from booklet.build import styles_folder
from booklet.composing import Part
from booklet.typesetting import FORMATS, Segment, Typesetter
from tests import reading

SECTIONS = 6
ALL = list(range(SECTIONS))


def title(**changes: object) -> Title:
    base: dict[str, object] = {
        "title": "Tiny", "subject": "S", "author": "A", "language": "en-AU", "issued": date(2026, 7, 15),
        "anchors": {f"s{n}": f"Section {n}" for n in range(SECTIONS)}, "hue": dict(STAND_INS),
    }  # fmt: skip
    return Title(**(base | changes))  # type: ignore[arg-type]


def section(number: int) -> str:
    """A section with everything that binding has to carry: headings, list, table, links in and out."""
    other = (number * 3 + 1) % SECTIONS
    rows = "".join(f"<tr><th scope='row'>r{number}.{row}</th><td>cell</td></tr>" for row in range(3 + number * 9))
    return (
        f'<section style="break-before: page"><h1 id="s{number}">Section {number}</h1>'
        f'<h2 id="h{number}">Heading {number}</h2>'
        f'<p>Words {number}. <a href="booklet:s{other}">Section {other}</a> or <a href="tel:131120">13 11 20</a></p>'
        f"<ul><li>one</li><li>two</li></ul><table><thead><tr><th>A</th><th>B</th></tr></thead><tbody>{rows}</tbody></table>"
        "</section>"
    )


def bound(setter: Typesetter, groups: list[list[int]], **changes: object) -> pikepdf.Pdf:
    segments: list[Segment] = []
    first = 1
    for group in groups:
        body = "".join(section(number) for number in group)
        html = f'<html lang="en-AU"><head><title>T</title></head><body class="chapter">{body}</body></html>'
        part = Part(f"part{group[0]}", "", "chapter", html, (), "chapters/x.md")
        segments.append(setter.write(setter.lay_out(part, {}, first, False), {}))
        first += segments[-1].layout.pages
    return pikepdf.Pdf.open(io.BytesIO(bind(segments, title(**changes))))


@pytest.fixture(scope="module")
def setter(tmp_path_factory: pytest.TempPathFactory) -> Typesetter:
    folder = tmp_path_factory.mktemp("bindery")
    (folder / "chapters").mkdir()
    return Typesetter(folder, styles_folder(), FORMATS["screen"], None)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(1, SECTIONS - 1)))
def test_any_split_into_segments_gives_the_same_booklet(setter: Typesetter, cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), SECTIONS]
    whole = bound(setter, [list(range(SECTIONS))])
    split = bound(setter, [list(range(a, b)) for a, b in itertools.pairwise(edges)])
    assert reading.structure(split) == reading.structure(whole)
    assert reading.outline(split) == reading.outline(whole)
    assert reading.links(split) == reading.links(whole)
    assert [page.label for page in split.pages] == [page.label for page in whole.pages]
    assert len(reading.outline(whole)) == 2 * SECTIONS
    assert len(reading.links(whole)) == 2 * SECTIONS


def test_a_chapter_split_over_segments_is_still_one_section(setter: Typesetter) -> None:
    def half(words: str, first: int) -> Segment:
        html = f'<html lang="en-AU"><head></head><body class="chapter"><section>{words}</section></body></html>'
        return setter.write(setter.lay_out(Part("one", "", "chapter", html, (), "chapters/x.md"), {}, first, False), {})

    halves = half('<h1 id="s0">One</h1><p>First.</p>', 1), half("<p>Second.</p><ul><li>Third</li></ul>", 2)
    with pikepdf.Pdf.open(io.BytesIO(bind(halves, title()))) as pdf:
        assert reading.structure(pdf) == (
            "Document",
            (
                (
                    "Sect",
                    (
                        ("H1", ("One",)),
                        ("P", ("First.",)),
                        ("P", ("Second.",)),
                        ("L", (("LI", (("Lbl", ("• ",)), ("LBody", ("Third",)))),)),
                    ),
                ),
            ),
        )


def test_links_say_where_they_lead_and_lead_there(setter: Typesetter) -> None:
    pdf = bound(setter, [[0], [1, 2], [3, 4, 5]])
    pages = {title: index for _, title, index in reading.outline(pdf)}
    rows = reading.links(pdf)
    inside = [(target, says) for _, target, says in rows if target.startswith("page ")]
    assert inside[0] == (f"page {pages['Section 1']}", f"Section 1, page {pages['Section 1'] + 1}")
    assert {says for _, target, says in rows if target == "tel:131120"} == {"Phone 13 11 20"}


def test_the_parent_tree_is_exact(setter: Typesetter) -> None:
    pdf = bound(setter, [[0, 1], [2], [3, 4, 5]])
    owners = dict(pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree).items())
    for page in pdf.pages:
        listed = owners[int(page.StructParents)]
        assert len(listed) == len(reading.page_texts(page))
        for annotation in page.get("/Annots", []):
            assert pikepdf.Name.Link == owners[int(annotation.StructParent)].S


def test_stand_in_colours_become_the_editions_hue_everywhere(setter: Typesetter) -> None:
    hue = hue_of("#744346", "#f8f0f0")
    plain, hued = bound(setter, [ALL]), bound(setter, [ALL], hue=hue)
    before = b"".join(page.Contents.read_bytes() for page in plain.pages)
    after = b"".join(page.Contents.read_bytes() for page in hued.pages)
    assert b"0.043137 0.352941 0.494118" in before
    assert b"0.043137 0.352941 0.494118" not in after
    assert b"0.454902 0.262745 0.27451" in after
    assert reading.structure(plain) == reading.structure(hued)


def test_the_same_segments_give_the_same_bytes(setter: Typesetter) -> None:
    def content() -> bytes:
        target = io.BytesIO()
        bound(setter, [[0, 1, 2], [3, 4, 5]]).save(target, deterministic_id=True)
        return target.getvalue()

    assert content() == content()


def test_fonts_are_kept_once(setter: Typesetter) -> None:
    pdf = bound(setter, [[number] for number in range(SECTIONS)])
    programs = {
        thing.FontFile2.objgen
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == pikepdf.Name.FontDescriptor
    }
    assert len(programs) == 2


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("tel:131120", "Phone 13 11 20"),
        ("tel:+61354441184", "Phone (03) 5444 1184"),
        ("https://www.example.org/", "Website www.example.org"),
        ("mailto:a@example.org", "Email a@example.org"),
    ],
)
def test_links_out_are_described(uri: str, says: str) -> None:
    assert describe_link(uri) == says


def test_the_dates_are_those_of_the_issue(setter: Typesetter, tmp_path: Path) -> None:
    pdf = bound(setter, [ALL])
    assert str(pdf.docinfo.CreationDate) == "D:20260715000000Z"
    assert b"2026-07-15T00:00:00Z" in pdf.Root.Metadata.read_bytes()


def test_metadata_name_the_edition_and_the_issue_twice_alike(setter: Typesetter) -> None:
    pdf = bound(setter, [ALL], edition="Victoria", issue="2026.1")
    xmp = pdf.Root.Metadata.read_bytes()
    for key, words in (
        ("Title", b"Tiny"),
        ("Subject", b"S"),
        ("Author", b"A"),
        ("Keywords", b"Victoria, issue 2026.1"),
    ):
        assert str(pdf.docinfo[f"/{key}"]).encode() == words
        assert b">" + words + b"<" in xmp
    assert b"<dc:coverage>Victoria</dc:coverage>" in xmp
    assert str(pdf.Root.Lang) == "en-AU" and b"<rdf:li>en-AU</rdf:li>" in xmp


def test_a_packed_file_is_the_same_file_and_smaller(setter: Typesetter) -> None:
    pdf = bound(setter, [ALL])
    loose, qpdfs = io.BytesIO(), io.BytesIO()
    pdf.save(loose, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    pdf.save(qpdfs, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    small = packed(loose.getvalue())
    assert len(small) < len(qpdfs.getvalue())
    with pikepdf.Pdf.open(io.BytesIO(small)) as again:
        pages = zip(again.pages, pdf.pages, strict=True)
        assert all(one.Contents.read_bytes() == other.Contents.read_bytes() for one, other in pages)
        assert reading.structure(again) == reading.structure(pdf)
        assert again.check_pdf_syntax() == []
