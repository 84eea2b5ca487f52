"""What a file's objects are known by, and what is asked of them everywhere: inherited keys, numbers, unpacked bytes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from pikepdf import Array, Dictionary, Name, Stream

ObjectId = tuple[int, int]
"""Object and generation number (ISO 32000-1, 7.3.10); (0, 0) for a direct object."""
MAX_TREE_DEPTH = 64
"""Nodes of a page tree above a page: ten thousand pages need four."""
UNCOMMON_BYTES = 256 * 1024
"""What is packed otherwise than with Flate alone is unpacked whole up to this size."""


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


def streams_of(page: Any) -> list[Any]:
    """The streams that make the content of a page, in order. Raises ValueError for anything that is no stream."""
    contents = page.get("/Contents", Array())
    streams = list(contents) if isinstance(contents, Array) else [contents]
    if not all(isinstance(stream, Stream) for stream in streams):
        raise ValueError("its content is no stream")
    return streams


def unpacked(stream: Any, limit: int, uncommon_bytes: int = UNCOMMON_BYTES) -> bytes:
    """The bytes of a stream, of which no more than `limit` are ever unpacked.

    Raises OverLimitError where there are more, ValueError where the packing breaks off, or is neither plain nor Flate
    alone and larger than `uncommon_bytes`.
    """
    raw: bytes = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    if isinstance(filters, Array) and len(filters) == 1:
        filters = filters[0]
    if filters is None:
        content = raw
    elif filters == Name.FlateDecode and not isinstance(stream.get("/DecodeParms"), Dictionary | Array):
        machine = zlib.decompressobj()
        content = machine.decompress(raw, limit + 1)
        if raw and not machine.eof and len(content) <= limit:
            raise ValueError("its content breaks off")
    elif len(raw) <= uncommon_bytes:
        content = stream.read_bytes()
    else:
        raise ValueError("its content is packed in an uncommon way; print the file to a new PDF")
    if len(content) > limit:
        raise OverLimitError(f"it unpacks to more than {limit // 1_000_000} MB")
    return content
