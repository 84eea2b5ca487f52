"""CMaps: from character codes to text (ToUnicode) and to CIDs (ISO 32000-1, 9.7.5 and 9.10.3), and what a composite
font must agree with its CMap in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pikepdf import Dictionary, Name, Stream

MAX_CMAP_BYTES = 2_000_000
MAX_CODES = 200_000
REGISTERED = frozenset({"GB1", "CNS1", "Japan1", "Korea1"})
"""Character collections of Adobe whose CIDs have known text (ISO 32000-1, 9.10.2)."""
_STANDARD = {
    "GB1": "GB-EUC GBpc-EUC GBK-EUC GBKp-EUC GBK2K UniGB-UCS2 UniGB-UTF16",
    "CNS1": "B5pc HKscs-B5 ETen-B5 ETenms-B5 CNS-EUC UniCNS-UCS2 UniCNS-UTF16",
    "Japan1": "83pv-RKSJ 90ms-RKSJ 90msp-RKSJ 90pv-RKSJ Add-RKSJ EUC Ext-RKSJ UniJIS-UCS2 UniJIS-UCS2-HW UniJIS-UTF16",
    "Korea1": "KSC-EUC KSCms-UHC KSCms-UHC-HW KSCpc-EUC UniKS-UCS2 UniKS-UTF16",
}
COLLECTIONS = {
    "H": "Japan1", "V": "Japan1",
    **{f"{name}-{way}": kind for kind, names in _STANDARD.items() for name in names.split() for way in "HV"},
}  # fmt: skip
"""The standard CMaps and the collections they belong to (ISO 32000-1, table 118)."""
IDENTITY_NAMES = ("Identity-H", "Identity-V")
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")
_WMODE = re.compile(rb"/WMode\s+(\d)\s+def")
_USED = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+usecmap")


def is_standard(name: str) -> bool:
    """True for a CMap that every reader has."""
    return name in IDENTITY_NAMES or name in COLLECTIONS


def collection_of(font: Any) -> str:
    """The character collection of a CIDFont; empty where it names none of Adobe's."""
    info = font.get("/CIDSystemInfo")
    named = isinstance(info, Dictionary) and str(info.get("/Registry", "")) == "Adobe"
    return str(info.get("/Ordering", "")) if named else ""


def cmap_faults(encoding: Any, font: Any) -> Iterator[str]:
    """What a CMap and the CIDFont under it disagree in, and what the CMap disagrees in with itself (ISO 14289-1,
    7.21.3.1 and 7.21.3.3), in words that follow the name of the font.
    """
    own = font.get("/CIDSystemInfo")
    if isinstance(encoding, Name):
        name = str(encoding)[1:]
        if not is_standard(name):
            yield f"uses the CMap {encoding}, which is neither embedded nor standard"
        elif name in COLLECTIONS and collection_of(font) != COLLECTIONS[name]:
            yield "and its CMap belong to different character collections"
    elif isinstance(encoding, Stream):
        outer = encoding.get("/CIDSystemInfo")
        if str(encoding.get("/CMapName", ""))[1:] not in IDENTITY_NAMES and isinstance(own, Dictionary):
            yield from _collections_differ(outer if isinstance(outer, Dictionary) else Dictionary(), own)
        content = encoding.read_bytes()[:MAX_CMAP_BYTES]
        if (mode := _WMODE.search(content)) and int(mode[1]) != encoding.get("/WMode", 0):
            yield "has a CMap whose direction (WMode) is another inside than outside"
        used = encoding.get("/UseCMap")
        names = [str(used)[1:]] if isinstance(used, Name) else []
        names += [] if isinstance(used, Stream) else [name.decode("latin-1") for name in _USED.findall(content)]
        if unknown := next((name for name in names if not is_standard(name)), None):
            yield f"has a CMap that rests on {unknown}, which is not standard"
    else:
        yield "has no CMap"


def _collections_differ(outer: Any, own: Any) -> Iterator[str]:
    if any(str(outer.get(key)) != str(own.get(key)) for key in ("/Registry", "/Ordering")):
        yield "and its CMap belong to different character collections"
    elif _whole(own.get("/Supplement")) > _whole(outer.get("/Supplement")):
        yield "has a newer supplement of its collection than its CMap"


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def cids_of(encoding: Any) -> dict[int, int] | None:
    """CIDs by character code of a CMap: None where codes are CIDs, and empty where nothing is known."""
    if isinstance(encoding, Name):
        return None if str(encoding)[1:] in IDENTITY_NAMES else {}
    if not isinstance(encoding, Stream):
        return {}
    content = encoding.read_bytes()[:MAX_CMAP_BYTES]
    table: dict[int, int] = {}
    count = 0
    for kind in (b"cidchar", b"cidrange"):
        for block in re.findall(rb"begin%b(.*?)end%b" % (kind, kind), content, re.DOTALL):
            rows = re.findall(rb"<([0-9A-Fa-f]+)>\s*" * (1 + (kind == b"cidrange")) + rb"(\d+)", block)
            for row in rows:
                first, last, cid = int(row[0], 16), int(row[-2], 16), int(row[-1])
                count += max(last - first, 0) + 1
                if count > MAX_CODES:
                    return {}
                table.update((code, cid + code - first) for code in range(first, last + 1))
    return table


def to_unicode(stream: Any) -> dict[int, str]:
    """Character codes to text from a ToUnicode CMap (ISO 32000-1, 9.10.3)."""
    if not isinstance(stream, Stream):
        return {}
    content = stream.read_bytes()[:MAX_CMAP_BYTES]
    table: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", content, re.DOTALL):
        pieces = [bytes.fromhex(_even(piece)) for piece in re.findall(rb"<([0-9A-Fa-f\s]*)>", block)]
        table.update(
            (int.from_bytes(code, "big"), _utf16(text)) for code, text in zip(*[iter(pieces)] * 2, strict=False)
        )
    left = MAX_CODES
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", content, re.DOTALL):
        left = _add_ranges(block, table, left)
    return table


def _add_ranges(block: bytes, table: dict[int, str], left: int) -> int:
    """Add the codes of ranges, as many as are left; give back how many are left then. A font has 65,536 codes at most,
    so that only a table that says the same again and again has more.
    """
    pieces: list[Any] = []
    inside: list[bytes] | None = None
    for match in _HEX.finditer(block):
        if match[2]:
            inside = []
        elif match[3]:
            pieces.append(inside)
            inside = None
        else:
            (pieces if inside is None else inside).append(bytes.fromhex(_even(match[1])))
    for low, high, target in zip(*[iter(pieces)] * 3, strict=False):
        if not isinstance(low, bytes) or not isinstance(high, bytes) or left <= 0:
            return left
        first, last = int.from_bytes(low, "big"), int.from_bytes(high, "big")
        left -= max(min(last - first, 65535) + 1, 0)
        for offset in range(min(last - first, 65535) + 1):
            if isinstance(target, list):
                text = _utf16(target[offset]) if offset < len(target) else ""
            else:
                text = _utf16((int.from_bytes(target, "big") + offset).to_bytes(max(len(target), 2) + 1, "big")[1:])
            table[first + offset] = text
    return left


def _even(digits: bytes) -> str:
    clean = re.sub(rb"\s", b"", digits).decode()
    return clean if len(clean) % 2 == 0 else clean + "0"


def _utf16(raw: bytes) -> str:
    return (b"\0" + raw if len(raw) == 1 else raw).decode("utf-16-be", "replace")
