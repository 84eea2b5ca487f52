"""The house keeps its rules: rooms in order, one home for each library, documents that tell the truth."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from booklet.cli import main
from booklet.composing.blocks import BLOCKS
from booklet.findings import CODES
from tests.conftest import PROJECT

PACKAGE = PROJECT / "booklet"
DESK = PROJECT / "booklet_desk"
EDITOR = PROJECT / "booklet_editor"
CLUSTER = PROJECT / "booklet_cluster"
ROOMS = (
    "bounds", "files", "contrast", "design", "findings", "spreadsheets", "words", "formats", "today", "store", "phones",
    "order_codes", "pdf", "manuscript", "due",
    "composing", "typesetting", "bindery", "imposition", "preflight", "finishing", "transcript", "dispatch", "records",
    "shelf", "processes", "jobs", "release", "walk", "imprint_panels", "imprints", "build", "calls", "links",
    "services", "starters", "revisions", "differences", "signing", "evidence", "errata", "recall",
    "cli",
)  # fmt: skip
HOMES = {
    "yaml": {"manuscript"}, "pydantic": {"manuscript"}, "tomllib": {"manuscript", "words"}, "babel": {"words"},
    "jinja2": {"composing"},
    "markdown_it": {"composing"}, "mdit_py_plugins": {"composing"}, "segno": {"composing"},
    "weasyprint": {"typesetting"}, "pydyf": {"typesetting"}, "PIL": {"pdf", "bindery", "preflight"},
    "pikepdf": {"pdf", "bindery", "imposition", "preflight", "transcript"}, "pypdfium2": {"pdf", "preflight"},
    "pdfminer": set(), "fontTools": {"pdf", "composing", "bindery"},
    "tinycss2": {"manuscript"}, "phonenumbers": {"phones"}, "python_calamine": {"spreadsheets"},
    "csv": {"spreadsheets"}, "msgspec": {"store"},
    "click": {"cli"}, "rich": {"cli"},
}  # fmt: skip


DESK_ROOMS = (
    "records", "bounded", "settings", "numbers", "postcodes", "addresses", "catalogue", "vault", "models", "migrations",
    "database", "keyring", "columns", "importing", "call", "returns",
    "shelf", "ledger", "standing", "drafts",
    "affected",
    "exporting", "envelopes", "barcode",
    "lettering", "carriers", "envelope_check", "labels", "lists", "postage", "mailroom",
    "commands", "standing_and_stock", "card_sheets", "cards", "packing", "pack", "cli", "mail", "screen", "serving",
)  # fmt: skip
DESK_HOMES = {
    "django": {
        "models", "migrations", "database", "keyring", "shelf", "ledger", "standing", "drafts", "cards", "cli", "mail",
        "screen", "serving",
    },
    "cryptography": {"vault"}, "waitress": {"serving"},
    "click": {"commands", "standing_and_stock", "cards", "pack", "cli", "mail", "screen", "serving"},
    "csv": {"exporting"}, "sqlite3": {"ledger"}, "psycopg": {"settings"},
    "reportlab": {"lettering", "carriers", "labels", "lists", "card_sheets"}, "fontTools": {"lettering"},
    "bidi": {"lettering"}, "zint": {"barcode"},
    "pypdfium2": {"envelope_check", "card_sheets"},
}  # fmt: skip


DESK_BORROWS = {"affected": {"recall"}, "cli": {"recall"}, "pack": {"bounds", "build"}, "cards": {"calls", "recall"}}
"""What single rooms of the desk borrow of the booklet besides."""


EDITOR_ROOMS = (
    "records", "sources", "heard", "making", "pictures", "watching", "forms", "session", "guard", "serving", "cli",
)  # fmt: skip
EDITOR_HOMES = {
    "starlette": {"guard", "serving", "cli"}, "uvicorn": {"cli"}, "watchfiles": {"watching"}, "click": {"cli"},
    "PIL": {"pictures"}, "pikepdf": {"making"}, "asyncio": {"watching", "session", "serving", "cli"},
}  # fmt: skip
"""The rooms of the editor, and the homes of its libraries."""
CLUSTER_ROOMS = ("wire", "shared", "steps", "working", "pool")
CLUSTER_HOMES = {
    "distributed": {"working", "pool"}, "dask": {"pool"}, "fsspec": {"shared"}, "msgspec": {"wire"},
}  # fmt: skip
"""The rooms of the cluster, and the homes of its libraries."""


def room_of(path: Path) -> str:
    house = next(house for house in (DESK, EDITOR, CLUSTER, PACKAGE) if path.is_relative_to(house))
    return path.relative_to(house).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if room_of(path) not in ("__init__", "__main__")]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_stands_before_it(path: Path) -> None:
    own = ROOMS.index(room_of(path))
    used = {name.split(".")[1] for name in imports(path) if name.startswith("booklet.")}
    assert {room for room in used & set(ROOMS) if ROOMS.index(room) > own} == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_outside_library_has_one_home(path: Path) -> None:
    for library in {name.split(".")[0] for name in imports(path)} & set(HOMES):
        assert room_of(path) in HOMES[library], f"{library} does not live in {room_of(path)}"


DESK_SOURCES = [path for path in sorted(DESK.rglob("*.py")) if path.parent != DESK or path.name != "__init__.py"]


def test_the_booklets_rooms_do_not_know_the_desk_and_only_the_command_line_opens_its_door() -> None:
    outer = [path for path in SOURCES for name in imports(path) if name.startswith("booklet_desk")]
    assert set(outer) == {PACKAGE / "cli.py"}
    top = ast.parse((PACKAGE / "cli.py").read_text("utf-8")).body
    assert not [node for node in top if isinstance(node, ast.ImportFrom) and "booklet_desk" in str(node.module)]


@pytest.mark.parametrize("path", DESK_SOURCES, ids=lambda path: str(path.relative_to(DESK)))
def test_the_desks_rooms_keep_the_same_rules(path: Path) -> None:
    """A room imports what stands before it; a library has its homes; of the booklet it sees doors, never the walk."""
    own = DESK_ROOMS.index(room_of(path))
    used = {part for name in imports(path) if name.startswith("booklet_desk.") for part in name.split(".")[1:2]}
    assert {room for room in used & set(DESK_ROOMS) if DESK_ROOMS.index(room) > own} == set()
    for library in {name.split(".")[0] for name in imports(path)} & set(DESK_HOMES):
        assert room_of(path) in DESK_HOMES[library], f"{library} does not live in {room_of(path)}"
    borrowed = {name.split(".")[1] for name in imports(path) if name.startswith("booklet.")}
    assert borrowed <= {
        "dispatch",
        "files",
        "findings",
        "manuscript",
        "order_codes",
        "spreadsheets",
        *DESK_BORROWS.get(room_of(path), ()),
    }


EDITOR_SOURCES = [path for path in sorted(EDITOR.rglob("*.py")) if path.name != "__init__.py"]


def test_the_booklet_and_the_desk_do_not_know_the_editor_and_only_the_command_line_opens_its_door() -> None:
    inner = [*SOURCES, *DESK_SOURCES]
    assert {path for path in inner for name in imports(path) if name.startswith("booklet_editor")} == {
        PACKAGE / "cli.py"
    }
    top = ast.parse((PACKAGE / "cli.py").read_text("utf-8")).body
    assert not [node for node in top if isinstance(node, ast.ImportFrom) and "booklet_editor" in str(node.module)]


@pytest.mark.parametrize("path", EDITOR_SOURCES, ids=lambda path: str(path.relative_to(EDITOR)))
def test_the_editors_rooms_keep_the_same_rules(path: Path) -> None:
    """What serves the page knows nothing of how pages are made: that is another process."""
    own = EDITOR_ROOMS.index(room_of(path))
    used = {part for name in imports(path) if name.startswith("booklet_editor.") for part in name.split(".")[1:2]}
    assert {room for room in used & set(EDITOR_ROOMS) if EDITOR_ROOMS.index(room) > own} == set()
    for library in {name.split(".")[0] for name in imports(path)} & set(EDITOR_HOMES):
        assert room_of(path) in EDITOR_HOMES[library], f"{library} does not live in {room_of(path)}"
    assert "booklet_desk" not in {name.split(".")[0] for name in imports(path)}
    assert room_of(path) in ("making", "forms") or not {"booklet.walk", "booklet.jobs"} & set(imports(path))


CLUSTER_SOURCES = [path for path in sorted(CLUSTER.rglob("*.py")) if path.name != "__init__.py"]


def test_no_other_house_knows_the_cluster_and_only_the_command_line_opens_its_door() -> None:
    others = [*SOURCES, *DESK_SOURCES, *EDITOR_SOURCES]
    assert {path for path in others for name in imports(path) if name.startswith("booklet_cluster")} == {
        PACKAGE / "cli.py"
    }
    top = ast.parse((PACKAGE / "cli.py").read_text("utf-8")).body
    assert not [node for node in top if isinstance(node, ast.ImportFrom) and "booklet_cluster" in str(node.module)]


@pytest.mark.parametrize("path", CLUSTER_SOURCES, ids=lambda path: str(path.relative_to(CLUSTER)))
def test_the_clusters_rooms_keep_the_same_rules(path: Path) -> None:
    """A step is done with no library of Dask in its process; what speaks with Dask on a worker makes no pages."""
    own = CLUSTER_ROOMS.index(room_of(path))
    used = {part for name in imports(path) if name.startswith("booklet_cluster.") for part in name.split(".")[1:2]}
    assert {room for room in used & set(CLUSTER_ROOMS) if CLUSTER_ROOMS.index(room) > own} == set()
    for library in {name.split(".")[0] for name in imports(path)} & set(CLUSTER_HOMES):
        assert room_of(path) in CLUSTER_HOMES[library], f"{library} does not live in {room_of(path)}"
    assert room_of(path) in ("steps", "pool") or "booklet.jobs" not in set(imports(path))
    assert not {"booklet_desk", "booklet_editor"} & {name.split(".")[0] for name in imports(path)}


def test_a_room_is_entered_by_its_door() -> None:
    """Another room's inner modules are nobody's business."""
    for path in (*SOURCES, *EDITOR_SOURCES, *CLUSTER_SOURCES):
        for name in imports(path):
            parts = name.split(".")
            inner = PACKAGE / "/".join(parts[1:3])
            if parts[0] == "booklet" and len(parts) > 2 and inner.with_suffix(".py").exists():
                door = getattr(import_module(f"booklet.{parts[1]}"), "__all__", ())
                is_own = parts[1] == room_of(path) and path.is_relative_to(PACKAGE)
                assert is_own or parts[2] in door, f"{path.name} reaches into {name}"


def test_tests_do_not_import_one_another() -> None:
    found = [
        f"{path.name} imports {name}"
        for path in sorted((PROJECT / "tests").glob("test_*.py"))
        if not path.name.startswith("test_preflight")
        for name in imports(path)
        if name.startswith("tests.test_")
    ]
    assert found == []


def test_every_code_is_explained_and_every_block_taught() -> None:
    messages = (PROJECT / "docs/messages.md").read_text("utf-8")
    assert [code for code in CODES if code not in messages] == []
    writing = (PROJECT / "docs/writing.md").read_text("utf-8")
    assert [block for block in BLOCKS if f"::: {block}" not in writing and f"`{block}`" not in writing] == []


def test_every_code_in_use_is_registered_and_every_registered_one_used() -> None:
    text = "".join(path.read_text("utf-8") for path in SOURCES if path.name != "findings.py")
    used = set(re.findall(r'"((?:SRC|LNK|ACC|BOX|FNT|INK|IMP|SYS)-\d{3})"', text))
    assert used == set(CODES)


def test_the_readme_mentions_every_command() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    for command in main.commands:
        assert f"booklet {command}" in readme
    assert "make booklets" in readme and "make test" in readme


def test_every_locked_version_is_exact_and_hashed() -> None:
    lock = (PROJECT / "requirements.lock").read_text("utf-8")
    rows = [row for row in lock.splitlines() if row and row[0] not in " #"]
    assert rows and all("==" in row for row in rows)
    assert lock.count("\n    --hash=") >= len(rows)
    assert "weasyprint==70.0" in lock
    assert "://" not in lock


@pytest.mark.slow
def test_an_installed_wheel_brings_its_templates_and_styles(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheel = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(PROJECT)]
    subprocess.run(wheel, check=True)
    (built,) = tmp_path.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(tmp_path / "site"), str(built)], check=True)
    code = (
        "from booklet.walk import styles_folder; from booklet.composing.edition import _template; "
        "from booklet.words import english; "
        "print(styles_folder() / 'base.css'); _template('cover.html.j2', english()); "
        "import booklet; from pathlib import Path; assert Path(booklet.__file__).with_name('py.typed').is_file(); "
        "from booklet.manuscript import shipped_country; assert shipped_country('nz').plan.code == '64'; "
        "from booklet_desk import envelopes, postcodes, settings; assert postcodes.states_of('3000') == ('VIC',); "
        "from booklet import starters; assert (Path(starters.__file__).parent / 'pieces/booklet.toml').is_file(); "
        "from booklet.manuscript import shipped_countries; assert 'au' in shipped_countries(); "
        "envelopes.find_envelope(Path(), 'c5'); assert settings.DESK_LETTER.is_file(); "
        "screen = settings.DESK_NOTICE.with_name('screen'); assert (screen / 'templates/call.html').is_file(); "
        "assert (screen / 'style.css').is_file() == (screen / 'draft.js').is_file(); "
        "from booklet_editor import serving; assert (serving.PAGE / 'page.js').is_file(); "
        "from booklet_cluster import steps; assert set(steps.STEPS) == {'typeset_title', 'finish_job'}"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "site")
    assert Path(done.stdout.strip()).is_file()
