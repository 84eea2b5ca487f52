"""One complete, clean, tiny booklet as files. A test overlays only the files that it changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from booklet.build import Order
from booklet.composing import Composition, Wanted, compose, shipped_faces
from booklet.findings import Finding, Severity
from booklet.manuscript import read
from booklet.today import Today
from booklet.walk import styles_folder

Overlay = dict[str, str | bytes | None]
ONE, TWO, VIC = "chapters/01-one.md", "chapters/02-two.md", "chapters/editions/vic.toml"
STATES, BOOK = "chapters/support/states.yaml", "chapters/booklet.toml"
FILES: dict[str, str] = {
    "chapters/booklet.toml": """\
title = "Tiny"
subtitle = "A booklet for tests"
slug = "tiny"
issue = "2026.1"
issue_date = 2026-07-15
next_review = 2028-07-15
publisher = "The testers"
reviewer = "a clinician"
description = "A tiny booklet."
back_cover_image = "images/plain.svg"

[[urgent]]
service = "triple-zero"
about = "In danger"

[call_first]
000 = "Call triple zero (000) first."
team = "Ring your team now."
advice = "Not sure?"

[clock]
words = "NSW time"
time_zone = "Australia/Sydney"

[order_line]
name = "the desk"
phone = "1800 160 401"
url = "https://example.org"
address_in_words = "example.org"
cost = "Free."
say = "Tiny, please."
interpreter = "interpreter"
relay = "interpreter"
confirm_before_print = false
unconfirmed = "Not open yet."

[[order_line.items]]
name = "Tiny"
about = "This booklet."

[directory]
finder = "any-line"

[directory.audiences]
metastatic = "First"
breast = "Second"
any-cancer = "Third"
everyone = "Last"

[directory.kinds]
emergency = "Emergency"
government-health-line = "Health lines"
support-group = "Groups"
helpline = "Lines"
interpreter = "Interpreters"
""",
    "chapters/01-one.md": """\
---
title: Chapter one
id: one
summary: The first.
minutes: 2
sources: [fact]
---

::: key-points
- One point, and a [word](word:scan).
:::

## A heading

Ring {{ services['triple-zero'].phone }}. See [the second](#two).
""",
    "chapters/02-two.md": """\
---
title: Chapter two
id: two
summary: The second.
minutes: 1
sources: []
---

A paragraph in {{ edition.name }}. See [the heading](#one-a-heading).

::: see-also
- [Directory](#directory)
:::

::: glossary
:::
""",
    "chapters/glossary.yaml": "- word: Scan\n  meaning: A picture of the inside of the body.\n",
    "chapters/sources.yaml": (
        "- id: fact\n  chapter: one\n  fact: A fact.\n  source: https://example.org/fact\n  reviewed: null\n"
    ),
    "chapters/pages/imprint.md": """\
---
title: About
id: imprint
---

::: review-status
:::

::: notices
:::
""",
    "chapters/pages/directory.md": """\
---
title: Directory
id: directory
---

::: urgent-numbers
:::

{% if not services.local(kind="support-group", audience="metastatic") %}
No group {{ edition.in_words }}.
{% endif %}

::: directory
:::
""",
    "chapters/pages/order-line.md": "---\ntitle: Order line\nid: order-line\n---\n\n::: order-details\n:::\n",
    "chapters/pages/back-cover.md": (
        "---\ntitle: Help\nid: back-cover\n---\n\n::: urgent-numbers\n:::\n\n::: order-summary\n:::\n"
    ),
    **{
        f"chapters/pages/planned/{number}.md": (
            f'---\ntitle: Notes {number}\nid: notes-{number}\n---\n\n::: write-in lines=3 "Notes"\n:::\n'
        )
        for number in range(1, 5)
    },
    "chapters/images/plain.svg": (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 148 210">'
        '<rect width="148" height="210" fill="#e2eff7"/></svg>'
    ),
}


def edition(code: str, name: str, health_line: str, order_codes: tuple[str, str], zone: str) -> str:
    """An edition file."""
    return f"""\
code = "{code}"
name = "{name}"
in_words = "in {name}"
emergency = "In an emergency, call triple zero (000)."
health_lines = ["{health_line}"]
time_zone = "{zone}"
cover_image = "images/plain.svg"

[hue]
deep = "#144473"
tint = "#e9ebf4"

[order_codes]
standard = "{order_codes[0]}"
large_print = "{order_codes[1]}"
"""


def service(
    id: str, name: str, kind: str = "helpline", states: str = "ALL", audience: str = "everyone", **more: str
) -> str:
    """A directory entry. The phone numbers of tests are those set aside for fiction, or public ones."""
    entry = {
        "id": id,
        "name": name,
        "kind": kind,
        "states": f"[{states}]",
        "audience": audience,
        "format": "phone",
        "place": "null",
        "phone": "null",
        "hours": "null",
        "cost": "null",
        "url": "null",
        "description": f"What {name} does.",
        "source": "https://example.org",
        "source_seen": "seen",
        "page_date": "null",
        "verified": "true",
        "confirm_before_print": "false",
    } | more
    return "- " + "\n  ".join(f"{key}: {value}" for key, value in entry.items()) + "\n"


FILES["chapters/editions/vic.toml"] = edition(
    "VIC", "Victoria", "nurse-line", ("HKV 4TU", "HQV 4TV"), "Australia/Melbourne"
)
FILES["chapters/editions/wa.toml"] = edition(
    "WA", "Western Australia", "health-line", ("HKW 6PT", "HQW 6PU"), "Australia/Perth"
)
FILES["chapters/support/all.yaml"] = (
    service("triple-zero", "Triple Zero", "emergency", phone="'000'", hours="always")
    + service("health-line", "Health line", "government-health-line", phone="1800 022 222", hours="24 hours")
    + service("interpreter", "Interpreters", "interpreter", phone="131 450")
    + service("any-line", "Any line", audience="any-cancer", phone="13 11 20", hours="2 pm NSW time")
)
FILES["chapters/support/states.yaml"] = (
    service("nurse-line", "Nurse line", "government-health-line", "VIC", phone="1300 60 60 24", hours="24 hours")
    + service("vic-group", "Vic group", "support-group", "VIC", "metastatic", phone="(03) 5550 1234")
    + service("vic-b", "B group", "support-group", "VIC", "breast", place="Ballarat")
    + service("vic-a", "A group", "support-group", "VIC", "breast", place="Avoca")
    + service("wa-group", "WA group", "support-group", "WA", "breast", phone="(08) 5550 1234")
    + service("unsure", "Unsure line", states="WA", phone="(08) 5550 9999", verified="false")
    + service("to-confirm", "Maybe line", states="WA", phone="(08) 5550 7777", confirm_before_print="true")
)


def write(folder: Path, overlay: Overlay | None = None) -> Path:
    """The tiny booklet in a folder, with some files changed, added or (None) left out."""
    for name, content in {**FILES, **(overlay or {})}.items():
        if content is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def changed(name: str, old: str, new: str) -> Overlay:
    """An overlay that changes some words of one file."""
    assert old in FILES[name], f"{old!r} is not in {name}"
    return {name: FILES[name].replace(old, new, 1)}


def added(text: str, file: str = TWO) -> Overlay:
    """The file with some lines at its end, after an empty one."""
    return {file: FILES[file] + "\n" + text + "\n"}


LAST = len(FILES[TWO].split("\n")) + 1
"""The line of the second chapter on which added text starts."""


def order(project: Path, **wishes: Any) -> Order:
    """An order of everything, in one process; without a cache unless it is wished for."""
    return replace(Order(project, project / "dist", date(2026, 11, 22), use_cache=False, jobs=1), **wishes)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """What stops a build, or a part of it."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


CHAPTER = """\
---
title: {title}
id: {id}
summary: Short.
minutes: 1
sources: [fact]
---

{text}
"""
INSIDE: Overlay = {
    "chapters/pages/inside-cover.md": "---\ntitle: My team\nid: inside-cover\n---\n\nRing your team first.\n"
}
"""An inside front cover."""
INSERT: Overlay = {
    "chapters/inserts/bone/insert.toml": """\
title = "Bones"
subtitle = "A small one"
slug = "bone"
description = "About bones."
cover_image = "images/plain.svg"

[order_codes.VIC]
standard = "KVW 3TD"
large_print = "KVX 3T7"

[order_codes.WA]
standard = "KVW 4T9"
large_print = "KVX 4T3"
""",
    "chapters/inserts/bone/01-a.md": CHAPTER.format(
        title="What", id="bone-what", text="See [the first](#one). See [more](#bone-more)."
    ),
    "chapters/inserts/bone/02-b.md": CHAPTER.format(title="More", id="bone-more", text="More of it."),
    "chapters/pages/insert-imprint.md": "---\ntitle: About\nid: insert-imprint\n---\n\n::: review-status\n:::\n\n"
    "::: contents\n:::\n",
    "chapters/pages/insert-back-cover.md": "---\ntitle: Numbers\nid: insert-back-cover\n---\n\n"
    "::: urgent-numbers\n:::\n\n::: order-summary\n:::\n",
    "chapters/pages/page-finder.md": "---\ntitle: Finding\nid: page-finder\n---\n\n::: page-finder\n:::\n",
    "chapters/pages/handout.md": "---\ntitle: More help\nid: handout\n---\n\n::: glossary\n:::\n",
}
"""An insert with all that it needs, as an overlay."""


def composed(project: Path) -> tuple[Composition, list[Finding]]:
    """The first edition of a project, and every fault found on the way to it."""
    today = Today(order(project).today)
    manuscript, found = read(project, today)
    assert manuscript
    faces = shipped_faces(styles_folder())
    (composition,), faults = compose(manuscript, manuscript.editions[0], project, today, faces, Wanted())
    return composition, [*found, *faults]
