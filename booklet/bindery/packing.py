"""Packing: placed parts and what a file has once become one PDF, with few bytes and no second pass.

All objects that are no streams lie in object streams, one a part (ISO 32000-1, 7.5.7); the cross-reference is a stream
of the ranges of numbers in use (7.5.8). Identifiers come from the content: the same parts give the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from booklet.bindery.fragments import CATALOG, INFO, PackedStream, PlacedPart, object_stream, stream_object

_ENTRY = struct.Struct(">BIH")
"""An entry of the cross-reference: its kind, where it stands, and which of its stream it is."""


@dataclass(frozen=True)
class Packed:
    """A PDF on its way: its bytes without the cross-reference, and where each object stands, as a row of that."""

    content: bytes
    rows: Mapping[int, tuple[int, int, int]]

    @property
    def next_number(self) -> int:
        """The first object number that is free."""
        return max(self.rows) + 1


EMPTY = b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n"
"""How a file begins, before its version is put in."""


def packed_file(
    version: str, parts: Sequence[PlacedPart], objects: Mapping[int, bytes], streams: Iterable[PackedStream]
) -> bytes:
    """A PDF of these parts, and of objects and streams by number, which the file has beside them: catalog and document
    information among them, where they always are.
    """
    return closed(packed(Packed(EMPTY % version.encode(), {0: (0, 0, 0)}), parts, objects, streams))


def packed(
    before: Packed, parts: Sequence[PlacedPart], objects: Mapping[int, bytes], streams: Iterable[PackedStream]
) -> Packed:
    """What is there already, and these parts, objects and streams behind it. An object that is there already is
    replaced: what stood for it is dead weight.
    """
    out = bytearray(before.content)
    rows = dict(before.rows)
    for part in parts:
        start = len(out)
        rows |= {number: (1, start + offset, 0) for number, offset in part.offsets}
        rows |= {number: (2, part.base, index) for index, number in enumerate(part.packed)}
        out += part.content
    for stream in streams:
        rows[stream.number] = (1, len(out), 0)
        more = b"/Filter/FlateDecode" if stream.plain else b""
        data = zlib.compress(stream.data, 9) if stream.plain else stream.data
        dictionary = b"%s%s/Length %d>>" % (stream.dictionary.removesuffix(b">>"), more, len(data))
        out += stream_object(stream.number, dictionary, data)
    own = max([*rows, *objects]) + 1
    rows |= {number: (2, own, index) for index, number in enumerate(objects)}
    rows[own] = (1, len(out), 0)
    out += object_stream(own, list(objects.items()))
    return Packed(bytes(out), rows)


def closed(file: Packed) -> bytes:
    """The whole file: with its cross-reference, and an identifier of all that stands before that."""
    out, number = file.content, file.next_number
    rows = {**file.rows, number: (1, len(out), 0)}
    identifier = sha256(out).hexdigest()[:32].encode()
    trailer = b"/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]" % (CATALOG, INFO, identifier, identifier)
    return out + _cross_reference(number, rows, trailer) + b"startxref\n%d\n%%%%EOF\n" % len(out)


def _cross_reference(number: int, rows: Mapping[int, tuple[int, int, int]], trailer: bytes) -> bytes:
    """Each row as its difference from the row above (7.4.4.4, predictor 12), since they hardly differ."""
    numbers = sorted(rows)
    entries = b"".join(_ENTRY.pack(*rows[each]) for each in numbers)
    changes = _differences(entries, bytes(_ENTRY.size) + entries[: -_ENTRY.size])
    data = bytearray(b"\2" * (len(numbers) * (_ENTRY.size + 1)))
    for column in range(_ENTRY.size):
        data[column + 1 :: _ENTRY.size + 1] = changes[column :: _ENTRY.size]
    runs = [list(run) for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    ranges = b" ".join(b"%d %d" % (run[0][1], len(run)) for run in runs)
    packed = zlib.compress(data, 9)
    form = b"/W[1 4 2]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns %d>>" % _ENTRY.size
    facts = (numbers[-1] + 1, ranges, form, len(packed), trailer)
    return stream_object(number, b"<</Type/XRef/Size %d/Index[%s]%s/Length %d%s>>" % facts, packed)


def _differences(these: bytes, others: bytes) -> bytes:
    """Each byte less the byte in its place, all at once: as one number, the highest bit of each byte seen to apart, so
    that none borrows from the next.
    """
    size = len(these)
    one, other = int.from_bytes(these), int.from_bytes(others)
    high = int.from_bytes(b"\x80" * size)
    return (((one | high) - (other & ~high)) ^ ((one ^ ~other) & high)).to_bytes(size)
