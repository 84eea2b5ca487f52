"""The style of a project (`chapters/style.toml`) read whole: its theme beneath it, its faces, colours and style sheets.

A theme is a style that is shipped: the same keys in `styles/themes/NAME.toml`, and a style sheet beside it. A key that
the project does not say is the theme's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from booklet import files
from booklet.bounds import MAX_FONT_BYTES, MAX_PICTURE_BYTES
from booklet.files import inside, is_there
from booklet.findings import Finding, Place, error
from booklet.formats import Overlay
from booklet.manuscript.reading import Data, UnreadableError, parse_toml, read_text, shipped, validate
from booklet.manuscript.records import Face, Palette, Style
from booklet.manuscript.sheets import FOLDER, checked_sheet

STYLE = "chapters/style.toml"
SHIPPED_FAMILIES = ("Atkinson Hyperlegible Next", "Noto Sans")
OTHER_FAMILY = "Noto Sans"
"""What stands by for words that a face cannot set."""


def themes() -> tuple[str, ...]:
    """The themes that are shipped, by name."""
    return tuple(sorted(path.stem for path in shipped("themes").glob("*.toml")))


def read_style(project: Path) -> tuple[Style, list[Finding]]:
    """How the project's booklets look, and what is wrong with it. Where something is, ours stands in, so that all other
    faults are found.
    """
    own, found = _own(project)
    theme, faults = _theme(own)
    found += faults
    style, faults = validate(Style, Data(own.file, _laid_over(theme, own.value), own.lines))
    found += faults
    if style is None:
        return Style(), found
    faces = {
        name: face.model_copy(update={"origin": own.place(("faces", name))})
        for name, face in (("text", style.faces.text), ("heads", style.faces.heads))
        if face
    }
    style = style.model_copy(update={"faces": style.faces.model_copy(update=faces)})
    overlay, faults = _overlay(project, style)
    return style.model_copy(update={"overlay": overlay}), [*found, *faults]


def _own(project: Path) -> tuple[Data, list[Finding]]:
    path = project / STYLE
    if not is_there(path):
        return Data(STYLE, {}, {}), []
    try:
        return parse_toml(read_text(project, path), STYLE), []
    except UnreadableError as reason:
        return Data(STYLE, {}, {}), [reason.finding]


def _theme(own: Data) -> tuple[dict[str, Any], list[Finding]]:
    """The keys of the theme that the style names; none where it names none."""
    name = own.value.get("theme")
    if name is None:
        return {}, []
    if name not in themes():
        expected = f"One of: {', '.join(themes())}."
        return {}, [error("SRC-014", own.place(("theme",)), f"No theme '{str(name)[:80]}'.", expected)]
    path = shipped("themes") / f"{name}.toml"
    return dict(parse_toml(path.read_text("utf-8"), path.name).value), []


def _laid_over(theme: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of both, those of each table too; what the project says holds."""
    both = {**theme, **own}
    for name, table in theme.items():
        if isinstance(table, dict) and isinstance(own.get(name), dict):
            both[name] = {**table, **own[name]}
    return both


def face_path(project: Path, name: str) -> Path | None:
    """Where the file of a face lies, under `chapters/` or among ours; None outside both."""
    own = project / "chapters" / name
    if Path(name).name == name and not is_there(own):
        return shipped("fonts") / name
    return own if inside(project, own) else None


def _overlay(project: Path, style: Style) -> tuple[Overlay, list[Finding]]:
    """The style as CSS, and every file that it is made from with its hash."""
    found: list[Finding] = []
    named: list[tuple[str, str]] = []
    css = [rule for face in style.faces.every for rule in _face_rules(project, face)]
    for face in style.faces.every:
        if face.family in SHIPPED_FAMILIES and not all(Path(name).name == name for name in face.files.values()):
            what = f"The family '{face.family}' is one of ours."
            found.append(error("SRC-013", face.origin, what, "Another name for a face of your own."))
        for name in face.files.values():
            path = face_path(project, name)
            content, fault = _content(path, name, face.origin)
            found += fault
            named.append((name, sha256(content).hexdigest()))
    css += _variables(style)
    for path in sorted((project / FOLDER).glob("*.css")):
        file = path.relative_to(project).as_posix()
        try:
            sheet, faults = checked_sheet(project, file, read_text(project, path))
        except UnreadableError as reason:
            found.append(reason.finding)
            continue
        found += faults
        css.append(sheet.css)
        for asset in sheet.assets:
            content = files.read(project / "chapters" / asset, MAX_PICTURE_BYTES)
            named.append((asset, sha256(content).hexdigest()))
    theme = (f"themes/{style.theme}.css",) if style.theme else ()
    families = tuple(face.family for face in style.faces.every)
    return Overlay(theme, tuple(css), families, tuple(named)), found


def _content(path: Path | None, name: str, place: Place) -> tuple[bytes, list[Finding]]:
    expected = "A font file under chapters/, such as faces/own-regular.woff2."
    try:
        if path is None:
            return b"", [error("LNK-004", place, f"The font '{name[:80]}' lies outside the project.", expected)]
        return files.read(path, MAX_FONT_BYTES), []
    except FileNotFoundError:
        return b"", [error("SRC-001", place, f"There is no font '{name[:80]}'.", expected)]
    except OSError as reason:
        return b"", [error("SRC-002", place, f"The font '{name[:80]}' cannot be read ({reason.strerror}).", expected)]


def _face_rules(project: Path, face: Face) -> Iterator[str]:
    for weight, name in face.files.items():
        is_shipped = face_path(project, name) == shipped("fonts") / name
        address = f"/shipped-styles/fonts/{name}" if is_shipped else f"/chapters/{name}"
        yield f'@font-face {{ font-family: "{face.family}"; font-weight: {weight}; src: url("{address}") }}\n'


def _variables(style: Style) -> Iterator[str]:
    """The variables of faces and colours, as far as they are not ours."""
    rows = []
    if text := style.faces.text:
        rows += [f'--face: "{text.family}", "{OTHER_FAMILY}"', "--display: var(--face)"]
    if heads := style.faces.heads:
        rows.append(f'--heads: "{heads.family}", var(--face)')
    ours = Palette()
    for name in ("warm", "cream"):
        if getattr(style.palette, name) != getattr(ours, name):
            rows.append(f"--{name}: {getattr(style.palette, name)}")
    if rows:
        yield f":root {{ {'; '.join(rows)} }}\n"
