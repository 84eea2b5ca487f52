"""The command: `python -m tests.benchmark [--runs N] [--only ROW]... [--quick] [--write FILE]`.

What is written also puts the cost of copies for clinics into docs/scale.md, where it was measured.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.benchmark import books, figures, steps
from tests.benchmark.measuring import CommandError
from tests.benchmark.page import Facts, page, scale
from tests.benchmark.writing import writing
from tests.corpus import put

QUICK = books.Selection((steps.FIRST, steps.FURTHER), (steps.TITLE,), ("screen",))
DEFAULT_PAGE = steps.PROJECT / "docs/performance.md"
SCALE_PAGE = steps.PROJECT / "docs/scale.md"
BEGIN, END = "<!-- measured by tests/benchmark -->\n", "<!-- end of what was measured -->\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write the page; what is not the whole is printed instead."""
    options = _options(arguments)
    whole = not (options.only or options.quick)
    day = date.fromisoformat(steps.DAY)
    selection = QUICK if options.quick else books.everything(steps.PROJECT, day)
    rows = [row for row in figures.ROWS if not options.only or row.name in options.only]
    wanted = {step for row in rows for step in (row.step, row.against) if step}
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="booklet-benchmark-") as folder:
        setting = steps.Setting(selection, Path(folder, "prepared"))
        setting.prepared.mkdir()
        text = books.prepare(steps.PROJECT, day, selection, setting.prepared)
        runs = []
        for number in range(options.runs):
            print(f"run {number + 1} of {options.runs}: {', '.join(sorted(wanted))}", file=sys.stderr)
            runs.append(steps.run(setting, wanted))
        facts = Facts(
            figures=[(row, figures.figure(row, [run.costs for run in runs])) for row in rows],
            runs=runs,
            selection="; ".join(" ".join(names) for names in (selection.editions, selection.titles, selection.formats)),
            words=text.words,
            books=text.books,
            load=load,
            writing=writing(options.runs) if whole or "writing" in options.only else None,
            parts=steps.by_edition(setting) if whole or "parts" in options.only else None,
            profiles=steps.profiles(setting) if whole or "profiles" in options.only else None,
        )
    if options.write or whole:
        (options.write or DEFAULT_PAGE).write_text(page(facts), "utf-8")
        if cost := scale(runs):
            put(SCALE_PAGE, BEGIN, END, cost)
    else:
        print(page(facts))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description="Measure the project beside others.")
    names = [*(row.name for row in figures.ROWS), "writing", "parts", "profiles"]
    parser.add_argument("--runs", type=int, default=3, help="how often each step is measured; default 3")
    parser.add_argument("--only", action="append", choices=names, default=[], metavar="ROW", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="two editions of one title for the screen, to try things")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where the page goes; default docs/performance.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        main()
    except CommandError as reason:
        sys.exit(str(reason))
