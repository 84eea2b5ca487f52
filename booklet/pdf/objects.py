"""What a file's objects are known by, and what is asked of them everywhere: inherited keys, numbers, unpacked bytes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream
from pikepdf.settings import set_qpdf_limits

ObjectId = tuple[int, int]
"""Object and generation number (ISO 32000-1, 7.3.10); (0, 0) for a direct object."""
MAX_TREE_DEPTH = 64
"""Nodes of a page tree above a page: ten thousand pages need four."""
MAX_STREAM_BYTES = 200_000_000
"""No filter of a stream gives more, in any file that this process reads: qpdf is held to it."""
UNCOMMON_BYTES = 256 * 1024
"""What is packed otherwise than with Flate alone is unpacked whole up to this size."""

set_qpdf_limits(
    flate_max_memory=MAX_STREAM_BYTES,
    run_length_max_memory=MAX_STREAM_BYTES,
    png_max_memory=MAX_STREAM_BYTES,
    tiff_max_memory=MAX_STREAM_BYTES,
)
_NEVER_GROW = (Name.ASCIIHexDecode, Name.AHx, Name.ASCII85Decode, Name.A85)


class OverLimitError(ValueError):
    """A stream holds more than it may."""


class ContentFault(StrEnum):
    """What can be wrong with the content of a page."""

    LARGE = "large"
    DEEP = "deep"
    BROKEN = "broken"
    OPERAND = "operand"
    UNBALANCED = "unbalanced"
    RESOURCE = "resource"
    REFERENCE = "reference"
    POSTSCRIPT = "postscript"
    ARTIFACT_IN_TAG = "artifact-in-tag"
    TAG_IN_ARTIFACT = "tag-in-artifact"
    MCID_TWICE = "mcid-twice"


class TreeFault(StrEnum):
    """What can be wrong with a structure tree."""

    ROLE = "role"
    ROLE_CYCLE = "role-cycle"
    ROLE_STANDARD = "role-standard"
    DEEP = "deep"
    LARGE = "large"
    CYCLE = "cycle"
    KID = "kid"
    TWICE = "twice"
    PARENT_TREE = "parent-tree"


class FontFault(StrEnum):
    """What can be wrong with a font dictionary."""

    DAMAGED = "damaged"
    UNICODE = "unicode"
    SUBSET = "subset"
    ENCODING = "encoding"


class BoxFault(StrEnum):
    """What can be wrong with the boxes of a page."""

    BOX = "box"
    ROTATE = "rotate"
    HUGE = "huge"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an object, in words that name no page."""

    kind: Enum
    words: str


def inherited(page: Any, key: str) -> Any:
    """An attribute of a page, or of the nearest node above it that has one (ISO 32000-1, 7.7.3.4); None without."""
    node = page
    for _ in range(MAX_TREE_DEPTH):
        if not isinstance(node, Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def as_number(value: Any, otherwise: float) -> float:
    """A number as a float; `otherwise` for anything else."""
    try:
        return float(value)
    except (TypeError, ValueError, ArithmeticError):
        return otherwise


def is_opaque(resources: Any) -> bool:
    """True when no graphics state of some resources, or of the forms and patterns in them, lets anything through what
    is painted (ISO 32000-1, 11.3): then a transparency group of them changes nothing.
    """
    left, seen = [resources], set[ObjectId]()
    while left:
        own = left.pop()
        if not isinstance(own, Dictionary):
            continue
        if any(_lets_through(state) for state in _values(own, "/ExtGState")):
            return False
        for thing in (*_values(own, "/XObject"), *_values(own, "/Pattern")):
            if isinstance(thing, Stream) and thing.objgen not in seen:
                seen.add(thing.objgen)
                left.append(thing.get("/Resources"))
    return True


def _values(holder: Any, key: str) -> list[Any]:
    table = holder.get(key)
    return list(table.values()) if isinstance(table, Dictionary) else []


def _lets_through(state: Any) -> bool:
    if not isinstance(state, Dictionary):
        return False
    mixed = state.get("/BM", Name.Normal) not in (Name.Normal, Name.Compatible)
    return (
        mixed
        or isinstance(state.get("/SMask"), Dictionary)
        or any(as_number(state.get(key), 1.0) < 1 for key in ("/ca", "/CA"))
    )


def streams_of(page: Any) -> list[Any]:
    """The streams that make the content of a page, in order. Raises ValueError for anything that is no stream."""
    contents = page.get("/Contents", Array())
    streams = list(contents) if isinstance(contents, Array) else [contents]
    if not all(isinstance(stream, Stream) for stream in streams):
        raise ValueError("its content is no stream")
    return streams


def unpacked(stream: Any, limit: int, uncommon_bytes: int = UNCOMMON_BYTES) -> bytes:
    """The bytes of a stream, of which no more than `limit` are ever unpacked.

    Raises OverLimitError where there are more, ValueError where the packing is damaged, or is neither plain nor Flate
    alone, however often, and larger than `uncommon_bytes`, or grows in more than one step.
    """
    raw: bytes = stream.read_raw_bytes()
    filters = stream.get("/Filter", Array())
    filters = list(filters) if isinstance(filters, Array) else [filters]
    if all(name in (Name.FlateDecode, Name.Fl) for name in filters) and not _has_parameters(stream):
        content = raw
        for _ in filters:
            content = _inflated(content, limit)
    elif len(raw) <= uncommon_bytes and sum(name not in _NEVER_GROW for name in filters) <= 1:
        content = stream.read_bytes()
    else:
        raise ValueError("its content is packed in an uncommon way; print the file to a new PDF")
    if len(content) > limit:
        raise OverLimitError(f"it unpacks to more than {limit // 1_000_000} MB")
    return content


def _has_parameters(stream: Any) -> bool:
    parameters = stream.get("/DecodeParms")
    return isinstance(parameters, Dictionary) or (
        isinstance(parameters, Array) and any(isinstance(each, Dictionary) for each in parameters)
    )


def _inflated(packed: bytes, limit: int) -> bytes:
    machine = zlib.decompressobj()
    try:
        content = machine.decompress(packed, limit + 1)
    except zlib.error as reason:
        raise ValueError("its content cannot be unpacked") from reason
    if len(content) > limit:
        raise OverLimitError(f"it unpacks to more than {limit // 1_000_000} MB")
    if packed and not machine.eof:
        raise ValueError("its content breaks off")
    return content
