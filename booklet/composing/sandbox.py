"""Chapter templates: what a chapter may ask for, and how its lines are kept.

A chapter comes from a stranger, so its templates are a small total language: `{{ name.part }}`, `{% if %}` and `{%
for %}` over the services, nothing else. No macro, import, assignment, arithmetic or range exists, loops go at most
two deep over lists that the booklet itself holds, so every template ends, and soon. What is not on the list below
is a finding before anything runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from booklet.findings import Finding, Place, error
from booklet.today import Today

NAMES = ("edition", "order_line", "services", "today")
MAX_LOOPS = 2
MAX_CHARACTERS = 1_000_000

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
_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def _for_markdown(value: Any) -> Any:
    """Data are words, not markup: what Markdown would read as a mark is escaped. Raises SecurityError for what is no
    word, number or day.
    """
    if isinstance(value, Today):
        value = value.date
    if isinstance(value, date):
        return day_in_words(value)
    if isinstance(value, str):
        return _SPECIAL.sub(r"\\\1", value)
    if isinstance(value, Undefined) or type(value) in (int, float):
        return value
    raise SecurityError(f"'{type(value).__name__}' is no text that can be printed")


class _Environment(ImmutableSandboxedEnvironment):
    """Lets a template reach the parts that a view names, and nothing else of any object."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return attr in getattr(type(obj), "PARTS", ())

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        return self.undefined(f"'{attribute}' is no part that a template may name", name=attribute, exc=SecurityError)


_ENVIRONMENT = _Environment(
    undefined=StrictUndefined, finalize=_for_markdown, autoescape=False, keep_trailing_newline=True
)


class Lines:
    """The text a template gave, and the source line of each of its lines."""

    def __init__(self, text: str, numbers: tuple[int, ...]) -> None:
        self.text = text
        self.numbers = numbers

    def source(self, index: int) -> int:
        """Source line, from 1, of the rendered line with this index, from 0."""
        return self.numbers[min(index, len(self.numbers) - 1)] if self.numbers else 1


def day_in_words(day: date) -> str:
    """`15 July 2026`, as the Australian style manual writes it."""
    return f"{day.day} {day:%B %Y}"


def fill(source: str, file: str, names: Mapping[str, Any]) -> tuple[Lines | None, list[Finding]]:
    """Render one chapter for one edition, or say at which line what is not allowed or not known."""
    if "{{" not in source and "{%" not in source and "{#" not in source:
        return Lines(source, tuple(range(1, source.count("\n") + 2))), []
    template, faults = _template(source, file)
    if template is None:
        return None, list(faults)
    try:
        text = template.render(dict(names))
    except (UndefinedError, SecurityError, TypeError, KeyError) as reason:
        code = "SRC-020" if isinstance(reason, SecurityError | TypeError) else "SRC-021"
        place = Place(file, _line_in_template(reason))
        told = re.sub(r"'?booklet\.[\w.]+\.(\w+?)(?:View)? object'?", r"\1", str(reason))
        return None, [error(code, place, f"{told}.", f"A name under {', '.join(NAMES)} that exists.")]
    if len(text) > MAX_CHARACTERS:
        found = f"The template gives {len(text)} characters."
        return None, [error("SRC-020", Place(file, 1), found, f"At most {MAX_CHARACTERS}.")]
    return _unmarked(text), []


@lru_cache(maxsize=256)
def _template(source: str, file: str) -> tuple[Template | None, tuple[Finding, ...]]:
    """The template, which all editions share, or what is not allowed in it."""
    try:
        tree = _ENVIRONMENT.parse(source, file, file)
    except TemplateSyntaxError as reason:
        found = f"{reason.message}"
        return None, (error("SRC-020", Place(file, reason.lineno), found, "A template that Jinja can read."),)
    faults = tuple(_faults(tree, file, frozenset(NAMES), 0))
    return (None, faults) if faults else (_ENVIRONMENT.from_string(_marked(source)), ())


def without_templates(source: str) -> Lines:
    """The text with nothing in place of its templates, each line where it was."""
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", lambda tag: "\n" * tag[0].count("\n"), source, flags=re.DOTALL)
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
