"""Packing: placed parts and what a file has once become one PDF, with few bytes and no second pass.

All objects that are no streams lie in object streams, one a part (ISO 32000-1, 7.5.7); the cross-reference is a stream
of the ranges of numbers in use (7.5.8). Identifiers come from the content: the same parts give the same bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import groupby

from booklet.bindery.fragments import CATALOG, INFO, PackedStream, PlacedPart, object_stream, stream_object

_ROW = (1, 4, 2)
"""Bytes of an entry of the cross-reference: its kind, where it stands, and which of its stream it is."""


def packed_file(
    version: str, parts: Sequence[PlacedPart], objects: Mapping[int, bytes], streams: Iterable[PackedStream]
) -> bytes:
    """A PDF of these parts, and of objects and streams by number, which the file has beside them: catalog and document
    information among them, where they always are.
    """
    out = bytearray(b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version.encode())
    rows: dict[int, tuple[int, int, int]] = {0: (0, 0, 0)}
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
    rows[own + 1] = (1, start := len(out), 0)
    identifier = sha256(out).hexdigest()[:32].encode()
    trailer = b"/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]" % (CATALOG, INFO, identifier, identifier)
    out += _cross_reference(own + 1, rows, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _cross_reference(number: int, rows: Mapping[int, tuple[int, int, int]], trailer: bytes) -> bytes:
    """Each row as its difference from the row above (7.4.4.4, predictor 12), since they hardly differ."""
    above = bytes(sum(_ROW))
    data = bytearray()
    numbers = sorted(rows)
    for each in numbers:
        kind, where, index = rows[each]
        entry = b"%c%s%s" % (kind, where.to_bytes(_ROW[1], "big"), index.to_bytes(_ROW[2], "big"))
        data += b"\2" + bytes((now - before) & 255 for now, before in zip(entry, above, strict=True))
        above = entry
    runs = [list(run) for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    ranges = b" ".join(b"%d %d" % (run[0][1], len(run)) for run in runs)
    packed = zlib.compress(data, 9)
    form = b"/W[%d %d %d]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns %d>>" % (*_ROW, sum(_ROW))
    facts = (numbers[-1] + 1, ranges, form, len(packed), trailer)
    return stream_object(number, b"<</Type/XRef/Size %d/Index[%s]%s/Length %d%s>>" % facts, packed)
