"""One word changed while a process is warm: `python -m tests.benchmark.warm PROJECT EDITION TITLE DAY FILE OLD NEW`.

Does for one edition of one title, for the screen, what the preview's process does: makes the pages and examines them,
edits a file, and does so again. What the second time cost is printed: the pages, and what preflight says of them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from booklet_editor.making import begin, examine, make
from booklet_editor.records import Choice, Request
from tests.benchmark.measuring import tree_cpu_s


def main(project: Path, edition: str, title: str, day: str, file: Path, old: str, new: str) -> None:
    """Print CPU and wall seconds of the second time as JSON, on standard error."""
    request = Request(project, date.fromisoformat(day), Choice(edition, title, "screen"))
    with tempfile.TemporaryDirectory() as aside:
        begin(os.getppid(), Path(aside))
        first = make(request)
        examine()
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
        with _timed() as making:
            second = make(request)
        with _timed() as examining:
            examine()
    if not first.files or not second.files or first.files == second.files:
        sys.exit("\n".join(map(str, (*first.findings, *second.findings))) or "The edit changed no file.")
    print(json.dumps({"warm": making, "warm-examined": examining}), file=sys.stderr)


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """CPU and wall seconds of what is done meanwhile."""
    used: dict[str, float] = {}
    cpu_s, wall_s = tree_cpu_s(), time.monotonic()
    yield used
    used |= {"cpu_s": tree_cpu_s() - cpu_s, "wall_s": time.monotonic() - wall_s}


if __name__ == "__main__":
    project, edition, title, day, file, old, new = sys.argv[1:]
    main(Path(project), edition, title, day, Path(file), old, new)
