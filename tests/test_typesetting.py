"""Segments: what the engine gives, what it may not read, and the structure of what is heard."""

from __future__ import annotations

import inspect
import io
import re
import subprocess
import tempfile
from pathlib import Path

import pikepdf
import pytest
import weasyprint
import weasyprint.pdf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booklet import bounds
from booklet.composing import PAGE_TOKENS, Composition, Part, Publication
from booklet.findings import Place
from booklet.formats import CLINIC_KIT, FORMATS, TICKET, PageSetup
from booklet.manuscript import OrderCodes
from booklet.store import Store
from booklet.typesetting import Assets, Typesetter, marking, typeset
from booklet.typesetting.engine import Engine
from booklet.typesetting.structure import add_tags
from booklet.walk import styles_folder
from tests import reading


def engine(folder: Path) -> Engine:
    (folder / "chapters").mkdir(exist_ok=True)
    return Engine(Assets(folder / "chapters"), styles_folder(), FORMATS["screen"].pages)


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return engine(tmp_path_factory.mktemp("engine"))


def written(press: Engine, body: str) -> tuple[pikepdf.Pdf, int]:
    html = (
        f'<html lang="en-AU"><head><title>T</title></head><body class="chapter"><section>{body}</section></body></html>'
    )
    document, layout = press.lay_out(html)
    assert not layout.complaints
    content, facts = press.write(document, {})
    assert not facts.complaints
    return pikepdf.Pdf.open(io.BytesIO(content)), layout.pages


SETUPS = {pages.design.name: pages for pages in (*(form.pages for form in FORMATS.values()), CLINIC_KIT, TICKET)}


@pytest.mark.parametrize("pages", SETUPS.values(), ids=list(SETUPS))
def test_the_style_sheets_are_read_without_complaint(tmp_path: Path, pages: PageSetup) -> None:
    (tmp_path / "chapters").mkdir()
    assert Engine(Assets(tmp_path / "chapters"), styles_folder(), pages).complaints == ()


def test_the_private_seam_is_where_we_think_it_is() -> None:
    """When an upgrade moves it, this fails before any booklet is wrong."""
    assert weasyprint.pdf.add_tags is add_tags
    original = inspect.signature(weasyprint.pdf.tags.add_tags)
    assert list(original.parameters) == list(inspect.signature(add_tags).parameters)
    assert "add_tags(pdf, document, options['pdf_version'], page_streams)" in inspect.getsource(
        weasyprint.pdf.generate_pdf
    )
    assert weasyprint.__version__ == "70.0", "the shape is the same: read what else changed, then raise this number"


def test_the_other_private_seam_keeps_fonts_whole() -> None:
    """Fonts are cut down once, by the bindery, and not in every segment."""
    assert list(inspect.signature(weasyprint.pdf.fonts.Font.subset).parameters) == ["font", "to_unicode", "hinting"]
    assert "self.subset(to_unicode, hinting)" in inspect.getsource(weasyprint.pdf.fonts.Font.clean)


def test_heads_of_cells_are_named_also_where_cells_span(press: Engine) -> None:
    rows = (
        "<thead><tr><th colspan='2'>Wide</th><th>Thin</th></tr></thead><tbody>"
        "<tr><th scope='row' rowspan='2'>High</th><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></tbody>"
    )
    pdf, _ = written(press, f'<h1 id="one">One</h1><table>{rows}</table>')
    cells = {
        str(thing.S): thing
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") in ("/TH", "/TD")
    }
    assert set(cells) == {"/TH", "/TD"}
    heads = [
        [str(head) for head in thing.A.Headers]
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/TD"
    ]
    assert heads == [["one.3", "one.1"], ["one.3", "one.2"], ["one.3", "one.1"], ["one.3", "one.2"]]


@pytest.mark.parametrize(
    ("body", "roles"),
    [
        ("", ["Table", "TR", "TH", "TH"]),
        ("<tbody><tr><td>c</td><td>d</td></tr></tbody>",
         ["Table", "THead", "TR", "TH", "TH", "TBody", "TR", "TD", "TD"]),
    ],
)  # fmt: skip
def test_a_head_stands_over_a_body_alone(press: Engine, body: str, roles: list[str]) -> None:
    pdf, _ = written(press, f"<h1>One</h1><table><thead><tr><th>a</th><th>b</th></tr></thead>{body}</table>")
    assert [role for role in reading.roles(reading.structure(pdf)) if role[:1] == "T"] == roles


def test_lists_say_how_they_count(press: Engine) -> None:
    lists = "<ul><li>a</li></ul><ol><li>b</li></ol><ol style='list-style: lower-alpha'><li>c</li></ol>"
    none = "<ul style='list-style: none'><li>d</li></ul><dl><dt>e</dt><dd>f</dd><dt>g</dt><dd>h</dd></dl>"
    pdf, _ = written(press, f"<h1>One</h1>{lists}{none}")
    kinds = [
        str(thing.A.ListNumbering)
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/L"
    ]
    assert kinds == ["/Disc", "/Decimal", "/LowerAlpha", "/None", "/None"]
    roles = list(reading.roles(reading.structure(pdf)))
    assert roles[-7:] == ["L", "LI", "Lbl", "LBody", "LI", "Lbl", "LBody"]


def test_an_index_and_contents_refer(press: Engine) -> None:
    entry = '<li>Pain <a href="booklet:one">1</a>, <a href="booklet:two">2</a></li><li>Sleep</li>'
    rows = '<li><a href="booklet:one">One</a></li><li>In another volume</li>'
    lists = f'<ul class="index" style="list-style: none">{entry}</ul><ol class="contents">{rows}</ol>'
    pdf, _ = written(press, f'<h1 id="one">One</h1><h2 id="two">Two</h2>{lists}')
    assert list(reading.roles(reading.structure(pdf)))[4:] == [
        "Index", "L", "LI", "LBody", "Reference", "Link", "Reference", "Link", "LI", "LBody",
        "TOC", "TOCI", "Reference", "Link", "TOCI", "Reference",
    ]  # fmt: skip


def test_one_source_element_is_one_structure_element_over_many_pages(press: Engine) -> None:
    items = "".join(f"<li>Item {n} of a list that goes on and on over pages.</li>" for n in range(120))
    rows = "".join(f"<tr><td>Row {n}</td><td>Cell</td></tr>" for n in range(90))
    table = f"<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody>{rows}</tbody></table>"
    pdf, pages = written(press, f"<h1>One</h1><p>{'Long words. ' * 600}</p><ul>{items}</ul>{table}")
    assert pages > 8
    roles = list(reading.roles(reading.structure(pdf)))
    counts = {role: roles.count(role) for role in ("Sect", "H1", "P", "L", "LI", "Table", "THead", "TR", "TH", "TD")}
    assert counts == {
        "Sect": 1, "H1": 1, "P": 1, "L": 1, "LI": 120, "Table": 1, "THead": 1, "TR": 91, "TH": 2, "TD": 180,
    }  # fmt: skip


def test_lists_labels_figures_links_and_definitions_have_their_roles(press: Engine) -> None:
    body = (
        '<h1>One</h1><ol><li>First <a href="https://example.org">link <strong>bold</strong></a></li></ol>'
        '<figure><img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 9 9%22%3E'
        '%3Crect width=%229%22 height=%229%22/%3E%3C/svg%3E" alt="A square"><figcaption>Caption</figcaption></figure>'
        '<dl><div class="term"><dt>Word</dt><dd>Meaning</dd></div></dl><aside><p>Beside</p></aside>'
    )
    pdf, _ = written(press, body)
    tree = reading.structure(pdf)
    assert list(reading.roles(tree)) == [
        "Document", "Sect", "H1", "L", "LI", "Lbl", "LBody", "Link", "Strong", "Figure", "Caption", "L", "LI", "Lbl",
        "LBody", "Aside", "P",
    ]  # fmt: skip
    assert reading.text(tree) == "One 1. First link bold Caption Word Meaning Beside".replace("1. First", "1. First")
    annotations = [annotation for page in pdf.pages for annotation in page.get("/Annots", [])]
    assert len(annotations) == 1


def test_folios_and_running_heads_are_artifacts(press: Engine) -> None:
    pdf, pages = written(press, f"<h1>Running</h1><p>{'Words. ' * 900}</p>")
    assert pages > 2
    assert reading.text(reading.structure(pdf)).count("Running") == 1
    for page in pdf.pages:
        kinds = [
            str(operands[1].get("/Type"))
            for operands, operator in reading.operations(page)
            if operator == "BDC" and str(operands[0]) == "/Artifact"
        ]
        assert kinds == ["/Pagination", "/Pagination"], "the folio and the running head of each page"


LAYERS = {
    "headings, lists and floats": (
        "<h1>One</h1><p style='background: #ff0'>Words before</p><h2>Two</h2><ul><li>First</li><li>Second</li></ul>"
        "<div style='float: right; border: 3px solid #00f; background: #0ff'><p>Beside</p></div><p>Words after it</p>"
        "<table><tr><th>A</th><td style='background: #eee'>B</td></tr></table>"
        "<p style='position: relative; color: #f00; top: 2px'>Moved <a href='https://example.org'>and linked</a></p>",
        True,
    ),
    "clips and turns": (
        "<h1>One</h1><p>Words</p><div style='overflow: hidden; width: 90px'><p style='width: 300px'>"
        "Words cut off</p></div>"
        "<div style='position: absolute; top: 200px; transform: rotate(20deg)'><p>Turned</p></div><h2>Two</h2>"
        "<p>Words</p>",
        True,
    ),
    "pictures": (
        "<h1>One</h1><h2>Two</h2><p>Words</p><figure style='float: left'><img alt='A square' src='data:image/svg+xml,"
        "%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 9 9%22%3E%3Cpath d=%22M0 0h9v9z%22 "
        "stroke=%22%23f0f%22 fill=%22none%22/%3E%3C/svg%3E'></figure><p>Words after it</p>",
        True,
    ),
    "a box over words that are read before it": (
        "<h1>One</h1><h2>Two</h2><p>Under</p>"
        "<div style='position: absolute; top: 0; left: 0; width: 99px; height: 300px; background: #0f0'>Over</div>",
        True,
    ),
    "words under a box that is read first": (
        "<div style='position: absolute; top: 0; width: 200px; height: 200px; background: #0f0; z-index: 1'>Over</div>"
        "<h1>Under</h1><p>Under too</p>",
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_pages_look_the_same_in_the_order_in_which_they_are_read(
    press: Engine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where something would come over or under another, the page stays as CSS paints it."""
    body, in_order = LAYERS[name]
    ordered, _ = written(press, body)
    monkeypatch.setattr(marking, "in_order", lambda parts, *_: parts)
    drawn, _ = written(press, body)
    assert pictures(ordered) == pictures(drawn)
    assert list(reading.roles(reading.structure(ordered))) == list(reading.roles(reading.structure(drawn)))
    assert (reading.painted_otherwise(drawn), reading.painted_otherwise(ordered)) == ([1], [] if in_order else [1])


def pictures(pdf: pikepdf.Pdf) -> list[bytes]:
    """Every page as poppler shows it."""
    with tempfile.TemporaryDirectory() as folder:
        pdf.save(Path(folder) / "file.pdf")
        subprocess.run(["pdftoppm", "-r", "100", "file.pdf", "page"], cwd=folder, check=True)
        return [path.read_bytes() for path in sorted(Path(folder).glob("page*"))]


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from("pult"), min_size=1, max_size=9), st.integers(1, 60))
def test_the_text_of_the_tree_is_the_text_of_the_source(press: Engine, kinds: list[str], size: int) -> None:
    """Any mixture of paragraphs, lists and tables, forced over page breaks: same words, same order, same counts."""
    makers = {
        "p": lambda n: f"<p>{' '.join(f'p{n}w{i}' for i in range(size * 3))}</p>",
        "u": lambda n: f"<ul>{''.join(f'<li>u{n}i{i}</li>' for i in range(size))}</ul>",
        "l": lambda n: f"<ul><li>o{n}<ul>{''.join(f'<li>l{n}i{i}</li>' for i in range(size))}</ul></li></ul>",
        "t": lambda n: f"<table>{''.join(f'<tr><th>t{n}h{i}</th><td>t{n}d{i}</td></tr>' for i in range(size))}</table>",
    }
    html = "<h1>Title</h1>" + "".join(makers[kind](number) for number, kind in enumerate(kinds))
    pdf, _ = written(press, html)
    tree = reading.structure(pdf)
    expected = re.sub(r"<[^>]+>", " ", html).split()
    assert [word for word in reading.text(tree).split() if word != "•"] == expected
    roles = list(reading.roles(tree))
    for role, tag in (
        ("P", "<p>"),
        ("L", "<ul>"),
        ("LI", "<li>"),
        ("Table", "<table>"),
        ("TR", "<tr>"),
        ("TH", "<th>"),
    ):
        assert roles.count(role) == html.count(tag)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x.png",
        "https://example.org/x.png",
        "file:///etc/passwd",
        "../../../etc/hostname",
        "ftp://x/y",
    ],
)
def test_nothing_outside_the_project_is_read(press: Engine, address: str) -> None:
    _, layout = press.lay_out(f'<html lang="en"><body><p>x<img src="{address}" alt="x"></p></body></html>')
    assert len(layout.complaints) == 1
    assert "Failed to load image" in layout.complaints[0]


def part(name: str, body: str, kind: str = "chapter") -> Part:
    html = (
        f'<html lang="en-AU"><head><title>T</title></head><body class="{kind}"><section>{body}</section></body></html>'
    )
    return Part(name, name, kind, html, (), f"chapters/{name}.md")


PUBLICATION = Publication(
    "main",
    "T",
    "S",
    "t",
    "D",
    "images/plain.svg",
    OrderCodes(standard="HKV 4TU", large_print="HQV 4TV"),
    (),
    Place("t"),
)


def composition(*body: Part) -> Composition:
    planned = tuple(part(f"notes-{n}", f'<h1 id="notes-{n}">Notes</h1>', "planned") for n in range(4))
    cover, back = part("cover", '<h1 id="cover">Cover</h1>', "cover"), part("back", "<h1>Back</h1>", "back-cover")
    return Composition(PUBLICATION, 0, 1, (cover,), body, planned, back, {}, {})


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_padding_always_gives_a_multiple_of_four(tmp_path: Path, sizes: list[int]) -> None:
    (tmp_path / "chapters").mkdir(exist_ok=True)
    setter = Typesetter(tmp_path, styles_folder(), FORMATS["screen"].pages, Store(tmp_path / "store"))
    breaks = '<p style="break-before: page">x</p>'
    parts = [part(f"c{n}", f'<h1 id="c{n}">C</h1>{breaks * (size - 1)}') for n, size in enumerate(sizes)]
    (segments,), findings = typeset((composition(*parts),), setter)
    assert not findings
    assert sum(segment.layout.pages for segment in segments) % 4 == 0
    assert segments[-1].part.kind == "back-cover"
    assert [s.layout.pages for s in segments if s.part.kind == "chapter"] == sizes
    first = next(segment for segment in segments if segment.part.kind == "chapter")
    assert first.folio(0) == "1"
    assert sum(s.layout.pages for s in segments[: segments.index(first)]) % 2 == 0


def test_page_references_forward_and_back_are_the_folios(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    setter = Typesetter(tmp_path, styles_folder(), FORMATS["screen"].pages, Store(tmp_path / "store"))
    token = PAGE_TOKENS.pattern.replace("([^\ue011]*)", "{}")
    pages = '<p style="break-before: page">x</p>'
    first = part("one", f'<h1 id="one">One</h1><p>See {token.format("two")}.</p>{pages * 11}')
    second = part("two", f'<h1 id="two">Two</h1><p>See {token.format("one")}, {token.format("two")}.</p>')
    (segments,), findings = typeset((composition(first, second),), setter)
    assert not findings
    texts = {}
    for segment in segments:
        content = setter.store.get(segment.key)
        assert content
        with pikepdf.Pdf.open(io.BytesIO(content)) as pdf:
            texts[segment.part.id] = reading.text(reading.structure(pdf))
    assert "See 13." in texts["one"]
    assert "See 1, 13." in texts["two"]


@pytest.mark.slow
def test_a_segment_that_was_kept_is_not_set_again_and_a_damaged_one_is(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    store = Store(tmp_path / "store")

    def counts() -> tuple[int, int]:
        setter = Typesetter(tmp_path, styles_folder(), FORMATS["screen"].pages, store)
        (segments,), _ = typeset((composition(part("one", '<h1 id="one">One</h1>')),), setter)
        assert all(store.get(segment.key) for segment in segments)
        return setter.typeset, setter.reused

    first, none = counts()
    assert first > 0 and none == 0
    assert counts() == (0, first)
    for path in store.folder.glob("*/*"):
        path.write_bytes(path.read_bytes()[:-9])
    assert counts() == (first, 0)
    assert counts() == (0, first)


def bomb(levels: int) -> str:
    """A small drawing that draws itself 2 to the power of `levels` times."""
    groups = "".join(f'<g id="a{n}"><use href="#a{n - 1}"/><use href="#a{n - 1}"/></g>' for n in range(1, levels))
    first = '<g id="a0"><rect width="1" height="1"/></g>'
    space = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"'
    return f'<svg {space}><defs>{first}{groups}</defs><use href="#a{levels - 1}"/></svg>'


# The timer may go off while an object is being taken down: Python passes that error over, and the next tick stops it.
LATE = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@LATE
def test_a_drawing_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "PART", bounds.Bounds(1, 2000))
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/bomb.svg").write_text(bomb(40), "utf-8")
    setter = Typesetter(tmp_path, styles_folder(), FORMATS["screen"].pages, Store(tmp_path / "store"))
    _, findings = typeset((composition(part("one", '<h1 id="one">One</h1><img src="bomb.svg" alt="A bomb">')),), setter)
    assert {finding.code for finding in findings} <= {"SYS-001", "SYS-003"} and findings
    assert not [finding for finding in findings if str(tmp_path) in str(finding)]


def test_what_the_engine_fails_on_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    odd = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20\u0301 10"><path d="M0 0h9v9z"/></svg>'
    (tmp_path / "chapters/odd.svg").write_text(odd, "utf-8")
    setter = Typesetter(tmp_path, styles_folder(), FORMATS["screen"].pages, Store(tmp_path / "store"))
    _, findings = typeset((composition(part("one", '<h1 id="one">One</h1><img src="odd.svg" alt="Odd">')),), setter)
    assert [finding.code for finding in findings] == ["SYS-001"]


@LATE
def test_a_text_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "PART", bounds.Bounds(1, 2000))
    (tmp_path / "chapters").mkdir()
    setter = Typesetter(tmp_path, styles_folder(), FORMATS["screen"].pages, Store(tmp_path / "store"))
    rows = "".join(f"<tr><td>{n}</td><td>x</td></tr>" for n in range(30_000))
    _, findings = typeset((composition(part("one", f'<h1 id="one">One</h1><table>{rows}</table>')),), setter)
    assert [(finding.code, finding.place.file) for finding in findings] == [("SYS-003", "chapters/one.md")]
