"""Half-page drawings that open chapters: people in their days, without words."""

from __future__ import annotations

from collections.abc import Callable

from drawings import people as cast
from drawings.kit import CREAM, DEEP, INK, MID, PAPER, SOFT, TINT, WARM, circle, drawing, group, path, rect, sign
from drawings.landscapes import birds, gum, tufts

WIDTH, HEIGHT = 320, 216
TOP, SHOWN = 26, 162
"""A strip of the scene is shown: nine lines of text high."""


def scene(title: str, fill: str, *pieces: str) -> str:
    """A drawing on a ground with round corners; what runs over the edge is cut."""
    cut = f'<clipPath id="edge"><rect y="{TOP}" width="{WIDTH}" height="{SHOWN}" rx="10"/></clipPath>'
    inside = f'<g clip-path="url(#edge)">{rect(0, 0, WIDTH, HEIGHT, fill, round=0)}{"".join(pieces)}</g>'
    return drawing(WIDTH, SHOWN, title, cut + inside).replace('viewBox="0 0', f'viewBox="0 {TOP}')


def floor(y: float, fill: str) -> str:
    """The floor of a room."""
    return rect(0, y, WIDTH, HEIGHT - y, fill, round=0)


def window(x: float, y: float, width: float, height: float, *view: str) -> str:
    """A window with hills in it."""
    hills = path(
        f"M{x:g} {y + height * 0.62:g}q{width * 0.25:g} {-height * 0.2:g} {width * 0.5:g} 0t{width * 0.5:g} {-height * 0.08:g}V{y + height:g}H{x:g}Z",
        MID,
    )
    sun = circle(x + width * 0.3, y + height * 0.34, height * 0.13, WARM)
    frame = path(
        f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}ZM{x + width / 2:g} {y:g}v{height:g}", stroke=INK, width=2
    )
    return rect(x, y, width, height, PAPER, round=0) + sun + hills + "".join(view) + frame


def plant(x: float, base: float, scale: float = 1) -> str:
    """A plant in a pot."""
    pot = path("M-13 0H13L10 26H-10Z", WARM, INK)
    leaves = "".join(
        group(path("M0 0C-9-12-8-28 0-42C8-28 9-12 0 0Z", MID, INK), turn=turn) for turn in (-48, 48, -22, 22, 0)
    )
    return group(leaves, pot, at=(x, base - 26 * scale), scale=scale)


def table(x: float, y: float, width: float) -> str:
    """A table top seen from the side."""
    return rect(x + 10, y + 4, width - 20, HEIGHT - y, SOFT, INK, 0) + rect(x, y, width, 9, PAPER, INK, 3)


def cup(x: float, y: float, fill: str = WARM) -> str:
    """A cup that steams."""
    return path(
        f"M{x:g} {y - 15:g}h16v10q0 5-5 5h-6q-5 0-5-5ZM{x + 16:g} {y - 12:g}q7 0 6 4q-1 4-6 4", fill, INK
    ) + path(f"M{x + 5:g} {y - 19:g}q-3-4 0-8M{x + 11:g} {y - 19:g}q-3-4 0-8", stroke=INK, width=1)


def sofa(x: float, y: float, width: float, fill: str = MID) -> str:
    """A sofa from the front."""
    back = rect(x + 10, y, width - 20, 80, fill, INK, 16)
    return (
        back
        + rect(x, y + 30, 30, 70, fill, INK, 13)
        + rect(x + width - 30, y + 30, 30, 70, fill, INK, 13)
        + rect(x + 24, y + 62, width - 48, 38, fill, INK, 8)
    )


def first_days() -> str:
    """Two at a kitchen table, with tea."""
    return scene(
        "Two women at a kitchen table with cups of tea",
        CREAM,
        window(122, 22, 76, 78),
        plant(28, 176, 1.1),
        cast.MARLA.but(face="tired", body="sweater", cloth=WARM).drawn((104, 112), 0.155),
        cast.ROSE.drawn((222, 112), 0.155, True),
        table(40, 176, 240),
        cup(130, 176),
        cup(176, 176, TINT),
    )


def understanding() -> str:
    """A doctor who explains with a page."""
    page = (
        rect(146, 118, 44, 56, PAPER, INK, 2)
        + path("M153 130h30M153 139h30M153 148h20", stroke=INK, width=1.2)
        + circle(172, 160, 6, WARM, INK)
    )
    return scene(
        "A doctor shows a woman a page and explains",
        TINT,
        rect(210, 22, 78, 54, PAPER, INK, 3),
        sign("lungs", 226, 26, 46),
        plant(294, 176),
        cast.AMINA.drawn((84, 108), 0.16),
        cast.DOCTOR.but(body="shirt-coat", face="smile", cloth=PAPER).drawn((236, 108), 0.16, True),
        table(30, 174, 260),
        group(page, at=(-2, -2)),
    )


def tests() -> str:
    """A scanner, and a woman who waits with a friend."""
    ring = circle(236, 112, 78, PAPER, INK, 2) + circle(236, 112, 50, SOFT, INK, 2)
    bed = rect(104, 132, 190, 12, PAPER, INK, 5) + path("M130 144V200M116 200H150", stroke=INK, width=3)
    who = cast.LIN.but(body="easing-wb", face="calm", cloth=WARM).standing(64, 184, 150)
    return scene(
        "A woman beside a scanner, its ring wide open",
        TINT,
        floor(186, SOFT),
        ring,
        bed,
        rect(222, 178, 28, 20, PAPER, INK, 2),
        who,
    )


def treatment() -> str:
    """A drip, an armchair, a nurse."""
    stand = (
        path("M150 30V196M134 196H166M140 34H160", stroke=INK, width=2.4)
        + path("M140 40H160V66Q150 76 140 66Z", PAPER, INK)
        + path("M140 52H160V66Q150 76 140 66Z", SOFT)
        + path("M150 74C150 110 130 120 118 136", stroke=DEEP, width=1.6)
    )
    return scene(
        "A woman in an armchair with a drip, and a nurse beside her",
        CREAM,
        floor(180, TINT),
        window(20, 18, 66, 60),
        rect(18, 84, 118, 112, MID, INK, 22),
        cast.TESS.but(body="coffee", cloth=TINT, second=TINT).drawn((78, 112), 0.145),
        rect(6, 150, 34, 56, MID, INK, 12),
        rect(118, 150, 34, 56, MID, INK, 12),
        rect(34, 186, 92, 24, MID, INK, 8),
        stand,
        cast.NURSE.but(cloth=PAPER).drawn((232, 100), 0.125, True),
    )


def side_effects() -> str:
    """Rest on a sofa."""
    cat = path(
        "M214 152C206 150 204 140 210 136L212 128L218 134H226L232 128L234 138C240 142 252 146 254 156C262 152 262 142 258 138C268 142 268 160 254 164H212Z",
        INK,
    )
    return scene(
        "A woman rests on a sofa, a cat beside her",
        TINT,
        floor(178, CREAM),
        window(222, 18, 70, 58),
        plant(300, 186),
        sofa(42, 82, 216),
        cast.JOY.but(body="sweater", face="contempt", cloth=WARM, head="hat-beanie", scarf=DEEP).drawn(
            (128, 106), 0.14
        ),
        path("M66 166C100 150 170 150 206 168V196H62Z", WARM, INK),
        path("M80 166V196M104 160V196M128 157V196M152 157V196M176 160V196", stroke=PAPER, width=2),
        cat,
    )


def feelings() -> str:
    """A bench under a tree, two friends."""
    bench = path("M84 168H232M92 168V200M224 168V200M84 150H232M92 150V168M224 150V168", stroke=INK, width=3.4)
    return scene(
        "Two friends sit under a tree and look at the hills",
        CREAM,
        circle(252, 62, 24, WARM),
        path("M0 118C60 92 120 108 180 100C240 92 280 110 320 100V216H0Z", SOFT),
        path("M0 140C80 126 160 146 320 128V216H0Z", MID),
        path("M0 176C90 160 210 168 320 178V216H0Z", TINT),
        gum(58, 190, 150),
        birds((206, 40), (222, 32)),
        group(bench, at=(0, 300)),
        cast.DAWN.but(body="closed-leg-wb", face="tired", cloth=TINT).standing(150, 184, 100),
        cast.TESS.but(body="one-leg-up-wb", cloth=WARM).standing(228, 184, 98, True),
        tufts((20, 186, 1.4), (296, 184, 1.2)),
    )


def work_and_money() -> str:
    """Papers, a laptop, tea."""
    laptop = path("M172 174V134H234V174ZM164 174H242L238 181H168Z", SOFT, INK)
    papers = path("M52 175L56 162H96L92 175Z", PAPER, INK) + path("M62 166h26M61 170h26", stroke=INK, width=1)
    return scene(
        "A person at a table with a laptop, papers and a cup",
        TINT,
        rect(30, 24, 60, 74, PAPER, INK, 3),
        sign("calendar", 38, 38, 44),
        plant(288, 174, 1.1),
        cast.ALEX.drawn((140, 106), 0.165),
        table(24, 174, 272),
        laptop,
        papers,
        cup(254, 174),
    )


def palliative_care() -> str:
    """A veranda in the evening, a blanket, two hands."""
    posts = path("M30 0V216M290 0V216M30 40H290M22 30H298", stroke=INK, width=4) + path(
        "M30 150H290M30 158H290", stroke=INK, width=1.6
    )
    return scene(
        "An old woman and her grandson on a veranda in the evening",
        SOFT,
        circle(170, 82, 20, WARM),
        path("M0 120C70 96 150 112 210 104C260 98 300 108 320 104V216H0Z", MID),
        path("M0 146C90 128 200 150 320 136V216H0Z", DEEP),
        floor(182, CREAM),
        posts,
        cast.ROSE.drawn((126, 118), 0.15),
        cast.RAVI.but(body="sporty-shirt", cloth=TINT).drawn((214, 114), 0.15, True),
        path("M58 178C84 160 166 160 190 180L196 216H52Z", WARM, INK),
        path("M84 166V216M110 163V216M138 163V216M164 168V216", stroke=PAPER, width=2),
    )


def meal() -> str:
    """Two at a table with soup and bread."""
    bowl = path("M140 158H192Q190 176 178 176H154Q142 176 140 158Z", WARM, INK) + path(
        "M156 152q-4-5 0-10M166 152q-4-5 0-10M176 152q-4-5 0-10", stroke=INK, width=1
    )
    bread = path("M214 176Q208 158 224 156H248Q262 158 258 176Z", CREAM, INK) + path(
        "M226 160L222 168M236 159L232 168M246 160L242 168", stroke=INK, width=1
    )
    return scene(
        "A woman and a man at a table with soup and bread",
        TINT,
        window(124, 36, 72, 64),
        plant(26, 176),
        cast.LIN.but(body="button-shirt", cloth=WARM).drawn((86, 108), 0.155),
        cast.PETER.but(body="polo-sweater", face="smile").drawn((236, 108), 0.155, True),
        table(30, 176, 260),
        bowl,
        bread,
    )


OPENERS: dict[str, Callable[[], str]] = {
    "tests": tests,
    "feelings": feelings,
    "palliative-care": palliative_care,
    "brain-what": understanding,
    "live-eat": meal,
    "liver-treat": treatment,
    "liver-living": side_effects,
    "planning-talk": first_days,
    "work-costs": work_and_money,
}
"""The drawing of each chapter that opens with one, by its id: of the main booklet, then of topic booklets."""
