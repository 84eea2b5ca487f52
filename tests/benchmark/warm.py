"""One word changed while a process is warm: `python -m tests.benchmark.warm PROJECT EDITION TITLE DAY FILE OLD NEW`.

Builds one edition of one title for the screen, edits a file, builds again, and prints what the second build cost.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

from booklet.build import Order, build
from tests.benchmark.measuring import tree_cpu_s


def main(project: Path, edition: str, title: str, day: str, file: Path, old: str, new: str) -> None:
    """Print CPU and wall seconds of the second build as JSON, on standard error."""
    order = Order(project, project / "dist", date.fromisoformat(day), (edition,), ("screen",), (title,))
    first = build(order)
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    cpu_s, wall_s = tree_cpu_s(), time.monotonic()
    second = build(order)
    used = {"cpu_s": tree_cpu_s() - cpu_s, "wall_s": time.monotonic() - wall_s}
    if first.failed or second.failed or first.files == second.files:
        sys.exit("\n".join(map(str, (*first.findings, *second.findings))) or "The edit changed no file.")
    print(json.dumps(used), file=sys.stderr)


if __name__ == "__main__":
    project, edition, title, day, file, old, new = sys.argv[1:]
    main(Path(project), edition, title, day, Path(file), old, new)
