"""Teaching drawings: what carries meaning in them can be seen, in every edition's hue and in grey."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import parse

import pytest

from booklet.bindery import STAND_INS, hue_of
from booklet.contrast import Rgb, contrast, luma, rgb_of
from booklet.manuscript import read
from booklet.today import Today
from drawings import kit
from drawings.__main__ import main as compose
from tests.conftest import PROJECT, TODAY

INK, PAPER = "#1a1a1a", "#ffffff"
GRAPHICS = 3.0
"""WCAG 2.2, 1.4.11: graphics that are needed to understand, against what lies beside them."""
GROUNDS = ("tint", "soft")
TEXT = 7.0
FIGURE_MM, SMALLEST_PT = 320 / 72 * 25.4, 12
LARGE_FIGURE_MM, SMALLEST_LARGE_PT = 163, 18
TEXTS = "".join(path.read_text("utf-8") for path in (PROJECT / "chapters").rglob("*.md"))
FIGURES = sorted(set(re.findall(r"::: figure images/(\S+\.svg)", TEXTS)))


def drawn(name: str) -> list[dict[str, str]]:
    return [dict(element.attrib) for element in parse(PROJECT / "chapters/images" / name).iter()]


def grey(colour: Rgb) -> Rgb:
    level = luma(colour)
    return level, level, level


def test_the_pack_has_sixteen_figures_that_teach_and_each_small_booklet_has_one() -> None:
    assert len(FIGURES) >= 16
    for folder in (PROJECT / "chapters/inserts").iterdir():
        assert any("::: figure" in path.read_text("utf-8") for path in folder.glob("*.md")), folder.name


@pytest.mark.parametrize("name", FIGURES)
def test_every_line_is_dark_on_light_or_light_on_dark(name: str) -> None:
    """Lines are drawn in deep or ink; white and tint only part what is dark. No line has a middle tone."""
    lines = {row["stroke"] for row in drawn(name) if row.get("stroke", "none") != "none"}
    assert lines <= {STAND_INS["deep"], INK, PAPER, STAND_INS["tint"]}
    assert not lines or lines & {STAND_INS["deep"], INK}


@pytest.mark.parametrize("name", FIGURES)
def test_words_in_a_figure_are_text_of_twelve_points_or_more(name: str) -> None:
    rows = drawn(name)
    width = float(rows[0]["viewBox"].split()[2])
    sizes = [float(row["font-size"]) for row in rows if "font-size" in row]
    assert sizes and min(sizes) * FIGURE_MM / 25.4 * 72 / width >= SMALLEST_PT
    assert min(sizes) * LARGE_FIGURE_MM / 25.4 * 72 / width >= SMALLEST_LARGE_PT
    assert any(element.tag.endswith("}text") for element in parse(PROJECT / "chapters/images" / name).iter())


def test_dark_lines_stand_out_in_every_edition_and_in_grey() -> None:
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    for edition in manuscript.editions:
        own = manuscript.hue_of(edition)
        hue = hue_of(own.deep, own.tint)
        for ground in (PAPER, kit.WARM, kit.CREAM, kit.SKINS["pale"], kit.SKINS["fair"], *(hue[n] for n in GROUNDS)):
            for line in (hue["deep"], INK):
                one, other = rgb_of(line), rgb_of(ground)
                assert contrast(one, other) >= GRAPHICS, edition.code
                assert contrast(grey(one), grey(other)) >= GRAPHICS, edition.code


def test_faces_are_drawn_in_ink_that_stands_out_on_every_skin_and_coat() -> None:
    for ground in (*kit.SKINS.values(), kit.WARM, kit.CREAM):
        one, other = rgb_of(INK), rgb_of(ground)
        assert contrast(one, other) >= GRAPHICS
        assert contrast(grey(one), grey(other)) >= GRAPHICS


def test_black_words_stand_on_the_warm_hues_in_colour_and_in_grey() -> None:
    for ground in (kit.WARM, kit.CREAM):
        one, other = rgb_of(INK), rgb_of(ground)
        assert contrast(one, other) >= TEXT
        assert contrast(grey(one), grey(other)) >= TEXT


def test_the_drawings_of_the_booklet_are_those_that_are_composed_here(tmp_path: Path) -> None:
    compose(tmp_path)
    composed = sorted(path.name for path in tmp_path.iterdir())
    assert len(composed) > 40
    images = PROJECT / "chapters/images"
    assert [name for name in composed if (images / name).read_bytes() != (tmp_path / name).read_bytes()] == []


def test_every_part_is_used_and_names_where_it_comes_from(tmp_path: Path) -> None:
    kit.USED.clear()
    compose(tmp_path)
    parts = {path.stem for path in kit.PARTS.glob("*.svg")}
    assert parts == kit.USED
    for name in parts:
        assert re.search(r"CC0 1\.0|MIT", (kit.PARTS / f"{name}.svg").read_text("utf-8")), name
