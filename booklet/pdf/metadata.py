"""What XMP metadata says (ISO 16684-1), read without a parser of XML: no entity is ever expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
PDF_UA = "http://www.aiim.org/pdfua/ns/id/"
XMP_BASIC = "http://ns.adobe.com/xap/1.0/"
ADOBE_PDF = "http://ns.adobe.com/pdf/1.3/"
_PREFIX = re.compile(r"xmlns:([\w.-]+)\s*=\s*[\"']([^\"']*)[\"']")
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def xmp_text(packet: bytes) -> str:
    """A packet as text: UTF-8, or UTF-16 where it begins with its mark."""
    return packet.decode(_MARKS.get(packet[:2], "utf-8"), "replace")


def xmp_values(text: str, namespace: str, name: str) -> Iterator[tuple[str, str]]:
    """Each value of a property as it is written, an attribute or an element with all that is in it, behind the prefix
    of its namespace.
    """
    for prefix in dict.fromkeys(prefix for prefix, uri in _PREFIX.findall(text) if uri == namespace):
        key = f"{prefix}:{name}"
        for match in re.finditer(rf"\s{re.escape(key)}\s*=\s*([\"'])", text):
            end = text.find(match[1], match.end())
            if end < 0:
                break
            yield prefix, unescape(text[match.end() : end])
        for match in re.finditer(rf"<{re.escape(key)}(?:\s[^<>]*)?>", text):
            end = text.find(f"</{key}", match.end())
            if end < 0 or match[0].endswith("/>"):
                break
            yield prefix, text[match.end() : end]


def plain(value: str) -> str:
    """A value without the elements that hold it."""
    return unescape(re.sub(r"<[^<>]*>", "", value)).strip()
