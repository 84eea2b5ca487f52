"""Meshes of shadings (ISO 32000-1, 8.7.4.5.5 to 8.7.4.5.8) with other colours at their corners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_MESH_BYTES = 5_000_000
FREE, LATTICE, COONS, TENSOR = 4, 5, 6, 7
BITS = 16
"""What a component has afterwards."""
Recolour = Callable[[tuple[float, ...]], tuple[float, ...]]


@dataclass(frozen=True)
class _Layout:
    """How many bits there are for a flag, a coordinate and a component, and the range of each component."""

    kind: int
    flag: int
    coordinate: int
    component: int
    ranges: tuple[tuple[float, float], ...]

    def corners(self, flag: int) -> tuple[int, int]:
        """How many points and how many colours follow a flag."""
        if self.kind in (FREE, LATTICE):
            return 1, 1
        points = 12 if self.kind == COONS else 16
        return (points, 4) if flag == 0 else (points - 4, 2)


def recoloured(shading: Any, components: int, change: Recolour) -> bytes | None:
    """The data of a mesh without a function, each colour changed and `BITS` wide, its points as they are. None for
    data that is larger than `MAX_MESH_BYTES` or does not add up.
    """
    kind = int(shading.get("/ShadingType", 0))
    decode = [float(value) for value in shading.get("/Decode", [])]
    bits = [int(shading.get(f"/BitsPer{name}", 0)) for name in ("Flag", "Coordinate", "Component")]
    ranges = tuple(zip(decode[4::2], decode[5::2], strict=False))
    flag = 0 if kind == LATTICE else bits[0]
    fits = flag in (0, 2, 4, 8) and 1 <= bits[1] <= 32 and 1 <= bits[2] <= 16 and len(ranges) == components
    if kind not in (FREE, LATTICE, COONS, TENSOR) or not fits or (kind != LATTICE and not flag):
        return None
    data = shading.read_bytes()
    if len(data) > MAX_MESH_BYTES:
        return None
    return _changed(data, _Layout(kind, flag, bits[1], bits[2], ranges), change)


def _changed(data: bytes, layout: _Layout, change: Recolour) -> bytes | None:
    known: dict[int, int] = {}
    pieces: list[bytes] = []
    place, width = 0, layout.component * len(layout.ranges)
    while place < len(data):
        flag = data[place] >> (8 - layout.flag) if layout.flag else 0
        points, colours = layout.corners(flag & 3)
        head = layout.flag + 2 * points * layout.coordinate
        size = (head + colours * width + 7) // 8
        if place + size > len(data):
            return b"".join(pieces) if len(data) - place < 8 and pieces else None
        left = 8 * size
        number = int.from_bytes(data[place : place + size], "big")
        left -= head
        record, length = number >> left, head
        for _ in range(colours):
            left -= width
            raw = number >> left & ((1 << width) - 1)
            if raw not in known:
                known[raw] = _packed(change(_values(raw, layout)))
            channels = known[raw].bit_length() // BITS  # the leading bit tells how many there are
            record = record << channels * BITS | known[raw] & ((1 << channels * BITS) - 1)
            length += channels * BITS
        pad = -length % 8
        pieces.append((record << pad).to_bytes((length + pad) // 8, "big"))
        place += size
    return b"".join(pieces)


def _values(raw: int, layout: _Layout) -> tuple[float, ...]:
    most, count = (1 << layout.component) - 1, len(layout.ranges)
    return tuple(
        low + (raw >> (count - 1 - i) * layout.component & most) / most * (high - low)
        for i, (low, high) in enumerate(layout.ranges)
    )


def _packed(channels: tuple[float, ...]) -> int:
    """Channels from 0 to 1 side by side, behind a one."""
    packed = 1
    for channel in channels:
        packed = packed << BITS | round(min(max(channel, 0.0), 1.0) * ((1 << BITS) - 1))
    return packed
