"""Pictures of the pages that are shown, drawn from the very files, and what is new in them."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import reduce
from typing import Any

from PIL import Image, ImageChops, ImageFilter

from booklet.pdf import MM_PER_INCH, PT_PER_MM, Box, Camera, Geometry
from booklet_editor.records import MadeFile, MadePage

RESOLUTIONS_DPI = (72, 96, 144, 192, 288)
"""What a browser may ask for."""
COMPARED_DPI = 72
MOST_KEPT = 160
"""Pictures kept for a browser that scrolls back."""
BLUR_MM = 0.25
"""The standard deviation of a blur that is 0.6 mm wide at half its height: an acuity of 6/30, which parts 5 minutes of
arc, parts no less at 40 cm.
"""
MOST_CHANGES = 40
APART_MM = 1.5
"""Changes nearer to one another, from top to bottom, are one."""


@dataclass(frozen=True)
class PageShown:
    """A page as the browser has it: the name of its picture, and where it differs from what was shown before (boxes of
    left, top, width and height in mm).
    """

    page: MadePage
    file: int
    picture: str
    changes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class _Source:
    """Where a picture is drawn from."""

    camera: Camera
    index: int
    page: MadePage

    def draw(self, dpi: float) -> Image.Image:
        width, height = (side * PT_PER_MM for side in self.page.size_mm)
        whole = Geometry((0.0, 0.0, width, height), None, None, None, None, 0, 1.0)
        return self.camera.picture(self.index, whole, dpi)


class Album:
    """The pictures of one version after another. Its methods may be called from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: dict[str, tuple[PageShown, _Source]] = {}
        self._sources: dict[str, _Source] = {}
        self._kept: OrderedDict[tuple[str, int, bool], bytes] = OrderedDict()
        self._cameras: list[Camera] = []

    def take(self, files: tuple[MadeFile, ...], is_other: bool = False) -> tuple[PageShown, ...]:
        """The pages of these files from now on, each compared with what was last shown under its name, unless this is
        another booklet. A page that looks as before keeps its picture.
        """
        with self._lock:
            if is_other:
                self._shown = {}
            cameras = [Camera(file.content) for file in files]
            shown: dict[str, tuple[PageShown, _Source]] = {}
            for number, (file, camera) in enumerate(zip(files, cameras, strict=True)):
                for index, page in enumerate(file.pages):
                    source = _Source(camera, index, page)
                    shown[page.name] = (self._compared(page, number, source), source)
            self._shown = shown
            self._sources = {row.picture: source for row, source in shown.values()}
            for camera in self._cameras:
                camera.close()
            self._cameras = cameras
            return tuple(row for row, _ in shown.values())

    def _compared(self, page: MadePage, number: int, source: _Source) -> PageShown:
        before = self._shown.get(page.name)
        if before is None:
            return PageShown(page, number, page.made_of, (_whole(page),) if self._shown else ())
        row, old = before
        if row.page.made_of == page.made_of:
            return PageShown(page, number, row.picture)
        changes = differences(old.draw(COMPARED_DPI), source.draw(COMPARED_DPI))
        return PageShown(page, number, page.made_of if changes else row.picture, changes)

    def picture(self, name: str, dpi: int, is_blurred: bool = False) -> bytes | None:
        """One page as PNG, also as somebody with low vision sees it; None for one that is shown no longer."""
        key = (name, dpi, is_blurred)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            source = self._sources.get(name)
            if source is None or dpi not in RESOLUTIONS_DPI:
                return None
            image = source.draw(dpi)
            if is_blurred:
                image = image.filter(ImageFilter.GaussianBlur(BLUR_MM * dpi / MM_PER_INCH))
            content = _png(image)
            self._kept[key] = content
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return content


def _png(image: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG", compress_level=1)
    return target.getvalue()


def _whole(page: MadePage) -> Box:
    return (0.0, 0.0, *page.size_mm)


def differences(old: Image.Image, new: Image.Image) -> tuple[Box, ...]:
    """Where two pictures of `COMPARED_DPI` differ, line by line: left, top, width and height in mm. All of a page that
    has another size.
    """
    mm = MM_PER_INCH / COMPARED_DPI
    if old.size != new.size:
        return ((0.0, 0.0, new.width * mm, new.height * mm),)
    changed = reduce(ImageChops.lighter, ImageChops.difference(old, new).split())
    if changed.getbbox() is None:
        return ()
    rows = [index for index, value in enumerate(changed.getprojection()[1]) if value]
    bands: list[list[int]] = []
    for row in rows:
        if bands and (row - bands[-1][1]) * mm <= APART_MM:
            bands[-1][1] = row
        else:
            bands.append([row, row])
    if len(bands) > MOST_CHANGES:
        bands = [[rows[0], rows[-1]]]
    found = []
    for top, bottom in bands:
        box = changed.crop((0, top, changed.width, bottom + 1)).getbbox()
        if box:
            left, _, right, _ = box
            found.append((left * mm, top * mm, (right - left) * mm, (bottom + 1 - top) * mm))
    return tuple(found)
