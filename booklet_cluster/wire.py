"""What travels between the one who builds and the workers: records as plain bytes, decoded by their type, never code.

The step's result and the entries of the store that it made travel together, as its parcel; who is handed it need not
have been there.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from inspect import signature
from pathlib import Path, PurePath
from types import GenericAlias
from typing import IO, Any, TypeVar, get_type_hints

import msgspec

import booklet
from booklet.files import contents, folder_hash, write
from booklet.findings import BookletError, Place
from booklet.records import Order
from booklet.store import fingerprint, versions

Record = TypeVar("Record")
Facts = Mapping[str, str]
"""What results depend on beside their inputs, by name, such as the version of a library."""
SOURCES = "chapters"
PROJECTS = "projects"
"""The folder of a worker in which it writes down the sources that it was sent, each under its hash."""


_SIZE_BYTES = 8


class ClusterError(BookletError):
    """The cluster cannot do what it was asked for; says why, and what to do."""


@dataclass(frozen=True)
class Task:
    """One step for a worker: the name of its function, its arguments as bytes, what is ordered, and the hash of the
    sources. `parcels` names the parcels that come with it, in their order, and `inputs` those of them whose results are
    arguments behind the others. `cache` is the address of a shared cache, or nothing.
    """

    step: str
    function: str
    arguments: bytes
    order: Order
    sources: str
    parcels: tuple[str, ...]
    inputs: tuple[str, ...]
    cache: str


@dataclass(frozen=True)
class Parcel:
    """What came of a task: the result as bytes, finished files by name, sealed entries of the store by key, and keys
    of those that lie in the shared cache. `refusal` says why there is nothing.
    """

    result: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    entries: Mapping[str, bytes] = field(default_factory=dict)
    cached: tuple[str, ...] = ()
    refusal: str = ""


def encoded(record: Any) -> bytes:
    """A record of plain values, dataclasses, records of the manuscript and paths as bytes."""
    return msgspec.msgpack.encode(record, enc_hook=_plain)


def decoded(content: bytes, kind: type[Record]) -> Record:
    """The record of this type. Raises ClusterError for what another version wrote."""
    try:
        return msgspec.msgpack.decode(content, type=kind, dec_hook=_special)
    except (msgspec.MsgspecError, ValueError, TypeError) as reason:
        raise ClusterError(f"A record of another version of booklet ({reason}). {SAME}") from reason


def _plain(value: Any) -> Any:
    if isinstance(value, PurePath):
        return value.as_posix()
    if hasattr(value, "model_dump"):  # a record of the manuscript, as pydantic has it
        return dict(value)
    raise NotImplementedError(f"{type(value).__name__} does not travel")


def _special(kind: type, value: Any) -> Any:
    if issubclass(kind, PurePath):
        return kind(value)
    if hasattr(kind, "model_validate"):
        origin = Place(**value.pop("origin"))
        return kind.model_validate({**value, "\0origin": origin})
    raise NotImplementedError(f"{kind.__name__} does not travel")


def send(stream: IO[bytes], content: bytes) -> None:
    """Write a message behind its size."""
    stream.write(len(content).to_bytes(_SIZE_BYTES, "big"))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """The next message, or None when there is none, or not the whole of it."""
    size = stream.read(_SIZE_BYTES)
    if len(size) < _SIZE_BYTES:
        return None
    content = stream.read(int.from_bytes(size, "big"))
    return content if len(content) == int.from_bytes(size, "big") else None


@cache
def parameters(function: Callable[..., Any]) -> tuple[Any, ...]:
    """The types of a function's parameters, in their order."""
    hints = get_type_hints(function)
    return tuple(hints[name] for name in signature(function).parameters)


def record_of(kinds: tuple[Any, ...]) -> type[tuple[Any, ...]]:
    """The type of a tuple of these types."""
    kind: Any = GenericAlias(tuple, kinds)
    return kind  # type: ignore[no-any-return]


def result_type(function: Callable[..., Any]) -> Any:
    """The type of what a function gives."""
    return get_type_hints(function)["return"]


def packed(project: Path) -> bytes:
    """The sources of a project, by name."""
    return encoded(dict(contents(project / SOURCES, project)))


def unpack(sources: bytes, project: Path) -> None:
    """Write sources into a new project. Raises ClusterError for names that lead out of it."""
    for name, content in decoded(sources, dict[str, bytes]).items():
        path = PurePath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ClusterError("The sources name a file outside the project.")
        target = project / SOURCES / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, content, durable=False)


def digest(*contents: bytes) -> str:
    """A name for content."""
    joined = sha256()
    for content in contents:
        joined.update(b"%d\0" % len(content) + content)
    return joined.hexdigest()


SAME = "Workers, scheduler and this machine need the same installation: docs/scale.md."


@cache
def facts() -> Facts:
    """What pages depend on here: our own code and style sheets, faces, libraries, and those of the system."""
    from booklet.manuscript import shipped
    from booklet.typesetting import engine_versions

    return {
        "booklet": f"{booklet.__version__} ({fingerprint()[:12]})",
        "libraries": versions(),
        "fonts": folder_hash(shipped("fonts")).hex()[:12],
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **engine_versions(),
    }


def mismatch(theirs: Facts) -> str:
    """What differs here from what it is where a task comes from; nothing when all is the same."""
    own = facts()
    differing = [name for name in {**theirs, **own} if theirs.get(name) != own.get(name)]
    if not differing:
        return ""
    told = (_difference(name, own.get(name, "none"), theirs.get(name, "none")) for name in differing)
    return f"{'; '.join(told)}. {SAME}"


def _difference(name: str, own: str, theirs: str) -> str:
    """One difference; of lists, what they do not share."""

    def lone(words: str, others: str) -> str:
        return ", ".join(_without(words.split(", "), others.split(", "))) or "none"

    return f"{name} is {lone(own, theirs)} there and {lone(theirs, own)} here"


def _without(words: Iterable[str], others: Iterable[str]) -> list[str]:
    known = set(others)
    return [word for word in words if word not in known]
