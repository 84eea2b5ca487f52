"""Where the desk keeps what it keeps. One module for the command line and whatever else asks Django.

BOOKLET_DESK_HOME         the database's folder; default ~/.local/share/booklet-desk
BOOKLET_DESK_KEYS         the keys' folder, which no backup of the database may hold; default
                          ~/.config/booklet-desk/keys
BOOKLET_DESK_DATABASE     where PostgreSQL keeps the orders of many desks, postgresql://desk@db.example.org/desk; its
                          password may stand there, in PGPASSWORD or in ~/.pgpass; default: a file in the home
BOOKLET_DESK_MOST_COPIES  of one title in one order; default 10
BOOKLET_DESK_MOST_CLINIC  of one title in one order of a clinic; default 200
BOOKLET_DESK_LETTER       a text file with the letter on carrier sheets; default letter.txt here
BOOKLET_DESK_NOTICE       a text file with the privacy notice that is read to callers; default notice.txt here
BOOKLET_DESK_SECRET       what sessions of the screen are signed with; default: another each time it starts
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from booklet_desk.records import DeskError


def _count(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not int(text):
        raise DeskError(f"{name} is not a number from 1.")
    return int(text)


def database(url: str, home: Path) -> dict[str, Any]:
    """How Django reaches the database: PostgreSQL by its URL, and without one a file of SQLite in the home. Raises
    DeskError, which does not repeat the URL: a password may stand in it.
    """
    if not url:
        start = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        options = {"timeout": WAIT_SECONDS, "transaction_mode": "IMMEDIATE", "init_command": start}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": home / "desk.sqlite3", "OPTIONS": options}
    from psycopg import IsolationLevel, ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        said = conninfo_to_dict(url) if url.startswith(("postgresql://", "postgres://")) else {}
    except ProgrammingError:
        said = {}
    if not said.get("dbname"):
        raise DeskError("BOOKLET_DESK_DATABASE is no address such as postgresql://desk@db.example.org/desk.")
    # A desk that loses its power in mid-order is given up within a minute, and what it held is free again.
    alive = "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
    start = f"-c lock_timeout={WAIT_SECONDS}s -c synchronous_commit=on {alive}"
    options = {
        "connect_timeout": WAIT_SECONDS,
        **said,
        "options": f"{said.get('options', '')} {start}".strip(),
        "isolation_level": IsolationLevel.READ_COMMITTED,
    }
    return {"ENGINE": "django.db.backends.postgresql", "NAME": options.pop("dbname"), "OPTIONS": options}


def _place(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).expanduser().absolute()


DESK_HOME = _place("BOOKLET_DESK_HOME", Path.home() / ".local/share/booklet-desk")
DESK_KEYS = _place("BOOKLET_DESK_KEYS", Path.home() / ".config/booklet-desk/keys")
DESK_MOST_COPIES = _count("BOOKLET_DESK_MOST_COPIES", 10)
DESK_MOST_CLINIC = _count("BOOKLET_DESK_MOST_CLINIC", 200)
DESK_LETTER = _place("BOOKLET_DESK_LETTER", Path(__file__).with_name("letter.txt"))
DESK_NOTICE = _place("BOOKLET_DESK_NOTICE", Path(__file__).with_name("notice.txt"))

WAIT_SECONDS = 20
"""So long a command waits for another one that writes."""
DESK_DIST = Path("dist")
"""Whose manifest says what can be ordered."""

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "axes",
    "booklet_desk",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = None
"""The day is the machine's own: Django must not set another for the whole process."""
DATABASES = {"default": database(os.environ.get("BOOKLET_DESK_DATABASE", ""), DESK_HOME)}

# The screen. What else is on the way than 127.0.0.1 is settled by `serving.py`, when it is started.
SECRET_KEY = os.environ.get("BOOKLET_DESK_SECRET") or secrets.token_hex(32)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "booklet_desk.screen.urls"
LANGUAGE_CODE = "en-au"
USE_I18N = False
APPEND_SLASH = False
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "booklet_desk.screen.faults.never_kept",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).with_name("screen") / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "script-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
CSRF_FAILURE_VIEW = "booklet_desk.screen.faults.stale"

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "booklet-desk-session", "booklet-desk-form"
"""Their own: whatever else is served on 127.0.0.1 shares its cookies, whatever the port."""
SESSION_COOKIE_AGE = 45 * 60
SESSION_SAVE_EVERY_REQUEST = True
"""A session ends 45 minutes after its last page, and with the browser."""
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "booklet_desk.screen.faults.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
"""Nothing that is sent lies on the disk, not even for a moment."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"null": {"class": "logging.NullHandler"}},
    "root": {"handlers": ["null"]},
    "loggers": {name: {"handlers": ["null"], "propagate": False} for name in ("django", "axes", "waitress")},
}
"""A log could hold what somebody typed. What stops the screen is told by its place alone (`screen/faults.py`)."""
