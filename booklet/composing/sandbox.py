"""Chapter templates: what a chapter may ask for, and how its lines are kept.

A chapter comes from a stranger, so its templates are a small total language: `{{ name.part }}`, `{% if %}` and `{%
for %}` over the services, nothing else. No macro, import, assignment, arithmetic or range exists, loops go at most
two deep over what the booklet itself holds, so every template ends. What is not on the list below, and what is longer,
deeper or more than any honest template, is a finding before anything runs; what it gives is counted while it grows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, UndefinedError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from booklet.bounds import SOURCE, TooMuchError, within_bounds
from booklet.findings import Finding, Place, error
from booklet.today import Today
from booklet.words import Words

NAMES = ("edition", "order_line", "services", "today")
_WORDS = "words"
"""Under which templates hold the words of the house. No chapter can name it."""
MAX_LOOPS = 2
MAX_CHARACTERS = 400_000
MAX_TAGS = 2_000
MAX_TAG_CHARACTERS = 400
MAX_STEPS = 24
MAX_DEPTH = 12

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.CondExpr,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Call,
    nodes.Keyword,
)
_MARK = re.compile("\ue000(\\d+)\ue001")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPENING = re.compile(r"\{[{%#]")
_DEEPER = re.compile(r"\{%[-+]?\s*(end)?(?:if|for)\b")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


@pass_context
def _for_markdown(context: Context, value: Any) -> Any:
    """Data are words, not markup: what Markdown would read as a mark is escaped. Raises SecurityError for what is no
    word, number or day.
    """
    if isinstance(value, Absent):
        raise UndefinedError(f"There is no {value.what}, and this prints it")
    if isinstance(value, Today):
        value = value.date
    if isinstance(value, date):
        return context[_WORDS].day(value)
    if isinstance(value, str):
        return _SPECIAL.sub(r"\\\1", value)
    if isinstance(value, Undefined) or type(value) in (int, float):
        return value
    raise SecurityError(f"{_WHAT.get(type(value).__name__, 'this')} is no text that can be printed")


_ENDS = ("else", "elif", "endif", "endfor")
_UNREAD = "The tag is not complete, or holds something that it may not"
_WHAT = {
    "Services": "'services'",
    "method": "'services.local'",
    "EditionView": "'edition'",
    "OrderLineView": "'order_line'",
    "ServiceView": "A service",
    "tuple": "A list",
    "list": "A list",
    "str": "A text",
}
"""What a template may name, by the types of the engine."""
_MISSING = re.compile(rf"\b({'|'.join(_WHAT)}) object'? has no (?:attribute|element) (.+?)\.?$")


class Absent:
    """Stands for a part of the booklet that is left out: nothing in `if`, as all its parts are; a fault in print."""

    def __init__(self, what: str, parts: frozenset[str]) -> None:
        self.what = what
        self.parts = parts

    def __bool__(self) -> bool:
        return False


class _Environment(ImmutableSandboxedEnvironment):
    """Lets a template reach the parts that a view names, and nothing else of any object."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return attr in getattr(type(obj), "PARTS", ())

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A part of what a template may name; each part of what is left out is left out as well."""
        return obj if isinstance(obj, Absent) and attribute in obj.parts else super().getattr(obj, attribute)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        return self.undefined(f"'{attribute}' is no part that a template may name", name=attribute, exc=SecurityError)


_ENVIRONMENT = _Environment(
    undefined=StrictUndefined, finalize=_for_markdown, autoescape=False, keep_trailing_newline=True
)


def _rows(value: Any) -> Any:
    if isinstance(value, str):
        raise SecurityError("a loop goes through the letters of a text")
    return value


@pass_context
def _noted(context: Context, value: Any, index: int) -> Any:
    """The value of a condition, which is noted when it holds."""
    if value:
        context[_MET].add(index)
    return value


_MET = "conditions that are met"
"""What a chapter cannot name, since a name holds no spaces."""
_ENVIRONMENT.filters = {"rows": _rows, "noted": _noted}


class Lines:
    """The text a template gave, and the source line of each of its lines."""

    def __init__(self, text: str, numbers: tuple[int, ...]) -> None:
        self.text = text
        self.numbers = numbers

    def source(self, index: int) -> int:
        """Source line, from 1, of the rendered line with this index, from 0."""
        return self.numbers[min(index, len(self.numbers) - 1)] if self.numbers else 1


def fill(source: str, file: str, names: Mapping[str, Any], words: Words) -> tuple[Lines | None, list[Finding]]:
    """Render one chapter for one edition, or say at which line what is not allowed or not known. Days are written in
    the language of `words`.
    """
    if "{{" not in source and "{%" not in source and "{#" not in source:
        return Lines(source, tuple(range(1, source.count("\n") + 2))), []
    template, faults = _template(source, file)
    if template is None:
        return None, list(faults)
    try:
        with within_bounds(SOURCE):
            text = _rendered(template, {**names, _WORDS: words})
    except (UndefinedError, SecurityError, TypeError, KeyError) as reason:
        code = "SRC-020" if isinstance(reason, SecurityError | TypeError) else "SRC-021"
        place = Place(file, _line_in_template(reason))
        return None, [error(code, place, f"{_told(reason)}.", f"A name under {', '.join(NAMES)} that exists.")]
    except (OverflowError, TooMuchError) as reason:
        found = f"The template gives {reason}."
        return None, [error("SRC-020", Place(file, 1), found, f"At most {MAX_CHARACTERS} characters.")]
    return _unmarked(text), []


def conditions(source: str, file: str) -> tuple[int, ...]:
    """The lines of all conditions of a template, in order; none of one that has faults."""
    return _asking(source, file)[1]


def conditions_met(source: str, file: str, names: Mapping[str, Any]) -> frozenset[int]:
    """Which of the conditions of a template hold when it is filled for one edition, by their places in `conditions`."""
    template, _ = _asking(source, file)
    met: set[int] = set()
    if template is not None:
        try:
            with within_bounds(SOURCE):
                _rendered(template, {**names, _MET: met})
        except (UndefinedError, SecurityError, TypeError, KeyError, OverflowError, TooMuchError):
            pass  # `fill` says what is wrong
    return frozenset(met)


@lru_cache(maxsize=256)
def _asking(source: str, file: str) -> tuple[Template | None, tuple[int, ...]]:
    """The template with its conditions noted as they are met, and the line of each."""
    if ("{%" not in source and "{{" not in source) or _template(source, file)[0] is None:
        return None, ()
    tree = _ENVIRONMENT.parse(source)
    asked: list[nodes.If | nodes.CondExpr] = [*tree.find_all(nodes.If), *tree.find_all(nodes.CondExpr)]
    for index, node in enumerate(asked):
        node.test = nodes.Filter(node.test, "noted", [nodes.Const(index)], [], None, None, lineno=node.lineno)
    lines = tuple(node.lineno for node in asked)
    return (_of_tree(tree), lines) if asked else (None, ())


def _rendered(template: Template, names: Mapping[str, Any]) -> str:
    """What a template gives. Raises OverflowError as soon as that is more than it may be."""
    pieces: list[str] = []
    size = 0
    for piece in template.generate(dict(names)):
        size += len(piece)
        if size > MAX_CHARACTERS:
            raise OverflowError(f"more than {MAX_CHARACTERS} characters")
        pieces.append(piece)
    return "".join(pieces)


@lru_cache(maxsize=256)
def _template(source: str, file: str) -> tuple[Template | None, tuple[Finding, ...]]:
    """The template, which all editions share, or what is not allowed in it."""
    if large := _too_large(source, file):
        return None, (large,)
    try:
        tree = _ENVIRONMENT.parse(source, file, file)
        faults = tuple(_faults(tree, file, frozenset(NAMES), 0))
        return (None, faults) if faults else (_compiled(_marked(source)), ())
    except TemplateSyntaxError as reason:
        found, line = _unread(reason.message or ""), reason.lineno
    except (SyntaxError, ValueError, RecursionError):  # of the Python that a template becomes
        found, line = _UNREAD, _first_tag(source)
    return None, (error("SRC-020", Place(file, line), f"{found}.", "Tags as docs/writing.md shows them, each closed."),)


def _unread(message: str) -> str:
    """What the template engine says of a tag that it cannot read, for people."""
    if tag := re.search(r"unknown tag '(\w+)'", message):
        return f"'{tag[1]}' closes nothing that is open" if tag[1] in _ENDS else f"There is no tag '{tag[1]}'"
    if left_open := re.search(r"needs to be closed is '(\w+)'", message):
        return f"'{left_open[1]}' is not closed: '{{% end{left_open[1]} %}}' is missing"
    return "'{#' is not closed" if "comment" in message else _UNREAD


def _told(reason: BaseException) -> str:
    """What is wrong with a name or a loop, for people."""
    if missing := _MISSING.search(str(reason)):
        kind, name = missing[1], missing[2]
        return f"There is no service {name} in this edition" if kind == "Services" else f"{_WHAT[kind]} has no {name}"
    if not isinstance(reason, TypeError):
        return str(reason)
    if "local()" in str(reason):
        return "'services.local' takes kind=... and audience=... alone"
    return "This is no list that a loop can go through, or it is compared with something of another kind"


def _compiled(marked: str) -> Template:
    """The template, in which a loop goes through lists alone and never through the letters of a text."""
    return _of_tree(_ENVIRONMENT.parse(marked))


def _of_tree(tree: nodes.Template) -> Template:
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, "rows", [], [], None, None, lineno=loop.lineno)
    return Template.from_code(_ENVIRONMENT, _ENVIRONMENT.compile(tree), _ENVIRONMENT.make_globals(None))


def _too_large(source: str, file: str) -> Finding | None:
    """The first tag that is longer, deeper or more than those of honest templates."""
    depth = 0
    for number, (start, end) in enumerate(_tags(source), 1):
        tag = source[start:end]
        if deeper := _DEEPER.match(tag):
            depth += -1 if deeper[1] else 1
        steps = sum(map(tag.count, "([{."))
        for found, count, most in (
            ("The {} tag of the template", number, MAX_TAGS),
            ("A tag of {} characters", 0 if tag.startswith("{#") else len(tag), MAX_TAG_CHARACTERS),
            ("{} brackets and dots in one tag", 0 if tag.startswith("{#") else steps, MAX_STEPS),
            ("{} conditions and loops inside one another", depth, MAX_DEPTH),
        ):
            if count > most:
                place = Place(file, source[:start].count("\n") + 1)
                return error("SRC-020", place, f"{found.format(count)}.", f"At most {most}.")
    return None


def _first_tag(source: str) -> int:
    return next((source[:start].count("\n") + 1 for start, _ in _tags(source)), 1)


def _tags(source: str) -> Iterator[tuple[int, int]]:
    """Start and end of each tag; of one that is left open, its start and the end of its sign."""
    at = 0
    open_for_good: set[str] = set()
    while opening := _OPENING.search(source, at):
        sign, at = opening[0], opening.end()
        if sign not in open_for_good:
            end = source.find(_CLOSING[sign], at)
            if end < 0:
                open_for_good.add(sign)  # or each sign that follows would look for the end of the file
            else:
                at = end + 2
        yield opening.start(), at


def without_tags(source: str, printed: str = "") -> str:
    """The text with nothing in place of its templates, or with a word for what they print; each line where it was."""
    pieces: list[str] = []
    at = 0
    for start, end in _tags(source):
        tag = source[start:end]
        if len(tag) > 2:
            word = printed if tag.startswith("{{") else ""
            pieces += [source[at:start], word, "\n" * tag.count("\n")]
            at = end
    return "".join([*pieces, source[at:]])


def without_templates(source: str) -> Lines:
    """The text with nothing in place of its templates, each line where it was."""
    text = without_tags(source)
    return Lines(text, tuple(range(1, text.count("\n") + 2)))


def _faults(node: nodes.Node, file: str, known: frozenset[str], loops: int) -> Iterator[Finding]:
    place = Place(file, node.lineno)
    if not isinstance(node, _ALLOWED):
        found = f"'{type(node).__name__.lower()}' is more than a chapter's template may do."
        yield error("SRC-020", place, found, "Only {{ name.part }}, {% if %} and {% for %}.")
        return
    match node:
        case nodes.Name() if node.name not in known:
            yield error("SRC-021", place, f"'{node.name}' is not defined.", f"One of: {', '.join(sorted(known))}.")
        case nodes.Getattr() if node.attr.startswith("_") or isinstance(node.node, nodes.Const):
            yield error("SRC-020", place, f"'{node.attr}' is forbidden.", f"A part of {', '.join(NAMES[:3])}.")
        case nodes.Const() if isinstance(node.value, str) and not node.value.isprintable():
            yield error("SRC-020", place, "Words of characters that cannot be printed.", "Letters and digits.")
        case nodes.Call() if not _is_local(node.node):
            yield error("SRC-020", place, "A call that templates may not make.", "Only services.local(...).")
        case nodes.For():
            if loops + 1 > MAX_LOOPS or node.recursive:
                yield error("SRC-020", place, "A loop that may not end.", f"Loops at most {MAX_LOOPS} deep.")
                return
            known |= {name.name for name in node.target.find_all(nodes.Name)}
            if isinstance(node.target, nodes.Name):
                known |= {node.target.name}
            loops += 1
    for child in node.iter_child_nodes():
        yield from _faults(child, file, known, loops)


def _is_local(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Getattr)
        and node.attr == "local"
        and isinstance(node.node, nodes.Name)
        and node.node.name == "services"
    )


def _marked(source: str) -> str:
    """The template with each line of plain text marked by its number, so that rendered lines know their source."""
    parts = []
    for line, kind, value in _ENVIRONMENT.lexer.tokeniter(source, None):
        if kind == "data":
            rows = value.split("\n")
            value = rows[0] + "".join(f"\n\ue000{line + i}\ue001{row}" for i, row in enumerate(rows[1:], 1))
        parts.append(value)
    return "".join(parts)


def _unmarked(text: str) -> Lines:
    numbers: list[int] = []
    for row in text.split("\n"):
        mark = _MARK.match(row)
        numbers.append(int(mark[1]) if mark else (numbers[-1] if numbers else 1))
    return Lines(_MARK.sub("", text), tuple(numbers))


def _line_in_template(reason: BaseException) -> int:
    """The template's own line: Jinja leaves it in the traceback, in the frame that bears the template's name."""
    line, trace = 1, reason.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
