"""Fragments: a typeset part as objects that can be put into any file, as a linker puts object files together.

A segment is opened once for each way to finish it (tagged, press, grey), changed as that needs, and written down as a
`Fragment`: its objects serialised with numbers of their own, and a table of what a file must know of it. `place` gives
it a range of object numbers in a file, puts the edition's hue in place of the stand-in colours, and packs it; what is
not a stream goes into one object stream a fragment (ISO 32000-1, 7.5.7). Both results depend on nothing else, so that
two files, or two builds, which hold the same part on the same numbers share its bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from pikepdf import Dictionary, Name, Pdf, Stream

from booklet.bindery.fonts import Face, Fonts, face_of, program_of

SHARED = 1_000_000
"""In a fragment's bytes, object numbers from here on are the file's own: what all its fragments share."""
SHARED_FACES = 1_001_000
"""From here on, they are the fragment's own faces, which the file keeps once for all."""
SHARED_PAGE = 1_002_000
"""In the bytes of a panel, the page that it is laid on."""
CATALOG, PAGES, TREE_ROOT, DOCUMENT, INFO, METADATA, PARENT_TREE, DESTINATIONS = range(1, 9)
INTENT, ICC_PROFILE, ID_TREE, OUTLINES, NAME_SPACE, MARKS_LEFT, MARKS_RIGHT = range(9, 16)
"""Numbers of the objects that a file has once."""
FIRST_FACE = 32
OBJECTS_A_FACE = 5
FIRST_PART = 256
ROUND_TO = 64
"""Ranges of object numbers begin at multiples, so that a part which grows a little moves none behind it."""
COMPRESSION = 6
_REFERENCE = re.compile(rb"\((?:[^()\\]|\\.)*\)|\b(\d+) 0 R\b", re.DOTALL)
"""A reference to an object, or a string, which may only look as if it held one."""


@dataclass(frozen=True)
class PackedStream:
    """A stream object: its dictionary without length, and its data. What is `plain` holds operators, whose colours may
    be stand-ins, not yet compressed; the rest is stored as it is.
    """

    number: int
    dictionary: bytes
    data: bytes
    plain: bool


@dataclass(frozen=True)
class LinkArea:
    """A link annotation: its object, page index in the fragment, rectangle in points, address as composed, the
    structure element that holds it, and the entry of a list of contents that is to refer to its target (0: none).
    """

    number: int
    page: int
    rect: tuple[float, float, float, float]
    uri: str
    owner: int
    entry: int


@dataclass(frozen=True)
class Fragment:
    """Objects numbered from 1 to `size`, and what a file must know of them.

    `objects` are dictionaries and arrays by number, `pages` the page objects (or forms) in order, `tops` the outermost
    structure elements, `owners` for each page the element of each marked content, `ids` the elements that have an id.
    `entries` are entries of contents, which the file finishes once it knows what they refer to; `notes` are streams,
    one a page, for what is written beside the page. `key` is for whoever keeps it.
    """

    size: int
    objects: tuple[tuple[int, bytes], ...]
    streams: tuple[PackedStream, ...]
    pages: tuple[int, ...]
    faces: tuple[Face, ...]
    tops: tuple[int, ...] = ()
    owners: tuple[tuple[int, ...], ...] = ()
    links: tuple[LinkArea, ...] = ()
    ids: dict[str, int] = field(default_factory=dict)
    entries: dict[int, bytes] = field(default_factory=dict)
    notes: tuple[int, ...] = ()
    role_map: bytes = b""
    key: str = ""


@dataclass(frozen=True)
class PlacedPart:
    """A fragment in its place in a file: its bytes, and where each object stands: its number and offset, or its number
    and index in the object stream that bears the number `base`.
    """

    base: int
    content: bytes
    offsets: tuple[tuple[int, int], ...]
    packed: tuple[int, ...]


def next_base(base: int, fragment: Fragment) -> int:
    """Where the next fragment's object numbers may begin."""
    return base + -(-(fragment.size + 1) // ROUND_TO) * ROUND_TO


def place(
    fragment: Fragment, base: int, faces: tuple[str, ...], colours: Mapping[bytes, bytes], page: int = 0
) -> PlacedPart:
    """A fragment with object numbers from `base` + 1 on. `faces` are the file's in order, by name; `colours` gives the
    operands that take the place of each stand-in's, `page` the number of the page that a panel is laid on.
    """
    renumber = renumbering(base, fragment.faces, faces, page)
    recolour = _recolouring(colours)
    out = bytearray()
    offsets: list[tuple[int, int]] = []
    for stream in fragment.streams:
        offsets.append((base + stream.number, len(out)))
        data, more = stream.data, b""
        if stream.plain:
            data, more = zlib.compress(recolour(data), COMPRESSION), b"/Filter/FlateDecode"
        dictionary = b"%s%s/Length %d>>" % (renumber(stream.dictionary).removesuffix(b">>"), more, len(data))
        out += stream_object(base + stream.number, dictionary, data)
    numbers = [number for number, _ in fragment.objects]
    offsets.append((base, len(out)))
    rows = _placed_objects(fragment, base, lambda words: recolour(renumber(words)))
    out += object_stream(base, [(base + number, words) for number, words in rows])
    return PlacedPart(base, bytes(out), tuple(offsets), tuple(base + number for number in numbers))


def _placed_objects(fragment: Fragment, base: int, change: Callable[[bytes], bytes]) -> Iterator[tuple[int, bytes]]:
    """The objects by their numbers in the fragment; a tagged page is known in the parent tree by its object number."""
    pages = set(fragment.pages) if fragment.owners else set()
    for number, words in fragment.objects:
        written = change(words)
        if number in pages:
            written = b"<</StructParents %d%s" % (base + number, written.removeprefix(b"<<"))
        yield number, written


def renumbering(base: int, own: tuple[Face, ...], faces: tuple[str, ...], page: int = 0) -> Callable[[bytes], bytes]:
    """Turns the numbers of a fragment's references into those of a file where it lies from `base` on."""
    slots = {SHARED_FACES + index: face_number(faces.index(face.name)) for index, face in enumerate(own)}
    slots[SHARED_PAGE] = page

    def moved(match: re.Match[bytes]) -> bytes:
        if match[1] is None:
            return match[0]
        number = int(match[1])
        return b"%d 0 R" % (slots.get(number, number - SHARED) if number >= SHARED else number + base)

    return lambda words: _REFERENCE.sub(moved, words)


def _recolouring(colours: Mapping[bytes, bytes]) -> Callable[[bytes], bytes]:
    if not colours:
        return lambda content: content
    pattern = re.compile(rb"(?<![\d.])(?:" + b"|".join(re.escape(colour) for colour in colours) + rb")(?![\d.])")
    return lambda content: pattern.sub(lambda match: colours[match[0]], content)


def face_number(slot: int) -> int:
    """The object number of the font in this place of the file's table of faces; its other objects follow."""
    return FIRST_FACE + slot * OBJECTS_A_FACE


def stream_object(number: int, dictionary: bytes, data: bytes) -> bytes:
    """A stream as an indirect object (ISO 32000-1, 7.3.8)."""
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, dictionary, data)


def object_stream(number: int, things: list[tuple[int, bytes]]) -> bytes:
    """Objects by number, packed into one stream (7.5.7)."""
    places = [0, *accumulate(len(words) + 1 for _, words in things)]
    index = b" ".join(b"%d %d" % (thing, place) for (thing, _), place in zip(things, places, strict=False))
    data = zlib.compress(index + b"\n" + b"\n".join(words for _, words in things), COMPRESSION)
    facts = (len(things), len(index) + 1, len(data))
    return stream_object(number, b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>" % facts, data)


class Serialiser:
    """Writes the objects of a PDF down that some roots lead to. A class only because numbers are given as they come.

    Objects that a file has once are named by `share`; nothing is written of these.
    """

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.numbers: dict[int, int] = {}
        self.objects: list[tuple[int, bytes]] = []
        self.streams: list[PackedStream] = []
        self.size = 0
        self._waiting: list[int] = []

    def number(self, thing: Any) -> int:
        """The number in the fragment of an indirect object, which will be written."""
        return self._of(int(thing.objgen[0]))

    def share(self, thing: Any, number: int) -> None:
        """Let an indirect object be one that the file has, by its number there (from `SHARED` on)."""
        self.numbers[int(thing.objgen[0])] = number

    def reserve(self, thing: Any = None) -> int:
        """A number for an object whose content the file gives."""
        self.size += 1
        if thing is not None:
            self.numbers[int(thing.objgen[0])] = self.size
        return self.size

    def write(self) -> None:
        """Write everything that is waiting, and what it leads to."""
        while self._waiting:
            source = self._waiting.pop()
            thing = self.pdf.get_object(source, 0)
            if isinstance(thing, Stream):
                self.streams.append(self._stream(self.numbers[source], thing))
            else:
                self.objects.append((self.numbers[source], self.words(thing)))
        self.objects.sort()
        self.streams.sort(key=lambda stream: stream.number)

    def words(self, thing: Any) -> bytes:
        """An object serialised, its references by the fragment's numbers."""
        written: bytes = thing.unparse(resolved=True)
        return _REFERENCE.sub(self._renumbered, written)

    def _of(self, source: int) -> int:
        if source not in self.numbers:
            self.size += 1
            self.numbers[source] = self.size
            self._waiting.append(source)
        return self.numbers[source]

    def _renumbered(self, match: re.Match[bytes]) -> bytes:
        return match[0] if match[1] is None else b"%d 0 R" % self._of(int(match[1]))

    def _stream(self, number: int, stream: Any) -> PackedStream:
        plain = stream.get("/Subtype") not in (Name.Image,) and "/N" not in stream and "/Length1" not in stream
        facts = stream.stream_dict
        data: bytes
        if plain or "/Filter" not in facts:
            data = stream.read_bytes()
            kept = Dictionary({key: facts[key] for key in facts if key not in ("/Length", "/Filter", "/DecodeParms")})
            words = self.words(kept)
            if plain:
                return PackedStream(number, words, data, True)
            return PackedStream(
                number, words.removesuffix(b">>") + b"/Filter/FlateDecode>>", zlib.compress(data, 9), False
            )
        kept = Dictionary({key: facts[key] for key in facts if key != "/Length"})
        return PackedStream(number, self.words(kept), stream.read_raw_bytes(), False)


def share_faces(writer: Serialiser, pages: Iterable[Any]) -> list[tuple[Face, bytes]]:
    """Let the file have the composite fonts of some pages, as faces with their programs; others stay as they are: they
    lack characters, which is a finding.
    """
    faces: dict[int, tuple[Face, bytes]] = {}
    for font in (
        font for page in pages for font in page.get("/Resources", Dictionary()).get("/Font", Dictionary()).values()
    ):
        number = int(font.objgen[0])
        if font.get("/Encoding") == Name("/Identity-H") and number not in faces:
            writer.share(font, SHARED_FACES + len(faces))
            faces[number] = (face_of(font), program_of(font))
    return list(faces.values())


Placing = Callable[[Fragment, int, tuple[str, ...], Mapping[bytes, bytes]], PlacedPart]
"""`place`, or something that remembers what it gave."""


def placed_parts(
    fragments: Sequence[Fragment], faces: tuple[str, ...], colours: Mapping[bytes, bytes], placing: Placing
) -> list[PlacedPart]:
    """Fragments one after the other."""
    parts = []
    base = FIRST_PART
    for fragment in fragments:
        parts.append(placing(fragment, base, faces, colours))
        base = next_base(base, fragment)
    return parts


def font_objects(faces: Mapping[str, Face], fonts: Fonts, objects: dict[int, bytes]) -> Iterator[PackedStream]:
    """The dictionaries of a file's fonts, put among its objects, and their streams."""
    for slot, face in enumerate(faces.values()):
        number = face_number(slot)
        made = fonts(face, number)
        for offset, words in enumerate(made.dictionaries):
            objects[number + offset] = words
        length = b"<</Length1 %d/Filter/FlateDecode>>" % made.program_bytes
        yield PackedStream(number + 3, length, made.program, False)
        yield PackedStream(number + 4, b"<</Filter/FlateDecode>>", made.unicode_map, False)


def references(numbers: Iterable[int]) -> bytes:
    """References to objects, as an array holds them."""
    return b" ".join(b"%d 0 R" % number for number in numbers)
