"""Teaching drawings: what carries meaning in them can be seen, in every edition's hue and in grey."""

from __future__ import annotations

import re
from xml.etree.ElementTree import parse

import pytest

from booklet.bindery import STAND_INS, hue_of
from booklet.contrast import Rgb, contrast, luma, rgb_of
from booklet.manuscript import read
from booklet.today import Today
from tests.conftest import PROJECT, TODAY

INK, PAPER = "#1a1a1a", "#ffffff"
GRAPHICS = 3.0
"""WCAG 2.2, 1.4.11: graphics that are needed to understand, against what lies beside them."""
GROUNDS = ("tint", "soft")
FIGURE_MM, SMALLEST_PT = 113, 12
TEXTS = "".join(path.read_text("utf-8") for path in (PROJECT / "chapters").rglob("*.md"))
FIGURES = sorted(set(re.findall(r"::: figure images/(\S+\.svg)", TEXTS)))


def drawn(name: str) -> list[dict[str, str]]:
    return [dict(element.attrib) for element in parse(PROJECT / "chapters/images" / name).iter()]


def grey(colour: Rgb) -> Rgb:
    level = luma(colour)
    return level, level, level


def test_there_are_ten_figures_in_the_main_booklet_and_one_in_each_insert() -> None:
    main = "".join(path.read_text("utf-8") for path in (PROJECT / "chapters").glob("*.md"))
    assert len(set(re.findall(r"::: figure (\S+)", main))) >= 10
    for folder in (PROJECT / "chapters/inserts").iterdir():
        assert any("::: figure" in path.read_text("utf-8") for path in folder.glob("*.md")), folder.name


@pytest.mark.parametrize("name", FIGURES)
def test_every_line_is_dark_on_light_or_light_on_dark(name: str) -> None:
    """Lines are drawn in deep or ink; white and tint only part what is dark. No line has a middle tone."""
    lines = {row["stroke"] for row in drawn(name) if row.get("stroke", "none") != "none"}
    assert lines <= {STAND_INS["deep"], INK, PAPER, STAND_INS["tint"]}
    assert STAND_INS["deep"] in lines


@pytest.mark.parametrize("name", FIGURES)
def test_words_in_a_figure_are_text_of_twelve_points_or_more(name: str) -> None:
    rows = drawn(name)
    width = float(rows[0]["viewBox"].split()[2])
    sizes = [float(row["font-size"]) for row in rows if "font-size" in row]
    assert sizes and min(sizes) * FIGURE_MM / 25.4 * 72 / width >= SMALLEST_PT
    assert any(element.tag.endswith("}text") for element in parse(PROJECT / "chapters/images" / name).iter())


def test_dark_lines_stand_out_in_every_edition_and_in_grey() -> None:
    manuscript, _ = read(PROJECT, Today(TODAY))
    assert manuscript
    for edition in manuscript.editions:
        hue = hue_of(edition.hue.deep, edition.hue.tint)
        for ground in (PAPER, *(hue[name] for name in GROUNDS)):
            for line in (hue["deep"], INK):
                one, other = rgb_of(line), rgb_of(ground)
                assert contrast(one, other) >= GRAPHICS, edition.code
                assert contrast(grey(one), grey(other)) >= GRAPHICS, edition.code
