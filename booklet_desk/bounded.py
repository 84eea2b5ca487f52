"""Work on what strangers wrote, in a process of its own with bounds of time and memory.

A PDF can keep a renderer busy for ever. A timer in this process would not do: a renderer does not hear it.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from importlib import import_module

from booklet_desk.records import DeskError

MOST_SECONDS = 120
MOST_BYTES = 1_500_000_000
"""Of memory, where the system can hold a process to it (Linux; not Windows)."""


class BoundError(DeskError):
    """The work took too much, or could not be done at all."""


def bounded(module: str, function: str, content: bytes) -> bytes:
    """What a function of a module makes of some bytes. Raises BoundError."""
    call = f"from booklet_desk.bounded import work; work({module!r}, {function!r})"
    try:
        done = subprocess.run([sys.executable, "-c", call], input=content, capture_output=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        raise BoundError(f"It takes more than {MOST_SECONDS} seconds.") from None
    if done.returncode:
        raise BoundError("It is damaged, or asks for more memory than any honest file.")
    return done.stdout


def work(module: str, function: str) -> None:
    """What the other process does: from standard input to standard output."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    content = sys.stdin.buffer.read()
    sys.stdout.buffer.write(getattr(import_module(module), function)(content))
