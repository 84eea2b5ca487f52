"""From a save to the new picture on the screen: `python -m tests.benchmark.saving PROJECT EDITION TITLE DAY EDITS`.

A preview of the project is looked at in a browser. A word is changed in one chapter after another, and the clock runs
from before the file is written until the browser has the new picture on its screen.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browsers import FLAGS, browser_path

LOOK_MS = 60_000
PARAGRAPH = re.compile(r"^[A-Z][^\n{}\[\]<>|:]{60,}\.$", re.MULTILINE)
"""A line of nothing but words."""


def main(project: Path, edition: str, title: str, day: str, edits: int) -> None:
    """Print the wall seconds of each edit as JSON, on standard error."""
    command = [sys.executable, "-m", "booklet", "preview", "--no-open", "--project", str(project), "--edition", edition]
    command += ["--title", title, "--date", day]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as preview,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=browser_path(), args=list(FLAGS)) as browser,
    ):
        assert preview.stdout
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(preview.stdout.readline().strip())
            _rest(page)
            seconds = list(islice(_timed(page, project), edits))
        finally:
            preview.terminate()
    print(json.dumps(seconds), file=sys.stderr)


def _timed(page: Page, project: Path) -> Iterator[float]:
    chapters = [
        path for path in sorted((project / "chapters").glob("*.md")) if PARAGRAPH.search(path.read_text("utf-8"))
    ]
    for path in cycle(chapters):
        text = path.read_text("utf-8")
        found = PARAGRAPH.search(text)
        assert found
        words = found[0].removesuffix(".").split(" ")
        edited = " ".join([*words[:-1], f"{words[-1]}s"]) + "."
        before = int(page.evaluate("document.body.dataset.painted"))
        start = time.time()
        path.write_text(text.replace(found[0], edited, 1), "utf-8")
        page.wait_for_selector(f"body:not([data-painted='{before}'])", timeout=LOOK_MS)
        yield float(page.evaluate("document.body.dataset.paintedAt")) / 1000 - start  # the driver looks less often
        _rest(page)


def _rest(page: Page) -> None:
    """Wait until all is shown and looked into, as somebody does who reads what they wrote."""
    page.wait_for_selector("body[data-painted]", timeout=10 * LOOK_MS)
    expect(page.locator("#doing")).to_contain_text(re.compile("[0-9] (error|warning)"), timeout=LOOK_MS)


if __name__ == "__main__":
    project, edition, title, day, edits = sys.argv[1:]
    main(Path(project), edition, title, day, int(edits))
