"""Functions of PDF (ISO 32000-1, 7.10): sampled, exponential, stitched, and programs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from pikepdf import Dictionary, Stream

MAX_NESTING = 8
"""Functions that stand on functions: two are usual, more than eight a trap."""
MAX_SAMPLES = 2_000_000
MAX_PROGRAM_BYTES = 100_000
MAX_STACK = 100
MAX_STEPS = 2_000_000
"""What all programs of a file may do together: numbers, operators and branches, however often they are asked."""
Function = Callable[[tuple[float, ...]], tuple[float, ...]]


class Budget:
    """How much the programs of one file may still do."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    @property
    def is_spent(self) -> bool:
        """True when a program was not run to its end for it."""
        return self.left < 0

    def take(self) -> None:
        """One step. Raises ValueError when there is none left."""
        self.left -= 1
        if self.left < 0:
            raise ValueError("the programs do too much")


def function_of(source: Any, budget: Budget, depth: int = 0) -> Function | None:
    """A function of numbers; None for what is none, or is larger than any honest one."""
    if depth > MAX_NESTING or not isinstance(source, Dictionary | Stream):
        return None
    match int(source.get("/FunctionType", -1)):
        case 0 if isinstance(source, Stream):
            return _sampled(source)
        case 2:
            low, high = _numbers(source, "/C0", [0.0]), _numbers(source, "/C1", [1.0])
            power = float(source.get("/N", 1))
            return lambda xs: tuple(a + max(0.0, xs[0]) ** power * (b - a) for a, b in zip(low, high, strict=False))
        case 3:
            return _stitched(source, budget, depth)
        case 4 if isinstance(source, Stream):
            return _program(source, budget)
    return None


def _numbers(source: Any, key: str, otherwise: list[float]) -> list[float]:
    return [float(value) for value in source.get(key, otherwise)]


def _pairs(numbers: list[float]) -> list[tuple[float, float]]:
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _held(value: float, span: tuple[float, float]) -> float:
    return min(max(value, span[0]), span[1])


def _sampled(source: Any) -> Function | None:
    """The nearest sample in every direction but the first, between two along that."""
    sizes = [int(value) for value in source.get("/Size", [])]
    domain, spans = _pairs(_numbers(source, "/Domain", [])), _pairs(_numbers(source, "/Range", []))
    bits = int(source.get("/BitsPerSample", 0))
    if (
        not sizes
        or len(sizes) != len(domain)
        or not spans
        or min(sizes) < 1
        or bits not in (1, 2, 4, 8, 12, 16, 24, 32)
    ):
        return None
    count = math.prod(sizes) * len(spans)
    if count > MAX_SAMPLES:
        return None
    samples = _samples(source.read_bytes(), bits, count)
    if samples is None:
        return None
    encode = _pairs(_numbers(source, "/Encode", [v for size in sizes for v in (0, size - 1)]))
    decode = _pairs(_numbers(source, "/Decode", [v for span in spans for v in span]))
    most = (1 << bits) - 1

    def look_up(values: tuple[float, ...]) -> tuple[float, ...]:
        places = []
        for value, (low, high), (first, last), size in zip(values, domain, encode, sizes, strict=False):
            share = (_held(value, (low, high)) - low) / ((high - low) or 1)
            places.append(_held(first + share * (last - first), (0, size - 1)))
        below, part = int(places[0]), places[0] - int(places[0])
        rest, step = 0, sizes[0]
        for place, size in zip(places[1:], sizes[1:], strict=True):
            rest += round(place) * step
            step *= size
        rows = [(rest + min(below + more, sizes[0] - 1)) * len(spans) for more in (0, 1)]
        return tuple(
            _held(
                low + ((1 - part) * samples[rows[0] + i] + part * samples[rows[1] + i]) / most * (high - low), spans[i]
            )
            for i, (low, high) in enumerate(decode[: len(spans)])
        )

    return look_up


def _samples(raw: bytes, bits: int, count: int) -> Sequence[int] | None:
    if len(raw) * 8 < bits * count:
        return None
    if bits == 8:
        return raw
    whole = int.from_bytes(raw[: (bits * count + 7) // 8], "big")
    if bits % 8 == 0:
        size = bits // 8
        return [int.from_bytes(raw[i * size : (i + 1) * size], "big") for i in range(count)]
    if count > MAX_SAMPLES // 100:
        return None
    total = 8 * ((bits * count + 7) // 8)
    return [whole >> (total - bits * (i + 1)) & ((1 << bits) - 1) for i in range(count)]


def _stitched(source: Any, budget: Budget, depth: int) -> Function | None:
    parts = [function_of(part, budget, depth + 1) for part in source.get("/Functions", [])]
    bounds, encode = _numbers(source, "/Bounds", []), _numbers(source, "/Encode", [])
    first, last = _numbers(source, "/Domain", [0.0, 1.0])[:2]
    if not parts or any(part is None for part in parts) or len(encode) < 2 * len(parts):
        return None
    edges = [first, *bounds, last]

    def pick(values: tuple[float, ...]) -> tuple[float, ...]:
        x = min(max(values[0], first), last)
        index = min(sum(x >= bound for bound in bounds), len(parts) - 1)
        span = (edges[index + 1] - edges[index]) or 1
        start, end = encode[2 * index], encode[2 * index + 1]
        part = parts[index]
        assert part
        return part((start + (x - edges[index]) / span * (end - start),))

    return pick


_TOKEN = re.compile(rb"[{}]|[^\s{}]+")
_LARGEST = 2**31
"""Whole numbers beyond become real ones, as in PostScript."""
Stack = list[Any]


def _program(source: Any, budget: Budget) -> Function | None:
    """A program of PostScript (ISO 32000-1, 7.10.5): it has no loops, so it ends."""
    content = source.read_bytes()
    domain, spans = _pairs(_numbers(source, "/Domain", [])), _pairs(_numbers(source, "/Range", []))
    program = _parsed(content) if len(content) <= MAX_PROGRAM_BYTES else None
    if program is None or not spans:
        return None

    def run(values: tuple[float, ...]) -> tuple[float, ...]:
        stack: Stack = [_held(value, span) for value, span in zip(values, domain, strict=False)]
        try:
            _run(program, stack, budget)
            found = [float(value) for value in stack[-len(spans) :]]
        except (ValueError, IndexError, TypeError, ZeroDivisionError, OverflowError):
            found = []
        if len(found) < len(spans):
            return tuple(low for low, _ in spans)
        return tuple(_held(value, span) for value, span in zip(found, spans, strict=True))

    return run


def _parsed(content: bytes) -> list[Any] | None:
    """Numbers, names of operators, and lists for procedures; None for what is no program."""
    stack: list[list[Any]] = [[]]
    for token in _TOKEN.findall(re.sub(rb"%[^\r\n]*", b"", content)):
        if token == b"{":
            stack.append([])
        elif token == b"}":
            if len(stack) < 2:
                return None
            inner = stack.pop()
            stack[-1].append(inner)
        elif re.fullmatch(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", token):
            stack[-1].append(float(token) if b"." in token or b"e" in token.lower() else int(token))
        elif token.decode("latin-1") in _OPERATORS or token in (b"if", b"ifelse"):
            stack[-1].append(token.decode("latin-1"))
        else:
            return None
        if len(stack) > 32:
            return None
    return stack[0][0] if len(stack) == 1 and len(stack[0]) == 1 and isinstance(stack[0][0], list) else None


def _run(program: list[Any], stack: Stack, budget: Budget) -> None:
    for token in program:
        budget.take()
        if token == "if":
            then, condition = stack.pop(), stack.pop()
            _run(then if condition else [], stack, budget)
        elif token == "ifelse":
            otherwise, then, condition = stack.pop(), stack.pop(), stack.pop()
            _run(then if condition else otherwise, stack, budget)
        elif isinstance(token, str):
            _OPERATORS[token](stack)
        else:
            stack.append(token)
        if len(stack) > MAX_STACK:
            raise ValueError("the stack is full")


def _unary(operation: Callable[[Any], Any]) -> Callable[[Stack], None]:
    def act(stack: Stack) -> None:
        stack.append(operation(stack.pop()))

    return act


def _binary(operation: Callable[[Any, Any], Any]) -> Callable[[Stack], None]:
    def act(stack: Stack) -> None:
        second, first = stack.pop(), stack.pop()
        found = operation(first, second)
        whole = isinstance(found, int) and abs(found) > _LARGEST
        stack.append(float(found) if whole else found)

    return act


def _drop(stack: Stack) -> None:
    stack.pop()


def _copy(stack: Stack) -> None:
    count = int(stack.pop())
    if 0 < count <= len(stack):
        stack.extend(stack[-count:])


def _index(stack: Stack) -> None:
    stack.append(stack[-1 - int(stack.pop())])


def _roll(stack: Stack) -> None:
    by, count = int(stack.pop()), int(stack.pop())
    if 0 < count <= len(stack):
        by %= count
        stack[-count:] = stack[-by:] + stack[-count:-by] if by else stack[-count:]


def _exchange(stack: Stack) -> None:
    stack[-1], stack[-2] = stack[-2], stack[-1]


def _shift(value: int, by: int) -> int:
    return value << min(by, 64) if by >= 0 else value >> -by


_OPERATORS: dict[str, Callable[[Stack], None]] = {
    "abs": _unary(abs), "add": _binary(lambda a, b: a + b), "and": _binary(lambda a, b: a & b),
    "atan": _binary(lambda a, b: math.degrees(math.atan2(a, b)) % 360), "bitshift": _binary(_shift),
    "ceiling": _unary(math.ceil), "copy": _copy, "cos": _unary(lambda a: math.cos(math.radians(a))),
    "cvi": _unary(int), "cvr": _unary(float), "div": _binary(lambda a, b: a / b),
    "dup": lambda stack: stack.append(stack[-1]), "eq": _binary(lambda a, b: a == b), "exch": _exchange,
    "exp": _binary(lambda a, b: float(a) ** float(b)), "false": lambda stack: stack.append(False),
    "floor": _unary(math.floor), "ge": _binary(lambda a, b: a >= b), "gt": _binary(lambda a, b: a > b),
    "idiv": _binary(lambda a, b: int(a / b)), "index": _index,
    "le": _binary(lambda a, b: a <= b), "ln": _unary(math.log), "log": _unary(math.log10),
    "lt": _binary(lambda a, b: a < b), "mod": _binary(lambda a, b: math.fmod(a, b)),
    "mul": _binary(lambda a, b: a * b), "ne": _binary(lambda a, b: a != b), "neg": _unary(lambda a: -a),
    "not": _unary(lambda a: not a if isinstance(a, bool) else ~a), "or": _binary(lambda a, b: a | b),
    "pop": _drop, "roll": _roll, "round": _unary(lambda a: math.floor(a + 0.5)),
    "sin": _unary(lambda a: math.sin(math.radians(a))), "sqrt": _unary(math.sqrt),
    "sub": _binary(lambda a, b: a - b), "true": lambda stack: stack.append(True), "truncate": _unary(math.trunc),
    "xor": _binary(lambda a, b: a ^ b),
}  # fmt: skip
