"""The drawing board: colours, words, lines, people and signs, as pieces of SVG.

Lengths are the units of a drawing. Figures are 320 units wide and stand 320 points wide in print, so that a unit is a
point and words of 12 units are 12 point.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import parse

PARTS = Path(__file__).parent / "parts"
DEEP, TINT, MID, SOFT = "#0b5a7e", "#e2eff7", "#8fb8cf", "#c4dbe8"
"""Stand-ins: each edition puts its own hue in their place."""
INK, PAPER = "#1a1a1a", "#ffffff"
WARM, CREAM = "#f3bd74", "#fdf1de"
"""The second hue, the same in every edition: light enough to carry black words, in colour and in grey."""
SKINS = {"pale": "#f7d8c0", "fair": "#efc4a2", "tan": "#d79f73", "brown": "#b98058", "dark": "#9f6d4a"}
SMALLEST = 12.5
"""The size of words: 12.5 point in print, and 18 in large print, where figures are larger by 1.444."""
LINE = 1.4
"""The one line weight of what is drawn here, near that of the people at their usual size."""
FIGURES_FACE = "font-family=\"'Noto Sans', sans-serif\""
"""For large figures and scales: its zero has no stroke."""
FACE = "font-family=\"'Atkinson Hyperlegible Next', sans-serif\""


def drawing(width: float, height: float, title: str, *pieces: str, bleeds: bool = False) -> str:
    """A whole drawing with its title."""
    overflow = ' overflow="visible"' if bleeds else ""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"{overflow}>'
    return "\n".join((head, f"  <title>{title}</title>", *filter(None, pieces), "</svg>")) + "\n"


def group(*pieces: str, at: tuple[float, float] = (0, 0), scale: float = 1, flip: bool = False, turn: float = 0) -> str:
    """Pieces moved together; `flip` mirrors them, `turn` is in degrees."""
    moves = [f"translate({at[0]:g} {at[1]:g})"] if at != (0, 0) else []
    moves += [f"rotate({turn:g})"] if turn else []
    moves += [f"scale({-scale if flip else scale:g} {scale:g})"] if flip or scale != 1 else []
    return f'<g transform="{" ".join(moves)}">{"".join(pieces)}</g>' if moves else f"<g>{''.join(pieces)}</g>"


def path(d: str, fill: str = "none", stroke: str = "", width: float = LINE, dash: str = "") -> str:
    """A shape, filled or drawn or both."""
    line = (
        f' stroke="{stroke}" stroke-width="{width:g}" stroke-linecap="round" stroke-linejoin="round"' if stroke else ""
    )
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{d}" fill="{fill}"{line}{dashes}/>'


def rect(x: float, y: float, width: float, height: float, fill: str = TINT, stroke: str = "", round: float = 6) -> str:
    """A field with round corners."""
    line = f' stroke="{stroke}" stroke-width="{LINE:g}"' if stroke else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round:g}" fill="{fill}"{line}/>'


def circle(x: float, y: float, radius: float, fill: str = TINT, stroke: str = "", width: float = LINE) -> str:
    """A round."""
    line = f' stroke="{stroke}" stroke-width="{width:g}"' if stroke else ""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"{line}/>'


def line(*points: tuple[float, float], stroke: str = DEEP, width: float = LINE, dash: str = "") -> str:
    """A line through points."""
    return path("M" + "L".join(f"{x:g} {y:g}" for x, y in points), stroke=stroke, width=width, dash=dash)


def arrow(*points: tuple[float, float], stroke: str = DEEP, width: float = 2) -> str:
    """A line with a head at its end."""
    (x0, y0), (x1, y1) = points[-2:]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    dx, dy = (x1 - x0) / length * 6, (y1 - y0) / length * 6
    wings = f"M{x1 - dx - dy * 0.75:.1f} {y1 - dy + dx * 0.75:.1f}L{x1:g} {y1:g}L{x1 - dx + dy * 0.75:.1f} {y1 - dy - dx * 0.75:.1f}"
    return line(*points, stroke=stroke, width=width) + path(wings, stroke=stroke, width=width)


def words(
    x: float,
    y: float,
    *rows: str,
    size: float = SMALLEST,
    bold: bool = False,
    fill: str = INK,
    anchor: str = "start",
    leading: float = 0,
    face: str = FACE,
) -> str:
    """Words in rows; `y` is the baseline of the first, `anchor` as in SVG."""
    weight = ' font-weight="700"' if bold else ""
    step = leading or size * 1.2
    return "".join(
        f'<text x="{x:g}" y="{y + step * number:g}" {face} font-size="{size:g}"{weight} fill="{fill}"'
        f' text-anchor="{anchor}">{row}</text>'
        for number, row in enumerate(rows)
    )


def badge(x: float, y: float, sign: str, radius: float = 10, fill: str = DEEP, colour: str = PAPER) -> str:
    """A number in a round."""
    return circle(x, y, radius, fill) + words(
        x, y + 4.4, sign, bold=True, fill=colour, anchor="middle", face=FIGURES_FACE
    )


# ---- people ----


TOP = 460
"""From the middle of the neck up to the top of most heads, in units of the parts."""
FEET = {
    "blazer-pants-bw": 2370,
    "closed-leg-wb": 1510,
    "crossed-arms-bw": 2420,
    "crossed-legs": 1790,
    "easing-wb": 2430,
    "one-leg-up-wb": 1520,
    "pointing-finger-wb": 2150,
    "resting-wb": 2420,
    "robo-dance-outline": 2470,
    "walking-wb": 2390,
    "wheel-chair": 1900,
}
"""From there down to the ground."""


@dataclass(frozen=True)
class Person:
    """Somebody, as names of parts and colours: `body`, `head`, `face`, and what she wears."""

    body: str
    head: str
    face: str = "smile"
    skin: str = "fair"
    cloth: str = SOFT
    second: str = MID
    hair: str = PAPER
    scarf: str = WARM
    shoes: str = PAPER
    beard: str = ""
    glasses: str = ""

    def but(self, **changes: str) -> Person:
        """The same person in another place of her life."""
        return replace(self, **changes)

    @property
    def _colours(self) -> dict[str, str]:
        fixed = {"ink": INK, "paper": PAPER, "metal": SOFT, "tongue": "#e58a7b", "skin": SKINS[self.skin]}
        return fixed | {name: getattr(self, name) for name in ("cloth", "second", "hair", "scarf", "shoes")}

    def standing(self, x: float, ground: float, height: float, flip: bool = False, head_scale: float = 1) -> str:
        """The person on the ground, so tall; for bodies with feet."""
        scale = height / (FEET[self.body] + TOP)
        return self.drawn((x, ground - FEET[self.body] * scale), scale, flip, head_scale)

    def drawn(
        self, at: tuple[float, float], scale: float, flip: bool = False, head_scale: float = 1, turn: float = 0
    ) -> str:
        """The person with the middle of the neck at a place; the head alone may be larger, as a child's is."""
        paint = self._colours
        pieces = [_part(f"head-{self.head}", paint), _moved(159, 186, _part(f"face-{self.face}", paint))]
        if self.beard:
            pieces.append(_moved(123, 338, _part(f"beard-{self.beard}", paint)))
        if self.glasses:
            pieces.append(_moved(47, 241, _part(f"glasses-{self.glasses}", paint)))
        head = group(_moved(-285, -490, "".join(pieces)), at=(510, 490), scale=head_scale)
        body = _part(f"body-{self.body}", paint) if self.body else ""
        return group(_moved(-510, -520, body + head), at=at, scale=scale, flip=flip, turn=turn)


def _moved(x: float, y: float, piece: str) -> str:
    return f'<g transform="translate({x:g} {y:g})">{piece}</g>'


USED: set[str] = set()
"""The names of the parts that were drawn with."""


@cache
def _rows(name: str) -> tuple[tuple[str, str], ...]:
    """The paths of a part: the class of each, and its other attributes as markup."""
    rows = []
    for element in parse(PARTS / f"{name}.svg").iter():
        if element.tag.endswith("path"):
            kept = "".join(f' {key}="{value}"' for key, value in element.attrib.items() if key != "class")
            rows.append((element.get("class", "ink"), kept))
    return tuple(rows)


def _part(name: str, paint: dict[str, str]) -> str:
    USED.add(name)
    return "".join(f'<path fill="{paint[kind]}"{rest}/>' for kind, rest in _rows(name))


def in_round(person: str, x: float, y: float, radius: float, ground: str = TINT, name: str = "") -> str:
    """Somebody in a round window; `name` tells its clip from others of the same drawing."""
    clip = name or f"round-{x:g}-{y:g}".replace(".", "-")
    cut = f'<clipPath id="{clip}"><circle cx="{x:g}" cy="{y:g}" r="{radius:g}"/></clipPath>'
    inside = f'<g clip-path="url(#{clip})">{person}</g>'
    return f"{cut}{circle(x, y, radius, ground)}{inside}{circle(x, y, radius, 'none', DEEP)}"


# ---- signs ----


def sign(name: str, x: float, y: float, size: float, colour: str = DEEP) -> str:
    """A sign of Health Icons, drawn in a square of `size` with its top left corner at a place."""
    return group(_part(f"icon-{name}", {"ink": colour}), at=(x, y), scale=size / 48)


def car(x: float, y: float, width: float) -> str:
    """A small car from the side, with its top left corner at a place."""
    body = "M2 17V13L9 11L14 4H29L36 11L45 13V17"
    wheels = circle(12, 17, 4, PAPER, DEEP, 2) + circle(35, 17, 4, PAPER, DEEP, 2)
    return group(path(f"{body}H39M31 17H16M8 17H2", stroke=DEEP, width=2) + wheels, at=(x, y), scale=width / 48)
