"""The style sheets that a project lays over ours (`chapters/styles/*.css`): what they may say, and what they may not.

A sheet changes how pages look and nothing of what they say. So only the properties below are taken, each with values
that keep the promises of a booklet: every word is there and large enough, lines stand on the grid, folios and tabs are
in their places, and nothing comes from a network or from outside the project. What no rule can tell beforehand, such as
the contrast of two colours, is measured on the finished pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tinycss2
from tinycss2 import color4

from booklet.bounds import SOURCE, TooMuchError, within_bounds
from booklet.files import inside, is_file
from booklet.findings import Finding, Place, error

LEAST_PT = 18.0
"""An absolute size holds in large print too."""
LEAST_LEADING = 1.2
MOST_RULES = 2000
FOLDER = "chapters/styles"
_POINTS = {"pt": 1.0, "px": 0.75, "mm": 72 / 25.4, "cm": 720 / 25.4, "in": 72.0, "pc": 12.0, "q": 18 / 25.4}
"""Points in each unit of length."""
_OWN_SIZES = re.compile(r"--(?:h1|h2|h3|number|title|pull)-size")
_OWN_LOOKS = re.compile(r"--(?:own-[\w-]+|foot-rule|term-gap|folio-weight)")
"""Variables that a sheet may set: sizes of ours, looks of ours, and its own."""
_SIZES = re.compile(r"--(?:body|small|back|number|h1|h2|h3|pull|title)-size|--own-[\w-]+")
_LINES = re.compile(r"--(?:line|small-line|card-line|fridge-line|dense-line|imprint-line)|--own-[\w-]+")
_FUNCTIONS = frozenset(("var", "calc", "rgb", "rgba", "hsl", "hsla", "linear-gradient", "min", "max"))
_MARGIN_BOX = re.compile(r"(?:top|bottom|left|right)-[a-z-]+")


@dataclass(frozen=True)
class OwnSheet:
    """A style sheet of the project: its file, its text, and the images that it names, under `chapters/`."""

    file: str
    css: str
    assets: tuple[str, ...]


def checked_sheet(project: Path, file: str, css: str) -> tuple[OwnSheet, list[Finding]]:
    """A sheet and everything in it that it may not say, each at its line."""
    checker = _Checker(project, file)
    try:
        with within_bounds(SOURCE):
            checker.rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))
    except (TooMuchError, RecursionError) as reason:
        told = reason if isinstance(reason, TooMuchError) else "more brackets than anybody needs"
        checker.refuse(1, f"The style sheet takes {told} to read.", "Less of it.")
    return OwnSheet(file, css, tuple(dict.fromkeys(checker.assets))), checker.findings


class _Checker:
    """Goes through one sheet, and notes what is wrong and which images it names."""

    def __init__(self, project: Path, file: str) -> None:
        self.project = project
        self.file = file
        self.findings: list[Finding] = []
        self.assets: list[str] = []

    def refuse(self, line: int, found: str, expected: str) -> None:
        self.findings.append(error("SRC-060", Place(self.file, line), found, expected))

    def rules(self, rules: Sequence[Any]) -> None:
        """The rules of a sheet."""
        if len(rules) > MOST_RULES:
            self.refuse(1, f"{len(rules)} rules.", f"At most {MOST_RULES}.")
            return
        for rule in rules:
            if rule.type == "error":
                self.refuse(rule.source_line, f"No CSS: {rule.message}.", "Rules such as h2 { color: var(--deep) }.")
            elif rule.type == "qualified-rule":
                selector = tinycss2.serialize(rule.prelude)
                self.declarations(rule.content, lambda name: PROPERTIES.get(name), _is_generated(selector))
            elif rule.at_keyword.lower() == "page" and rule.content is not None:
                self.page(rule)
            else:
                expected = "Rules for elements and for @page; faces are named in style.toml."
                self.refuse(rule.source_line, f"'@{rule.at_keyword}' is not for a project's sheet.", expected)

    def page(self, rule: Any) -> None:
        """The rule of a page: how its folio, running title and tab look."""
        own: list[Any] = []
        boxes: list[Any] = []
        for item in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
            (boxes if item.type == "at-rule" else own).append(item)
        for item in own:
            self.judge(item, lambda name: IN_MARGIN.get(name) if name in ("color", "background-color") else None)
        for box in boxes:
            if _MARGIN_BOX.fullmatch(box.at_keyword.lower()) and box.content is not None:
                self.declarations(box.content, lambda name: IN_MARGIN.get(name))
            else:
                self.refuse(box.source_line, f"'@{box.at_keyword}' on a page.", "A margin box such as @bottom-right.")

    def declarations(self, content: Any, judge_of: Callable[[str], Judge | None], is_generated: bool = False) -> None:
        """The declarations of a rule; one within another is none."""
        for item in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
            self.judge(item, judge_of, is_generated)

    def judge(self, item: Any, judge_of: Callable[[str], Judge | None], is_generated: bool = False) -> None:
        """One declaration."""
        if item.type != "declaration":
            self.refuse(item.source_line, "A rule inside a rule, or no CSS.", "One `property: value;` after the other.")
            return
        name, value = item.lower_name, [token for token in item.value if token.type not in ("whitespace", "comment")]
        written = f"{name}: {tinycss2.serialize(item.value).strip()}"[:80]
        if is_generated and name in _GENERATED:
            judge: Judge | None = _GENERATED[name]
        elif name.startswith("--"):
            judge, name = _judge_of_variable(item.name), item.name
        else:
            judge = judge_of(name)
        if judge is None:
            self.refuse(item.source_line, f"'{written}' is not for a project's sheet.", _instead(name))
            return
        reason = self.outward(value) or judge(value)
        if reason:
            self.refuse(item.source_line, f"'{written}' {reason}.", "A look that keeps every word there and readable.")

    def outward(self, tokens: Sequence[Any]) -> str:
        """What in a value asks for what is not in the project, or for what only a browser knows."""
        for token in _flat(tokens):
            if token.type == "error":
                return "cannot be read"
            if token.type == "function" and token.lower_name == "url":
                address = next((each.value for each in token.arguments if each.type == "string"), "")
                if reason := self.asset(address):
                    return reason
            elif token.type == "function" and token.lower_name not in _FUNCTIONS:
                return f"uses {token.lower_name}(), which is not for a project's sheet"
            elif token.type == "url" and (reason := self.asset(token.value)):
                return reason
        return ""

    def asset(self, address: str) -> str:
        """Why an address leads nowhere in the project."""
        path = self.project / FOLDER / address
        if re.match(r"[a-z][a-z0-9+.-]*:|[/\\]", address, re.IGNORECASE) or not inside(self.project / "chapters", path):
            return "leads out of the project"
        if not is_file(path):
            return "names a file that is not there"
        self.assets.append(path.resolve().relative_to((self.project / "chapters").resolve()).as_posix())
        return ""


Judge = Callable[[Sequence[Any]], str]
"""Says why a value may not be, in words behind it; nothing for one that may."""


def _flat(tokens: Sequence[Any]) -> Iterator[Any]:
    """All tokens, those inside brackets too."""
    for token in tokens:
        yield token
        inner = getattr(token, "arguments", None) or getattr(token, "content", None)
        if isinstance(inner, list):
            yield from _flat(inner)


def _is_generated(selector: str) -> bool:
    """True for what stands before or behind an element and holds none of its words."""
    return bool(re.search(r"::(before|after)\s*$", selector))


def _instead(name: str) -> str:
    if name in ("content", "position", "top", "left", "right", "bottom", "transform", "opacity", "visibility", "clip"):
        return "Colours, rules, boxes, faces, sizes and spaces: nothing that moves words away or hides them."
    if name.startswith("--") or name in ("size", "margin", "bleed", "columns"):
        return "What style.toml says of pages, or a variable of your own: --own-..."
    return "A property that docs/style.md names."


def _any(tokens: Sequence[Any]) -> str:
    return ""


def _among(*words: str) -> Judge:
    """Only these words."""

    def judge(tokens: Sequence[Any]) -> str:
        known = all(each.type == "ident" and each.lower_value in words for each in tokens)
        return "" if known else f"is none of: {', '.join(words)}"

    return judge


def _colour(tokens: Sequence[Any]) -> str:
    """A colour that covers what is under it, or a variable."""
    for token in tokens:
        if token.type == "function" and token.lower_name == "var":
            continue
        colour = color4.parse_color(token)
        if colour is None:
            return "is no colour"
        if colour != "currentcolor" and colour.alpha < 1:
            return "lets through what lies under it"
    return ""


def _face(tokens: Sequence[Any]) -> str:
    wanted = ("--face", "--heads", "--display")
    names = [each.arguments[0].value for each in tokens if each.type == "function" and each.arguments]
    good = len(tokens) == 1 and len(names) == 1 and names[0] in wanted
    return "" if good else f"names no face of the booklet: var({'), var('.join(wanted)})"


def _size(tokens: Sequence[Any]) -> str:
    """A size of ours, as large or larger; an absolute one only where it is large in large print too."""
    small = f"may be too small to read: var(--body-size), 1em or more, or {LEAST_PT:g}pt and more"
    if len(tokens) != 1:
        return small
    (token,) = tokens
    if token.type == "dimension":
        unit = token.lower_unit
        large = token.value >= 1 if unit in ("em", "rem") else token.value * _POINTS.get(unit, 0) >= LEAST_PT
        return "" if large else small
    if token.type == "percentage":
        return "" if token.value >= 100 else small
    return "" if _is_share_of(token, _SIZES, least=1.0) else small


def _line(tokens: Sequence[Any]) -> str:
    """Lines of the grid, or a share of the size for what is set large."""
    narrow = "takes lines off the grid: var(--line), a multiple of it, or a number of 1.2 and more"
    if len(tokens) != 1:
        return narrow
    (token,) = tokens
    if token.type == "number":
        return "" if token.value >= LEAST_LEADING else narrow
    return "" if _is_share_of(token, _LINES, least=0.8) else narrow


def _is_share_of(token: Any, variables: re.Pattern[str], least: float) -> bool:
    """True for a variable of these, and for a multiple of one by a number no less."""
    if token.type != "function":
        return False
    inner = [each for each in token.arguments if each.type != "whitespace"]
    if token.lower_name == "var":
        return len(inner) == 1 and bool(variables.fullmatch(inner[0].value))
    if token.lower_name != "calc" or len(inner) != 3 or inner[1] != "*":
        return False
    numbers = [each.value for each in inner if each.type == "number"]
    names = [each for each in inner if each.type == "function" and _is_share_of(each, variables, least)]
    return len(numbers) == len(names) == 1 and numbers[0] >= least


def _inward(millimetres: float) -> Judge:
    """Lengths that draw in by so much at most."""

    def judge(tokens: Sequence[Any]) -> str:
        for token in _flat(tokens):
            points = _POINTS.get(token.lower_unit, 12.0) if token.type == "dimension" else 1.0
            if token.type in ("dimension", "percentage", "number") and token.value * points < -millimetres * 72 / 25.4:
                return "draws words over others"
        return ""

    return judge


def _weight(tokens: Sequence[Any]) -> str:
    (token,) = tokens if len(tokens) == 1 else (None,)
    if token is not None and token.type == "number" and token.value >= 400:
        return ""
    good = token is not None and token.type == "ident" and token.lower_value in ("normal", "bold")
    return "" if good else "is lighter than print should be"


def _spacing(tokens: Sequence[Any]) -> str:
    (token,) = tokens if len(tokens) == 1 else (None,)
    if token is not None and token.type == "ident" and token.lower_value == "normal":
        return ""
    good = token is not None and token.type == "dimension" and token.lower_unit == "em" and -0.02 <= token.value <= 0.2
    return "" if good else "sets letters too near or too far: -0.02em to 0.2em"


def _at_least(number: int) -> Judge:
    return lambda tokens: "" if len(tokens) == 1 and getattr(tokens[0], "value", 0) >= number else f"is under {number}"


def _nothing(tokens: Sequence[Any]) -> str:
    good = len(tokens) == 1 and tokens[0].type == "string" and not tokens[0].value.strip()
    return "" if good else 'adds words that no text has: content: ""'


def _judge_of_variable(name: str) -> Judge | None:
    if _OWN_SIZES.fullmatch(name):
        return _size
    return _any if _OWN_LOOKS.fullmatch(name) else None


_SIDES = ("", "-top", "-right", "-bottom", "-left", "-inline", "-inline-start", "-inline-end", "-block", "-block-start",
          "-block-end")  # fmt: skip
_BORDERS = ("", "-color", "-style", "-width")
_BREAKS = _among("auto", "avoid", "page", "left", "right", "column", "avoid-page")
PROPERTIES: dict[str, Judge] = {
    "color": _colour,
    "font-family": _face,
    "font-size": _size,
    "font-weight": _weight,
    "line-height": _line,
    "letter-spacing": _spacing,
    "text-align": _among("left", "right", "center", "start", "end"),
    "vertical-align": _among("baseline", "top", "middle", "bottom"),
    "font-variant-numeric": _among("normal", "tabular-nums", "lining-nums"),
    "display": _among("block", "inline", "inline-block", "flex", "list-item", "table", "table-cell"),
    "float": _among("left", "right", "none", "inline-start", "inline-end"),
    "clear": _among("left", "right", "both", "none"),
    "box-sizing": _among("border-box", "content-box"),
    "box-decoration-break": _among("slice", "clone"),
    "break-before": _BREAKS,
    "break-after": _BREAKS,
    "break-inside": _BREAKS,
    "orphans": _at_least(2),
    "widows": _at_least(2),
    "width": _inward(0),
    "min-width": _inward(0),
    "min-height": _inward(0),
    "flex": _any,
    "gap": _inward(0),
    "align-items": _any,
    "justify-content": _any,
    "border-radius": _any,
    "border-spacing": _inward(0),
    "background": _any,
    **{f"background-{part}": _any for part in ("color", "image", "position", "repeat", "size")},
    **{f"padding{side}": _inward(0) for side in _SIDES},
    **{f"margin{side}": _inward(8) for side in _SIDES},
    **{f"border{side}{part}": _any for side in _SIDES for part in _BORDERS},
}  # fmt: skip
"""What a sheet may say of elements."""
IN_MARGIN = {
    name: judge
    for name, judge in PROPERTIES.items()
    if name in ("color", "font-family", "font-size", "font-weight", "background", "background-color")
    or name.startswith("border")
}
"""What a sheet may say of folios, running titles and tabs, whose places are the booklet's."""
_GENERATED: dict[str, Judge] = {"content": _nothing, "height": _inward(0)}
"""What it may say besides of a box that holds no words."""
