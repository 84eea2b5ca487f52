"""`docs/keys.md`: every key of every file that people write, made from the source of the records themselves.

    python -m tests.keys_page > docs/keys.md

What a key means is the text under it in its record; a key without one stops the page.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from booklet import design
from booklet.manuscript import imprints, records, waivers

FILES = {
    "chapters/booklet.toml": ("The booklet", "Book"),
    "chapters/style.toml": ("The style", "Style"),
    "chapters/editions/*.toml": ("An edition", "Edition"),
    "chapters/countries/*.toml": ("A country", "Country"),
    "chapters/NN-name.md": ("The head of a chapter", "FrontMatter"),
    "chapters/pages/*.md": ("The head of a standing or planned page", "PageMatter"),
    "chapters/support/*.yaml": ("A service", "Service"),
    "chapters/urgent.yaml": ("A sign that cannot wait", "UrgentSign"),
    "chapters/glossary.yaml": ("A word explained", "Term"),
    "chapters/index.yaml": ("An entry of the index", "Topic"),
    "chapters/sources.yaml": ("A source", "Source"),
    "chapters/consents.yaml": ("A consent", "Consent"),
    "chapters/signatures.yaml": ("A signature under a chapter", "Signature"),
    "chapters/testing.yaml": ("A test with readers", "ReadersTest"),
    "chapters/understandability.yaml": ("The booklet rated", "Rating"),
    "chapters/undecided.yaml": ("A question that is open", "OpenQuestion"),
    "chapters/earlier-codes.yaml": ("Order codes of an earlier issue", "EarlierCodes"),
    "chapters/inserts/NAME/insert.toml": ("The head of an insert", "InsertMatter"),
    "chapters/printers/*.toml": ("A printer", "PrinterProfile"),
    "chapters/imprints/*.toml": ("A clinic with copies of its own", "Imprint"),
    "chapters/waivers.toml": ("A waiver", "Waiver"),
}
"""Each file that people write: what it or an entry of it is, and the record that holds it."""
KINDS = {
    "Line": "words", "str": "words", "Identifier": "an id", "PhoneText": "a phone number", "Url": "a web address",
    "Day": "a date", "Percent": "a percentage", "bool": "true or false", "int": "a whole number", "float": "a number",
    "Phone": "a phone number", "Millimetres": "millimetres", "Points": "points", "Trim": "a size of paper",
    "Hours": "days and times", "Cell": "words", "TextNumber": "a phone number",
}  # fmt: skip
SEVERAL = {
    "words": "texts", "an id": "ids", "a phone number": "phone numbers", "a web address": "web addresses",
    "a percentage": "percentages", "a whole number": "whole numbers", "a number": "numbers",
}  # fmt: skip


@dataclass(frozen=True)
class Key:
    """A key of a record, as its source says: the kind of value, what holds when it is left out (None: it is needed),
    and what it means.
    """

    name: str
    kind: ast.expr
    default: ast.expr | None
    meaning: str


@dataclass(frozen=True)
class Source:
    """The records of a module by name, in words and keys; and the other names that stand for a kind of value."""

    about: dict[str, str]
    keys: dict[str, tuple[Key, ...]]
    kinds: dict[str, ast.expr]


def source(*modules: ModuleType) -> Source:
    """The records of these modules."""
    nodes = [node for module in modules for node in ast.parse(inspect.getsource(module)).body]
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    kinds = {
        node.targets[0].id: node.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    own = {node.name: tuple(_keys(node)) for node in classes}
    bases = {node.name: [base.id for base in node.bases if isinstance(base, ast.Name)] for node in classes}
    keys = {name: (*(key for base in bases[name] for key in own.get(base, ())), *own[name]) for name in own}
    return Source({node.name: ast.get_docstring(node) or "" for node in classes}, keys, kinds)


def _keys(record: ast.ClassDef) -> Iterator[Key]:
    for node, behind in zip(record.body, [*record.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and not _is_no_key(node):
            told = isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant) and behind.value.value
            name = _alias(node.annotation) or node.target.id
            if not name.startswith("\0"):  # nobody can write it
                yield Key(name, node.annotation, node.value, str(told or ""))


def _is_no_key(node: ast.AnnAssign) -> bool:
    """Where a record was written, and what is the same of all of its class."""
    return ast.unparse(node.target) == "origin" or ast.unparse(node.annotation).startswith("ClassVar")


def _alias(kind: ast.expr) -> str | None:
    return next(
        (
            word.value.value
            for call in ast.walk(kind)
            if isinstance(call, ast.Call)
            for word in call.keywords
            if word.arg == "alias" and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str)
        ),
        None,
    )


def page(found: Source) -> str:
    """The whole page, as Markdown."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Source) -> Iterator[str]:
    yield "# Every key of every file"
    yield ""
    yield "Made from `booklet/manuscript/records.py` by `python -m tests.keys_page`. How the files are used stands in"
    yield "[writing.md](writing.md). A key may be left out where the third column says what holds then."
    told: set[str] = set()
    for file, (words, record) in FILES.items():
        yield from ("", f"## {words}: `{file}`", "", *_table(found, record))
        waiting = _within(found, record)
        while waiting:
            inner = waiting.pop(0)
            if inner not in told:
                told.add(inner)
                yield from ("", f"### {inner}", "", " ".join(found.about[inner].split("\n\n")[0].split()), "")
                yield from _table(found, inner)
                waiting += _within(found, inner)


def _table(found: Source, record: str) -> Iterator[str]:
    yield "| key | value | when left out | what it means |"
    yield "|---|---|---|---|"
    for key in found.keys[record]:
        if not key.meaning:
            raise ValueError(f"{record}.{key.name} has no text under it that says what it means")
        left_out = "*needed*" if key.default is None else _left_out(key.default)
        cells = (f"`{key.name}`", _kind(found, key.kind), left_out, " ".join(key.meaning.split()))
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _within(found: Source, record: str) -> list[str]:
    """The records that the keys of one hold."""
    names = (node.id for key in found.keys[record] for node in ast.walk(key.kind) if isinstance(node, ast.Name))
    return [name for name in names if name in found.keys]


def _left_out(default: ast.expr) -> str:
    match default:
        case ast.Constant(value=None) | ast.Tuple(elts=[]) | ast.Dict(keys=[]) | ast.Constant(value=""):
            return "nothing"
        case ast.Constant(value=bool(value)):
            return "true" if value else "false"
        case ast.Call(func=ast.Name(id=_)):
            return "as its keys say"
        case ast.Attribute(value=ast.Name(id=of), attr="trim_mm"):
            return design.trim_name(getattr(design, of).trim_mm)
        case _:
            return f"`{ast.unparse(default)}`".replace("'", "")


def _kind(found: Source, kind: ast.expr) -> str:
    """What a key holds, in words."""
    match kind:
        case ast.Name(id=name) if name in KINDS:
            return KINDS[name]
        case ast.Name(id=name) if name in found.keys:
            return f"[{name}](#{name.lower()})"
        case ast.Name(id=name) if name in found.kinds:
            return _kind(found, found.kinds[name])
        case ast.BinOp(left=left, right=right):
            parts = [_kind(found, part) for part in (left, right) if not _is_none(part)]
            return " or ".join(parts)
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *marks])):
            return _kind(found, inner) + "".join(map(_limits, marks))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choice):
            values = choice.elts if isinstance(choice, ast.Tuple) else [choice]
            return ", ".join(f"`{value.value!s}`" for value in values if isinstance(value, ast.Constant))
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[first, *others])):
            told = _kind(found, first)
            is_list = isinstance(others[0], ast.Constant)
            return f"{'a list of' if is_list else 1 + len(others)} {SEVERAL.get(told, told)}"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, value])):
            return f"a table of keys, each with {_kind(found, value)}"
        case _:
            raise ValueError(f"no words for the kind of value {ast.unparse(kind)}")


def _is_none(kind: ast.expr) -> bool:
    return isinstance(kind, ast.Constant) and kind.value is None


def _limits(mark: ast.expr) -> str:
    """What a mark of a kind says of its limits."""
    if not isinstance(mark, ast.Call):
        return ""
    named = {word.arg: ast.unparse(word.value) for word in mark.keywords}
    least, most = named.get("ge"), named.get("le")
    if least and most:
        return f" from {least} to {most}"
    if "gt" in named and most:
        return f" over {named['gt']}, at most {most}"
    return ", at least one" if named.get("min_length") == "1" and "max_length" not in named else ""


def main() -> None:
    """Print the page."""
    print(page(source(records, imprints, waivers)), end="")


if __name__ == "__main__":
    main()
