"""Where the desk keeps what it keeps. One module for the command line and whatever else asks Django.

BOOKLET_DESK_HOME         the database's folder; default ~/.local/share/booklet-desk
BOOKLET_DESK_KEYS         the keys' folder, which no backup of the database may hold; default
                          ~/.config/booklet-desk/keys
BOOKLET_DESK_MOST_COPIES  of one title in one order; default 10
BOOKLET_DESK_LETTER       a text file with the letter on carrier sheets; default letter.txt here
    BOOKLET_DESK_NOTICE       a text file with the privacy notice that is read to callers; default notice.txt here
"""

from __future__ import annotations

import os
from pathlib import Path

from booklet_desk.records import DeskError


def _count(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not int(text):
        raise DeskError(f"{name} is not a number from 1.")
    return int(text)


def _place(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).expanduser().absolute()


DESK_HOME = _place("BOOKLET_DESK_HOME", Path.home() / ".local/share/booklet-desk")
DESK_KEYS = _place("BOOKLET_DESK_KEYS", Path.home() / ".config/booklet-desk/keys")
DESK_MOST_COPIES = _count("BOOKLET_DESK_MOST_COPIES", 10)
DESK_LETTER = _place("BOOKLET_DESK_LETTER", Path(__file__).with_name("letter.txt"))
DESK_NOTICE = _place("BOOKLET_DESK_NOTICE", Path(__file__).with_name("notice.txt"))

INSTALLED_APPS = ["booklet_desk"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = None
"""The day is the machine's own: Django must not set another for the whole process."""
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DESK_HOME / "desk.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
        },
    }
}
