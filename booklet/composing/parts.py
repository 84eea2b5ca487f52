"""A part of a booklet, which everything behind composing works on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One part of a booklet as a complete HTML document, with page tokens where page numbers go.

    `assets` are the images it shows, relative to the chapters folder; `file` is the source that complaints name.
    """

    id: str
    title: str
    kind: str
    html: str
    assets: tuple[str, ...]
    file: str
