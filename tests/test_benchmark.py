"""The benchmark: what it sets beside this project is the same text, and its arithmetic is right."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from tinyhtml5 import parse

from booklet import transcript
from booklet.composing import PAGE_TOKENS, Part
from booklet.formats import FORMATS
from tests.benchmark import books, figures, steps, typst_loop, typst_markup
from tests.benchmark.__main__ import BEGIN, END, SCALE_PAGE
from tests.benchmark.figures import Row, figure
from tests.benchmark.measuring import CommandError, Usage, measure, median_usage
from tests.benchmark.page import Facts, page, scale
from tests.conftest import PROJECT

DAY = date.fromisoformat(steps.DAY)


def heard(part: Part) -> str:
    """The text of a part without page references, with text alternatives in the place of pictures and after captions,
    where Typst has them.
    """
    body = parse(PAGE_TOKENS.sub("", part.html), namespace_html_elements=False).find("body")
    for image in body.iter("img"):
        image.text = image.get("alt")
    for picture in body.iter("figure"):
        picture[:] = reversed(picture)
    return " ".join(body.itertext())


@pytest.mark.slow
def test_typst_sets_every_word_of_an_edition_in_its_order(tmp_path: Path) -> None:
    selection = books.Selection(("VIC",), ("main",), ("screen",))
    text = books.prepare(PROJECT, DAY, selection, tmp_path)
    typst_loop.main(tmp_path)
    found = transcript.load(tmp_path / "typst/VIC-main-screen.pdf").top.text()
    ((_, _, composition),) = books.compositions(PROJECT, DAY, selection)
    wanted = " ".join(map(heard, books.parts_of(composition)))
    assert re.findall(r"[^\W\d_]", found) == re.findall(r"[^\W\d_]", wanted)
    assert Counter(re.findall(r"\d", wanted)) - Counter(re.findall(r"\d", found)) == Counter()
    assert text.words > 8_000 and text.books == 1


def source(body: str) -> typst_markup.Source:
    return typst_markup.Source("A title", "chapter", body, "", roman=False)


def test_a_sign_of_typsts_own_stays_a_sign() -> None:
    markup = typst_markup.document([source("<p>#1 *is* [not] $5 <wbr>// a@b.org</p>")], "screen")
    assert r"\#1 \*is\* \[not\] \$5 #wbr()\/\/ a\@b\.org" in markup


@pytest.mark.parametrize("body", ["<p>A <blink>word</blink></p>", '<p>A <span class="new">word</span></p>'])
def test_an_element_that_has_no_conversion_stops_it(body: str) -> None:
    with pytest.raises(ValueError, match="No way is known to set"):
        typst_markup.document([source(body)], "screen")


def test_the_loop_has_every_word_and_each_part_its_own_pages() -> None:
    (_, _, composition), *_ = books.compositions(PROJECT, DAY, books.Selection(("VIC",), ("main",), ("large-print",)))
    parts = books.parts_of(composition)
    html = books.whole(parts, "large-print")
    wanted = [word for part in parts for word in books.words_of(part.html)]
    assert len(books.words_of(html)) == len(wanted) + html.count(f">{books.ELSEWHERE}<") >= len(wanted)
    assert html.count('class="part ') == len(parts)
    anchors = set(re.findall(r'\sid="([^"]+)"', html))
    assert set(re.findall(r'(?:data-ref|href)="#([^"]+)"', html)) <= anchors
    assert 'href="booklet:' not in html


def test_every_format_is_set_beside_the_project() -> None:
    assert books.SETUPS.keys() == FORMATS.keys()
    assert all(Path(sheet).is_file() for form in FORMATS for sheet in books.stylesheets(form))


def run(**steps_s: float) -> dict[str, dict[str, float]]:
    return {name.replace("_", "-"): {"cpu_s": seconds} for name, seconds in steps_s.items()}


RATIO = Row("a", "", "one", "cpu_s", 0.5, "other")


def test_steps_of_one_run_are_compared_and_the_median_counts() -> None:
    found = figure(RATIO, [run(one=1, other=4), run(one=6, other=6), run(one=2, other=4)])
    assert found is not None
    assert (found.measured, found.against, found.value, found.is_met) == (2, 4, 0.5, True)
    worse = figure(RATIO, [run(one=3, other=4)])
    assert worse is not None and not worse.is_met


def test_a_difference_is_not_below_nothing_and_a_value_may_stand_alone() -> None:
    difference = Row("b", "", "one", "cpu_s", 0.1, "other", "difference")
    slow, fast = figure(difference, [run(one=3, other=1)]), figure(difference, [run(one=1, other=1.1)])
    assert slow is not None and (slow.value, slow.is_met) == (2, False)
    assert fast is not None and (fast.value, fast.is_met) == (0, True)
    alone = figure(Row("c", "", "one", "cpu_s", 0.1), [run(one=3), run(one=1)])
    assert alone is not None and (alone.value, alone.against) == (2, None)
    assert figure(Row("d", "", "one", "peak_mb", 0.1), [run(one=3)]) is None


def test_every_row_is_about_steps_that_exist() -> None:
    known = {
        *steps.CHAIN,
        "first",
        "further",
        "loop",
        "typst",
        "warm",
        "warm-examined",
        "saving",
        "saving-p95",
        "help",
        "pass",
    }
    known |= {"orders", "orders-few", "sheets", "cluster", "imprint", "imprints-1", "imprints-100", "imprints-2000"}
    known |= {f"{name}-{pages}" for name in ("long", "page") for pages in (steps.SHORT, steps.LONG)}
    assert {step for row in figures.ROWS for step in (row.step, row.against) if step} <= known
    assert len({row.name for row in figures.ROWS}) == len(figures.ROWS)


@pytest.mark.parametrize("edit", [steps.WORD, steps.SERVICE], ids=lambda edit: edit.file)
def test_the_words_to_change_are_in_the_shipped_text(edit: steps.Edit) -> None:
    assert (PROJECT / edit.file).read_text("utf-8").count(edit.old) == 1


def test_a_command_is_measured_with_all_its_processes(tmp_path: Path) -> None:
    busy = "sum(range(10**7))"
    inner = [sys.executable, "-c", busy]
    code = f"import subprocess; subprocess.run({inner!r}, check=True)"
    by_itself = measure([sys.executable, "-c", busy], tmp_path).usage
    through_another = measure([sys.executable, "-c", code], tmp_path).usage
    nothing = measure([sys.executable, "-c", "pass"], tmp_path).usage
    assert nothing.cpu_s < by_itself.cpu_s and nothing.cpu_s < through_another.cpu_s
    with pytest.raises(CommandError, match="ended with 3:\nwhy"):
        measure([sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit(3)"], tmp_path)


def test_what_a_build_did_is_told_from_its_files_and_its_own_words() -> None:
    before = {"VIC/a.pdf": ("1", 10), "TAS/a.pdf": ("2", 10), "TAS/b.pdf": ("3", 10)}
    after = {"VIC/a.pdf": ("9", 20), "TAS/a.pdf": ("2", 20), "TAS/b.pdf": ("3", 10)}
    effect = steps.effect("setting\n3 files, 2 of them new; 4 parts typeset, 50 reused; 1.0 s\n", before, after)
    assert effect == steps.Effect(4, 50, files=3, changed=1, written=2, written_elsewhere=1)
    with pytest.raises(ValueError, match="does not say"):
        steps.effect("done", before, after)


MET = (
    "typst",
    "memory",
    "elsewhere",
    "orders",
    "orders-memory",
    "sheets",
    "cluster",
    "long-memory",
    "long-cpu",
    "imprints-memory",
    "help",
)
"""What is met when every step takes the same."""


def test_the_page_shows_every_row_and_whether_it_is_met() -> None:
    usage = Usage(2.0, 3.0, 100.0)
    names = {step for row in figures.ROWS for step in (row.step, row.against) if step}
    measured = steps.Measured(dict.fromkeys(names, usage), {"service": steps.Effect(1, 2, 3, 1, 1, 0)})
    measured.output["project"] = {"screen": steps.Output(2, 144, 600_000)}
    rows = [(row, figure(row, [measured.costs])) for row in figures.ROWS]
    parts = {("VIC", "screen"): steps.Effect(26, 0, 1, 1, 1, 0)}
    text = page(Facts(rows, [measured], "VIC", 10_000, 2, 0.5, (0.7, 0.8), parts))
    for row in figures.ROWS:
        (line,) = [line for line in text.splitlines() if line.startswith(f"| {row.words} |")]
        assert line.endswith("| met |" if row.name in MET else "| **not met** |")
    for cells in ("screen | 2 / 144 / 0.60", "VIC | 26 / 0", "bytes, without drawings | 0.70"):
        assert f"| {cells} |" in text
    assert median_usage([usage, Usage(4.0, 5.0)]) == Usage(3.0, 4.0, 100.0)


def test_what_many_clinics_cost_is_reckoned_from_what_was_measured() -> None:
    measured = steps.Measured({"imprint": Usage(0.072, 0.1)}, copies=steps.Output(2000, 0, 1_000_000_000))
    text = scale([measured])
    assert "of 2,000 copies for the screen one takes 0.072 s" in text and "has 0.50 MB" in text
    assert "For 5,000 clinics that is 0.10 hours of one processor, and 2.5 GB." in text
    assert scale([steps.Measured()]) == ""
    document = SCALE_PAGE.read_text("utf-8")
    assert document.count(BEGIN) == document.count(END) == 1


@pytest.mark.slow
def test_the_command_names_its_rows() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmark", "--help"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert all(row.name in done.stdout for row in figures.ROWS)
