"""Sources that no honest editor writes: a finding at its line, in bounded time and memory, in `check` as in `build`.

Each kind has its clean twin: what is as large, as deep or as odd as an honest source may be.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from booklet.bounds import (
    MAX_CHAPTER_BYTES,
    MAX_DEPTH,
    MAX_DRAWING_DEPTH,
    MAX_DRAWING_ELEMENTS,
    MAX_PICTURE_BYTES,
    MAX_TEXT_CHARACTERS,
    Bounds,
)
from booklet.build import build, check
from booklet.cli import main
from booklet.composing import sandbox
from booklet.findings import one_line
from tests.conftest import TODAY
from tests.pdfs import icc_header
from tests.printed import COATED, PRINTER, printed
from tests.tiny import BOOK, FILES, LAST, STATES, TWO, VIC, Overlay, added, changed, errors, order

PICTURE = "![A picture that can be printed](images/x.svg)"
HERE = f"{TWO}:{LAST}"


def drawing(inner: str, declared: str = "") -> Overlay:
    text = f'{declared}<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inner}</svg>'
    return {**added(PICTURE), "chapters/images/x.svg": text}


def words(count: int) -> str:
    return ("word " * count).strip()


MANY_LINES = "\n".join(["a line of a text that has no end"] * 400)
TOO_MUCH: dict[str, tuple[Overlay, str, str]] = {
    "YAML deep": ({"chapters/glossary.yaml": "- " * 2_400}, "SRC-004", "chapters/glossary.yaml:1"),
    "YAML deep in brackets": ({"chapters/glossary.yaml": "[" * 3_000}, "SRC-004", "chapters/glossary.yaml:1"),
    "YAML deep keys": ({"chapters/glossary.yaml": "? " * 2_000}, "SRC-004", "chapters/glossary.yaml:1"),
    "YAML key that is a list": ({"chapters/glossary.yaml": "\n[a, b]: c\n"}, "SRC-004", "chapters/glossary.yaml:2"),
    "YAML alias": ({"chapters/glossary.yaml": "- &a b\n- *a\n"}, "SRC-004", "chapters/glossary.yaml:2"),
    "YAML values": ({"chapters/glossary.yaml": "- a\n" * 150_000}, "SRC-004", "chapters/glossary.yaml:100000"),
    "YAML escape": (changed(STATES, "place: Avoca", 'place: "a\\0b"'), "SRC-004", STATES),
    "front matter deep": (changed(TWO, "sources: []", "sources: " + "[" * 100), "SRC-004", f"{TWO}:6"),
    "TOML deep key": ({BOOK: FILES[BOOK] + "\n" + "a." * 900 + "a = 1\n"}, "SRC-004", f"{BOOK}:57"),
    "TOML deep table": ({VIC: FILES[VIC] + "\n[" + "a." * 900 + "a]\n"}, "SRC-004", VIC),
    "TOML deep array": ({VIC: FILES[VIC] + "\n[more]\na = " + "[" * 2_000 + "\n"}, "SRC-004", VIC),
    "TOML array in array": ({VIC: FILES[VIC] + "\n[more]\na = " + "[" * 50 + "]" * 50}, "SRC-004", VIC),
    "TOML long number": (changed(BOOK, '"2026.1"', "1" * 4_900), "SRC-004", f"{BOOK}:4"),
    "TOML long hexadecimal": (changed(BOOK, '"2026.1"', "0x" + "1" * 4_900), "SRC-004", f"{BOOK}:4"),
    "TOML values": ({VIC: FILES[VIC] + "\n[more]\na = [" + "1,\n" * 60_000 + "]"}, "SRC-004", VIC),
    "TOML escape": (changed(VIC, "images/plain.svg", "images/\\u0000.svg"), "SRC-004", f"{VIC}:7"),
    "a word without end": (added("x" * 150_000), "SRC-002", HERE),
    "a line of quotes": (added("a'" * 90_000), "SRC-002", HERE),
    "a number without end": (added("1800 " * 30_000), "SRC-002", HERE),
    "a paragraph without end": (added(MANY_LINES), "SYS-003", HERE),
    "a value without end": (changed(STATES, "place: Avoca", f"place: >\n    {MANY_LINES}".replace("\na", "\n    a")),
                            "SRC-004", STATES),
    "a chapter without end": (added("word\n\n" * 60_000), "SRC-002", TWO),
    "templates without end": (added("{%\n" * 3_000), "SRC-020", TWO),
    "comments without end": (added("{#\n" * 3_000), "SRC-020", TWO),
    "a tag of brackets": (added("\n{{ " + "(" * 60 + "1" + ")" * 60 + " }}"), "SRC-020", f"{TWO}:{LAST + 1}"),
    "a tag without end": (added("{{ '" + "a" * 500 + "' }}"), "SRC-020", HERE),
    "conditions in conditions": (added("{% if edition %}\n" * 14 + "{% endif %}\n" * 14), "SRC-020", TWO),
    "a number in a template": (added("{{ " + "1" * 4_500 + " }}"), "SRC-020", HERE),
    "half a character in a template": (added("\n{{ '\\ud800' }}"), "SRC-020", f"{TWO}:{LAST + 1}"),
    "an escape in a template": (added("{{ '\\x1b[31m' }}"), "SRC-020", HERE),
    "letters in a loop": (added("{% for a in order_line.say %}{{ a }}{% endfor %}"), "SRC-020", HERE),
    "a list that is printed": (added("{{ services }}"), "SRC-020", HERE),
    "a drawing of elements": (drawing("<text/>" * (MAX_DRAWING_ELEMENTS + 1)), "LNK-003", HERE),
    "a drawing that is deep": (drawing("<g>" * 200 + "</g>" * 200), "LNK-003", HERE),
    "a drawing that uses itself": (drawing('<g id="a"><use href="#a"/></g>'), "LNK-003", HERE),
    "a drawing that doubles what it uses": (
        drawing('<g id="a0"/>' + "".join(f'<g id="a{n + 1}">{f"""<use href="#a{n}"/>""" * 2}</g>' for n in range(40))),
        "LNK-003", HERE),
    "a drawing of patterns in patterns": (
        drawing('<pattern id="a0"/>' + "".join(
            f'<pattern id="a{n + 1}">{f"""<rect fill="url(#a{n})"/>""" * 2}</pattern>' for n in range(40))),
        "LNK-003", HERE),
    "a drawing of marks at each point": (
        drawing(f'<marker id="m"><g/><g/></marker><path marker-mid="url(#m)" d="{"M 1 1 " * 2_000}"/>'),
        "LNK-003", HERE),
    **{
        f"a drawing with {value}": (drawing(f'<path transform="scale({value})" d="M 1 1"/>'), "LNK-003", HERE)
        for value in ("nan", "-inf", "1e999", "99999999")
    },
    "a drawing that is large": (drawing(f"<!--{'x' * 3_000_000}-->"), "LNK-003", HERE),
    "a drawing in UTF-7": (drawing("", '<?xml version="1.0" encoding="UTF-7"?>'), "LNK-003", HERE),
    "a drawing in nothing known": (drawing("", '<?xml version="1.0" encoding="x"?>'), "LNK-003", HERE),
    "a name of 300 characters": (added(f"![A picture of it]({'a' * 300}.svg)"), "LNK-003", HERE),
}  # fmt: skip
DEEP = "a: " + "[" * (MAX_DEPTH - 3) + "]" * (MAX_DEPTH - 3)
HONEST: dict[str, Overlay] = {
    "a long paragraph": added(words(MAX_TEXT_CHARACTERS // 5)),
    "a long chapter": added("A paragraph of a few words.\n\n" * 2_000),
    "dots in a value": changed(STATES, "place: Avoca", "place: One. Two. Three. Four. Five. Six."),
    "nested conditions": added("{% if edition %}\n" * 5 + "words\n" + "{% endif %}\n" * 5),
    "a loop over services": added("{% for s in services %}\n- {{ s.name }}\n{% endfor %}"),
    "a deep drawing": drawing("<g>" * (MAX_DRAWING_DEPTH - 2) + "</g>" * (MAX_DRAWING_DEPTH - 2)),
    "a drawing that uses its parts again": drawing(
        '<linearGradient id="b" href="#b"/><g id="a"><rect fill="url( #b )"/></g>'
        + '<use href="#a"/>' * 1_000
        + '<marker id="m"><g/></marker><path marker-end="url(#m)" d="M 1 1 L 2 2"/>'
    ),
    "a drawing with numbers": drawing('<path fill="#12e99999" id="nan" transform="scale(1e-9)" d="M-1.5e3 123456z"/>'),
    "a drawing with its encoding": drawing("<rect/>", '<?xml version="1.0" encoding="utf-8"?>'),
    "a drawing with words": drawing('<text x="1" y="2">Words <tspan>and more</tspan></text>'),
    "an unused file that is deep": {"chapters/notes.yaml.txt": "- " * 30_000},
}


def test_the_bounds_of_the_examples_are_those_of_the_program() -> None:
    assert 60_000 * 6 > MAX_CHAPTER_BYTES > 2_000 * 30 and len(MANY_LINES) > MAX_TEXT_CHARACTERS


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_much_is_a_finding_at_its_line(booklet: Callable[..., Path], name: str) -> None:
    overlay, code, place = TOO_MUCH[name]
    found = errors(check(order(booklet(overlay))))
    hits = [finding for finding in found if finding.code == code and str(finding.place).startswith(place)]
    assert hits, [str(finding)[:300] for finding in found]


@pytest.mark.parametrize("name", HONEST)
def test_what_is_large_and_honest_is_not(booklet: Callable[..., Path], name: str) -> None:
    assert [str(finding)[:300] for finding in errors(check(order(booklet(HONEST[name]))))] == []


def test_a_text_that_takes_too_long_is_a_finding_in_its_file(
    booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def for_ever(*_: object) -> str:
        while True:
            pass

    monkeypatch.setattr(sandbox, "_rendered", for_ever)
    monkeypatch.setattr(sandbox, "SOURCE", Bounds(0.1, 500))
    found = errors(check(order(booklet(), editions=("VIC",), titles=("main",))))
    assert {(finding.code, finding.place.file) for finding in found} >= {("SRC-020", TWO)}


# What stands in the place of a file


def pipe(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


ODD = {"a pipe": pipe, "a loop of links": loop, "a folder": folder, "a device": device}
USED = ["chapters/03-three.md", "chapters/support/more.yaml", "chapters/editions/nt.toml", "chapters/waivers.toml"]


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", USED)
def test_what_is_no_regular_file_is_a_finding(booklet: Callable[..., Path], kind: str, name: str) -> None:
    project = booklet()
    ODD[kind](project / name)
    found = errors(check(order(project)))
    assert [(finding.code, finding.place.file) for finding in found] == [("SRC-002", name)]


@pytest.mark.parametrize("kind", ODD)
def test_an_image_that_is_no_regular_file_is_a_finding(booklet: Callable[..., Path], kind: str) -> None:
    project = booklet(added("![A picture of something](images/x.png)"))
    ODD[kind](project / "chapters/images/x.png")
    (finding,) = errors(check(order(project)))
    assert finding.code in ("LNK-003", "LNK-004") and str(finding.place) == HERE


@pytest.mark.parametrize("kind", ODD)
def test_a_printers_profile_that_is_no_regular_file_is_a_finding(booklet: Callable[..., Path], kind: str) -> None:
    own = COATED.replace('icc = "', 'icc = "own-')
    project = booklet(printed(own))
    (name,) = (row.split('"')[1] for row in own.splitlines() if row.startswith("icc"))
    ODD[kind](project / "chapters" / name)
    found = errors(check(order(project)))
    assert ("SRC-002", PRINTER) in {(finding.code, finding.place.file) for finding in found}


def test_a_printers_profile_that_is_all_head_is_a_finding(booklet: Callable[..., Path]) -> None:
    own = COATED.replace('icc = "', 'icc = "own-')
    (name,) = (row.split('"')[1] for row in own.splitlines() if row.startswith("icc"))
    found = errors(check(order(booklet({**printed(own), f"chapters/{name}": icc_header() + b"junk" * 99}))))
    assert [(finding.code, finding.place.file) for finding in found] == [("SRC-012", PRINTER)]


def test_an_image_larger_than_any_is_not_read(booklet: Callable[..., Path]) -> None:
    project = booklet(added("![A picture of something](images/x.png)"))
    with (project / "chapters/images/x.png").open("wb") as file:
        file.truncate(3_000_000_000)
    (finding,) = errors(check(order(project)))
    assert (finding.code, str(finding.place)) == ("LNK-003", HERE)
    assert f"larger than {MAX_PICTURE_BYTES // 1_000_000} MB" in finding.found


@pytest.mark.slow
def test_what_nobody_uses_is_no_obstacle(booklet: Callable[..., Path], tmp_path: Path) -> None:
    """Large files, links that lead out, pipes and odd names beside the sources: a build passes them over."""
    project = booklet()
    images = project / "chapters/images"
    for kind, put in ODD.items():
        put(images / f"{kind}.png")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(4_000_000_000)
    (images / "large.png").symlink_to(tmp_path / "large")
    os.link(tmp_path / "large", images / "larger.png")
    Path(os.fsdecode(os.fsencode(images) + b"/\xff.png")).write_bytes(b"")
    wanted = order(project, editions=("VIC",), formats=("screen",), use_cache=True)
    assert not build(wanted).failed
    assert build(wanted).built == 0


@pytest.mark.parametrize("name", [b"\xff.md", b"\x1b[31m.md", b"a\nb.md", b"\xe2\x80\xaetxt.md"])
def test_a_name_that_cannot_be_printed_is_a_finding_and_is_not_printed(
    booklet: Callable[..., Path], name: bytes
) -> None:
    project = booklet()
    Path(os.fsdecode(os.fsencode(project / "chapters") + b"/" + name)).write_text(FILES[TWO], "utf-8")
    (finding,) = errors(check(order(project)))
    assert finding.code == "SRC-003" and str(finding) == one_line(str(finding))
    for style in ("text", "json", "sarif"):
        told = CliRunner().invoke(main, ["check", "--project", str(project), "--date", str(TODAY), "--format", style])
        assert told.exit_code == 1 and not {"\x1b", "\u202e", "\udcff", "a\nb"} & set(told.output)
        assert "SRC-003" in told.output and "a\nb" not in told.output


def test_words_of_strangers_are_one_line_without_signs_that_act() -> None:
    assert one_line("plain words, \u00e9\u4e2d\u0301 \u00a0") == "plain words, \u00e9\u4e2d\u0301 \u00a0"
    assert one_line("a\x1b[31m\nb\r\x9b\u2028\u202e\udcff\x7f") == r"a\x1b[31m\nb\r\x9b\u2028\u202e\udcff\x7f"
