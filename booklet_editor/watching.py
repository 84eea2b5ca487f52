"""When the sources have changed and are whole again.

The system tells at once that something was saved; whether anything is new is told from the files themselves, so that
links, renamed and deleted files, other disks and systems that tell nothing come to the same.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from watchfiles import awatch

from booklet_editor.sources import Stamps, sources_of

QUIET_S = 0.05
"""So long nothing may be saved until what was saved is read."""
PATIENCE_S = 3.0
"""So long is a file waited for that some program still writes."""
LOOK_S = 1.0
"""So often files are looked at that nobody told of."""
LOOK_UNTOLD_S = 0.25


async def changes(project: Path) -> AsyncIterator[None]:
    """One item for each time that the sources are others than before, and at rest. Ends when it is closed."""
    with suppress(
        AttributeError, ValueError
    ):  # sent where a lease is in somebody's way, and ends who does not expect it
        signal.signal(signal.SIGIO, signal.SIG_IGN)
    seen = sources_of(project)
    async for _ in _told(project / "chapters"):
        now = sources_of(project)
        if now == seen:
            continue
        seen = await _at_rest(project, now, seen)
        yield


async def _told(folder: Path) -> AsyncIterator[None]:
    """An item when something may have changed, and from time to time."""
    while True:
        with suppress(OSError, RuntimeError):  # no such folder, or a system that watches no more
            inode = folder.stat().st_ino
            watch = awatch(
                folder, watch_filter=None, debounce=200, step=20, yield_on_timeout=True, rust_timeout=int(LOOK_S * 1000)
            )
            async for _ in watch:
                yield
                if folder.stat().st_ino != inode:
                    break
        await asyncio.sleep(LOOK_UNTOLD_S)
        yield


async def _at_rest(project: Path, now: Stamps, seen: Stamps) -> Stamps:
    """The sources once nothing was saved for a moment and nobody writes one that changed."""
    end = time.monotonic() + PATIENCE_S
    while True:
        await asyncio.sleep(QUIET_S)
        then, now = now, sources_of(project)
        changed = [project / "chapters" / name for name, facts in now.items() if seen.get(name) != facts]
        if (then == now and not any(map(is_being_written, changed))) or time.monotonic() > end:
            return now


def is_being_written(path: Path) -> bool:
    """True when some program has a file open to write it. Only Linux says so, of one's own files: a lease to read is
    given for no other (fcntl(2), F_SETLEASE).
    """
    try:
        import fcntl

        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (ImportError, OSError):
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except (AttributeError, OSError):
        return False
    finally:
        os.close(descriptor)
    return False
