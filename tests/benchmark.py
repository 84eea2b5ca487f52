"""Compares, in one run, what this project does with what WeasyPrint does alone.

    python tests/benchmark.py [--runs N]             CPU time of a first full build and of a plain loop
    python tests/benchmark.py --writing [--runs N]   bytes of one edition, and CPU time of writing it tagged

The loop sets each edition whole, from the same composed HTML, styles and fonts, with the same page references (by
`target-counter`), and writes it tagged (`pdf/ua-1`). It checks and stores nothing. Each run is a process of its
own, the two taking turns.
"""

from __future__ import annotations

import argparse
import gc
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from booklet.composing import Part

PROJECT = Path(__file__).resolve().parent.parent
BASE = (PROJECT / "chapters").as_uri() + "/"
DAY = "2026-11-22"
REFERENCES = "<style>[data-ref]::after { content: target-counter(attr(data-ref), page) }</style>"


def plain_loop() -> None:
    """Every edition as one document, the way a script without this project would do it."""
    import weasyprint

    from booklet.build import styles_folder
    from booklet.composing import compose, shipped_faces
    from booklet.manuscript import read
    from booklet.typesetting import FORMATS

    manuscript, _ = read(PROJECT, date.fromisoformat(DAY))
    assert manuscript
    sheets = [str(styles_folder() / sheet) for sheet in FORMATS["screen"].sheets]
    for edition in manuscript.editions:
        faces = shipped_faces(styles_folder())
        (composition,), _ = compose(manuscript, edition, PROJECT, date.fromisoformat(DAY), faces)
        assert composition.back_cover
        html = whole((*composition.front, *composition.body, composition.back_cover))
        document = weasyprint.HTML(string=html, base_url=BASE)
        document.write_pdf(stylesheets=sheets, pdf_variant="pdf/ua-1")


def whole(parts: Iterable[Part]) -> str:
    """The parts as one document, its page references made by the engine."""
    from booklet.composing import PAGE_TOKENS

    bodies = (re.search(r"<body class=\"([^\"]*)\">(.*)</body>", part.html, re.DOTALL) for part in parts)
    html = "".join(f'<div class="{body[1]}">{body[2]}</div>' for body in bodies if body)
    html = PAGE_TOKENS.sub(r'<span data-ref="#\1"></span>', html).replace('href="booklet:', 'href="#')
    html = re.sub(' data-line="[^"]*"', "", html)
    return f'<html lang="en-AU"><head><title>Booklet</title>{REFERENCES}</head><body>{html}</body></html>'


@contextmanager
def engine_alone() -> Iterator[None]:
    """The engine without our structure writer, and with its own way to cut fonts down."""
    import weasyprint.pdf

    from booklet.typesetting import engine  # whose seams are taken out meanwhile

    seams = weasyprint.pdf.add_tags, weasyprint.pdf.fonts.Font.subset
    weasyprint.pdf.add_tags = weasyprint.pdf.tags.add_tags
    weasyprint.pdf.fonts.Font.subset = engine.SUBSET
    try:
        yield
    finally:
        weasyprint.pdf.add_tags, weasyprint.pdf.fonts.Font.subset = seams


def laid_out(parts: Iterable[Part], form: str) -> Any:
    """One document of all parts, on its pages."""
    import weasyprint

    from booklet.build import styles_folder
    from booklet.typesetting import FORMATS

    sheets = [str(styles_folder() / sheet) for sheet in FORMATS[form].sheets]
    return weasyprint.HTML(string=whole(parts), base_url=BASE).render(stylesheets=sheets)


def writing(runs: int) -> tuple[float, float]:
    """How much of the engine's own bytes and CPU time our writing of one edition takes, tagged, all else the same.

    Bytes are those of the finished booklet. Time is that of `write_pdf` on the same pages, the median of several.
    """
    from booklet import bindery
    from booklet.build import styles_folder
    from booklet.composing import compose, shipped_faces
    from booklet.manuscript import read
    from booklet.typesetting import FORMATS, Typesetter, typeset

    manuscript, _ = read(PROJECT, date.fromisoformat(DAY))
    assert manuscript
    edition = next(edition for edition in manuscript.editions if edition.code == "VIC")
    (composition,), _ = compose(manuscript, edition, PROJECT, date.fromisoformat(DAY), shipped_faces(styles_folder()))
    (segments,), _ = typeset((composition,), Typesetter(PROJECT, styles_folder(), FORMATS["screen"], None))
    hue = bindery.hue_of(edition.hue.deep, edition.hue.tint)
    title = bindery.Title("Booklet", "", "", "en-AU", date.fromisoformat(DAY), composition.titles, hue)
    ours_bytes = len(bindery.bind(segments, title))
    parts = [segment.part for segment in segments]
    rows = []
    for _ in range(runs):
        with engine_alone():
            theirs, theirs_bytes = _timed(laid_out(parts, "screen"))
        ours, _ = _timed(laid_out(parts, "screen"))
        rows.append(ours / theirs)
        print(f"{ours:.3f} s of {theirs:.3f} s; {ours_bytes} bytes of {theirs_bytes}")
    return ours_bytes / theirs_bytes, statistics.median(rows)


def _timed(document: Any) -> tuple[float, int]:
    gc.collect()
    start = time.process_time()
    content = document.write_pdf(pdf_variant="pdf/ua-1")
    return time.process_time() - start, len(content)


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
                "--title",
                "main",
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
    parser.add_argument("--writing", action="store_true")
    arguments = parser.parse_args()
    if arguments.loop:
        plain_loop()
        return
    if arguments.writing:
        of_bytes, of_time = writing(arguments.runs)
        print(f"{of_bytes:.2f} of the bytes, {of_time:.2f} of the time (median)")
        return
    rows = compare(arguments.runs)
    print("run  first build  plain loop  ratio   (CPU seconds, all editions)")
    for number, (built, looped) in enumerate(rows, 1):
        print(f"{number:3}  {built:11.2f}  {looped:10.2f}  {built / looped:5.2f}")
    print(f"median ratio {statistics.median(built / looped for built, looped in rows):.2f}")


if __name__ == "__main__":
    main()
