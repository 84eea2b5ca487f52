"""Pages that a landscape fills: the part openers at four hours of a day, covers of topic booklets, the back cover.

They are drawn at 148 by 210 units and go on for 8 units beyond every side, because paper is cut there.
"""

from __future__ import annotations

from pathlib import Path

from drawings import people as cast
from drawings.kit import (
    CREAM,
    DEEP,
    INK,
    MID,
    PAPER,
    SOFT,
    TINT,
    WARM,
    Person,
    circle,
    drawing,
    group,
    in_round,
    path,
    sign,
)

WIDTH, HEIGHT, BEYOND = 148, 210, 8


def ground(top: str, fill: str) -> str:
    """Land below a line from left to right."""
    return path(f"M-8 {top}V{HEIGHT + BEYOND}H-8Z", fill)


def sky(fill: str) -> str:
    """The whole page."""
    return path("M-8-8H156V218H-8Z", fill)


def gum(
    x: float, base: float, height: float, leaf: str = MID, shade: str = DEEP, bark: str = DEEP, flip: bool = False
) -> str:
    """A eucalypt: a leaning trunk that forks, and flat clumps of leaves."""
    wood = path(
        "M45 100C47 84 44 72 47 60C46 52 38 46 30 40L32 38C40 43 47 47 50 53C52 44 52 36 50 26H53C55 36 55 44 55 52"
        "C60 46 66 42 74 38L75 40C67 46 60 52 57 62C55 74 56 86 60 100Z",
        bark,
        shade if bark == PAPER else "",
    )
    clumps = (
        (26, 36, 21, 9),
        (52, 20, 24, 11),
        (78, 34, 19, 9),
        (40, 29, 15, 7),
        (65, 26, 14, 7),
        (18, 44, 12, 5),
        (86, 42, 11, 5),
    )
    leaves = "".join(
        f'<ellipse cx="{cx}" cy="{cy + 2.4:g}" rx="{rx}" ry="{ry}" fill="{shade}"/>' for cx, cy, rx, ry in clumps
    )
    leaves += "".join(
        f'<ellipse cx="{cx - 0.8:g}" cy="{cy}" rx="{rx - 1}" ry="{ry - 1}" fill="{leaf}"/>' for cx, cy, rx, ry in clumps
    )
    leaves += path(
        "M34 22C42 16 54 15 62 18M14 34C20 30 28 30 34 32M70 31C76 28 82 29 88 31",
        stroke=SOFT if leaf == MID else MID,
        width=1.1,
    )
    scale = height / 100
    return group(wood, leaves, at=(x - (-52 if flip else 52) * scale, base - 100 * scale), scale=scale, flip=flip)


def tufts(*places: tuple[float, float, float]) -> str:
    """Grass on the near bank."""
    blade = "M-0.7 1C-1.4-3-3-6-5-7.6C-3.4-7.2-1.4-4.6-0.4-1.6C-0.6-5-0.4-9 0.8-11.4C1-8 0.8-4.6 0.6-1.6C1.4-4.4 3-6.8 5-7.8C3.4-5.8 1.8-2.4 1 1Z"
    return "".join(group(path(blade, DEEP), at=(x, y), scale=scale) for x, y, scale in places)


def birds(*places: tuple[float, float]) -> str:
    """Birds far away."""
    return "".join(
        path(f"M{x:g} {y:g}q2.500-3 5 0q2.500-3 5 0".replace(".500", ".5"), stroke=DEEP, width=0.9) for x, y in places
    )


def cloud(x: float, y: float, scale: float) -> str:
    """A cloud."""
    return group(path("M0 8C-5 8-6 1 0 1C1-4 9-5 11 0C15-3 21 0 20 4C25 4 25 8 22 8Z", PAPER), at=(x, y), scale=scale)


def hills(far: str, mid: str, near: str) -> str:
    """Three ranges, the same at every hour."""
    return (
        ground("125C10 120 22 112 36 114C52 116 60 124 78 121C96 118 108 106 124 108C138 110 148 116 156 114", far)
        + ground("133C12 134 24 139 42 137C62 135 74 127 94 130C116 133 136 138 156 131", mid)
        + ground("147C14 141 32 142 52 146C82 152 118 151 156 143", near)
    )


def meadow(field: str, path_fill: str, bank: str = DEEP) -> str:
    """The ground before the hills, with a path to the front, and the near bank."""
    way = path(
        "M92 149C88 152 78 154 76 158C73 164 92 166 96 172C102 182 74 188 60 200L54 218H118L116 204C112 194 118 186 116 178C112 166 88 164 90 158C91 154 95 152 97 149Z",
        path_fill,
    )
    return (
        ground("150C20 147 50 152 80 151C110 150 134 147 156 148", field)
        + way
        + ground("196C14 191 30 194 46 203C54 208 58 213 60 218L-8 218", bank)
    )


def _house(x: float, y: float) -> str:
    walls = (
        path("M0 12H30V26H0Z", PAPER, INK, 0.8)
        + path("M-4 12L6 2H24L34 12Z", DEEP, INK, 0.8)
        + path("M-6 17H0M-6 17V26M36 17H30M36 17V26M-8 17L0 12M38 17L30 12", stroke=INK, width=0.9)
    )
    return group(
        walls,
        path("M5 16H11V22H5ZM19 16H25V22H19Z", WARM, INK, 0.7),
        path("M13 16H17V26H13Z", SOFT, INK, 0.7),
        path("M24 2V-3H27V3", DEEP),
        at=(x, y),
    )


def part_now() -> str:
    """Dawn: the sun half up, a woman on her way out."""
    return drawing(
        WIDTH,
        HEIGHT,
        "The hills at dawn: the sun is half up, a woman walks with a friend",
        sky(CREAM),
        circle(66, 119, 15, WARM),
        circle(66, 119, 19, "none", WARM, 0.8),
        hills(SOFT, MID, DEEP),
        meadow(TINT, PAPER),
        gum(126, 168, 76),
        birds((16, 108), (27, 103)),
        cast.MARLA.but(body="easing-wb", face="calm", cloth=WARM).standing(74, 196, 54),
        cast.DAWN.but(body="walking-wb", cloth=TINT).standing(101, 193, 54, True),
        tufts((18, 194, 0.9), (30, 197, 0.6), (136, 186, 0.7)),
        bleeds=True,
    )


def part_treatment() -> str:
    """Day: a high sun, people of a team on the path."""
    return drawing(
        WIDTH,
        HEIGHT,
        "The hills by day: a high sun, a woman in a wheelchair and a nurse talk",
        sky(TINT),
        circle(128, 24, 11, WARM),
        cloud(6, 104, 0.9),
        cloud(98, 103, 0.6),
        hills(SOFT, MID, DEEP),
        meadow(CREAM, PAPER),
        gum(22, 172, 66, flip=True),
        cast.GRACE.standing(74, 198, 54),
        cast.ALEX.but(body="resting-wb", cloth=TINT).standing(116, 194, 58, True),
        tufts((14, 194, 0.9), (28, 197, 0.6)),
        bleeds=True,
    )


def part_living() -> str:
    """Afternoon: long light, a parent and a child."""
    return drawing(
        WIDTH,
        HEIGHT,
        "The hills in the afternoon: long light, a woman and a child walk, an old man rests under a tree",
        sky(CREAM),
        circle(22, 109, 9, WARM),
        hills(SOFT, MID, DEEP),
        meadow(WARM, CREAM),
        gum(118, 172, 82),
        path("M60 197C80 193 100 194 132 190L136 194C104 199 80 201 62 200Z", MID),
        cast.SAM.but(body="one-leg-up-wb", cloth=TINT).standing(126, 186, 34, True),
        cast.TESS.but(body="robo-dance-outline", cloth=TINT, second=MID).standing(66, 198, 54),
        cast.CHILD.standing(92, 198, 32, True, 1.5),
        birds((60, 106), (72, 102)),
        tufts((18, 194, 0.9), (30, 197, 0.6)),
        bleeds=True,
    )


def part_planning() -> str:
    """Evening: a lit house, first stars, two people on the bank."""
    stars = "".join(
        circle(x, y, 0.8, PAPER) for x, y in ((12, 9), (48, 6), (86, 9), (140, 54), (10, 104), (62, 106), (98, 104))
    )
    moon = group(path("M124 66A11 11 0 1 0 135 80A9 9 0 0 1 124 66Z", PAPER), at=(4, -52))
    return drawing(
        WIDTH,
        HEIGHT,
        "The hills in the evening: a new moon, a house with lit windows, two women sit and talk",
        sky(SOFT),
        path("M-8 112H156V150H-8Z", WARM),
        stars,
        moon,
        hills(MID, DEEP, DEEP),
        meadow(MID, SOFT),
        _house(84, 134),
        gum(140, 170, 70, leaf=DEEP),
        cast.ROSE.but(body="closed-leg-wb", cloth=TINT).standing(70, 196, 42),
        cast.AMINA.but(body="one-leg-up-wb", cloth=WARM).standing(108, 196, 42, True),
        tufts((16, 194, 0.9), (28, 197, 0.6)),
        bleeds=True,
    )


TOPICS: dict[str, tuple[str, Person, str, str]] = {
    "bone": ("Bones", cast.SAM, "spine", CREAM),
    "liver": ("Liver", cast.PETER, "liver", TINT),
    "lung": ("Lungs", cast.DAWN, "lungs", CREAM),
    "brain": ("Brain", cast.AMINA, "neurology", TINT),
    "planning": ("Planning", cast.ROSE, "communication", CREAM),
    "medicines": ("Medicines", cast.MARLA.but(body="paper", cloth=TINT, face="calm"), "medicines", TINT),
    "living": ("Living", cast.LIN, "walking", CREAM),
    "family": ("Family", cast.TESS, "heart", TINT),
    "work": ("Work", cast.ALEX, "coins", CREAM),
}
"""Of each topic booklet: its subject, who looks out of its window, the sign beside it, and the window's ground."""


def topic_cover(topic: str) -> str:
    """The cover of a topic booklet: the same hills on all, a window with somebody, and the sign of the topic."""
    name, who, icon, colour = TOPICS[topic]
    person = who.drawn((92, 164), 0.104)
    if topic == "family":
        person = who.drawn((82, 158), 0.094) + cast.CHILD.but(body="").drawn((113, 179), 0.066, True)
        person += path(
            "M100 190C100 181 106 178 114 178C124 178 130 183 130 194L128 210H98Z", WARM, INK, 0.9
        ) + cast.CHILD.but(body="").drawn((113, 179), 0.066, True)
    window = circle(92, 146, 44, PAPER) + in_round(person, 92, 146, 41, colour, "window")
    x = 58 if topic == "family" else 124
    badge = circle(x, 176, 14.5, PAPER) + circle(x, 176, 13, WARM, DEEP, 1) + sign(icon, x - 9.5, 166.5, 19, INK)
    return drawing(
        WIDTH,
        HEIGHT,
        f"{name}: hills, a tree, and a window with somebody in it",
        sky(TINT),
        circle(26, 112, 11, WARM),
        hills(SOFT, MID, DEEP),
        meadow(CREAM, PAPER),
        gum(22, 178, 66, flip=True),
        window,
        badge,
        ground("197C14 192 36 195 62 200C92 205 124 203 156 198", DEEP),
        tufts((12, 195, 0.9), (22, 197, 0.6), (136, 200, 0.7)),
        bleeds=True,
    )


def cover_back() -> str:
    """Low hills under a quiet sky, light enough for words down to the hills."""
    return drawing(
        WIDTH,
        HEIGHT,
        "Low hills under a quiet sky",
        sky(TINT),
        ground("187C14 183 30 181 46 183C66 185 82 190 104 188C122 187 138 183 156 182", SOFT),
        ground("195C12 197 30 200 52 198C76 196 96 192 118 194C132 195 142 197 156 196", MID),
        gum(131, 204, 26, flip=True),
        ground("203C18 200 42 201 66 204C92 207 124 206 156 202", DEEP),
        tufts((20, 203, 0.5), (30, 203, 0.4)),
        bleeds=True,
    )


PAGES = {
    "part-now": part_now,
    "part-treatment": part_treatment,
    "part-living": part_living,
    "part-planning": part_planning,
    "cover-back": cover_back,
}


# ---- covers of the editions: each state's land, its flower, and a tree or mark that nobody else has ----


def snow_gum(x: float, base: float, height: float) -> str:
    """Many pale stems from one root, and a low crown."""
    stems = "M44 100C40 80 26 66 18 44M48 100C46 78 42 60 40 34M52 100C54 78 62 62 64 36M56 100C62 82 78 70 88 46"
    bark = path(stems, stroke=DEEP, width=6.5) + path(stems, stroke=PAPER, width=3.6)
    crowns = ((18, 40, 17, 12), (40, 28, 20, 14), (66, 30, 19, 13), (88, 42, 15, 11), (54, 18, 17, 10))
    leaves = "".join(f'<ellipse cx="{a}" cy="{b + 2}" rx="{c}" ry="{d}" fill="{DEEP}"/>' for a, b, c, d in crowns)
    leaves += "".join(
        f'<ellipse cx="{a - 1}" cy="{b}" rx="{c - 1.5}" ry="{d - 1.5}" fill="{MID}"/>' for a, b, c, d in crowns
    )
    return group(bark, leaves, at=(x - height / 2, base - height), scale=height / 100)


def pine(x: float, base: float, height: float) -> str:
    """A pencil pine: narrow, in steps."""
    tiers = "".join(
        f"M{30 - w} {y}L30 {y - 26}L{30 + w} {y}Q30 {y + 7} {30 - w} {y}Z"
        for y, w in ((94, 19), (78, 17), (62, 14.5), (47, 12), (34, 9))
    )
    lit = "".join(
        f"M30 {y - 24}L{30 + w * 0.8:g} {y - 1}Q{32:g} {y + 2} 31 {y + 1}Z"
        for y, w in ((94, 19), (78, 17), (62, 14.5), (47, 12), (34, 9))
    )
    return group(
        path("M27 90H33V101H27Z", DEEP),
        path(tiers, DEEP),
        path(lit, MID),
        at=(x - 30 * height / 100, base - height),
        scale=height / 100,
    )


def pandanus(x: float, base: float, height: float) -> str:
    """A screw pine of the north coast: a bent trunk on props, crowns of long leaves."""
    trunk = path("M50 100C48 84 46 72 52 58C54 50 48 40 38 34M52 58C58 48 66 46 74 42", stroke=DEEP, width=5)
    trunk += path("M50 84L40 100M50 84L60 100M50 90L46 100", stroke=DEEP, width=2.4)
    leaf = "M0 0C6-14 18-20 30-12C20-15 10-10 2 1Z"
    crowns = ""
    for cx, cy, scale in ((38, 34, 1.0), (74, 42, 0.8)):
        crowns += "".join(
            group(path(leaf, DEEP if turn % 80 else MID), at=(cx, cy), scale=scale, turn=turn)
            for turn in range(-170, 60, 20)
        )
        crowns += group(*(path(leaf, DEEP if turn % 80 else MID) for turn in (0,)), at=(cx, cy), scale=scale, flip=True)
    return group(trunk, crowns, at=(x - height / 2, base - height), scale=height / 100)


def windmill(x: float, base: float, height: float) -> str:
    """A farm windmill on its tower."""
    tower = path(
        "M40 100L49 34L58 100M42.500 82H55.500M44.500 66H53.500M46.500 50H51.500M42.500 82L53.500 66M55.500 82L44.500 66M44.500 66L51.500 50M53.500 66L46.500 50M40 100L55.500 82M58 100L42.500 82".replace(
            ".500", ".5"
        ),
        stroke=DEEP,
        width=2,
    )
    blade = path("M-3.4-6L-5.6-25H5.6L3.4-6Z", MID, DEEP, 1)
    wheel = "".join(group(blade, at=(49, 30), turn=turn) for turn in range(0, 360, 30))
    vane = path("M49 30H84M76 22H92L88 38H76Z", DEEP, DEEP, 1.8)
    return group(tower, vane, wheel, circle(49, 30, 4.5, DEEP), at=(x - height / 2, base - height), scale=height / 100)


def grass_tree(x: float, base: float, height: float, spike: float = 1) -> str:
    """A grass tree: a black stump, a skirt of fine leaves, a tall spike."""
    trunk = path("M43 100C45 90 44 80 44 66H56C56 80 55 90 58 100Z", DEEP)
    rays = "".join(
        f"M50 68Q{50 + dx * 0.6:g} {66 - up:g} {50 + dx:g} {70 - up + drop:g}"
        for dx, up, drop in (
            (-34, 12, 30),
            (34, 12, 30),
            (-38, 24, 36),
            (-36, 32, 22),
            (-30, 38, 10),
            (-21, 42, 2),
            (-11, 44, -4),
            (0, 40, -4),
            (11, 44, -4),
            (21, 42, 2),
            (30, 38, 10),
            (36, 32, 22),
            (38, 24, 36),
            (-26, 20, 36),
            (26, 20, 36),
        )
    )
    return group(
        path(rays, stroke=DEEP, width=3),
        path(f"M47 62V{62 - 62 * spike:g}Q50 {58 - 62 * spike:g} 53 {62 - 62 * spike:g}V62Z", MID, DEEP, 1.4),
        trunk,
        at=(x - height / 2, base - height),
        scale=height / 100,
    )


def tree_fern(x: float, base: float, height: float) -> str:
    """A tree fern: a dark trunk and arching fronds."""
    trunk = path("M46 100C48 84 47 66 47 46H53C53 66 53 84 56 100Z", DEEP)
    frond = "M0 0C6-13 20-22 46-6C30-14 14-10 0 0Z"
    right = "".join(
        group(path(frond, fill, DEEP, 1), at=(50, 46), turn=turn)
        for turn, fill in ((46, MID), (22, DEEP), (0, MID), (-24, DEEP), (-48, MID))
    )
    left = "".join(
        group(group(path(frond, fill, DEEP, 1), flip=True), at=(50, 46), turn=-turn)
        for turn, fill in ((46, MID), (22, DEEP), (0, MID), (-24, DEEP), (-48, MID))
    )
    return group(trunk, right, left, at=(x - height / 2, base - height), scale=height / 100)


def _marks(state: str) -> str:
    match state:
        case "act":
            return snow_gum(26, 180, 62)
        case "nsw":
            return tree_fern(26, 190, 74)
        case "nt":
            return gum(34, 188, 76, bark=PAPER)
        case "qld":
            return pandanus(28, 190, 66)
        case "sa":
            return windmill(24, 190, 72)
        case "tas":
            return pine(14, 186, 64) + pine(34, 192, 48) + pine(-2, 190, 50)
        case "wa":
            return grass_tree(22, 190, 58) + grass_tree(46, 194, 36, 0.4)
        case _:
            return gum(24, 190, 76, flip=True) + gum(50, 168, 24)


def state_cover(state: str) -> str:
    """The cover of an edition: its land and flower as drawn by hand, with a warm sun and the state's own tree."""
    base = (COVERS / f"{state}.svg").read_text("utf-8")
    return base.replace(
        "  <!-- the flower -->", f"  <!-- a tree of this state -->\n  {_marks(state)}\n\n  <!-- the flower -->"
    )


COVERS = Path(__file__).parent / "covers"
STATES = ("act", "nsw", "nt", "qld", "sa", "tas", "vic", "wa")
