"""Envelopes with a window, as they were measured.

Where the windows of Australian envelopes lie is in no public standard, so what ships here has a size and folds and no
window: a charity measures its own once, with a printed grid, and the measure is kept in BOOKLET_DESK_HOME. All lengths
are in millimetres on the upright A4 sheet, from its left and its upper edge.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from booklet.files import write_whole
from booklet_desk.records import DeskError

SHEET_MM = (210.0, 297.0)
PLAY_MM = 5.0
"""So far a sheet slides in its envelope, to every side (STANDARDS AP9: Australia Post asks it of bulk mail)."""
LEAST_MM = (60.0, 25.0)
"""Of a window: less shows no address while the sheet slides."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_SHIPPED = Path(__file__).with_name("envelopes")


class EnvelopeError(DeskError):
    """An envelope that is not known, not measured, or measured wrongly."""

    exit_status = 2


@dataclass(frozen=True)
class Window:
    """What can be seen of the sheet."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float

    @property
    def right_mm(self) -> float:
        """Its right edge."""
        return self.left_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        """Its lower edge."""
        return self.top_mm + self.height_mm

    def grown(self, by_mm: float) -> Window:
        """The window with so much more, or less, on every side."""
        return Window(self.left_mm - by_mm, self.top_mm - by_mm, self.width_mm + 2 * by_mm, self.height_mm + 2 * by_mm)


@dataclass(frozen=True)
class Envelope:
    """An envelope: its size, where the sheet is folded, and its window once that is measured."""

    name: str
    size_mm: tuple[float, float]
    folds_mm: tuple[float, ...]
    window: Window | None

    @property
    def front_mm(self) -> float:
        """How much of the sheet's height lies in front."""
        return self.folds_mm[0] if self.folds_mm else SHEET_MM[1]

    @property
    def measured(self) -> Window:
        """Its window. Raises EnvelopeError where nobody measured it."""
        if self.window is None:
            raise EnvelopeError(
                f"The window of {self.name} was not measured yet. Print booklet mail test-sheet grid.pdf, put it into "
                "the envelope, read the grid at the window's edges, then: "
                f"booklet mail measure {self.name.lower()} --left MM --top MM --width MM --height MM"
            )
        return self.window


def find_envelope(home: Path, name: str) -> Envelope:
    """An envelope by name: a charity's own, else one that ships. Raises EnvelopeError."""
    for folder in (home / "envelopes", _SHIPPED):
        path = folder / f"{name.lower()}.toml"
        if _NAME.fullmatch(name.lower()) and path.exists():
            return _read(path)
    known = sorted({path.stem for folder in (home / "envelopes", _SHIPPED) for path in folder.glob("*.toml")})
    raise EnvelopeError(
        f"No envelope is called that. There are: {', '.join(known)}. booklet mail measure adds another."
    )


def measured(envelope: Envelope, window: Window) -> Envelope:
    """The envelope with its window. Raises EnvelopeError where that cannot be."""
    if window.width_mm < LEAST_MM[0] or window.height_mm < LEAST_MM[1]:
        raise EnvelopeError(f"A window is at least {LEAST_MM[0]:g} × {LEAST_MM[1]:g} mm.")
    inside = window.left_mm >= 0 <= window.top_mm and window.right_mm <= SHEET_MM[0]
    if not inside or window.bottom_mm > envelope.front_mm:
        raise EnvelopeError(f"The window lies within 210 × {envelope.front_mm:g} mm of the sheet: that is in front.")
    return replace(envelope, window=window)


def keep(home: Path, envelope: Envelope) -> Path:
    """Write down an envelope that was measured. Raises EnvelopeError, OSError."""
    if not _NAME.fullmatch(envelope.name.lower()):
        raise EnvelopeError("The name of an envelope is letters, digits and hyphens.")
    window = envelope.measured
    text = (
        f'name = "{envelope.name}"\n'
        f"size_mm = [{envelope.size_mm[0]:g}, {envelope.size_mm[1]:g}]\n"
        f"folds_mm = [{', '.join(f'{fold:g}' for fold in envelope.folds_mm)}]\n\n"
        f"[window]\nleft_mm = {window.left_mm:g}\ntop_mm = {window.top_mm:g}\n"
        f"width_mm = {window.width_mm:g}\nheight_mm = {window.height_mm:g}\n"
    )
    (home / "envelopes").mkdir(exist_ok=True, mode=0o700)
    path = home / "envelopes" / f"{envelope.name.lower()}.toml"
    write_whole([(path, text.encode())], mode=0o600)
    return path


def _read(path: Path) -> Envelope:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        width, height = map(float, data["size_mm"])
        folds = tuple(map(float, data["folds_mm"]))
        envelope = Envelope(str(data["name"]), (width, height), folds, None)
        sides = {key: float(value) for key, value in data.get("window", {}).items()}
        return measured(envelope, Window(**sides)) if sides else envelope
    except (ValueError, TypeError, KeyError, AttributeError):
        raise EnvelopeError(f"envelopes/{path.name} cannot be read. booklet mail measure writes it anew.") from None
