"""Where the time of a build goes: by phases of the walk, and by what takes longest."""

from __future__ import annotations

import pstats
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from booklet.composing import proofread
from booklet.finishing import finish
from booklet.jobs import finish_job, typeset_title
from booklet.manuscript import read
from booklet.preflight import examine
from booklet.typesetting import typeset_part
from booklet.walk import compose_all, walk

PHASES: Mapping[str, tuple[tuple[object, ...], tuple[object, ...]]] = {
    "reading, proofreading and composing": ((read, proofread, compose_all), ()),
    "typesetting what differs, and finding the rest in the store": ((typeset_title, typeset_part), ()),
    "linking files": ((finish,), (typeset_part,)),
    "examining files": ((examine,), ()),
    "the rest of each job: checksums, writing": ((finish_job,), (finish, examine)),
    "delivering, and the store": ((walk,), (read, proofread, compose_all, typeset_title, finish_job)),
}
"""Each phase is the time within the first functions without that within the second."""
HOTTEST = 8


@dataclass(frozen=True)
class Profile:
    """Seconds of a build in one process under cProfile: in all, by phase, and of the functions that took the most of
    their own, as `(name, calls, seconds)`.
    """

    total_s: float
    phases: Mapping[str, float]
    hottest: tuple[tuple[str, int, float], ...]


def profile_of(path: Path) -> Profile:
    """What cProfile wrote to a file."""
    stats = pstats.Stats(str(path))
    rows: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = stats.stats  # type: ignore[attr-defined]
    within = {(file, name): spent for (file, _, name), (_, _, _, spent, _) in rows.items()}

    def spent_in(functions: tuple[object, ...]) -> float:
        codes = [function.__code__ for function in functions]  # type: ignore[attr-defined]
        return sum(within.get((code.co_filename, code.co_name), 0.0) for code in codes)

    phases = {words: spent_in(those) - spent_in(without) for words, (those, without) in PHASES.items()}
    total = sum(own for _, _, own, _, _ in rows.values())
    hottest = sorted(rows.items(), key=lambda row: -row[1][2])[:HOTTEST]
    return Profile(
        total,
        {"starting, and loading libraries": total - sum(phases.values()), **phases},
        tuple((_named(file, name), calls, own) for (file, _, name), (_, calls, own, _, _) in hottest),
    )


def _named(file: str, name: str) -> str:
    place = Path(file)
    return re.sub(r" at 0x\w+", "", name) if file == "~" else f"{place.parent.name}/{place.name} {name}"
