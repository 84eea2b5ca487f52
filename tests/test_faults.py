"""One fixture for each fault: what trips it is a small change of the clean booklet, and it names file and line.

The clean booklet itself is the near miss: it has none of them.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from booklet.build import build, check
from booklet.findings import Severity
from tests.conftest import PROJECT
from tests.tiny import BOOK, FILES, LAST, ONE, STATES, TWO, VIC, Overlay, added, changed, errors, order, service

FOLLOW = {
    "SRC-010": ("SRC-014", "LNK-001"),
    "SRC-004": ("LNK-001", "LNK-002", "SRC-014"),
    "SRC-012": ("SRC-014", "LNK-001"),
    "SRC-013": ("LNK-001",),
    "SRC-021": ("SRC-020",),
}
"""Faults that one may bring with it: an entry left out is missed elsewhere."""

NOTICE = '\n[[notices]]\ntitle = "Flood"\ntext = "Ring first."\nfrom = {}\nuntil = {}\n'
SERVICE_LINES = {name: FILES[STATES][: FILES[STATES].index(name)].count("\n") + 1 for name in ("vic-group", "wa-group")}


def picture(kind: str, mode: str) -> bytes:
    """A picture of noise, which takes its room."""
    with io.BytesIO() as file:
        Image.effect_noise((90, 60), 80).convert(mode).save(file, kind)
        return file.getvalue()


FAULTS: dict[str, tuple[Overlay, str, str]] = {
    "missing key": (changed(TWO, "id: two\n", ""), "SRC-010", f"{TWO}:2"),
    "unknown key": (changed(TWO, "minutes: 1", "minutes: 1\nauthor: me"), "SRC-011", f"{TWO}:6"),
    "no front matter": ({TWO: "Text alone.\n"}, "SRC-010", f"{TWO}:1"),
    "bad YAML": (changed(TWO, "title: Chapter two", "title: [Chapter two"), "SRC-004", f"{TWO}:3"),
    "YAML alias": (changed(TWO, "sources: []", "sources: &a [*a]"), "SRC-004", f"{TWO}:6"),
    "key twice": (changed(TWO, "id: two", "id: two\nid: three"), "SRC-004", f"{TWO}:4"),
    "bad TOML": (changed(VIC, 'code = "VIC"', 'code = "VIC'), "SRC-004", f"{VIC}:1"),
    "bad UTF-8": ({TWO: FILES[TWO].encode() + b"caf\xe9\n"}, "SRC-003", f"{TWO}:{LAST - 1}"),
    "no date": (changed(BOOK, "next_review = 2028-07-15", 'next_review = "2026-02-30"'), "SRC-012", f"{BOOK}:6"),
    "date in words": (changed(BOOK, "next_review = 2028-07-15", 'next_review = "July"'), "SRC-012", f"{BOOK}:6"),
    "two chapters with one id": (changed(TWO, "id: two", "id: one"), "SRC-013", f"{TWO}:2"),
    "unknown source": (changed(TWO, "sources: []", "sources: [hearsay]"), "SRC-014", f"{TWO}:2"),
    "a review that nobody signed": (changed(TWO, "minutes: 1", "minutes: 1\nstatus: reviewed"), "SRC-012", f"{TWO}:2"),
    "a reviewer who did not sign": (changed(TWO, "minutes: 1", "minutes: 1\nreviewers: [A]"), "SRC-012", f"{TWO}:2"),
    "dead anchor": (added("See [this](#nowhere)."), "LNK-001", f"{TWO}:{LAST}"),
    "dead image": (added("![A map](images/none.svg)"), "LNK-003", f"{TWO}:{LAST}"),
    "dead word": (added("A [word](word:none)."), "LNK-002", f"{TWO}:{LAST}"),
    "no text alternative": (added("![](images/plain.svg)"), "ACC-001", f"{TWO}:{LAST}"),
    "figure without alt": (added("::: figure images/plain.svg\nCaption.\n:::"), "ACC-001", f"{TWO}:{LAST}"),
    "unknown edition code": (changed(VIC, 'code = "VIC"', 'code = "NZ"'), "SRC-012", f"{VIC}:1"),
    "number of another country": (changed(STATES, "(03) 5550 1234", "0800 611 116"), "LNK-010", STATES),
    "a digit too few": (changed(STATES, "(03) 5550 1234", "(03) 5550 123"), "LNK-010", STATES),
    "a digit too few in a chapter": (added("Ring 1800 022 22."), "LNK-010", f"{TWO}:{LAST}"),
    "another state's number": (added("Ring (08) 5550 1234."), "LNK-011", f"{TWO}:{LAST}"),
    "a number nobody has": (added("Ring 1800 160 402."), "LNK-011", f"{TWO}:{LAST}"),
    "service for no state": (changed(STATES, "states: [WA]", "states: [XX]"), "SRC-012", STATES),
    "unknown kind of service": (changed(STATES, "kind: support-group", "kind: club"), "SRC-012", STATES),
    "undefined name": (added("{{ nobody }}"), "SRC-021", f"{TWO}:{LAST}"),
    "undefined part": (added("\n{{ edition.nmae }}"), "SRC-021", f"{TWO}:{LAST + 1}"),
    "service of another state": (added("{{ services['wa-group'].name }}"), "SRC-021", f"{TWO}:{LAST}"),
    "forbidden name": (added("{{ edition.__class__ }}"), "SRC-020", f"{TWO}:{LAST}"),
    "forbidden call": (added("{{ edition.name.upper() }}"), "SRC-020", f"{TWO}:{LAST}"),
    "forbidden arithmetic": (added("{{ 'a' * 1000000000 }}"), "SRC-020", f"{TWO}:{LAST}"),
    "forbidden import": (added("{% include '/etc/passwd' %}"), "SRC-020", f"{TWO}:{LAST}"),
    "endless loop": (added("{% for i in range(10**12) %}{{ i }}{% endfor %}"), "SRC-021", f"{TWO}:{LAST}"),
    "endless macro": (added("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), "SRC-021", f"{TWO}:{LAST}"),
    "loops in loops": (
        added("{% for a in services %}" * 3 + "{% endfor %}" * 3),
        "SRC-020",
        f"{TWO}:{LAST}",
    ),
    "template left open": (added("{% if edition %}"), "SRC-020", f"{TWO}:{LAST}"),
    "block left open": (added("::: good-to-know\nText."), "SRC-032", f"{TWO}:{LAST}"),
    "block closed twice": (added("text :::"), "SRC-032", f"{TWO}:{LAST}"),
    "unknown block": (added("::: marquee\nText.\n:::"), "SRC-031", f"{TWO}:{LAST}"),
    "block without what it needs": (added("::: write-in lines=many \"x\"\n:::"), "SRC-033", f"{TWO}:{LAST}"),
    "raw HTML": (added("<script>alert(1)</script>"), "SRC-030", f"{TWO}:{LAST}"),
    "raw HTML in a line": (added("Some <b>bold</b> words."), "SRC-030", f"{TWO}:{LAST}"),
    "voice without consent or source": (added("::: voice\nWords.\n:::"), "SRC-034", f"{TWO}:{LAST}"),
    "voice with unknown consent": (added("::: voice consent=nobody\nWords.\n:::"), "SRC-034", f"{TWO}:{LAST}"),
    "voice with unknown source": (added("::: voice source=hearsay\nWords.\n:::"), "SRC-034", f"{TWO}:{LAST}"),
    "heading skips a level": (added("## Two\n\n#### Four"), "ACC-002", f"{TWO}:{LAST + 2}"),
    "heading of the title's level": (added("# One"), "ACC-002", f"{TWO}:{LAST}"),
    "notice ends before it starts": (
        {VIC: FILES[VIC] + NOTICE.format("2026-12-24", "2026-12-01")},
        "SRC-015",
        f"{VIC}:{FILES[VIC].count(chr(10)) + 2}",
    ),
    "path out of the project": (added("![x](../../../../etc/passwd)"), "LNK-004", f"{TWO}:{LAST}"),
    "absolute path": (added("![x](/etc/passwd)"), "LNK-004", f"{TWO}:{LAST}"),
    "file: image": (added("![x](file:///etc/passwd)"), "LNK-004", f"{TWO}:{LAST}"),
    "http: image": (added("![x](http://example.org/x.png)"), "LNK-004", f"{TWO}:{LAST}"),
    "file: link": (added("[x](file:///etc/passwd)"), "LNK-004", f"{TWO}:{LAST}"),
    "script link": (added("[x](<vbscript:x>)"), "LNK-004", f"{TWO}:{LAST}"),
    "image that reaches out": (
        {**added("![x](images/out.svg)"), "chapters/images/out.svg": '<svg><image href="http://example.org/x"/></svg>'},
        "LNK-004",
        f"{TWO}:{LAST}",
    ),
    "image that is none, whatever its name": (
        {**added("![x](images/x.png)"), "chapters/images/x.png": b"GIF89a\x01\x00"},
        "LNK-003",
        f"{TWO}:{LAST}",
    ),
    "words in an SVG's name": (
        {**added("![x](images/x.svg)"), "chapters/images/x.svg": "<html><body>Words</body></html>"},
        "LNK-003",
        f"{TWO}:{LAST}",
    ),
    "SVG cut short": (
        {**added("![x](images/x.svg)"), "chapters/images/x.svg": "<svg><rect"},
        "LNK-003",
        f"{TWO}:{LAST}",
    ),
    **{
        f"SVG with {what}": (
            {**added("![x](images/x.svg)"), "chapters/images/x.svg": f'<svg xmlns:s="http://www.w3.org/2000/svg">{part}</svg>'},
            "LNK-004",
            f"{TWO}:{LAST}",
        )
        for what, part in {
            "a script": "<script>1</script>",
            "a script by another name": "<s:script>1</s:script>",
            "an action": '<rect onload="go()"/>',
            "a page inside": "<foreignObject/>",
            "another file": '<use href="other.svg#a"/>',
            "an imported style": "<style>@import 'x.css';</style>",
            "a picture by address": '<rect style="fill: url( //example.org/x)"/>',
        }.items()
    },
    "opener that is no drawing": (
        {"chapters/images/opener-two.svg": "words"},
        "LNK-003",
        f"{TWO}:2",
    ),
    "time zone that is none": (changed(VIC, "Australia/Melbourne", "Mars/Olympus"), "SRC-012", f"{VIC}:6"),
    "order code misspelt": (changed(VIC, "HKV 4TU", "HKV 4T3"), "SRC-012", f"{VIC}:14"),
    "page without its block": (
        {"chapters/pages/imprint.md": "---\ntitle: About\nid: imprint\n---\n\nText.\n"},
        "SRC-033",
        "chapters/pages/imprint.md:2",
    ),
    "imprint and back cover missing": (
        {"chapters/pages/imprint.md": None, "chapters/pages/back-cover.md": None},
        "SRC-001",
        "chapters/pages/imprint.md",
    ),
    "book missing": ({BOOK: None}, "SRC-001", BOOK),
    "review overdue": (changed(BOOK, "2028-07-15", "2026-08-01"), "SRC-041", f"{BOOK}:6"),
    "glossary word twice": (
        {"chapters/glossary.yaml": FILES["chapters/glossary.yaml"] * 2},
        "SRC-013",
        "chapters/glossary.yaml:3",
    ),
    "number of another state in a notice": (
        {VIC: FILES[VIC] + NOTICE.format("2026-11-01", "2026-12-01").replace("Ring first", "Ring (08) 5550 1234")},
        "LNK-011",
        f"{VIC}:{FILES[VIC].count(chr(10)) + 4}",
    ),
    "number of another state in a title": (
        added('::: good-to-know "Ring (08) 5550 1234"\nx\n:::'),
        "LNK-011",
        f"{TWO}:{LAST}",
    ),
    "block left open before another": (
        added("::: good-to-know\nText.\n\n::: ask-your-team\n- What?\n:::\n\nMore.\n:::"),
        "SRC-032",
        f"{TWO}:{LAST + 3}",
    ),
    "language in words": (added("Say [ciao](lang:italian)."), "ACC-006", f"{TWO}:{LAST}"),
    "language that is none": (added("Say [ciao](lang:xx-IT)."), "ACC-006", f"{TWO}:{LAST}"),
    "short form without words": (added("The [PBS](short:)."), "ACC-007", f"{TWO}:{LAST}"),
    "short form with empty words": (added('The [PBS](short: " ").'), "ACC-007", f"{TWO}:{LAST}"),
    "note that is not there": (added("Words.[^1]"), "LNK-006", f"{TWO}:{LAST}"),
    "note that nothing calls": (added("Words.\n\n[^1]: A note."), "LNK-006", f"{TWO}:{LAST + 2}"),
    "two notes of one name": (
        added("Words.[^1]\n\n[^1]: A note.\n\n[^1]: Another."),
        "LNK-006",
        f"{TWO}:{LAST + 4}",
    ),
    "heading with the anchor of the notes": (
        added("## Notes\n\nWords.[^1]\n\n[^1]: A note."),
        "SRC-013",
        f"{TWO}:{LAST + 2}",
    ),
    "table with a cell too few": (added("| a | b |\n| --- |\n| c | d |"), "ACC-003", f"{TWO}:{LAST + 1}"),
    "heading without a space": (added("##Heading"), "ACC-002", f"{TWO}:{LAST}"),
    "list that is a word": (changed(STATES, "states: [WA]", "states: WA"), "SRC-012", STATES),
    "character of no font": (added("At \u2265 38"), "FNT-002", f"{TWO}:{LAST}"),
    "broken image": (
        {**added("![A picture of it](images/x.png)"), "chapters/images/x.png": b"\x89PNG\r\n\x1a\nbroken"},
        "LNK-003",
        f"{TWO}:{LAST}",
    ),
    "picture cut off": (
        {**added("![A picture of it](images/x.jpg)"), "chapters/images/x.jpg": picture("JPEG", "RGB")[:-300]},
        "LNK-003",
        f"{TWO}:{LAST}",
    ),
    "picture of sixteen bits in a drawing": (
        {
            **added("![A picture of it](images/x.svg)"),
            "chapters/images/x.svg": '<svg><image href="data:image/png;base64,'
            + b64encode(picture("PNG", "I;16")).decode()
            + '"/></svg>',
        },
        "LNK-003",
        f"{TWO}:{LAST}",
    ),
    "picture cut off in a drawing": (
        {
            **added("![A picture of it](images/x.svg)"),
            "chapters/images/x.svg": '<svg><image href="data:image/jpeg;base64,'
            + b64encode(picture("JPEG", "RGB")[:-300]).decode()
            + '"/></svg>',
        },
        "LNK-003",
        f"{TWO}:{LAST}",
    ),
    "call of the future": (
        changed(STATES, "page_date: null", "page_date: null\n  calls:\n  - {day: 2026-11-23, by: Jo, result: moved}"),
        "SRC-016",
        f"{STATES}:17",
    ),
    "source reviewed in the future": (
        changed("chapters/sources.yaml", "reviewed: null", "reviewed: 2026-12"),
        "SRC-016",
        "chapters/sources.yaml:5",
    ),
    "consent of the future": (
        {"chapters/consents.yaml": "- id: one\n  given: 2026-11-23\n  expires: 2027-01-01\n"},
        "SRC-016",
        "chapters/consents.yaml:2",
    ),
    "issued in the future": (changed(BOOK, "2026-07-15", "2026-11-23"), "SRC-016", f"{BOOK}:5"),
    "heading with a link to a page": (added("## See [this](#one)"), "ACC-002", f"{TWO}:{LAST}"),
    "note in the title of a block": (
        added('::: good-to-know "Title[^1]"\nText.\n:::\n\n[^1]: A note.'),
        "LNK-006",
        f"{TWO}:{LAST}",
    ),
    "hue of three digits": (changed(VIC, "#144473", "#05a"), "SRC-012", f"{VIC}:10"),
    "soft hyphen": (added("Some in\u00adfor\u00admation."), "SRC-003", f"{TWO}:{LAST}"),
    "too few planned pages": ({"chapters/pages/planned/4.md": None}, "BOX-001", "chapters/pages/planned"),
    "missing editions": (dict.fromkeys([VIC, "chapters/editions/wa.toml"]), "SRC-001", "chapters/editions"),
    "reserved id": (changed(TWO, "id: two", "id: cover"), "SRC-013", f"{TWO}:2"),
    "control character": ({TWO: FILES[TWO].encode() + b"x\x01y\n"}, "SRC-003", f"{TWO}:{LAST - 1}"),
    "a mark of our own": ({TWO: FILES[TWO] + "\ue000\n"}, "SRC-003", f"{TWO}:{LAST - 1}"),
    "heading without words": (added("##"), "ACC-002", f"{TWO}:{LAST}"),
    "hue too pale": (changed(VIC, "#144473", "#5b8fc4"), "SRC-012", f"{VIC}:9"),
    "number with words": (changed(STATES, "(03) 5550 1234", "(03) 5550 1234 or so"), "LNK-010", STATES),
    "title without quotes": (added("::: good-to-know Two words\nx\n:::"), "SRC-033", f"{TWO}:{LAST}"),
    "template in a title": (changed(TWO, "Chapter two", "'{{ edition.name }}'"), "SRC-012", f"{TWO}:2"),
    "definition of no word": (added("::: definition nope\n:::"), "LNK-002", f"{TWO}:{LAST}"),
    "source twice": (
        {"chapters/sources.yaml": FILES["chapters/sources.yaml"] * 2},
        "SRC-013",
        "chapters/sources.yaml:6",
    ),
    "consent ends before it starts": (
        {"chapters/consents.yaml": "- id: ann\n  given: 2026-02-01\n  expires: 2026-01-01\n"},
        "SRC-015",
        "chapters/consents.yaml:1",
    ),
    "glossary unreadable": ({"chapters/glossary.yaml": "- word: [\n"}, "SRC-004", "chapters/glossary.yaml"),
    "a state's services unreadable": ({STATES: FILES[STATES] + "  nope: x: y\n"}, "SRC-004", STATES),
    "health line with no number": (
        {STATES: FILES[STATES].replace("phone: 1300 60 60 24", "phone: null")},
        "SRC-014",
        f"{VIC}:5",
    ),
    "a service to ask that is not there": (
        {STATES: service("vic-lost", "Lost group", states="VIC", ask="nobody") + FILES[STATES]},
        "SRC-014",
        f"{STATES}:1",
    ),
}  # fmt: skip


def test_the_clean_booklet_has_no_error(booklet: Callable[..., Path]) -> None:
    assert errors(check(order(booklet()))) == []


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_at_its_line(booklet: Callable[..., Path], name: str) -> None:
    overlay, code, place = FAULTS[name]
    project = booklet(overlay)
    found = errors(check(order(project)))
    hits = [finding for finding in found if finding.code == code and str(finding.place).startswith(place)]
    assert hits, [str(finding) for finding in found]
    assert {finding.code for finding in found} <= {code, *FOLLOW.get(code, ())}
    assert all(finding.place.line for finding in hits) or "missing" in name or name == "too few planned pages"


def test_all_faults_of_all_files_come_together_and_nothing_is_written(booklet: Callable[..., Path]) -> None:
    overlay = {**added("See [this](#nowhere)."), **changed(ONE, "minutes: 2", "minutes: soon")}
    overlay |= {**changed(VIC, "Australia/Melbourne", "Mars/Olympus"), **changed(STATES, "[WA]", "[XX]")}
    project = booklet(overlay)
    (project / "dist").mkdir()
    (project / "dist/old.pdf").write_bytes(b"as it was")
    receipt = build(order(project))
    assert {f.place.file for f in errors(receipt.findings)} == {ONE, TWO, VIC, STATES}
    assert receipt.failed
    assert [path.name for path in (project / "dist").iterdir()] == ["old.pdf"]


@pytest.mark.parametrize("name", ["chapters/03-three.md", "chapters/support/more.yaml", "chapters/editions/nt.toml"])
def test_a_symbolic_link_out_of_the_project_is_not_followed(
    booklet: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    project = booklet()
    (tmp_path / "secret").write_text("secret: words", "utf-8")
    (project / name).symlink_to(tmp_path / "secret")
    found = errors(check(order(project)))
    assert [(f.code, f.place.file) for f in found] == [("SRC-002", name)]
    assert not any("secret: words" in str(f) for f in found)


def test_an_image_behind_a_symbolic_link_is_not_followed(booklet: Callable[..., Path], tmp_path: Path) -> None:
    project = booklet(added("![x](images/link.svg)"))
    (tmp_path / "out.svg").write_text("<svg/>", "utf-8")
    (project / "chapters/images/link.svg").symlink_to(tmp_path / "out.svg")
    assert [f.code for f in errors(check(order(project)))] == ["LNK-004"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.gif", (PROJECT / "docs/pages.png").read_bytes()),
        ("x.svg", '<?xml version="1.0"?><!DOCTYPE svg><svg><a id="a"/><use href="#a"/><rect fill="url(#a)"/></svg>'),
        ("x.svg", '<svg><image href="data:image/png;base64,AA=="/><style>rect { fill: url(#a) }</style></svg>'),
    ],
)
def test_an_image_is_known_by_what_it_holds(booklet: Callable[..., Path], name: str, content: str | bytes) -> None:
    text = f"![A picture that can be printed](images/{name})"
    assert errors(check(order(booklet({**added(text), f"chapters/images/{name}": content})))) == []


def test_an_entry_to_confirm_is_a_warning_that_names_it(booklet: Callable[..., Path]) -> None:
    warnings = [f for f in check(order(booklet())) if f.severity is Severity.WARNING]
    assert [(f.code, f.place.file) for f in warnings] == [("SRC-062", STATES), ("SRC-040", STATES)]
    assert "Maybe line" in warnings[1].found


def test_a_consent_that_ran_out_is_an_error(booklet: Callable[..., Path]) -> None:
    consents = "- id: ann\n  given: 2026-01-01\n  expires: {}\n"
    voice = added("::: voice consent=ann\nHer words.\n:::")
    held = booklet({**voice, "chapters/consents.yaml": consents.format("2027-01-01")})
    assert errors(check(order(held))) == []
    late = replace(order(held), today=date(2027, 1, 2))
    assert [f.code for f in errors(check(late))] == ["SRC-041"]


def test_a_finding_says_what_was_found_and_what_was_expected(booklet: Callable[..., Path]) -> None:
    (finding,) = errors(check(order(booklet(changed(TWO, "minutes: 1", "minutes: soon")))))
    assert str(finding).startswith(f"{TWO}:5: error SRC-012: minutes is 'soon'")
    assert "Expected:" in str(finding)


def test_a_fault_in_a_template_hides_no_other_of_its_text(booklet: Callable[..., Path]) -> None:
    found = errors(check(order(booklet(added("{{ services['none'].phone }}\n\nA [word](word:none).")))))
    assert {(f.code, f.place.line) for f in found} == {("SRC-021", LAST), ("LNK-002", LAST + 2)}


def test_lines_after_a_template_are_still_the_files_own(booklet: Callable[..., Path]) -> None:
    text = "{% for s in services %}\n- {{ s.name }}\n{% endfor %}\n\n![](images/plain.svg)"
    found = errors(check(order(booklet(added(text)))))
    assert [str(f.place) for f in found] == [f"{TWO}:{LAST + 4}"]


def test_a_service_without_a_source_is_refused(booklet: Callable[..., Path]) -> None:
    text = service("x", "X").replace("  source: https://example.org\n", "")
    found = errors(check(order(booklet({STATES: FILES[STATES] + text}))))
    assert [f.code for f in found] == ["SRC-010"]


def test_what_was_done_by_today_is_done_and_a_whole_picture_prints(booklet: Callable[..., Path]) -> None:
    """Today is 22 November 2026."""
    overlay: Overlay = {
        **changed(ONE, "minutes: 2", "minutes: 2\nreviewed: null\nreviewers: []\nstatus: draft"),
        **changed(
            STATES,
            "page_date: null",
            "page_date: 2026-11\n  calls:\n  - day: 2026-11-22\n    by: Jo\n    result: moved",
        ),
        **changed("chapters/sources.yaml", "reviewed: null", "reviewed: 2026, on the page"),
        **changed(BOOK, "2026-07-15", "2026-11-22"),
        **added("![A picture of it](images/x.jpg)\n\n![And another of it](images/y.png)"),
        "chapters/images/x.jpg": picture("JPEG", "CMYK"),
        "chapters/images/y.png": picture("PNG", "P"),
        "chapters/consents.yaml": "- id: one\n  given: 2026-11-22\n  expires: 2027-01-01\n",
    }
    assert errors(check(order(booklet(overlay)))) == []


def test_a_faulty_service_is_named_once_and_not_missed_elsewhere(booklet: Callable[..., Path]) -> None:
    (found,) = errors(check(order(booklet(changed("chapters/support/all.yaml", "13 11 20", "13 11 2")))))
    assert (found.code, str(found.place)) == ("LNK-010", "chapters/support/all.yaml:59")


def test_reasons_are_told_in_plain_words(booklet: Callable[..., Path]) -> None:
    project = booklet({VIC: FILES[VIC].replace("#144473", "#05a") + NOTICE.format("2026-12-24", "2026-12-01")})
    found = " ".join(finding.found for finding in errors(check(order(project))))
    assert "such as #0b5a7e" in found and "The notice ends (2026-12-01) before it starts (2026-12-24)." in found
    assert "the values" not in found and "pattern" not in found
