"""Mutated inputs for everything that reads a stranger's file: what ends in a traceback, takes too long or too much.

    python -m tests.fuzz 10000 --seed 7        prints the figures; every fault with the number that makes it again
    python -m tests.fuzz 1 --seed 7 --first 42 that one input
    ... --processes 4 --write                  by four processes; the figures go into docs/architecture.md

Input `n` of a seed is the same in every run, whatever came before it. They are tried by a process of their own, so that
a crash is an outcome like any other. What decides is the processor's time and the process's peak memory, not a clock.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tempfile
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pikepdf
from click.testing import CliRunner

from booklet import cli
from booklet.bounds import Bounds, TooMuchError, peak_bytes, within_bounds
from booklet.imposition import ImpositionError, Setup, impose
from booklet.preflight import PROFILES
from booklet.preflight.bounds import look_into
from booklet.preflight.records import Sources
from booklet.transcript import UnheardError, heard
from tests import pdfs, tiny
from tests.conftest import PROJECT, TODAY
from tests.corpus import put
from tests.printed import PRINTER, photo, printed
from tests.tiny import BOOK, ONE, STATES, TWO, VIC

DOCUMENT = PROJECT / "docs/architecture.md"
BEGIN, END = "<!-- measured by tests/fuzz.py -->\n", "<!-- end of mutated inputs -->\n"
SHARE = 250
"""As many inputs are given to a process at once, where several share the work."""
COUNTRY = "chapters/countries/nz.toml"
WAYS = tiny.service(
    "ways",
    "Ways",
    "support-group",
    "VIC",
    "breast",
    phone="[{number: (03) 5550 1234 ext 5, label: bookings}, 1800 160 401]",
    sms="0491 570 006",
    textphone="'106'",
    email="help@example.org",
    chat="https://example.org/chat",
    hours="\n    mon-fri: 9:00-12:00, 13:00-17:00\n    sat: closed\n    zone: Australia/Perth\n    holidays: closed",
)
MOST_SECONDS = 10.0
MOST_MEGABYTES = 1000.0
STOPPED = Bounds(2 * MOST_SECONDS, 2 * MOST_MEGABYTES)
"""When an input is given up, which has been too much for long."""
BUILT_SHARE = 8
"""One in so many drawings and pictures is set on a page; the others are only checked."""
TOKENS = (
    b"{{ ", b"{% if edition %}", b"{% for s in services %}", b"{#", b"[^a", b"[^a]: b\n", b"::: good-to-know\n",
    b":::\n", b"- ", b"- - - - ", b"> ", b"| a | b |\n|---|---|\n", b"1800 ", b"13 11 20 ", b"\xcc\x81", b"a'", b"*",
    b"_", b"`", b"![](", b"[x](", b"<", b"<!--", b"&#x0;", b"\x00", b"\x1b[31m", b"\xff", b"\xed\xa0\x80",
    b"\xe2\x80\xae", b"\n---\n", b"[[", b"]]", b"{", b"a.", b'"""', b"0x", b"9" * 50, b"-1", b"1e999", b"&a ", b"*a",
    b"!!python/object ", b"? ", b"%PDF-1.7\n", b"<<", b">>", b"[", b"]", b"(", b"/Kids ", b"/Parent ", b"1 0 R ",
    b"stream\n", b"endobj\n", b"/Length ", b"<text>", b"<g>", b"</g>", b'<use href="#a"/>', b"<svg ", b"url(",
    b'href="file:///etc/passwd"', b"<text/>",
)  # fmt: skip
"""What means something to one of the readers."""

_NUMBER, _NAME = re.compile(rb"(?<=[ \[])-?\d+(?=[ \]/>])"), re.compile(rb"/[A-Z]\w+")
_SIGN = re.compile(rb"[ -~]")


@dataclass(frozen=True)
class Outcome:
    """What became of an input: nothing in `fault` when all is well."""

    number: int
    kind: str
    fault: str


def mutated(content: bytes, chance: Random) -> bytes:
    """Some bytes changed, lost, doubled, moved or put in the place of others; tokens of the readers among them."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 1, 2, 4, 16))):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 1, 1, 4, 30, 400)))
        match chance.randrange(7):
            case 0 if data:
                data[min(start, len(data) - 1)] ^= 1 << chance.randrange(8)
            case 1:
                del data[start:end]
            case 2:
                data[start:start] = data[start:end] * chance.choice((1, 5, 200))
            case 3:
                data[start:end] = chance.choice(TOKENS)
            case 4:
                data[start:start] = chance.choice(TOKENS) * chance.choice((1, 1, 3, 50, 3000))
            case 5:
                other = chance.randrange(len(data) + 1)
                data[start:start] = data[other : other + 60]
            case _:
                data[start:end] = bytes(chance.randrange(256) for _ in range(chance.choice((1, 2, 8))))
        if chance.random() < 0.02:
            del data[chance.randrange(len(data) + 1) :]
    return bytes(data)


@cache
def project_files() -> dict[str, bytes]:
    """A project that has something of everything."""
    overlay = printed(width=120) | tiny.INSERT
    overlay["chapters/images/photo.jpg"] = _jpeg()
    more = "![A photo of nothing much](images/photo.jpg)\n\n| a | b |\n|---|---|\n| c[^1] | d |\n\n[^1]: A note.\n"
    overlay[TWO] = str(overlay[TWO]) + "\n" + more
    overlay[STATES] = tiny.FILES[STATES] + WAYS
    overlay[COUNTRY] = (PROJECT / "booklet/countries/nz.toml").read_text("utf-8")
    overlay["chapters/waivers.toml"] = '[[waiver]]\ncode = "INK-112"\nwhere = "*"\nreason = "Old."\n'
    overlay["chapters/words.toml"] = (PROJECT / "booklet/words/en.toml").read_text("utf-8")
    files = {**tiny.FILES, **overlay}
    return {
        name: text if isinstance(text, bytes) else text.encode() for name, text in files.items() if text is not None
    }


def _jpeg() -> bytes:
    from PIL import Image

    target = io.BytesIO()
    Image.open(io.BytesIO(photo(120, 60))).save(target, "JPEG")
    return target.getvalue()


@cache
def foreign_pdfs() -> tuple[bytes, ...]:
    """PDFs with their dictionaries in the open, so that a mutation meets them; and one packed."""
    contents = []
    for name in ("screen", "press", "clinic"):
        target = io.BytesIO()
        pdf = pdfs.clean(name)
        pdf.remove_unreferenced_resources()
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
        contents.append(target.getvalue())
    return (*contents, pdfs.saved(pdfs.clean()))


def _swapped(content: bytes, chance: Random) -> bytes:
    """A PDF in which numbers, names and signs are others, as long as those were wherever that can be."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 4, 16))):
        start = chance.randrange(len(data))
        one = chance.choice((_NUMBER, _NAME, _SIGN)).search(data, start)
        if one:
            other = chance.choice((b"-1", b"99999999999", b"1 0 R", b"null", b"[]", b"<<>>", b"/X", b"(x)", b"\xff"))
            data[one.start() : one.end()] = other.ljust(len(one[0])) if chance.random() < 0.7 else other
    return bytes(data)


def _repacked(content: bytes, chance: Random) -> bytes:
    """A PDF one of whose packed streams holds something else, well packed."""
    start = content.find(b"stream\n", chance.randrange(len(content))) + 7
    end = content.find(b"endstream", start)
    if start < 7 or end < 0:
        return mutated(content, chance)
    try:
        inner = zlib.decompress(content[start:end])
    except zlib.error:
        inner = content[start:end]
    return content[:start] + zlib.compress(mutated(inner, chance)) + b"\n" + content[end:]


def _source(*names: str) -> Callable[[Random, Path], None]:
    """One file of the project mutated; the project is checked, and now and then a page is set."""

    def run(chance: Random, folder: Path) -> None:
        name = chance.choice(names)
        files = project_files()
        for each, content in files.items():
            path = folder / each
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(mutated(content, chance) if each == name else content)
        command = ["check"]
        if "/images/" in name and not chance.randrange(BUILT_SHARE):
            command = [
                "build",
                "--no-cache",
                "--jobs",
                "1",
                "--edition",
                "VIC",
                "--title",
                "main",
                "--format",
                "screen",
            ]
        _command([*command, "--project", str(folder), "--date", str(TODAY)])

    return run


def _pdf(reader: Callable[[bytes, Path, Random], None]) -> Callable[[Random, Path], None]:
    def run(chance: Random, folder: Path) -> None:
        content = chance.choice(foreign_pdfs())
        content = chance.choice((_swapped, _swapped, _repacked, mutated))(content, chance)
        reader(content, folder, chance)

    return run


def _preflight(content: bytes, folder: Path, chance: Random) -> None:
    profile = PROFILES[chance.choice(sorted(PROFILES))]
    report = look_into(content, "file.pdf", profile, Sources(), (), False).report
    assert all("\n" not in str(finding) and "\x1b" not in str(finding) for finding in report.findings)


def _read(content: bytes, folder: Path, chance: Random) -> None:
    with suppress(UnheardError):
        heard(pdfs.path_of(folder, content))


def _impose(content: bytes, folder: Path, chance: Random) -> None:
    with suppress(ImpositionError):
        impose(content, Setup())


READERS: dict[str, Callable[[Random, Path], None]] = {
    "chapter": _source(ONE, TWO, "chapters/pages/imprint.md", "chapters/inserts/bone/01-a.md"),
    "YAML": _source(STATES, "chapters/support/all.yaml", "chapters/glossary.yaml", "chapters/sources.yaml"),
    "TOML": _source(BOOK, VIC, PRINTER, "chapters/waivers.toml", "chapters/inserts/bone/insert.toml", COUNTRY),
    "drawing": _source("chapters/images/plain.svg", "chapters/images/gradient.svg"),
    "picture": _source("chapters/images/photo.png", "chapters/images/photo.jpg"),
    "preflight": _pdf(_preflight),
    "read": _pdf(_read),
    "impose": _pdf(_impose),
}


def _command(arguments: list[str]) -> None:
    """Run a command of the program. Raises what ends it in a traceback, and for signs that would act on a terminal."""
    result = CliRunner().invoke(cli.main, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if any(sign in result.output for sign in ("\x1b", "\x00", "\u202e")):
        raise AssertionError(f"raw signs are printed: {result.output[:200]!r}")


def tried(number: int, seed: int) -> Outcome:
    """What becomes of one input."""
    kind = list(READERS)[number % len(READERS)]
    chance = Random(f"{seed} {number}")
    fault = ""
    start = time.process_time()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        try:
            with within_bounds(STOPPED):
                READERS[kind](chance, Path(folder))
        except TooMuchError as reason:
            fault = f"takes {reason}"
        except Exception as reason:
            last = traceback.extract_tb(reason.__traceback__)[-1]
            fault = f"{type(reason).__name__} at {Path(last.filename).name}:{last.lineno}: {str(reason)[:120]}"
    seconds = time.process_time() - start
    peak = peak_bytes() / 1024**2
    if not fault and seconds > MOST_SECONDS:
        fault = f"takes {seconds:.0f} seconds"
    if not fault and peak > MOST_MEGABYTES:
        fault = f"takes {peak:.0f} MB"
    return Outcome(number, kind, fault)


def outcomes(seed: int, first: int, count: int) -> Iterator[Outcome]:
    """What becomes of each of so many inputs, tried in a process of their own, and in a new one behind each fault."""
    end = first + count
    while first < end:
        command = [
            sys.executable,
            "-m",
            "tests.fuzz",
            str(end - first),
            "--seed",
            str(seed),
            "--first",
            str(first),
            "--here",
        ]
        begun = first
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
            assert child.stdout
            for line in child.stdout:
                word, number, *rest = line.rstrip("\n").split("\t")
                if word == "begun":
                    begun = int(number)
                elif word == "done":
                    first = int(number) + 1
                    yield Outcome(int(number), *rest)
        if child.returncode and first < end:
            yield Outcome(begun, list(READERS)[begun % len(READERS)], f"the process ended with {child.returncode}")
            first = begun + 1


def _here(seed: int, first: int, count: int) -> None:
    """Try inputs in this process, up to the first fault, which may have left something behind."""
    for number in range(first, first + count):
        print("begun", number, sep="\t", flush=True)
        outcome = tried(number, seed)
        fault = " ".join(outcome.fault.split())
        print("done", number, outcome.kind, fault, sep="\t", flush=True)
        if fault:
            return


def shared(seed: int, first: int, count: int, processes: int) -> Iterator[Outcome]:
    """The same as `outcomes`, by several processes at once; how far they are goes to standard error."""
    end = first + count

    def share(start: int) -> list[Outcome]:
        return list(outcomes(seed, start, min(SHARE, end - start)))

    with ThreadPoolExecutor(processes) as pool:
        for found in pool.map(share, range(first, end, SHARE)):
            print(f"{found[-1].number + 1} of {end}", file=sys.stderr, flush=True)
            yield from found


def main() -> None:
    """Print what became of them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        _here(given.seed, given.first, given.count)
        return
    faults: list[Outcome] = []
    for outcome in shared(given.seed, given.first, given.count, given.processes):
        if outcome.fault:
            faults.append(outcome)
            print(f"{outcome.number} ({outcome.kind}): {outcome.fault}", flush=True)
    late = sum("second" in outcome.fault for outcome in faults)
    large = sum("MB" in outcome.fault and "second" not in outcome.fault for outcome in faults)
    tracebacks = len(faults) - late - large
    text = (
        f"Measured on {date.today():%-d %B %Y}: {given.count:,} mutated inputs over {len(READERS)} readers, seed "
        f"{given.seed}: {tracebacks} tracebacks or crashes, {late} over {MOST_SECONDS:g} seconds, {large} over "
        f"{MOST_MEGABYTES:g} MB."
    )
    print(text)
    if given.write:
        put(DOCUMENT, BEGIN, END, text)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
