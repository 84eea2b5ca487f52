"""Binding joins; it does not change."""

from __future__ import annotations

import io
import itertools
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booklet.bindery import (
    STAND_INS,
    DocumentInfo,
    Fragment,
    Piece,
    PlacedPart,
    Placing,
    bind,
    describe_link,
    font_file,
    hue_of,
    place,
    tagged_fragment,
)
from booklet.composing import Part
from booklet.design import USUAL
from booklet.formats import FORMATS
from booklet.store import Store
from booklet.typesetting import Segment, Typesetter
from booklet.walk import styles_folder
from booklet.words import english
from tests import reading
from tests.conftest import needs

SECTIONS = 6
ALL = list(range(SECTIONS))


def info(**changes: object) -> DocumentInfo:
    base: dict[str, object] = {
        "title": "Tiny", "subject": "S", "author": "A", "words": english("en-AU"), "issued": date(2026, 7, 15),
        "anchors": {f"s{n}": f"Section {n}" for n in range(SECTIONS)}, "hue": dict(STAND_INS),
    }  # fmt: skip
    return DocumentInfo(**(base | changes))  # type: ignore[arg-type]


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


def segments_of(setter: Typesetter, groups: list[list[int]]) -> list[Segment]:
    segments: list[Segment] = []
    first = 1
    for group in groups:
        body = "".join(section(number) for number in group)
        html = f'<html lang="en-AU"><head><title>T</title></head><body class="chapter">{body}</body></html>'
        part = Part(f"part{group[0]}", "", "chapter", html, (), "chapters/x.md")
        segments.append(setter.write(setter.lay_out(part, {}, first, False), {}))
        first += segments[-1].layout.pages
    return segments


def content_of(setter: Typesetter, groups: list[list[int]], placing: Placing = place, **changes: object) -> bytes:
    """The file of some groups of sections, each group a part."""
    pieces: list[Piece] = []
    programs: dict[str, bytes] = {}
    facts = info(**changes)
    for segment in segments_of(setter, groups):
        written = setter.store.get(segment.key)
        assert written
        fragment, own = tagged_fragment(written, facts.pdf_ua, 150)
        programs |= own
        pieces.append(Piece.of(segment, fragment, USUAL.trim_mm[1]))
    return bind(pieces, facts, lambda face, number: font_file(face, number, programs[face.program]), placing)


def bound(setter: Typesetter, groups: list[list[int]], **changes: object) -> pikepdf.Pdf:
    return pikepdf.Pdf.open(io.BytesIO(content_of(setter, groups, place, **changes)))


@pytest.fixture(scope="module")
def setter(tmp_path_factory: pytest.TempPathFactory) -> Typesetter:
    folder = tmp_path_factory.mktemp("bindery")
    (folder / "chapters").mkdir()
    return Typesetter(folder, styles_folder(), FORMATS["screen"].pages, Store(folder / "store"))


@pytest.mark.slow
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


def test_links_say_where_they_lead_and_lead_there(setter: Typesetter) -> None:
    pdf = bound(setter, [[0], [1, 2], [3, 4, 5]])
    pages = {title: index for _, title, index in reading.outline(pdf)}
    rows = reading.links(pdf)
    inside = [(target, says) for _, target, says in rows if target.startswith("page ")]
    assert inside[0] == (f"page {pages['Section 1']}", f"Section 1, page {pages['Section 1'] + 1}")
    assert {says for _, target, says in rows if target == "tel:131120"} == {"Phone 131120"}


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
    groups = [[0, 1, 2], [3, 4, 5]]
    assert content_of(setter, groups) == content_of(setter, groups)


def test_a_placed_part_that_was_kept_gives_the_same_bytes(setter: Typesetter) -> None:
    """What `place` gives depends on its arguments alone, whichever file asked first."""
    kept: dict[object, PlacedPart] = {}

    def placing(fragment: Fragment, base: int, faces: tuple[str, ...], colours: Mapping[bytes, bytes]) -> PlacedPart:
        key = (fragment.objects, base, faces, tuple(sorted(colours.items())))
        return kept.setdefault(key, place(fragment, base, faces, colours))

    groups = [[0], [1, 2], [3, 4, 5]]
    first = content_of(setter, groups, placing)
    assert len(kept) == len(groups)
    assert content_of(setter, groups, placing) == content_of(setter, groups) == first
    assert len(kept) == len(groups)


def test_fonts_are_kept_once(setter: Typesetter) -> None:
    pdf = bound(setter, [[number] for number in range(SECTIONS)])
    descriptors = [
        thing
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == pikepdf.Name.FontDescriptor
    ]
    faces = {str(descriptor.FontName).partition("+")[2] for descriptor in descriptors}
    assert faces >= {"Atkinson-Hyperlegible-Next", "Atkinson-Hyperlegible-Next-Bold"}
    assert len({descriptor.FontFile2.objgen for descriptor in descriptors}) == len(descriptors) == len(faces)


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("tel:131120", "Phone 131120"),
        ("sms:+61491570006", "Text message to +61491570006"),
        ("https://www.example.org/", "Website www.example.org"),
        ("mailto:a@example.org", "Email a@example.org"),
    ],
)
def test_links_out_are_described(uri: str, says: str) -> None:
    assert describe_link(uri, english()) == says


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


@pytest.mark.parametrize("pdf_ua", [1, 2])
def test_a_bound_file_is_sound_and_written_with_few_bytes(setter: Typesetter, tmp_path: Path, pdf_ua: int) -> None:
    """An outside judge reads the cross-reference and every object; saved again by it, the file is not smaller."""
    content = content_of(setter, [[0, 1], [2], [3, 4, 5]], pdf_ua=pdf_ua)
    (tmp_path / "bound.pdf").write_bytes(content)
    with pikepdf.Pdf.open(tmp_path / "bound.pdf", attempt_recovery=False) as pdf:
        assert pdf.check_pdf_syntax() == [] and pdf.get_warnings() == []
        again = io.BytesIO()
        pdf.save(again, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert len(content) <= 1.02 * len(again.getvalue())
    needs("qpdf")
    done = subprocess.run(["qpdf", "--check", tmp_path / "bound.pdf"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("place_in_file", ["index", "objects", "stream"])
def test_the_judge_of_bound_files_sees_bytes_that_are_wrong(setter: Typesetter, place_in_file: str) -> None:
    """The twin of the test above: bytes changed in any kind of place do not pass."""
    content = bytearray(content_of(setter, [ALL]))
    start = {
        "index": int(content.rsplit(b"startxref", 1)[1].split()[0]),
        "objects": content.index(b"/Type/ObjStm"),
        "stream": content.index(b"/Filter/FlateDecode"),
    }[place_in_file]
    data = content.index(b"stream\n", start) + len(b"stream\n")
    content[data + 12 : data + 20] = b"\x55" * 8
    try:
        with pikepdf.Pdf.open(io.BytesIO(bytes(content)), attempt_recovery=False, suppress_warnings=True) as pdf:
            problems = [*pdf.check_pdf_syntax(), *pdf.get_warnings()]
    except (pikepdf.PdfError, RuntimeError) as reason:
        problems = [str(reason)]
    assert problems
