"""Write all drawings: `python -m drawings [folder]`."""

from __future__ import annotations

import sys
from pathlib import Path

from drawings import body, figures, landscapes, openers

DRAWINGS = figures.FIGURES | body.FIGURES | landscapes.PAGES

IMAGES = Path(__file__).parent.parent / "chapters/images"


def main(folder: Path) -> None:
    """Every drawing, under its name."""
    for name, draw in DRAWINGS.items():
        (folder / f"{name}.svg").write_text(draw(), "utf-8")
    for chapter, draw in openers.OPENERS.items():
        (folder / f"opener-{chapter}.svg").write_text(draw(), "utf-8")
    for state in landscapes.STATES:
        (folder / f"cover-{state}.svg").write_text(landscapes.state_cover(state), "utf-8")
    for topic in landscapes.TOPICS:
        (folder / f"insert-cover-{topic}.svg").write_text(landscapes.topic_cover(topic), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
