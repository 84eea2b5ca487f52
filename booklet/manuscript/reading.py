"""Files to plain data, with the line of every key: text, YAML, TOML and front matter.

Nothing outside the project is read, whatever a symbolic link says. YAML scalars stay text (only null, true and false
are more), so a phone number keeps its leading zero and `NO` stays a word; aliases are refused, so a file cannot unfold
into more than it holds. Depth and number of values are bounded while a file is read, time and memory by `bounds`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import ValidationError

from booklet import files
from booklet.bounds import (
    MAX_CHAPTER_BYTES,
    MAX_DATA_BYTES,
    MAX_DEPTH,
    MAX_PROFILE_BYTES,
    MAX_TEXT_CHARACTERS,
    MAX_VALUES,
    SOURCE,
    TooMuchError,
    within_bounds,
)
from booklet.files import inside
from booklet.findings import Finding, Place, error
from booklet.manuscript.records import FAMILY, HUE, ID, ISSUE, LANGUAGE, REGION, Readers, Record
from booklet.phones import SHAPE

KEPT_FILES = 128
"""So many files are not parsed again while they say the same: nobody changes what is read of them."""
MAX_FAULTS = 100
"""Faults told of one record: more of one file help nobody."""

Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=Record)
_STRAY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")
"""Control characters, and those of private use, among which composing keeps its own marks."""
_FACTS = re.compile(r"\[facts:([^\]]*)\]\s*$")
_REASONS = {
    "tuple_type": "it is to be a list in square brackets, such as [NORTH]",
    "dict_type": "it is to hold keys and values",
    "string_type": "it is to be text, in quotes where it looks like a number",
    "string_too_short": "it is empty",
    "too_short": "it is empty",
    "model_type": "it is to hold keys and values",
    "too_long": "it has more entries than it may",
    "int_parsing": "it is to be a whole number",
    "int_type": "it is to be a whole number",
    "int_from_float": "it is to be a whole number",
    "float_parsing": "it is to be a number",
    "float_type": "it is to be a number",
    "finite_number": "it is to be a number",
    "bool_parsing": "it is to be true or false",
    "bool_type": "it is to be true or false",
    "date_from_datetime_parsing": "the calendar has no such day",
}
"""What pydantic finds, in an editor's words."""
_LOOKS = {(key,) for key in ("page", "pages", "style", "theme", "font", "fonts", "faces", "palette", "logo", "cover")}
"""Keys that people look for in booklet.toml."""
_LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_DEEP_KEY = re.compile(rf"""(?<![\w"'-])(?:{_PART}[ \t]*\.[ \t]*){{{MAX_DEPTH}}}""")
"""The parts of a dotted TOML key: `tomllib` takes time and memory by the square of their number."""
_LONG_NUMBER = re.compile(r"(?<!\w)(?:\d[\d_]{400}|0[xob][0-9A-Fa-f_]{400})")
_PATTERNS = {
    ID: "it is to be small letters, digits and hyphens",
    HUE: "it is to be a sign and six digits or small letters to f, such as #0b5a7e",
    ISSUE: "it is to be a year, a dot and a number, such as 2026.1",
    FAMILY: "it is to be letters, digits, spaces and hyphens",
    LANGUAGE: "it is to be a language, perhaps with its script or country, such as en-NZ, vi or zh-Hans",
    REGION: "it is to be capitals and digits, such as KENT",
    f"^{SHAPE}$": "it is to be digits, X for any digit, [2-5] for one of several, and spaces",
}
_OTHER_FORM = "it is not written as it is to be"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {"~": None, "": None} | {
    written: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for written in (word, word.capitalize(), word.upper())
}
"""What YAML 1.2 (core schema, 10.3.2) takes for more than text."""


class UnreadableError(Exception):
    """A file gives no data; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


@dataclass(frozen=True)
class Data:
    """Plain data of one file, and the line of each key path."""

    file: str
    value: Any
    lines: dict[Path_, int] = field(default_factory=dict)

    def place(self, path: Path_ = ()) -> Place:
        """Where the nearest written key of this path stands."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return Place(self.file, self.lines[path[:end]])
        return Place(self.file, 1)


def shipped(folder: str) -> Path:
    """A folder of the style sheets: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    return next(styles for styles in (package / "styles", package.parent / "styles") if styles.is_dir()) / folder


def read_icc(project: Path, name: str, place: Place) -> tuple[bytes, list[Finding]]:
    """An ICC profile of a printing condition (ISO 15076-1, 7.2), shipped or under `chapters`, or what is wrong with
    it.
    """
    own = project / "chapters" / name
    path = shipped("icc") / name if Path(name).name == name and not files.is_there(own) else own
    if path == own and not inside(project, own):
        return b"", [error("SRC-002", place, f"'{name}' leads out of the project.", "A file under chapters/.")]
    try:
        content = files.read(path, MAX_PROFILE_BYTES)
    except FileNotFoundError:
        return b"", [error("SRC-001", place, f"There is no ICC profile '{name}'.", "A file under chapters/.")]
    except OSError as reason:
        found = f"'{name}' cannot be read ({reason.strerror})."
        return b"", [error("SRC-002", place, found, "An ICC profile of at most 20 MB.")]
    kind, space = content[12:16].decode("latin-1"), content[16:20].decode("latin-1")
    if content[36:40] != b"acsp":
        return b"", [error("SRC-012", place, f"'{name}' is no ICC profile.", "A profile of a printing condition.")]
    if (kind, space) != ("prtr", "CMYK"):
        found = f"'{name}' describes a device of class '{kind.strip()}' with {space.strip()} colours."
        return b"", [error("SRC-012", place, found, "A profile of class 'prtr' with CMYK colours.")]
    return content, []


def read_text(project: Path, path: Path) -> str:
    """The text of a file of the project. Raises UnreadableError."""
    place = Place(path.relative_to(project).as_posix())
    if not place.file.isprintable():
        found = "A file name of characters that cannot be printed, or that is not UTF-8."
        raise UnreadableError(error("SRC-003", place, found, "A name of letters, digits and hyphens."))
    if not inside(project, path):
        raise UnreadableError(
            error("SRC-002", place, "The path leads out of the project.", "A file inside the project.")
        )
    most = MAX_CHAPTER_BYTES if path.suffix == ".md" else MAX_DATA_BYTES
    try:
        content = files.read(path, most)
    except FileNotFoundError as reason:
        raise UnreadableError(error("SRC-001", place, "The file is missing.", "A file of this name.")) from reason
    except OSError as reason:
        found = f"The file cannot be read ({reason.strerror})."
        expected = f"A file of text that can be read, of at most {files.in_megabytes(most)}."
        raise UnreadableError(error("SRC-002", place, found, expected)) from reason
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as reason:
        line = content[: reason.start].count(b"\n") + 1
        found = f"Byte 0x{content[reason.start]:02x} is not UTF-8."
        raise UnreadableError(error("SRC-003", Place(place.file, line), found, "Text saved as UTF-8.")) from reason
    if stray := _STRAY.search(text):
        where = Place(place.file, text[: stray.start()].count("\n") + 1)
        found = f"The character U+{ord(stray[0]):04X}, which is for machines alone."
        raise UnreadableError(error("SRC-003", where, found, "Letters, digits and signs that people read."))
    for number, row in enumerate(text.split("\n"), 1):
        if len(row) > MAX_TEXT_CHARACTERS:
            found = f"A line of {len(row)} characters."
            expected = f"At most {MAX_TEXT_CHARACTERS}."
            raise UnreadableError(error("SRC-002", Place(place.file, number), found, expected))
    return text


@lru_cache(maxsize=KEPT_FILES)
def parse_yaml(text: str, file: str, first_line: int = 1) -> Data:
    """Data of one YAML document; `first_line` is the file's line on which the text starts. Raises UnreadableError."""
    reader = _YamlReader(text, file, first_line)
    try:
        with within_bounds(SOURCE):
            return Data(file, reader.document(), reader.lines)
    except TooMuchError as reason:
        raise _bad_data(file, first_line, f"YAML that takes {reason} to read.") from reason
    except yaml.YAMLError as reason:
        mark = getattr(reason, "problem_mark", None)
        problem = getattr(reason, "problem", None) or str(reason)
        raise _bad_data(file, first_line + (mark.line if mark else 0), f"YAML: {problem}.") from reason


class _YamlReader:
    """Reads one document event by event, since the library's own composer has no bound to how deep it goes."""

    def __init__(self, text: str, file: str, first_line: int) -> None:
        self.lines: dict[Path_, int] = {}
        self._file = file
        self._first = first_line
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._values = 0

    def document(self) -> Any:
        """The data of the only document there is; None where there is none."""
        value = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if self.lines:
                    raise self._bad(event, "YAML: a second document.")
                value = self._value(next(self._events), ())
        return value

    def _value(self, event: Any, path: Path_) -> Any:
        self.lines.setdefault(path, self._line(event))
        self._values += 1
        if isinstance(event, yaml.AliasEvent) or len(path) > MAX_DEPTH or self._values > MAX_VALUES:
            raise self._bad(event, f"An alias, data nested too deep, or more than {MAX_VALUES} values.")
        if isinstance(event, yaml.ScalarEvent):
            _refuse_odd(event.value, self._file, self._line(event))
            return _WORDS.get(event.value, event.value) if not event.style else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            rows: list[Any] = []
            while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
                rows.append(self._value(inner, (*path, len(rows))))
            return rows
        return self._mapping(path)

    def _mapping(self, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise self._bad(key, "A key that is no word.")
            _refuse_odd(key.value, self._file, self._line(key))
            if key.value in result:
                raise self._bad(key, f"The key '{key.value[:80]}' is written twice.")
            self.lines[(*path, key.value)] = self._line(key)
            result[key.value] = self._value(next(self._events), (*path, key.value))
        return result

    def _line(self, event: Any) -> int:
        return int(event.start_mark.line) + self._first

    def _bad(self, event: Any, found: str) -> UnreadableError:
        return _bad_data(self._file, self._line(event), found)


def _refuse_odd(value: str, file: str, line: int) -> None:
    """What a text of a file may be, once its escapes are read."""
    if len(value) > MAX_TEXT_CHARACTERS:
        raise _bad_data(file, line, f"A value of {len(value)} characters, of which there may be {MAX_TEXT_CHARACTERS}.")
    if stray := _STRAY.search(value):
        raise _bad_data(file, line, f"The character U+{ord(stray[0]):04X}, which is for machines alone.")


@lru_cache(maxsize=KEPT_FILES)
def parse_toml(text: str, file: str) -> Data:
    """Data of one TOML document. Raises UnreadableError."""
    if odd := _DEEP_KEY.search(text) or _LONG_NUMBER.search(text):
        line = text[: odd.start()].count("\n") + 1
        raise _bad_data(file, line, f"A key of more than {MAX_DEPTH} parts, or a number of more digits than any has.")
    if text.count("\n") + text.count(",") > MAX_VALUES:
        raise _bad_data(file, 1, f"More than {MAX_VALUES} values.")
    try:
        with within_bounds(SOURCE):
            value = tomllib.loads(text)
            lines = _toml_lines(text)
    except (ValueError, RecursionError) as reason:  # a number of more digits than Python reads is a ValueError as well
        told = re.search(r"at line (\d+)", str(reason))
        end = text.count("\n") + 1
        problem = "nested too deep" if isinstance(reason, RecursionError) else reason
        raise _bad_data(file, int(told[1]) if told else end, f"TOML: {problem}.") from reason
    except TooMuchError as reason:
        raise _bad_data(file, 1, f"TOML that takes {reason} to read.") from reason
    data = Data(file, value, lines)
    for path, words in _texts(value, ()):
        if len(path) > MAX_DEPTH:
            raise _bad_data(file, data.place(path).line, "Data nested too deep.")
        _refuse_odd(words, file, data.place(path).line)
    return data


def _texts(value: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Each text among some data, and the way to it; nothing of what lies deeper than data may."""
    if len(path) > MAX_DEPTH or not isinstance(value, dict | list):
        yield path, value if isinstance(value, str) else ""
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _texts(inner, (*path, key))


def _toml_lines(text: str) -> dict[Path_, int]:
    """Lines of keys and tables. `tomllib` keeps none, so the few forms in use are found by their shape."""
    lines: dict[Path_, int] = {(): 1}
    table: Path_ = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if head := re.match(r"\s*\[\[\s*([\w.-]+)\s*\]\]", line):
            counts[head[1]] = counts.get(head[1], -1) + 1
            table = (*head[1].split("."), counts[head[1]])
            lines[table] = number
        elif head := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            table = tuple(head[1].split("."))
            lines[table] = number
        elif key := re.match(r"\s*([\w-]+)\s*=", line):
            lines[(*table, key[1])] = number
    return lines


def split_front_matter(text: str, file: str) -> tuple[Data, str]:
    """The YAML head of a Markdown file, and its body with the head's lines left empty. Raises UnreadableError."""
    lines = text.split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise UnreadableError(
            error("SRC-010", Place(file, 1), "No front matter.", "YAML between two lines of three hyphens.")
        )
    end = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == "---")
    head = parse_yaml("\n".join(lines[1:end]), file, first_line=2)
    return head, "\n" * (end + 1) + "\n".join(lines[end + 1 :])


def split_facts(body: str) -> tuple[str, tuple[tuple[str, int, tuple[str, ...] | None], ...]]:
    """A chapter's text without its lines of facts, and its sections: heading, line and ids of facts (None: not said).

    A section goes from one heading of level 2 to the next; the first is what stands before them, if anything does.
    """
    lines = body.split("\n")
    sections: list[tuple[str, int, tuple[str, ...] | None]] = [("", 0, None)]
    filled = False
    for index, line in enumerate(lines):
        if heading := re.match(r"##\s+(.+)", line):
            sections = sections if filled else sections[:-1]
            sections.append((heading[1].strip(), index + 1, None))
            filled = True
        elif named := _FACTS.match(line):
            lines[index] = ""
            before, start, facts = sections[-1]
            ids = tuple(word for word in re.split(r"[,\s]+", named[1]) if word and word != "none")
            sections[-1] = (before, start, (*(facts or ()), *ids))
        elif line.strip():
            filled = True
            if not sections[-1][1]:
                sections[-1] = ("", index + 1, sections[-1][2])
    return "\n".join(lines), tuple(sections if filled else ())


def validate(
    model: type[Model],
    data: Data,
    path: Path_ = (),
    readers: Readers | None = None,
    known: Mapping[str, Any] | None = None,
) -> tuple[Model | None, list[Finding]]:
    """A frozen record from the data at this path, or what is wrong with it, each thing at its own line.

    `readers` are needed by what holds phone numbers or regions; `known` is what need not be written.
    """
    value = data.value
    for step in path:
        value = value[step]
    if not isinstance(value, dict):
        found = f"{type(value).__name__} where keys and values belong."
        return None, [error("SRC-012", data.place(path), found, "One `key: value` a line.")]
    try:
        record = model.model_validate({**(known or {}), **value}, context=readers)
    except ValidationError as reason:
        return None, [_as_finding(problem, data, path, model) for problem in reason.errors()[:MAX_FAULTS]]
    inner = {
        name: tuple(
            each.model_copy(update={"origin": data.place((*path, name, index))}) for index, each in enumerate(records)
        )
        for name, records in record
        if isinstance(records, tuple) and records and isinstance(records[0], Record)
    }
    single = {
        name: each.model_copy(update={"origin": data.place((*path, name))})
        for name, each in record
        if isinstance(each, Record)
    }
    return record.model_copy(update={"origin": data.place(path), **inner, **single}), []


def _unknown(data: Data, path: Path_, start: int, model: type[Record]) -> Finding:
    if data.file.endswith("/booklet.toml") and path[start:] in _LOOKS:
        expected = "How pages look is said in chapters/style.toml: docs/style.md."
        return error("SRC-011", data.place(path), f"Unknown key '{path[-1]}'.", expected)
    fields = _model_at(model, path[start:]).model_fields
    known = sorted(info.alias or name for name, info in fields.items() if not info.exclude)
    return error("SRC-011", data.place(path), f"Unknown key '{path[-1]}'.", f"One of: {', '.join(known)}.")


def _model_at(model: type[Record], path: Path_) -> type[Record]:
    """The record that holds the last key of a path: a table within a table has keys of its own."""
    for step in path[:-1]:
        inner = model.model_fields[step].annotation if isinstance(step, str) and step in model.model_fields else None
        models = [each for each in (inner, *get_args(inner)) if isinstance(each, type) and issubclass(each, Record)]
        model = models[0] if models else model
    return model


def _as_finding(problem: Any, data: Data, path: Path_, model: type[Record]) -> Finding:
    where = (*path, *problem["loc"])
    name = ".".join(step for step in problem["loc"] if isinstance(step, str)) or "the entry"
    name = re.sub(r"(?<=[a-z])\.(?:number|address)$", "", name)
    match problem["type"]:
        case "missing":
            found = f"The key '{name}' is missing."
            return error("SRC-010", data.place(where[:-1]), found, f"A line that starts with '{problem['loc'][-1]}'.")
        case "extra_forbidden":
            return _unknown(data, where, len(path), model)
        case _:
            reason = _reason(problem)
            code = "LNK-010" if problem["type"] == "phone" else "SRC-015" if "before it starts" in reason else "SRC-012"
            expected = _expected(problem, name, model.documented)
            if isinstance(problem["input"], dict | Record):
                return error(code, data.place(where), f"{reason[:1].upper()}{reason[1:]}.", expected)
            value = _written(problem["input"])[:120]
            return error(code, data.place(where), f"{name} is {value}: {reason}.", expected)


def _reason(problem: Any) -> str:
    """What is wrong, in an editor's words."""
    pattern = problem.get("ctx", {}).get("pattern")
    known = _PATTERNS.get(pattern, _OTHER_FORM) if pattern else _REASONS.get(problem["type"])
    for key, words in _LIMITS.items():
        if problem["type"].startswith(("less_than", "greater_than")) and key in problem["ctx"]:
            return f"it is to be {words} {problem['ctx'][key]:g}"
    if problem["type"] == "string_too_long":
        return f"it has more than {problem['ctx']['max_length']} characters"
    if problem["type"] == "literal_error":
        return f"it is to be {problem['ctx']['expected']}"
    return known or str(problem["msg"].removeprefix("Value error, "))


def _written(value: Any) -> str:
    """A value as the file has it."""
    try:
        if value is None or isinstance(value, bool):
            return {None: "null", True: "true", False: "false"}[value]
        return value.isoformat() if isinstance(value, date) else repr(value)
    except (ValueError, RecursionError):  # a number of more digits than Python writes
        return "a value too long to print"


def _expected(problem: Any, name: str, page: str) -> str:
    """What is wanted in place of a value, which a page of the documents describes."""
    context = problem.get("ctx", {})
    if "before it starts" in problem["msg"]:
        return "An end on the day of the start, or later."
    if isinstance(problem["input"], dict | Record):
        return f"Values that agree, as {page} describes them."
    if "expected" in context:
        return f"{name} to be {context['expected']}."
    if "example" in context:
        return f"{context['example']}."
    return f"{'An' if name[0] in 'aeiou' else 'A'} {name} as {page} describes it."


def _bad_data(file: str, line: int, found: str) -> UnreadableError:
    expected = "Quotes around words that hold a colon or a bracket, dates as 2026-07-15, spaces and no tabs."
    return UnreadableError(error("SRC-004", Place(file, line), found, expected))
