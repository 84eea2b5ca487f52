"""The page that the benchmark writes: docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from tests.benchmark.figures import UNITS, Figure, Row
from tests.benchmark.measuring import Usage, median_usage
from tests.benchmark.profiling import Profile
from tests.benchmark.steps import FIRST, FURTHER, NEXT_DAY, SERVICE, SERVICE_EDITION, WORD, Effect, Measured, Output

LIBRARIES = ("booklet", "weasyprint", "pikepdf", "typst")
MAKERS = {"project": "cold", "loop": "loop", "typst": "typst"}
"""Who makes files, and the step in which it does."""
NAMES = {"project": "this project", "loop": "WeasyPrint loop", "typst": "Typst"}
STEPS = {
    "cold": "the full set, nothing kept from before",
    "unchanged": "again, nothing changed",
    "word": f"one word changed in `{WORD.file}`",
    "service": f"one word changed of a service in `{SERVICE.file}`",
    "next-day": f"the next day ({NEXT_DAY}), same text",
    "first": f"first edition ({FIRST}), one title, all formats",
    "further": f"a further edition ({FURTHER}) after it",
    "warm": "one word, one edition, screen, in the preview's warm process, until its page is there",
    "warm-examined": "what preflight says of it, behind that",
    "saving": "a save, seen in the preview: median",
    "saving-p95": "a save, seen in the preview: 95th percentile",
    "cluster": "the full set by three workers of a cluster on this machine",
    "long-50": "a made-up booklet of some 50 pages, for the screen",
    "long-1000": "one of some 1,000 pages",
    "page-50": "the first, a page",
    "page-1000": "the second, a page",
    "loop-long-50": "WeasyPrint loop: some 50 pages",
    "loop-long-1000": "WeasyPrint loop: some 1,000 pages",
    "loop-page-50": "WeasyPrint loop: a page of the first",
    "loop-page-1000": "WeasyPrint loop: a page of the second",
    "loop": "WeasyPrint loop",
    "typst": "Typst",
    "orders-few": "1,000 mixed orders from a file to a batch",
    "orders": "10,000 mixed orders from a file to a batch",
    "sheets": "the batch of 10,000 alone",
    "imprints-1": "the copy of one clinic, for which the edition is typeset",
    "imprints-100": "copies of 100 clinics after it",
    "imprints-2000": "copies of 2,000 clinics after it",
    "imprint": "one of them, with its share of the typesetting",
    "help": "`booklet --help`",
    "pass": "`python -c pass`",
}

PAGE = """\
# Performance

Written by `make benchmark`, every figure measured in one run on one machine; nothing here is written by hand.

{machine}

## What is wanted, and what is so

{figures}

A ratio is the median of the ratios of each run; a time is a median. CPU is that of all processes together.

## Side by side

The same text, {words:,} words in {books} booklets: {selection}.

{sides}

{formats}

## Each step

{steps}

Changed files have other bytes than before the step; written ones were put in place anew. Elsewhere is every edition but
{elsewhere}: a changed service of that state should touch none.

{writing}{profiles}## What is typeset, and why

{typeset}

{parts}

## How it is measured

{method}
"""

PROFILED = {"further": f"{FURTHER} after {FIRST}", "word": f"one word in {FIRST} and {FURTHER}"}
LIMITS = """\
One title in all formats, built by one process under cProfile, which makes Python itself look slower than libraries.

What a further edition costs is mostly WeasyPrint setting the pages that are its own; the section after this one says
which. What one word costs is mostly reading back: each file that holds the word is linked and examined anew, and while
what the other parts draw is known from before, their structure, words and seams are walked again in every file. Reading
and composing all titles of the order, and loading the libraries, are the same for one word as for all. Tried and kept:
faces decompressed once for all processes, what a part draws kept with the part, ink summed in one drawing and only on
pages that may have too much, the source's text read once for all editions that share it."""
"""The words of the section on profiles."""

TYPESET = """\
A part (cover, chapter, directory, ...) is typeset once for each page setup and for each text that it comes to. There
are two page setups: A5 with bleed, which screen, press and clinic share, and A4 in large print. Editions whose part
comes to the same text share it. What differs by edition, and is therefore set for each: cover, imprint, back cover,
directory, order line, the chapters that name the state or its numbers, contents and index where a page number
differs, planned pages where their folios do; and beside each booklet its job ticket and the first sheet of its clinic
kit, which name it. That is the floor of a further edition: these pages are new, and WeasyPrint sets a page in some 40
ms of CPU. The table builds the main booklet edition after edition, format after format, from nothing: parts typeset
are those that no cell before had."""
"""The words of the section on what is typeset; its table follows."""

METHOD = """\
* **This project**: `booklet build` on a copy of the shipped chapters in a new folder, so with nothing kept from before.
  It composes, typesets, binds, checks every file by preflight and delivers. The steps follow each other in the order of
  the table. For a save, a preview of the copy is open in Chromium, a word of one chapter after another is changed, and
  the clock runs from before the file is written until the new picture is on the screen. The warm process makes and
  examines what the preview's does, a chapter edited between; the second time counts.
* **WeasyPrint loop**: one Python process that hands each whole booklet, composed beforehand, to
  `HTML(...).write_pdf(...)` with the project's style sheets and fonts: `pdf/ua-1` for screen and large print,
  `pdf/x-4` for press, a plain PDF for clinic. Page references are made by `target-counter`. It composes nothing, checks
  nothing, stores nothing, and leaves out what the project adds: each edition's hue, planned pages, volumes, a printer's
  inks and marks, sheets for a copier, kits and job tickets.
* **Typst**: one Python process with the package `typst`, which uses all cores; the same text, converted beforehand to
  Typst markup, on pages of the same size with boxes, drawings and faces like the project's: PDF/UA-1 for screen and
  large print, a plain PDF for press, because Typst has no PDF/X, and for clinic. It leaves out what the loop does, and
  checks what its own PDF/UA-1 export checks. A test holds that the markup has every word of the booklet in its order.
* **Orders**: `booklet orders import` of a CSV and `booklet mail batch`, at a new desk with SQLite. Names are in four
  scripts, one order in ten is in large print, one in three has two titles. The batch draws the carrier sheets, reads
  each of them back, and writes the lists and the numbers for posting.
* **Memory** is the highest sum of the proportional set sizes of all processes of a command, sampled ten times a second
  (Linux alone says it).
* **Cluster**: a scheduler and three workers of Dask as processes of this machine, started before; the CPU is that of
  the command and what they spend while it runs, loading libraries included. Its files are compared with those of the
  build at home: other bytes end the benchmark.
* **Imprints**: `booklet build --imprints` of made-up clinics without logos, in as many processes as there are
  processors. The edition is typeset for the first clinic, and its parts are there for the others.
* In each run every step is done once, in a new folder. Other work on the machine shows in wall time, and little in CPU
  time."""


@dataclass(frozen=True)
class Facts:
    """All that the page tells: figures, runs, how much text was set, and what a booklet takes to write and to set."""

    figures: Sequence[tuple[Row, Figure | None]]
    runs: Sequence[Measured]
    selection: str
    words: int
    books: int
    load: float
    writing: tuple[float, float] | None = None
    parts: Mapping[tuple[str, str], Effect] | None = None
    profiles: Mapping[str, Profile] | None = None


def page(facts: Facts) -> str:
    """The whole page as Markdown."""
    return PAGE.format(
        machine=_machine(len(facts.runs), facts.load),
        figures=_figures(facts.figures),
        words=facts.words,
        books=facts.books,
        selection=facts.selection,
        sides=_sides(facts.runs),
        formats=_formats(facts.runs),
        steps=_steps(facts.runs),
        elsewhere=SERVICE_EDITION,
        writing=_writing(facts.writing) if facts.writing else "",
        profiles=_profiles(facts.profiles) if facts.profiles else "",
        typeset=TYPESET,
        parts=_parts(facts.parts) if facts.parts else "",
        method=METHOD,
    )


SCALE_CLINICS = 5000


def scale(runs: Sequence[Measured]) -> str:
    """What copies for many clinics cost, for docs/scale.md; empty where they were not measured."""
    copies = runs[-1].copies
    if copies is None:
        return ""
    each_s, each_bytes = _usage(runs, "imprint").cpu_s, copies.bytes / copies.files
    return (
        f"Measured on {date.today():%-d %B %Y}: of {copies.files:,} copies for the screen one takes {each_s:.3f} s of "
        f"processor time, its share of the typesetting included, and has {each_bytes / 1e6:.2f} MB. For "
        f"{SCALE_CLINICS:,} clinics that is {each_s * SCALE_CLINICS / 3600:.2f} hours of one processor, and "
        f"{each_bytes * SCALE_CLINICS / 1e9:.1f} GB."
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine(runs: int, load: float) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{date.today()}, {runs} run{'s' * (runs != 1)}. {_processor()}, {os.cpu_count()} cores; "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}; {versions}. "
        f"Load of the machine before the first run: {load:.1f}."
    )


def _processor() -> str:
    try:
        rows = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        rows = []
    names = [row.partition(":")[2].strip() for row in rows if row.startswith("model name")]
    return names[0] if names else platform.processor() or "Processor unknown"


def _figures(figures: Iterable[tuple[Row, Figure | None]]) -> str:
    rows = []
    for row, figure in figures:
        wanted = f"<= {row.wanted:g} {row.unit}".strip()
        if figure is None:
            rows.append((row.words, "", "", "not measured on this system", wanted, "**not met**"))
            continue
        measured, value = _amount(figure.measured, UNITS[row.cost]), _amount(figure.value, row.unit)
        against = "" if figure.against is None else _amount(figure.against, UNITS[row.cost])
        rows.append((row.words, measured, against, value, wanted, "met" if figure.is_met else "**not met**"))
    return table(("figure", "measured", "set against", "value", "wanted", ""), rows)


def _amount(value: float, unit: str) -> str:
    """A value with its unit, a ratio without."""
    return f"{value:.0f} {unit}" if unit in ("MB", "files") else f"{value:.2f} {unit}" if unit else f"{value:.3f}"


def _costs(usage: Usage) -> tuple[str, str, str]:
    memory = "" if usage.peak_mb is None else f"{usage.peak_mb:.0f}"
    return f"{usage.cpu_s:.2f}", f"{usage.wall_s:.2f}", memory


def _usage(runs: Sequence[Measured], step: str) -> Usage:
    return median_usage([run.usage[step] for run in runs])


def _sides(runs: Sequence[Measured]) -> str:
    rows = []
    for maker, step in MAKERS.items():
        if maker in runs[-1].output:
            made = runs[-1].output[maker].values()
            sums = (sum(each.files for each in made), sum(each.pages for each in made))
            size = f"{sum(each.bytes for each in made) / 1e6:.1f}"
            rows.append((NAMES[maker], *_costs(_usage(runs, step)), f"{sums[0]}", f"{sums[1]:,}", size))
    return table(("", "CPU, s", "wall, s", "memory, MB", "files", "pages", "size, MB"), rows)


def _formats(runs: Sequence[Measured]) -> str:
    outputs = {maker: runs[-1].output[maker] for maker in MAKERS if maker in runs[-1].output}
    forms = dict.fromkeys(form for output in outputs.values() for form in output)
    empty = Output(0, 0, 0)
    rows = []
    for form in forms:
        cells = (output.get(form, empty) for output in outputs.values())
        rows.append((form, *(f"{each.files} / {each.pages:,} / {each.bytes / 1e6:.2f}" for each in cells)))
    return table(("files / pages / MB", *(NAMES[maker] for maker in outputs)), rows)


def _steps(runs: Sequence[Measured]) -> str:
    rows = []
    for step, words in STEPS.items():
        if step in runs[-1].usage:
            effect = runs[-1].effects.get(step)
            did = (
                (effect.typeset, effect.reused, effect.files, effect.changed, effect.written, effect.written_elsewhere)
                if effect
                else ("",) * 6
            )
            rows.append((words, *_costs(_usage(runs, step)), *map(str, did)))
    head = ("step", "CPU, s", "wall, s", "memory, MB", "parts typeset", "reused", "files", "changed", "written")
    return table((*head, "written elsewhere"), rows)


def _writing(ratios: tuple[float, float]) -> str:
    of_bytes, of_time = ratios
    rows = [("bytes, without drawings", f"{of_bytes:.2f}"), ("CPU time of writing the same pages", f"{of_time:.2f}")]
    head = ("one edition for the screen, tagged by this project", "against WeasyPrint's own tags")
    return f"## Writing tagged\n\n{table(head, rows)}\n\n"


def _profiles(profiles: Mapping[str, Profile]) -> str:
    """Shares of the time by phase, of each profile in a column of its own, and what takes longest."""
    phases = dict.fromkeys(phase for profile in profiles.values() for phase in profile.phases)
    shares = [
        (phase, *(f"{profile.phases[phase] / profile.total_s:.0%}" for profile in profiles.values()))
        for phase in phases
    ]
    told = [table(("share of the time", *(PROFILED[name] for name in profiles)), shares)]
    for name, profile in profiles.items():
        rows = [
            (f"`{function}`", f"{calls:,}", f"{own / profile.total_s:.0%}") for function, calls, own in profile.hottest
        ]
        told.append(table((f"{PROFILED[name]}: time of its own in", "calls", "share"), rows))
    return f"## Where the time goes\n\n{LIMITS}\n\n" + "\n\n".join(told) + "\n\n"


def _parts(parts: Mapping[tuple[str, str], Effect]) -> str:
    forms = dict.fromkeys(form for _, form in parts)
    rows = [
        (edition, *(f"{parts[edition, form].typeset} / {parts[edition, form].reused}" for form in forms))
        for edition in dict.fromkeys(edition for edition, _ in parts)
    ]
    return table(("parts typeset / reused", *forms), rows)
