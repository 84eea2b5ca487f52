"""No number or date that is set from data can be broken over two lines, whatever the data say.

What counts as broken is said here by itself, as a reader sees it, and not taken from the code under test.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable, Iterable
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booklet.composing import Composition, Part, Wanted, compose, planned_kit, shipped_faces
from booklet.composing import ticket as ticket_part
from booklet.composing.edition import PRINT_PLAN
from booklet.manuscript import Edition, Manuscript, read
from booklet.today import Today
from booklet.walk import styles_folder
from booklet.words import english
from tests import tiny
from tests.conftest import TODAY
from tests.printed import printed

pytestmark = pytest.mark.slow

MONTHS = list(month_name)[1:]
UNITS = ["mm", "g", "hours", "days", "weeks", "years", "minutes", "per cent"]
_MONTH, _UNIT = "|".join(MONTHS), "|".join(UNITS)
BROKEN = re.compile(rf"\d+\s+(?:\d+|(?:{_MONTH}|{_UNIT})\b|%)|(?:{_MONTH})\s+\d{{4}}\b")
"""With a space that ends a line (no-break spaces are taken out first)."""
CHAPTER_NUMBER = re.compile(r'(<span class="(?:chapter|entry)-number">[^<]*</span>)')
"""A number before a title is no part of it, whatever the title begins with."""
INLINE = {"a", "abbr", "span", "strong", "wbr", "b", "i"}


class Words(HTMLParser):
    """The words of a page; what begins a block begins a line."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.text.append("" if tag in INLINE else "|")

    def handle_endtag(self, tag: str) -> None:
        self.text.append("" if tag in INLINE else "|")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def breakable(html: str) -> list[str]:
    """Every number on a page that the end of a line may part from what belongs to it."""
    reader = Words()
    html = re.sub(r"<(style|title)\b.*?</\1>", "", html, flags=re.DOTALL)
    reader.feed(CHAPTER_NUMBER.sub(r"\1|", html))
    text = "".join(reader.text).replace("\u00a0", "_").replace("\u2060", "")
    return [match[0] for match in BROKEN.finditer(text)]


NUMBERS = st.integers(0, 99_999).map(str)
WORDS = st.sampled_from(["Notes", "Plan", "for", "about", "Steps", "of", "to", *MONTHS, *UNITS])
TITLES = st.lists(st.one_of(NUMBERS, WORDS), min_size=1, max_size=30).map(" ".join)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SETTINGS = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Issue of 22 November 2026</p>", ["22 November"]),
        ("<p>Issue of 22\u00a0November 2026</p>", ["November 2026"]),
        ("<p>Room 1 250</p>", ["1 250"]),
        ("<td>1</td><td>2</td>", []),
        ("<p>22\u00a0November\u00a02026, 5\u00a0mm</p>", []),
    ],
)
def test_what_is_broken_is_seen(html: str, found: list[str]) -> None:
    assert breakable(html) == found


def with_data(manuscript: Manuscript, day: date, issue: str, title: str) -> tuple[Manuscript, Edition]:
    """The manuscript with data of any kind in it: every title and name, a date and an issue."""
    chapters = tuple(
        chapter.model_copy(update={"head": chapter.head.model_copy(update={"title": title, "summary": title})})
        for chapter in manuscript.chapters
    )
    book = manuscript.book.model_copy(
        update={"title": title, "subtitle": title, "issue": issue, "issue_date": day, "next_review": day}
    )
    inserts = tuple(
        insert.model_copy(update={"head": insert.head.model_copy(update={"title": title, "subtitle": title})})
        for insert in manuscript.inserts
    )
    editions = tuple(edition.model_copy(update={"name": title}) for edition in manuscript.editions)
    changed = manuscript.model_copy(
        update={"book": book, "chapters": chapters, "inserts": inserts, "editions": editions}
    )
    return changed, editions[0]


def of_data(compositions: Iterable[Composition]) -> list[str]:
    """The parts that are set from data alone: covers, contents, kits; and the heads of chapters."""
    pages = []
    for composition in compositions:
        parts = [*composition.front, *composition.body, *([composition.kit] if composition.kit else [])]
        pages += [part.html for part in parts if part.kind in ("cover", "contents", "clinic-kit")]
        pages += [head for part in parts for head in re.findall(r"<header.*?</header>", part.html, re.DOTALL)]
        pages += re.findall(r'<p class="from">.*?</p>', "".join(part.html for part in parts))
    return pages


WISHES = (
    Wanted("main"), Wanted("main", large_print=True, volumes=(("one",), ("two", "directory"))), Wanted("bone"),
    Wanted("chapter:one"),
)  # fmt: skip
Pages = Callable[[date, str, str], list[str]]


@pytest.fixture(scope="module")
def pages_of(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """What is set from data of the tiny pack, with a date, an issue and a title for everything that has one."""
    project = tiny.write(tmp_path_factory.mktemp("numbers"), tiny.INSERT | printed())
    manuscript, _ = read(project, Today(TODAY))
    assert manuscript
    faces = shipped_faces(styles_folder())

    def pages(day: date, issue: str, title: str) -> list[str]:
        changed, edition = with_data(manuscript, day, issue, title)
        composed = [compose(changed, edition, project, Today(day), faces, wanted)[0] for wanted in WISHES]
        return of_data(composition for volumes in composed for composition in volumes)

    return pages


@SETTINGS
@given(DAYS, st.one_of(NUMBERS, st.from_regex(r"[A-Z]?[0-9]{1,4}[. -][0-9]{1,2}", fullmatch=True)), TITLES)
def test_on_covers_contents_kits_and_heads(pages_of: Pages, day: date, issue: str, title: str) -> None:
    pages = pages_of(day, issue, title)
    assert len(pages) >= 10
    assert [found for page in pages for found in breakable(page)] == []


@SETTINGS
@given(TITLES, st.lists(st.tuples(TITLES, TITLES), max_size=4), st.lists(TITLES, max_size=3))
def test_on_the_job_ticket_and_the_plan_of_sheets(title: str, rows: list[tuple[str, str]], plan: list[str]) -> None:
    files = [(f"file-{number}.pdf", facts, "0" * 64) for number, (_, facts) in enumerate(rows)]
    assert breakable(ticket_part(title, english(), rows, files, "x.toml").html) == []
    kit = planned_kit(
        Part("kit", "Kit", "clinic-kit", f"<main>{PRINT_PLAN}</main>", (), "x.md"), tuple(plan), english()
    )
    assert PRINT_PLAN not in kit.html and kit.html.count("<p>") == len(plan)
    assert breakable(kit.html) == []
