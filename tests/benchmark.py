"""Compares, in one run, the CPU time of a first full build with that of a plain WeasyPrint loop.

    python tests/benchmark.py [--runs N]

The loop sets each edition whole, from the same composed HTML, styles and fonts, with the same page references (by
`target-counter`), and writes it tagged (`pdf/ua-1`). It checks and stores nothing. Each run is a process of its
own, the two taking turns.
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DAY = "2026-11-22"
REFERENCES = "<style>[data-ref]::after { content: target-counter(attr(data-ref), page) }</style>"


def plain_loop() -> None:
    """Every edition as one document, the way a script without this project would do it."""
    import weasyprint

    from booklet.build import styles_folder
    from booklet.composing import PAGE_TOKENS, compose, shipped_faces
    from booklet.manuscript import read
    from booklet.typesetting import FORMATS

    manuscript, _ = read(PROJECT, date.fromisoformat(DAY))
    assert manuscript
    sheets = [str(styles_folder() / sheet) for sheet in FORMATS["screen"].sheets]
    for edition in manuscript.editions:
        faces = shipped_faces(styles_folder())
        (composition,), _ = compose(manuscript, edition, PROJECT, date.fromisoformat(DAY), faces)
        assert composition.back_cover
        parts = (*composition.front, *composition.body, composition.back_cover)
        bodies = (re.search(r"<body class=\"([^\"]*)\">(.*)</body>", part.html, re.DOTALL) for part in parts)
        html = "".join(f'<div class="{body[1]}">{body[2]}</div>' for body in bodies if body)
        html = PAGE_TOKENS.sub(r'<span data-ref="#\1"></span>', html).replace('href="booklet:', 'href="#')
        html = f'<html lang="en-AU"><head><title>Booklet</title>{REFERENCES}</head><body>{html}</body></html>'
        document = weasyprint.HTML(string=html, base_url=(PROJECT / "chapters").as_uri() + "/")
        document.write_pdf(stylesheets=sheets, pdf_variant="pdf/ua-1")


def cpu_seconds(command: list[str]) -> float:
    """User and system time of a finished command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(runs: int) -> list[tuple[float, float]]:
    """CPU seconds of a first build and of the loop, run after run."""
    rows = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder)
            (project / "chapters").symlink_to(PROJECT / "chapters")
            build = [
                sys.executable,
                "-m",
                "booklet",
                "build",
                "--date",
                DAY,
                "--no-cache",
                "--quiet",
                "--format",
                "screen",
            ]
            built = cpu_seconds([*build, "--project", str(PROJECT), "--out", str(project / "dist")])
        rows.append((built, cpu_seconds([sys.executable, __file__, "--loop"])))
    return rows


def main() -> None:
    """Print the comparison, or be the loop when asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--loop", action="store_true")
    arguments = parser.parse_args()
    if arguments.loop:
        plain_loop()
        return
    rows = compare(arguments.runs)
    print("run  first build  plain loop  ratio   (CPU seconds, all editions)")
    for number, (built, looped) in enumerate(rows, 1):
        print(f"{number:3}  {built:11.2f}  {looped:10.2f}  {built / looped:5.2f}")
    print(f"median ratio {statistics.median(built / looped for built, looped in rows):.2f}")


if __name__ == "__main__":
    main()
