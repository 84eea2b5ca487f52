"""Where each piece of a bound booklet comes from, kept in the project's cache beside the segments.

A PDF cannot say which chapter and line its words stand in; the typesetter can. What it noted is kept under the hash
of the finished file, so that a finding about that file can name a line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from booklet.findings import Place
from booklet.typesetting import CACHE, Segment

Sources = dict[tuple[int, int], Place]
"""The place of each marked content, by page index (from 0) and number (MCID)."""


def sources_of(segments: Iterable[Segment]) -> Sources:
    """The places of everything in a booklet that these segments are bound to. Where the line is not known, the file."""
    places: Sources = {}
    first = 0
    for segment in segments:
        for index, page in enumerate(segment.sources):
            for number, place in enumerate(page):
                file, _, line = place.rpartition(":")
                places[first + index, number] = Place(file, int(line)) if file else Place(segment.part.file)
        first += segment.layout.pages
    return places


def keep_sources(project: Path, content: bytes, sources: Sources) -> None:
    """Keep them for this file. A cache that cannot be written costs a line number and nothing else."""
    places = sorted(set(sources.values()))
    numbers = {place: number for number, place in enumerate(places)}
    rows = [[page, number, numbers[place]] for (page, number), place in sources.items()]
    path = _path(project, content)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps({"places": [[place.file, place.line] for place in places], "rows": rows}), "utf-8")
        aside.replace(path)
    except OSError:
        return


def source_lines(project: Path, content: bytes) -> Sources:
    """The places of everything in this file, or nothing when it is not a booklet that was built here."""
    try:
        facts = json.loads(_path(project, content).read_text("utf-8"))
        places = [Place(str(file), int(line)) for file, line in facts["places"]]
        return {(int(page), int(number)): places[place] for page, number, place in facts["rows"]}
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return {}


def _path(project: Path, content: bytes) -> Path:
    return project / CACHE / "sources" / f"{sha256(content).hexdigest()}.json"
