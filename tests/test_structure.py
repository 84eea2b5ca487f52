"""The structure of every booklet is that of its source: same elements, same nesting, same words in the same order.

What is expected comes from the composed HTML by way of another parser (`tests.reading.source`), what is there from
the content streams and the structure tree themselves. Parts that editions share are compared once.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Dictionary, Pdf

from booklet.build import Order, build
from booklet.composing import PAGE_TOKENS, Part
from booklet.findings import Place
from booklet.formats import FORMATS
from booklet.jobs import kept_sources
from booklet.store import CACHE, Store
from booklet.typesetting import Segment, Typesetter
from booklet.walk import styles_folder
from tests import reading
from tests.benchmark.writing import writing
from tests.conftest import TODAY, Books

DRAWS = {"TJ", "Tj", "Do", "f", "f*", "S", "s", "B", "B*", "b", "b*", "sh", "EI"}
ARTIFACTS = {"/Pagination", "/Layout", "/Background"}


def expected(segment: Segment, folios: dict[str, str]) -> reading.Tree:
    return reading.source(PAGE_TOKENS.sub(lambda token: folios[token[1]], segment.part.html))


def folios_of(segments: tuple[Segment, ...]) -> dict[str, str]:
    return {anchor: segment.folio(page) for segment in segments for anchor, (page, _) in segment.layout.anchors.items()}


def distinct(books: Books) -> Iterator[tuple[Segment, dict[str, str]]]:
    """Each different segment once, with the page numbers of a booklet that it stands in."""
    seen: set[tuple[str, str]] = set()
    standard = {file.parent: folios_of(segments) for file, segments in reversed(books) if file.stem.endswith("screen")}
    for file, segments in books:
        folios = {f"standard/{anchor}": folio for anchor, folio in standard[file.parent].items()} | folios_of(segments)
        for segment in segments:
            if (segment.part.id, segment.key) not in seen:
                seen.add((segment.part.id, segment.key))
                yield segment, folios


def test_every_part_has_the_elements_and_words_of_its_source(bound: Books, pdf_of: Callable[[Segment], bytes]) -> None:
    count = 0
    for segment, folios in distinct(bound):
        with Pdf.open(io.BytesIO(pdf_of(segment))) as pdf:
            tree = reading.structure(pdf)
        wanted = expected(segment, folios)
        assert reading.shape(tree) == reading.shape(wanted), segment.part.id
        assert reading.words(tree) == reading.words(wanted), segment.part.id
        count += 1
    assert count >= 2 * 40


def test_every_booklet_has_all_of_them_and_nothing_else(bound: Books) -> None:
    counts: dict[str, Counter[str]] = {}
    for file, segments in bound:
        wanted: Counter[str] = Counter()
        for segment in segments:
            if segment.key not in counts:
                roles = reading.roles(reading.source(segment.part.html))
                counts[segment.key] = Counter(role for role in roles if role in reading.COMPARED)
            wanted += counts[segment.key]
        with Pdf.open(file) as pdf:
            found = Counter(reading.bare_roles(pdf))
            assert {role: found[role] for role in reading.COMPARED} == {role: wanted[role] for role in reading.COMPARED}
            sections = [segment.part.html.count("<section") for segment in segments]
            assert [str(element.S) for element in pdf.Root.StructTreeRoot.K.K].count("/Sect") == sum(sections)


def test_all_that_is_drawn_is_in_the_tree_or_an_artifact_of_a_kind(
    bound: Books, pdf_of: Callable[[Segment], bytes]
) -> None:
    for segment, _ in distinct(bound):
        with Pdf.open(io.BytesIO(pdf_of(segment))) as pdf:
            assert list(strays(pdf)) == [], segment.part.id


def test_every_page_is_painted_in_the_order_in_which_it_is_read(bound: Books) -> None:
    """Headings, floats and the signs of lists too, which CSS paints last."""
    pages = 0
    for file, _ in bound:
        with Pdf.open(file) as pdf:
            assert reading.painted_otherwise(pdf) == [], file
            pages += len(pdf.pages)
    assert pages > 200


def strays(pdf: Pdf) -> Iterator[str]:
    """What is drawn and neither in the structure nor an artifact of a kind, and what the structure has twice."""
    owners = dict(pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree).items())
    for number, page in enumerate(pdf.pages, 1):
        owned: Any = owners[int(page.StructParents)]
        marked: list[int] = []
        stack: list[bool] = []
        for operands, operator in reading.operations(page):
            match operator:
                case "BDC":
                    properties = operands[1]
                    if str(operands[0]) == "/Artifact":
                        stack.append(isinstance(properties, Dictionary) and str(properties.Type) in ARTIFACTS)
                        if str(properties.Type) == "/Background" and "/BBox" not in properties:
                            yield f"page {number}: a background without its box"
                    else:
                        marked.append(int(properties.MCID))
                        stack.append(marked[-1] < len(owned))
                case "BMC":
                    stack.append(False)
                case "EMC":
                    stack.pop()
                case name if name in DRAWS and not any(stack):
                    yield f"page {number}: {name} outside"
        if marked != list(range(len(owned))):
            yield f"page {number}: marked {marked}, owned {len(owned)}"


@pytest.fixture(scope="module")
def setter(tmp_path_factory: pytest.TempPathFactory) -> Typesetter:
    folder = tmp_path_factory.mktemp("structure")
    (folder / "chapters").mkdir()
    (folder / "chapters/square.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#1a1a1a"/></svg>',
        "utf-8",
    )
    return Typesetter(folder, styles_folder(), FORMATS["screen"].pages, Store(folder / "store"))


WORDS = st.lists(st.text("abcdefghij", min_size=2, max_size=9), min_size=1, max_size=40).map(" ".join)
MANY_WORDS = st.tuples(WORDS, st.integers(1, 30)).map(lambda pair: " ".join([pair[0]] * pair[1]))
INLINE = st.one_of(
    WORDS,
    WORDS.map(lambda words: f"see <strong>{words}</strong> there"),
    WORDS.map(lambda words: f'ring <a href="https://example.org/x">{words} <strong>now</strong></a>, or'),
    WORDS.map(lambda words: f'say <span lang="de">{words}</span> and <abbr title="Some Such">SS</abbr>.'),
)
PARAGRAPH = st.one_of(MANY_WORDS, INLINE).map(lambda words: f"<p>{words}</p>")
ITEMS = st.lists(INLINE, min_size=1, max_size=40)


def listed(tag: str, items: list[str]) -> str:
    return f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"


LIST = st.builds(listed, st.sampled_from(["ul", "ol"]), ITEMS)
NESTED = st.builds(lambda outer, inner: f"<ul><li>{outer}{inner}</li><li>last one</li></ul>", WORDS, LIST)
WORD_LIST = ITEMS.map(
    lambda items: f"<dl>{''.join(f'<div><dt>word{n} </dt><dd>{item}</dd></div>' for n, item in enumerate(items))}</dl>"
)


def table(rows: list[str]) -> str:
    body = "".join(f"<tr><th scope='row'>row{n}</th><td>{cell}</td><td></td></tr>" for n, cell in enumerate(rows))
    head = "<thead><tr><th>aa</th><th>bb</th><th>cc</th></tr></thead>"
    return f"<table><caption>Some cells</caption>{head}<tbody>{body}</tbody></table>"


FIGURE = WORDS.map(
    lambda words: f'<figure><img src="square.svg" alt="A square"><figcaption>{words}</figcaption></figure>'
)
BLOCK = st.one_of(PARAGRAPH, LIST, NESTED, WORD_LIST, ITEMS.map(table), FIGURE)
AROUND = st.one_of(
    BLOCK,
    BLOCK.map(lambda block: f'<aside class="box in-your-state">{block}</aside>'),
    BLOCK.map(lambda block: f"<blockquote>{block}<p>As told in: a book.</p></blockquote>"),
    BLOCK.map(lambda block: f'<div style="break-before: page">{block}</div>'),
    BLOCK.map(lambda block: f"<section><h2>Within</h2>{block}</section>"),
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(AROUND, min_size=1, max_size=8))
def test_any_document_is_heard_as_it_is_written(setter: Typesetter, blocks: list[str]) -> None:
    body = "<section><h1>Title</h1>" + "".join(blocks) + "</section>"
    html = f'<html lang="en-AU"><head><title>T</title></head><body class="chapter">{body}</body></html>'
    segment = setter.write(setter.lay_out(Part("one", "", "chapter", html, (), "chapters/x.md"), {}, 1, False), {})
    content = setter.store.get(segment.key)
    assert content
    with Pdf.open(io.BytesIO(content)) as pdf:
        tree, wanted = reading.structure(pdf), reading.source(html)
        assert reading.shape(tree) == reading.shape(wanted)
        assert reading.words(tree) == reading.words(wanted)
        assert list(strays(pdf)) == []
        assert reading.painted_otherwise(pdf) == []


@pytest.mark.slow
def test_a_booklet_takes_less_room_than_with_the_engines_own_tags() -> None:
    of_bytes, _ = writing(1)
    assert of_bytes <= 0.8


@pytest.mark.slow
def test_every_piece_knows_the_line_that_it_comes_from(booklet: Callable[..., Path]) -> None:
    project = booklet()
    order = Order(project, project / "dist", TODAY, ("VIC", "WA"), ("screen",))
    receipt = build(order)
    for entry in receipt.files:
        content = (order.dist / entry.file).read_bytes()
        places = kept_sources(project, content).by_mark
        assert kept_sources(project, content + b" ").by_mark == {}, "another file"
        with Pdf.open(io.BytesIO(content)) as pdf:
            texts = [reading.page_texts(page) for page in pdf.pages]
        assert places.keys() == {(page, number) for page, by_number in enumerate(texts) for number in by_number}
        by_text = {texts[page][number].strip(): place for (page, number), place in places.items()}
        rows = (project / "chapters/01-one.md").read_text("utf-8").split("\n")
        assert by_text["One point, and a"] == Place(
            "chapters/01-one.md", rows.index(next(r for r in rows if "- One" in r)) + 1
        )
        assert by_text["A heading"] == Place("chapters/01-one.md", rows.index("## A heading") + 1)
        assert by_text["Scan"].file == "chapters/glossary.yaml"
        assert by_text["Tiny"] == Place(f"chapters/editions/{entry.edition.lower()}.toml")
        services = {place for place in by_text.values() if place.file.startswith("chapters/support/")}
        assert len({place.file for place in services}) == 2 and max(place.line for place in services) > 1
    for path in (project / CACHE).glob("*/*"):
        path.write_text("{", "utf-8")
    assert kept_sources(project, content).by_mark == {}
