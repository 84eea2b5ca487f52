"""The sources as they lie on the disk."""

from __future__ import annotations

from pathlib import Path

from booklet.files import stamps

Stamps = dict[str, tuple[int, ...]]


def sources_of(project: Path) -> Stamps:
    """What changes of each source when it is saved, but for what editors keep beside the files that they write."""
    return {
        name: facts
        for name, facts in stamps(project / "chapters", project).items()
        if not any(part.startswith(".") for part in name.split("/")) and not name.endswith("~")
    }
