"""The rows of the table: what is set against what, what was wanted, and the arithmetic."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Run = Mapping[str, Mapping[str, float]]
"""What each step of one run cost: by the step's name, then by the name of the cost."""
COMPARED: Mapping[str, Callable[[float, float], float]] = {
    "ratio": lambda measured, against: measured / against,
    "difference": lambda measured, against: max(0.0, measured - against),
}
UNITS = {"cpu_s": "s", "wall_s": "s", "peak_mb": "MB", "written_elsewhere": "files"}


@dataclass(frozen=True)
class Row:
    """One figure: its name on the command line, its words, the step that is measured and by which of its costs, the
    highest value that is wanted, and the step that it is set against, if any, and how.
    """

    name: str
    words: str
    step: str
    cost: str
    wanted: float
    against: str | None = None
    compared: Literal["ratio", "difference"] = "ratio"

    @property
    def unit(self) -> str:
        """The unit of its value; a ratio has none."""
        return "" if self.against and self.compared == "ratio" else UNITS[self.cost]


ROWS = (
    Row("cold-cpu", "full set cold, CPU, against the loop", "cold", "cpu_s", 0.25, "loop"),
    Row("cold-wall", "full set cold, wall, against the loop", "cold", "wall_s", 0.15, "loop"),
    Row("typst", "full set cold, wall, against Typst", "cold", "wall_s", 1.0, "typst"),
    Row("memory", "full set cold, memory of all processes together", "cold", "peak_mb", 500),
    Row("further", "a further edition, one title, all formats, CPU, against the first", "further", "cpu_s", 0.06,
        "first"),
    Row("next-day", "next day, same text, CPU, against cold", "next-day", "cpu_s", 0.01, "cold"),
    Row("word", "one word in one chapter, all files that hold it, CPU, against cold", "word", "cpu_s", 0.06, "cold"),
    Row("service", "one service of one state, CPU, against cold", "service", "cpu_s", 0.03, "cold"),
    Row("elsewhere", "one service of one state, files of other states touched", "service", "written_elsewhere", 0),
    Row("unchanged", "nothing changed, wall", "unchanged", "wall_s", 0.4),
    Row("warm", "one word, one edition, screen, in the warm process of the preview, CPU", "warm", "cpu_s", 0.5),
    Row("saving", "a save of the real booklet to its picture, median of 20", "saving", "wall_s", 1.0),
    Row("saving-p95", "a save of the real booklet to its picture, 95th percentile", "saving-p95", "wall_s", 2.0),
    Row("orders", "10,000 mixed orders from a file to sheets to print, CPU, against 1,000", "orders", "cpu_s", 10,
        "orders-few"),
    Row("orders-memory", "10,000 mixed orders, memory", "orders", "peak_mb", 300),
    Row("sheets", "10,000 carrier sheets, read back, and lists, CPU: 300 a second on a core", "sheets", "cpu_s", 33.3),
    Row("cluster", "full set by three workers of a cluster, CPU, against at home", "cluster", "cpu_s", 1.25, "cold"),
    Row("long-memory", "1,000 made-up pages, memory, against 50", "long-1000", "peak_mb", 1.5, "long-50"),
    Row("long-cpu", "1,000 made-up pages, CPU a page, against 50", "page-1000", "cpu_s", 1.1, "page-50"),
    Row("imprints", "2,000 imprints of an edition, screen, wall a clinic: 20 a second", "imprint", "wall_s", 0.05),
    Row("imprints-memory", "2,000 imprints of an edition, memory, against 100", "imprints-2000", "peak_mb", 1.1,
        "imprints-100"),
    Row("help", "`booklet --help` beyond `python -c pass`, CPU", "help", "cpu_s", 0.15, "pass", "difference"),
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A row as measured: the medians of both steps, and the median of what each run gave."""

    row: Row
    measured: float
    against: float | None
    value: float

    @property
    def is_met(self) -> bool:
        """True when it is as low as wanted."""
        return self.value <= self.row.wanted


def figure(row: Row, runs: Sequence[Run]) -> Figure | None:
    """The figure of a row over all runs; nothing when its cost cannot be measured on this system.

    Steps of one run are compared with each other, because they had the same machine; the median of these is what
    counts. Raises KeyError when a run lacks a step.
    """
    if any(row.cost not in run[step] for run in runs for step in (row.step, row.against) if step):
        return None
    measured = [run[row.step][row.cost] for run in runs]
    if not row.against:
        return Figure(row, median(measured), None, median(measured))
    against = [run[row.against][row.cost] for run in runs]
    return Figure(row, median(measured), median(against), median(map(COMPARED[row.compared], measured, against)))


def median(values: Iterable[float]) -> float:
    """The middle value; of an even number the mean of the middle two."""
    return float(statistics.median(values))
