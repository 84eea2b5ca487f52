"""Orders of many kinds from a file to a batch that is ready to print, through the command line."""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from itertools import cycle, islice
from pathlib import Path

from booklet.dispatch import Entry
from tests.benchmark.measuring import Usage, measure
from tests.desk.conftest import entries

FEW, MANY = 1_000, 10_000
_NAMES = ("Ada Example", "Nguyễn Thị Ánh", "Γιώργος Παπαδόπουλος", "Анна Примерова", "The Example family", "")
_TOWNS = (
    ("KEW", "VIC", "3101"), ("SYDNEY", "NSW", "2000"), ("DARWIN", "NT", "0800"), ("HOBART", "TAS", "7000"),
    ("PERTH", "WA", "6000"), ("ADELAIDE", "SA", "5000"), ("BRISBANE", "QLD", "4000"), ("CANBERRA", "ACT", "2600"),
)  # fmt: skip
_TITLES = ("main", "main+bone", "bone")
_SIZES = (*["standard"] * 9, "large-print")
_PAGES = {"main": 64, "bone": 16}
_HEADER = ("Name", "Address", "Suburb", "State", "Postcode", "Title", "Size", "Copies", "Free post")
_WINDOW = ("--left", "22", "--top", "46", "--width", "95", "--height", "38")


def mailed() -> dict[str, Usage]:
    """What it costs to import, batch and print few and many orders, and to make the batch of many alone."""
    usages: dict[str, Usage] = {}
    for name, count in (("orders-few", FEW), ("orders", MANY)):
        taken, printed = _mailed(count)
        peaks = [usage.peak_mb for usage in (taken, printed) if usage.peak_mb is not None]
        both = Usage(taken.cpu_s + printed.cpu_s, taken.wall_s + printed.wall_s, max(peaks, default=None))
        usages |= {name: both, "sheets": printed}
    return usages


def _mailed(count: int) -> tuple[Usage, Usage]:
    """The import of so many orders, and their batch with its sheets, checks and lists, at a new desk."""
    with tempfile.TemporaryDirectory(prefix="booklet-benchmark-") as folder:
        place = Path(folder)
        (place / "dist").mkdir()
        (place / "dist/manifest.json").write_text(json.dumps(_manifest()))
        with (place / "calls.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([_HEADER, *islice(_rows(), count)])
        desk = {"BOOKLET_DESK_HOME": str(place / "home"), "BOOKLET_DESK_KEYS": str(place / "keys")}
        environment = {**os.environ, **desk, "BOOKLET_DESK_DATABASE": ""}
        program = Path(sys.executable).with_name("booklet")
        for envelope in ("c5", "c4"):
            measure([program, "mail", "measure", envelope, *_WINDOW], place, environment)
        return (
            measure([program, "orders", "import", "calls.csv"], place, environment).usage,
            measure([program, "mail", "batch", "out"], place, environment).usage,
        )


def _rows() -> Iterator[tuple[str, ...]]:
    """Orders without end: names of four scripts and none, all states, titles, sizes, one copy and two, free post."""
    kinds = zip(cycle(_NAMES), cycle(_TOWNS), cycle(_TITLES), cycle(_SIZES), cycle("12"), strict=False)
    for number, (name, town, title, size, copies) in enumerate(kinds, 1):
        free = "yes" if number % 7 == 0 else ""
        yield (name, f"{number} Long Sample Road", *town, title, size, copies, free)


def _manifest() -> dict[str, object]:
    """What was built: two titles in all editions and sizes, with the pages that make a pack's weight."""
    codes = entries()
    files = []
    for row in codes:
        is_large = row.size != "standard"
        form, trim_mm = ("large-print", (210.0, 297.0)) if is_large else ("screen", (148.0, 210.0))
        pages = _PAGES[row.publication] * (2 if is_large else 1)
        name = f"{row.edition}/{row.publication}-{row.size}.pdf"
        files.append(
            Entry(name, row.publication, "", row.edition, form, 1, row.issue, row.code, pages, 1, "0", trim_mm, "0")
        )
    return {"versions": "", "files": list(map(asdict, files)), "order_codes": list(map(asdict, codes))}
