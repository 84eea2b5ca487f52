"""What a project may change of how its booklets look: themes, faces, colours, covers and style sheets of its own."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from booklet import transcript
from booklet.build import Order, build, check
from booklet.findings import Finding
from booklet.manuscript import shipped
from booklet.manuscript.sheets import checked_sheet
from booklet.manuscript.styling import themes
from tests.conftest import TODAY, needs
from tests.printed import printed
from tests.tiny import BOOK, FILES, ONE, VIC, Overlay, added, changed, errors, order

STYLE, SHEET = "chapters/style.toml", "chapters/styles/own.css"
PLEX = shipped("fonts") / "ibm-plex-sans-latin-400-normal.woff2"
PLEX_BOLD = shipped("fonts") / "ibm-plex-sans-latin-700-normal.woff2"
OF_ENTRIES = ("SRC-040", "SRC-062")
"""What the tiny booklet has."""


def found(booklet: Callable[..., Path], overlay: Overlay) -> list[Finding]:
    project = booklet(overlay)
    return [each for each in check(Order(project, project / "dist", TODAY)) if each.code not in OF_ENTRIES]


def made(project: Path, *formats: str, **more: object) -> tuple[list[Finding], dict[str, Path]]:
    order = Order(
        project, project / "dist", TODAY, editions=("VIC",), titles=("main",), formats=formats, use_cache=False
    )
    receipt = build(order)
    files = {entry.file.partition("2026.1-")[2]: order.dist / entry.file for entry in receipt.files}
    return [each for each in receipt.findings if each.severity.value == "error"], files


def fonts_of(path: Path) -> set[str]:
    with pikepdf.Pdf.open(path) as pdf:
        names = [str(font.BaseFont) for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
    return {name.partition("+")[2].partition(",")[0] or name for name in names}


# Style sheets


@pytest.mark.parametrize(
    "css",
    [
        "h2 { color: #123456; border-top: 1pt solid var(--deep); padding-top: calc(var(--line) / 2 - 1pt) }",
        ".box { background: var(--cream); border-radius: 3mm; margin: 0 -4mm }",
        "h1 { font-size: calc(var(--body-size) * 2); line-height: calc(var(--line) * 2); letter-spacing: -0.01em }",
        ".pull { font-size: 24pt; line-height: 1.3; font-family: var(--heads); font-weight: 400; text-align: center }",
        ":root { --h1-size: calc(var(--body-size) * 2.1); --own-gap: 3mm } .box { padding-left: var(--own-gap) }",
        "@page :right { @bottom-right { color: #0b5a7e; border-top: 1pt solid #0b5a7e } }",
        '.box::before { content: ""; display: block; height: 2mm; background: var(--warm) }',
        "h1 { background: url(../images/plain.svg) no-repeat }",
        "/* nothing */",
    ],
)
def test_a_sheet_may_change_how_things_look(booklet: Callable[..., Path], css: str) -> None:
    assert found(booklet, {SHEET: css}) == []


REFUSED = {
    "hidden": "p { display: none }",
    "not shown": "p { visibility: hidden }",
    "clear": "p { opacity: 0 }",
    "see-through": "p { color: transparent }",
    "nearly see-through": "p { color: rgba(0, 0, 0, 0.2) }",
    "no size": "p { font-size: 0 }",
    "small in points": "p { font-size: 8pt }",
    "small in large print": "p { font-size: 13pt }",
    "small by a share": "p { font-size: 0.8em }",
    "small by calculation": "p { font-size: calc(var(--body-size) * 0.7) }",
    "small by a short form": "p { font: 6pt/1 serif }",
    "small by our variable": ":root { --small-size: 6pt }",
    "moved off the page": "p { position: absolute; left: -999mm }",
    "drawn off the page": "p { margin-left: -50mm }",
    "moved by text": "p { text-indent: -999mm }",
    "turned": "p { transform: scale(0) }",
    "cut": "p { clip-path: circle(0) }",
    "no height": "p { height: 0; overflow: hidden }",
    "another text": 'p::before { content: "Ring 000" }',
    "no bullets": "li::marker { content: none }",
    "no folio": '@page { @bottom-right { content: "" } }',
    "another page": "@page { size: A3 }",
    "another margin": "@page :left { margin: 0 }",
    "another line": "p { line-height: 1 }",
    "lines off the grid": "p { line-height: 15pt }",
    "the grid itself": ":root { --line: 12pt }",
    "the trim": ":root { --page-width: 300mm }",
    "justified": "p { text-align: justify }",
    "slanted": "em { font-style: italic }",
    "capitals": "h1 { text-transform: uppercase }",
    "thin": "p { font-weight: 200 }",
    "hyphens": "p { hyphens: auto }",
    "squeezed": "p { letter-spacing: -0.2em }",
    "another font": "p { font-family: Comic Sans MS }",
    "network": "p { background: url(https://example.org/x.png) }",
    "network without scheme": "p { background: url(//example.org/x.png) }",
    "a file elsewhere": "p { background: url(../../../etc/passwd) }",
    "a file that is not there": "p { background: url(nothing.svg) }",
    "data in the sheet": "p { background: url(data:image/png;base64,AAAA) }",
    "another sheet": "@import url(other.css);",
    "a face": "@font-face { font-family: X; src: url(x.woff2) }",
    "a condition": "@media print { p { color: red } }",
    "a rule in a rule": "p { color: red; & b { display: none } }",
    "no CSS": "p { color red }",
    "a bracket left open": "p { color: red",
    "an escape": "p { d\\69splay: none }",
}


@pytest.mark.parametrize("case", [case for case in REFUSED if case != "a bracket left open"])
def test_a_sheet_may_not_hide_shrink_move_or_fetch(booklet: Callable[..., Path], case: str) -> None:
    """Each is told at its line, and nothing else is."""
    findings = found(booklet, {SHEET: f"/* mine */\n\n{REFUSED[case]}\n"})
    assert {(each.code, str(each.place)) for each in findings} == {("SRC-060", f"{SHEET}:3")}, findings


@pytest.mark.parametrize("name", themes())
def test_our_themes_say_nothing_that_a_projects_sheet_may_not_say(name: str) -> None:
    css = (shipped("themes") / f"{name}.css").read_text("utf-8")
    _, findings = checked_sheet(Path(), f"{name}.css", css)
    assert findings == []


def test_a_sheet_of_any_depth_or_length_is_refused_in_time(booklet: Callable[..., Path]) -> None:
    for css in (
        "p { color: " + "(" * 5000,
        "a{}" * 3000,
        "p { width: " + "calc(1mm + " * 1500 + "1mm" + ")" * 1500 + "}",
    ):
        assert {
            each.code for each in found(booklet, {SHEET: "\n".join(css[i : i + 900] for i in range(0, len(css), 900))})
        } <= {"SRC-060"}


PARAGRAPHS = "\n\n".join(f"Paragraph {number} of the text, which is long enough to be one." for number in range(30))
TABLE = '::: table title="Rows"\n| a | b |\n|---|---|\n' + "| one | two |\n" * 20 + ":::"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "padding", "places"),
    [
        (PARAGRAPHS, "3pt", {ONE}),
        (PARAGRAPHS, "calc(var(--line) / 2)", set()),
        (f"{TABLE}\n\n{PARAGRAPHS}", "calc(var(--line) / 2)", set()),
    ],
    ids=["off", "on", "a table"],
)
def test_a_build_says_where_a_sheet_takes_lines_off_the_grid(
    booklet: Callable[..., Path], text: str, padding: str, places: set[str]
) -> None:
    project = booklet({SHEET: f"p {{ padding-bottom: {padding} }}", **added(text, ONE)})
    order = Order(project, project / "dist", TODAY, ("VIC",), ("screen",), ("main",), use_cache=False)
    assert {each.place.file for each in build(order).findings if each.code == "BOX-004"} == places


# Faces


def changed_font(change: Callable[[TTFont], None]) -> bytes:
    with TTFont(PLEX) as font, io.BytesIO() as file:
        change(font)
        font.flavor = None
        font.save(file)
        return file.getvalue()


OWN_FACE = """\
[faces.text]
family = "Own Sans"
regular = "faces/r.ttf"
bold = "faces/b.woff2"
licence = "OFL-1.1"
"""


def own_face(regular: bytes, bold: bytes | None = None) -> Overlay:
    return {
        STYLE: OWN_FACE,
        "chapters/faces/r.ttf": regular,
        "chapters/faces/b.woff2": bold if bold is not None else PLEX_BOLD.read_bytes(),
    }


def bits(value: int) -> bytes:
    def change(font: TTFont) -> None:
        font["OS/2"].fsType = value

    return changed_font(change)


def without(*signs: str) -> bytes:
    def change(font: TTFont) -> None:
        for table in font["cmap"].tables:
            for sign in signs:
                table.cmap.pop(ord(sign), None)

    return changed_font(change)


def alike() -> bytes:
    def change(font: TTFont) -> None:
        names = font.getBestCmap()
        font["glyf"][names[ord("l")]] = font["glyf"][names[ord("I")]]

    return changed_font(change)


@pytest.mark.parametrize("value", [0, 4, 8])
def test_a_font_that_may_be_embedded_is_taken(booklet: Callable[..., Path], value: int) -> None:
    assert found(booklet, own_face(bits(value))) == []


@pytest.mark.parametrize(
    ("regular", "code", "words"),
    [
        (bits(0x0002), "FNT-003", "forbid embedding at all"),
        (bits(0x0100), "FNT-003", "forbid cutting"),
        (bits(0x0208), "FNT-003", "forbid embedding its outlines"),
        (b"junk" * 200, "FNT-003", "is no font"),
        (PLEX.read_bytes()[:4000], "FNT-003", "is no font"),
        (without("e", "\u2019"), "FNT-004", "lacks 2 characters of every booklet: U+0065"),
        (alike(), "FNT-004", "the characters I and l look the same"),
    ],
    ids=["restricted", "whole only", "bitmaps only", "junk", "cut off", "lacks letters", "look-alikes"],
)
def test_a_font_that_cannot_serve_is_told_with_its_reason(
    booklet: Callable[..., Path], regular: bytes, code: str, words: str
) -> None:
    (finding,) = [
        each for each in found(booklet, own_face(regular)) if each.code.startswith("FNT-00") and each.code != "FNT-002"
    ]
    assert (finding.code, str(finding.place)) == (code, f"{STYLE}:1") and words in finding.found


def test_a_font_as_regular_where_bold_belongs_is_told(booklet: Callable[..., Path]) -> None:
    (finding,) = found(booklet, own_face(PLEX.read_bytes(), PLEX.read_bytes()))
    assert finding.code == "FNT-003" and "of weight 400" in finding.found


@pytest.mark.parametrize("name", ["faces/none.ttf", "../../outside.ttf", "/etc/passwd"])
def test_a_font_that_is_not_in_the_project_is_told(booklet: Callable[..., Path], name: str) -> None:
    overlay = own_face(PLEX.read_bytes())
    overlay[STYLE] = str(overlay[STYLE]).replace("faces/r.ttf", name)
    assert {each.code for each in found(booklet, overlay)} <= {"SRC-001", "LNK-004"} and found(booklet, overlay)


@pytest.mark.slow
def test_pages_are_set_in_the_projects_own_face_and_the_word_it_lacks_in_ours(booklet: Callable[..., Path]) -> None:
    project = booklet({**own_face(PLEX.read_bytes()), **added("A word: Việt.")})
    errors, files = made(project, "screen")
    assert errors == []
    assert fonts_of(files["screen.pdf"]) == {"Own-Sans", "Own-Sans-Bold", "Noto-Sans"}


# Colours, cover, logo


def test_an_edition_without_a_hue_has_that_of_the_palette_and_needs_one(booklet: Callable[..., Path]) -> None:
    bare = FILES[VIC].replace('[hue]\ndeep = "#144473"\ntint = "#e9ebf4"\n', "")
    palette = '[palette]\ndeep = "#7c2e66"\ntint = "#f5ebf3"\n'
    assert found(booklet, {VIC: bare, STYLE: palette}) == []
    (finding,) = found(booklet, {VIC: bare, STYLE: ""})
    assert (finding.code, finding.place.file) == ("SRC-010", VIC)


@pytest.mark.parametrize(
    ("palette", "words"),
    [
        ('warm = "#a05010"', "black text on warm"),
        ('cream = "#808080"', "black text on cream"),
        ('deep = "#aaaaaa"\ntint = "#ffffff"', "deep has a contrast"),
        ('deep = "#123456"', "deep and tint go together"),
    ],
)
def test_a_palette_that_cannot_be_read_is_refused(booklet: Callable[..., Path], palette: str, words: str) -> None:
    (finding,) = found(booklet, {STYLE: f"[palette]\n{palette}\n"})
    assert finding.place.file == STYLE and words in finding.found.lower()


def photograph() -> bytes:
    """A picture with light and dark everywhere, on which no words can be read."""
    with io.BytesIO() as file:
        Image.effect_noise((4000, 3000), 120).convert("RGB").save(file, "JPEG", quality=60)
        return file.getvalue()


LOGO = '[logo]\nimage = "images/plain.svg"\nalt = "The mark of the testers"\nwidth_mm = 20\n'
ON_PHOTO: Overlay = {
    VIC: FILES[VIC].replace("images/plain.svg", "images/cover.jpg"),
    "chapters/images/cover.jpg": photograph(),
}


@pytest.mark.slow
@pytest.mark.parametrize("panel", ["", 'panel = "top"', 'panel = "bottom"'])
def test_the_words_of_a_cover_stand_on_a_panel_where_it_is_a_photograph(
    booklet: Callable[..., Path], panel: str
) -> None:
    """Read in colour and in grey on every file, and cut anywhere in the bleed."""
    project = booklet({**printed(), **ON_PHOTO, STYLE: f"[cover]\n{panel}\n{LOGO}"})
    errors, files = made(project)
    assert errors == []
    assert {"screen.pdf", "large-print.pdf", "press.pdf", "clinic.pdf"} <= files.keys()


@pytest.mark.slow
@pytest.mark.parametrize("title", ["main", "chapter:two"])
@pytest.mark.parametrize("form", ["screen", "large-print"])
def test_the_logo_stands_at_the_head_of_what_has_no_cover(booklet: Callable[..., Path], title: str, form: str) -> None:
    """On the first page and no other: of sheets that are stapled, and of a single chapter."""
    stapled = changed(BOOK, 'slug = "', 'binding = "stapled"\nslug = "')
    project = booklet({**stapled, STYLE: LOGO})
    receipt = build(order(project, editions=("VIC",), titles=(title,), formats=(form,)))
    assert errors(receipt.findings) == []
    (entry,) = receipt.files
    heard = transcript.load(project / "dist" / entry.file).top.text()
    assert heard.count("The mark of the testers") == 1
    assert heard.index("The mark of the testers") < heard.index("Chapter two" if title != "main" else "Chapter one")


def test_a_photograph_without_a_panel_is_refused(booklet: Callable[..., Path]) -> None:
    (finding,) = found(booklet, {**ON_PHOTO, STYLE: '[cover]\npanel = "none"\n'})
    assert (finding.code, str(finding.place)) == ("SRC-012", f"{STYLE}:1")


# Columns


@pytest.mark.slow
def test_two_columns_share_what_a_page_holds(booklet: Callable[..., Path], tmp_path: Path) -> None:
    needs("pdftotext")
    said = "Each of these lines is one of the lines that are shared out. " * 8
    project = booklet({**added(f"{said}\n\n" * 6), STYLE: '[page]\ntrim = "A4"\ncolumns = 2\n'})
    errors, files = made(project, "screen")
    assert errors == []
    boxes = tmp_path / "boxes.html"
    subprocess.run(["pdftotext", "-bbox", str(files["screen.pdf"]), str(boxes)], check=True)
    (page,) = (page for page in boxes.read_text("utf-8").split("<page ") if page.count(">shared<") > 20)
    lines = [(float(x), float(y)) for x, y in re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>lines<', page)]
    left, right = ([y for x, y in lines if (x < 297) is is_left] for is_left in (True, False))
    assert 0.5 < len(left) / len(right) < 2


# Themes


def test_an_unknown_theme_lists_those_there_are(booklet: Callable[..., Path]) -> None:
    (finding,) = found(booklet, {STYLE: 'theme = "gothic"\n'})
    assert (finding.code, str(finding.place)) == ("SRC-014", f"{STYLE}:1")
    assert finding.expected == "One of: clinical, editorial."


def test_what_the_project_says_holds_over_its_theme(booklet: Callable[..., Path]) -> None:
    from booklet.manuscript import read
    from booklet.today import Today

    own = 'theme = "editorial"\n\n[page]\ntrim = "A4"\n\n[palette]\nwarm = "#ffe08a"\n'
    manuscript, _ = read(booklet({STYLE: own}), Today(TODAY))
    assert manuscript
    style = manuscript.style
    assert (style.page.trim, style.page.body_pt) == ((210, 297), 13)
    assert style.palette.warm == "#ffe08a" and style.palette.cream == "#fbf1e3"
    assert style.faces.heads and style.faces.heads.family == "Fraunces"


@pytest.mark.slow
@pytest.mark.parametrize("name", themes())
def test_every_format_of_a_theme_keeps_the_preflight(booklet: Callable[..., Path], name: str) -> None:
    project = booklet({**printed(), STYLE: f'theme = "{name}"\n'})
    errors, files = made(project)
    assert errors == []
    assert {"screen.pdf", "large-print.pdf", "press.pdf", "clinic.pdf"} <= files.keys()


def test_the_shared_case_is_told_where_pages_are_designed(booklet: Callable[..., Path]) -> None:
    """`[page]` in booklet.toml, as somebody wrote it who had not read docs/style.md."""
    (finding,) = found(booklet, {BOOK: FILES[BOOK] + '\n[page]\nsize = "210x210"\nfont = "Arial"\n'})
    assert finding.code == "SRC-011" and "chapters/style.toml" in finding.expected


def test_an_unknown_key_names_those_that_an_editor_may_write(booklet: Callable[..., Path]) -> None:
    (finding,) = errors(check(order(booklet({"chapters/style.toml": "[type]\nsize = 12\n"}))))
    assert finding.code == "SRC-011"
    assert finding.expected == "One of: cover, faces, large_print, logo, page, palette, theme."
