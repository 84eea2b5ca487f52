"""The figures that teach about the body and its medicines."""

from __future__ import annotations

from datetime import date
from functools import cache
from math import cos, radians, sin
from pathlib import Path
from textwrap import wrap

from booklet.manuscript import Manuscript, read
from booklet.today import Today
from drawings import people as cast
from drawings.kit import (
    CREAM,
    DEEP,
    FIGURES_FACE,
    INK,
    MID,
    PAPER,
    SKINS,
    SOFT,
    TINT,
    WARM,
    badge,
    circle,
    drawing,
    group,
    line,
    path,
    rect,
    sign,
    words,
)

PROJECT = Path(__file__).parent.parent


@cache
def _manuscript() -> Manuscript:
    manuscript, _ = read(PROJECT, Today(date.today()))
    assert manuscript
    return manuscript


def urgent(name: str) -> tuple[str, str]:
    """A sign of the list of urgent signs by its id, in short and explained, word for word."""
    found = next(row for row in _manuscript().urgent_signs if row.id == name)
    return found.sign, found.words or ""


def to_ring(whom: str) -> str:
    """The title of a list of urgent signs."""
    return _manuscript().book.rings[whom]


URGENT = (
    ("stroke", (10, 20), (52, 31)),
    ("breath", (90, 79), (54, 70)),
    ("allergy", (10, 46), (52, 45)),
    ("sepsis", (10, 138), (29, 124)),
    ("svco", (90, 56), (58, 46)),
    ("seizure", (90, 10), (60, 12)),
    ("sight", (90, 33), (59, 25)),
    ("bleeding", (90, 125), (54, 100)),
    ("cord", (90, 148), (50, 122)),
    ("liver", (10, 92), (42, 84)),
    ("pain", (90, 102), (64, 84)),
)
"""Where each urgent sign is felt: its number's place beside the body, and the point on the body."""


def urgent_body() -> str:
    """Somebody from head to knee, with a number for each urgent sign."""
    who = cast.DAWN.but(body="easing-wb", head="turban", face="smile", cloth=TINT, skin="brown").drawn((50, 40), 0.072)
    clip = '<clipPath id="to-the-knee"><rect x="0" y="0" width="100" height="180"/></clipPath>'
    marks = []
    for number, (name, (x, y), point) in enumerate(URGENT, 1):
        lead = line((x, y), point, width=1.2) + circle(*point, 2.6, PAPER) + circle(*point, 1.8, DEEP)
        marks.append(f'{lead}<g id="sign-{name}">{circle(x, y, 9.4, PAPER)}{badge(x, y, str(number), 8.6)}</g>')
    return drawing(
        100,
        180,
        "A woman from head to knee, with numbers around her that point to where urgent signs are felt",
        clip,
        f'<g clip-path="url(#to-the-knee)">{who}</g>',
        *marks,
    )


def _back() -> str:
    """Somebody from behind, down to the hips, with the spine, the cord in it, and a band around the chest."""
    skin = SKINS["fair"]
    arms = (
        "M78 66C66 84 62 120 62 158L74 212H92L80 160L92 104ZM162 66C174 84 178 120 178 158L166 212H148L160 160L148 104Z"
    )
    trunk = "M118 20C118 40 116 46 104 52C88 57 80 64 78 78L90 116C92 140 92 156 90 176C86 194 82 204 82 222H158C158 204 154 194 150 176C148 156 148 140 150 116L162 78C160 64 152 57 136 52C124 46 122 40 122 20Z"
    ears = "M98 24C94 24 94 34 99 34ZM142 24C146 24 146 34 141 34Z"
    hair = "M120 0C104 0 97 10 98 22C98 36 106 42 120 42C134 42 142 36 142 22C143 10 136 0 120 0Z"
    band = "M90 116C104 123 136 123 150 116L149 132C136 138 104 138 91.5 132Z"
    edges = "M90 116C104 123 136 123 150 116M91.5 132C104 138 136 138 149 132"
    bone = "".join(
        f"M{112 - i * 0.15:g} {58 + i * 11.2:g}h{16 + i * 0.3:g}q3 4 0 7h-{16 + i * 0.3:g}q-3-3.5 0-7Z"
        for i in range(13)
    )
    return "".join(
        (
            path(arms, skin, INK),
            path(trunk, skin, INK),
            path(ears, skin, INK),
            path(hair, INK),
            path(band, WARM),
            path(edges, stroke=INK, width=1, dash="3 3"),
            path(bone, PAPER, INK, 1),
            line((120, 50), (120, 204), width=3.4),
            path("M70 208C96 216 144 216 170 208V236H70Z", MID, INK),
        )
    )


def cord_signs() -> str:
    """The signs of pressure on the spinal cord, on a back, in the words of the list of urgent signs."""
    back, band = urgent("back")[0].rsplit(", or ", 1)
    rows = (((62, 84), back), ((86, 130), band.capitalize()), ((76, 208), urgent("legs")[0]))
    out = [
        group(_back(), at=(-58, 6)),
        rect(104, 0, 216, 26, WARM, round=8),
        words(212, 17.5, to_ring("team-now"), bold=True, anchor="middle"),
    ]
    y = 46.0
    for number, (point, text) in enumerate(rows, 1):
        lines = wrap(text, 25)
        out += [line(point, (150, y - 4), width=1.2), circle(*point, 2.2, DEEP), badge(150, y - 4, str(number), 9)]
        out.append(words(164, y, *lines))
        y += 14.4 * len(lines) + 12
    emergency = (
        rect(0, 0, 320, 65, DEEP, round=8),
        words(14, 20, to_ring("000"), bold=True, size=13, fill=PAPER, face=FIGURES_FACE),
        words(14, 38, *wrap(urgent("cord")[0], 48), fill=PAPER),
    )
    title = "A back with the spine, and signs of pressure on the spinal cord"
    return drawing(320, 315, title, *emergency, group(*out, at=(0, 75)))


def _ring(count: int, piece: str) -> str:
    """A piece, repeated around a cell of 28 units."""
    turns = [360 / count * number for number in range(count)]
    return "".join(group(piece, at=(28 * cos(radians(t)), 28 * sin(radians(t))), turn=t) for t in turns)


def subtypes() -> str:
    """Four kinds of cells: with receptors for hormones, with many or few HER2, with none of these."""
    lock = path("M-4-5H3V5H-4Z", DEEP, INK, 1) + circle(8, 0, 3.8, WARM, INK, 1)
    feeler = path("M-2 0H6M6 0L11-4M6 0L11 4", stroke=INK, width=1.8)
    cell = circle(0, 0, 28, SOFT, INK, 1.2) + circle(0, 0, 11, PAPER, INK, 1.2) + circle(2, -2, 4, MID, INK, 1)
    kinds = (
        ("Hormone", "receptor-", "positive", _ring(6, lock)),
        ("HER2-", "positive", "a lot of HER2", _ring(14, feeler)),
        ("HER2-low", "", "a little HER2", _ring(4, group(feeler, turn=0))),
        ("Triple", "negative", "few or none", ""),
    )
    out = []
    for number, (one, two, three, around) in enumerate(kinds):
        x, y = number % 2 * 164, number // 2 * 96
        out += [
            rect(x, y, 156, 90, CREAM if number in (0, 3) else TINT, round=8),
            group(cell, around, at=(x + 39, y + 45), scale=0.86),
        ]
        bold = [row for row in (one, two) if row] + ([three] if number == 0 else [])
        out.append(words(x + 80, y + 34, *bold, bold=True))
        out.append("" if number == 0 else words(x + 80, y + 36 + 14.4 * len(bold), three))
    key = path("M16 201h8v10h-8Z", DEEP, INK, 1) + words(30, 210.5, "hormone receptor")
    key += (
        circle(146, 206, 3.8, WARM, INK, 1)
        + words(156, 210.5, "hormone")
        + group(feeler, at=(224, 206))
        + words(242, 210.5, "HER2")
    )
    return drawing(320, 225, "Four kinds of breast cancer cells", *out, key)


def medicine_ways_in() -> str:
    """How medicines get into the body."""
    who = cast.MARLA.but(body="striped-shirt", cloth=TINT, face="calm").drawn((116, 86), 0.158)
    port = (
        circle(138, 112, 6.5, WARM, INK, 1.2)
        + circle(138, 112, 2.4, PAPER, INK, 1)
        + path("M138 105.5C138 94 130 92 124 96", stroke=INK, width=1.2)
    )
    drip = (
        path("M58 176C40 190 26 176 24 150V44", stroke=DEEP, width=1.6)
        + path("M10 6H38V36Q24 50 10 36Z", PAPER, DEEP)
        + path("M10 20H38V36Q24 50 10 36Z", SOFT)
        + path("M10 6H38V36Q24 50 10 36Z", "none", DEEP)
        + path("M24 0V6", stroke=DEEP)
    )
    plaster = rect(50, 168, 18, 9, PAPER, INK, 3)
    clip = '<clipPath id="to-the-hip"><rect x="0" y="0" width="320" height="198"/></clipPath>'
    spots = ((120, 58), (124, 88), (38, 124), (136, 124))
    texts = "".join(badge(x, y, str(number), 9) for number, (x, y) in enumerate(spots, 1))
    ways = (
        ("By mouth", "tablets or capsules"),
        ("Through a port", "a disc under the skin"),
        ("By a drip", "a tube into a vein"),
        ("By injection", "in the skin or a muscle"),
    )
    for number, ((head, text), y) in enumerate(zip(ways, (20, 60, 100, 140), strict=True), 1):
        texts += badge(169, y - 4, str(number), 9) + words(184, y, head, bold=True) + words(184, y + 15, text)
    needle = group(sign("syringe", 0, 0, 30), at=(150, 168))
    who = f'<g clip-path="url(#to-the-hip)">{who}</g>'
    return drawing(
        320,
        162,
        "A woman, and four ways in which medicines get into her body",
        clip,
        group(drip, who, plaster, port, needle, scale=0.8),
        texts,
    )


def seizure_help() -> str:
    """First aid in a seizure, in four steps, and when to ring."""
    steps = (
        ("Stay, and time it", "Look at a clock"),
        ("Make it safe", "Something soft under the head"),
        ("Do not hold them down", "Nothing in the mouth"),
        ("Turn them on their side", "Once the jerking stops"),
    )
    out = []
    for number, (head, text) in enumerate(steps):
        y = 18 + number * 40
        out += [badge(14, y, str(number + 1), 11), words(34, y - 2, head, bold=True), words(34, y + 13, text)]
    out.append(rect(0, 168, 320, 84, DEEP, round=8))
    out.append(words(14, 189, "Ring triple zero, above all if", bold=True, size=13, fill=PAPER))
    left = ("• it is the first one", "• it lasts over 5 minutes", "• a second one follows")
    out.append(words(14, 207, *left, leading=15, fill=PAPER))
    out += [
        words(166, 207, "• they are hurt", fill=PAPER),
        words(166, 222, "• they do not wake within", "5 minutes of its end", leading=15, fill=PAPER),
    ]
    mat = rect(214, 74, 106, 74, TINT, round=10)
    lying = cast.ALEX.but(body="closed-leg-wb", face="eyes-closed", glasses="", cloth=WARM).drawn(
        (286, 106), 0.047, turn=88
    )
    return drawing(320, 252, "Four steps of first aid in a seizure, and when to ring triple zero", mat, lying, *out)


FIGURES = {
    "urgent-body": urgent_body,
    "cord-signs": cord_signs,
    "subtypes": subtypes,
    "medicine-ways-in": medicine_ways_in,
    "seizure-help": seizure_help,
}
