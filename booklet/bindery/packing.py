"""Packing: the same PDF in fewer bytes.

A tagged booklet is thousands of small objects that look alike. qpdf packs a hundred of them into a stream (ISO 32000-1,
7.5.7); all in one stream they are a third smaller. What is packed here is what qpdf wrote: objects in one sequence,
streams compressed.
"""

from __future__ import annotations

import io
import zlib
from itertools import accumulate

from pikepdf import Pdf, Stream

_ROW = (1, 3, 2)
"""Bytes of an entry of the cross-reference: its kind, where it stands, and which of its stream it is."""


def packed(content: bytes) -> bytes:
    """The same file, its objects in one object stream, with a cross-reference stream (7.5.8)."""
    with Pdf.open(io.BytesIO(content)) as pdf:
        out = bytearray(b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % pdf.pdf_version.encode())
        size = len(pdf.objects) + 1
        rows = [(0, 0, 0)] * (size + 2)
        alike: list[tuple[int, bytes]] = []
        for thing in pdf.objects:
            number = thing.objgen[0]
            if isinstance(thing, Stream):
                rows[number] = (1, len(out), 0)
                out += _stream(number, thing.stream_dict.unparse(), thing.read_raw_bytes())
            else:
                rows[number] = (2, size, len(alike))
                alike.append((number, thing.unparse(resolved=True)))
        rows[size], rows[size + 1] = (1, len(out), 0), (0, 0, 0)
        out += _object_stream(size, alike)
        rows[size + 1] = (1, start := len(out), 0)
        trailer = {key: pdf.trailer[key] for key in ("/Root", "/Info", "/ID") if key in pdf.trailer}
        out += _cross_reference(
            size + 1, rows, b"".join(b"%s %s" % (k.encode(), v.unparse()) for k, v in trailer.items())
        )
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _stream(number: int, dictionary: bytes, data: bytes) -> bytes:
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, dictionary, data)


def _object_stream(number: int, things: list[tuple[int, bytes]]) -> bytes:
    places = [0, *accumulate(len(words) + 1 for _, words in things)]
    index = b" ".join(b"%d %d" % (thing, place) for (thing, _), place in zip(things, places, strict=False))
    data = zlib.compress(index + b"\n" + b"\n".join(words for _, words in things), 9)
    facts = (len(things), len(index) + 1, len(data))
    return _stream(number, b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>" % facts, data)


def _cross_reference(number: int, rows: list[tuple[int, int, int]], trailer: bytes) -> bytes:
    """Each row as its difference from the row above (7.4.4.4, predictor 12), since they hardly differ."""
    above = bytes(sum(_ROW))
    data = b""
    for row in rows:
        entry = b"".join(value.to_bytes(width, "big") for value, width in zip(row, _ROW, strict=True))
        data += b"\2" + bytes((now - before) % 256 for now, before in zip(entry, above, strict=True))
        above = entry
    data = zlib.compress(data, 9)
    form = b"/W[%d %d %d]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns %d>>" % (*_ROW, sum(_ROW))
    facts = b"<</Type/XRef/Size %d%s/Length %d%s>>" % (len(rows), form, len(data), trailer)
    return _stream(number, facts, data)
