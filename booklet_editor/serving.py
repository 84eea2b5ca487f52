"""The page and what it asks for, over HTTP. Everything goes through `Guard`."""

from __future__ import annotations

import asyncio
import json
import shlex
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from booklet.files import inside
from booklet.findings import CODES, BookletError, Severity
from booklet_editor import forms, making
from booklet_editor.guard import Guard
from booklet_editor.pictures import PageShown
from booklet_editor.records import Choice, Note
from booklet_editor.session import Session, State

PAGE = Path(__file__).with_name("page")
MOST_LISTENERS = 16
Answering = Callable[[Request], Awaitable[Response]]


def application(session: Session, token: str, port: int, editor: str) -> ASGIApp:
    """The whole application. `editor` is the command that opens a file at a line; empty when nobody named one."""
    answers = _Answers(session, editor)
    routes = [
        Route("/", answers.page),
        *(Route(f"/{name}", answers.page) for name in ("page.css", "page.js", "icon.svg")),
        Route("/events", answers.events),
        *(Route(f"/{folder}/{{name}}/{{dpi:int}}.png", answers.picture) for folder in ("pictures", "blurred")),
        Route("/lines/{page:int}", answers.lines),
        Route("/place", answers.place),
        Route("/heard/{file:int}", answers.heard),
        Route("/calls", answers.calls),
        Route("/printed", answers.printed),
        Route("/waivers", answers.waivers),
        Route("/chapters", answers.chapters),
        *(
            Route(f"/{name}", answer, methods=["POST"])
            for name, answer in (
                ("choose", answers.choose), ("refresh", answers.refresh), ("automatic", answers.automatic),
                ("open", answers.open), ("call", answers.call), ("waiver", answers.waiver),
                ("signoff", answers.signoff),
            )
        ),
    ]  # fmt: skip

    return Guard(Starlette(routes=routes), token, port)


class _Answers:
    """One function for each request."""

    def __init__(self, session: Session, editor: str) -> None:
        self._session = session
        self._editor = editor

    async def page(self, request: Request) -> Response:
        name = request.url.path.removeprefix("/") or "index.html"
        return FileResponse(PAGE / name, headers={"cache-control": "no-cache"})

    async def events(self, _: Request) -> Response:
        if self._session.listeners >= MOST_LISTENERS:
            return Response(status_code=503)

        async def told() -> AsyncIterator[bytes]:
            async with aclosing(self._session.states()) as states:
                async for state in states:
                    data = json.dumps(as_data(state, self._editor), ensure_ascii=False)
                    yield f"data: {data}\n\n".encode()

        return StreamingResponse(told(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def picture(self, request: Request) -> Response:
        name, dpi = request.path_params["name"], request.path_params["dpi"]
        is_blurred = request.url.path.startswith("/blurred/")
        content = await asyncio.to_thread(self._session.album.picture, name, dpi, is_blurred)
        if content is None:
            return Response(status_code=404)
        return Response(content, media_type="image/png", headers={"cache-control": "max-age=3600, immutable"})

    async def lines(self, request: Request) -> Response:
        found = await self._ask(making.lines, request.path_params["page"])
        return JSONResponse([asdict(row) for row in found])

    async def place(self, request: Request) -> Response:
        file, line = request.query_params.get("file", ""), request.query_params.get("line", "")
        spot = await self._ask(making.find, file, int(line)) if line.isdecimal() and len(line) < 8 else None
        return JSONResponse(asdict(spot)) if spot else Response(status_code=404)

    async def heard(self, request: Request) -> Response:
        return HTMLResponse(await self._ask(making.heard, request.path_params["file"]))

    async def calls(self, request: Request) -> Response:
        everything = request.query_params.get("all") == "1"
        found = await self._ask(forms.call_list, self._session.project, self._session.today, everything)
        rows = [{**asdict(row.call), "seen": row.seen} for row in found.rows]
        return JSONResponse({"rows": rows, "script": found.script, "today": found.today.isoformat()})

    async def printed(self, _: Request) -> Response:
        session = self._session
        return JSONResponse(await self._ask(forms.where_printed, session.project, session.today, beside=True))

    async def waivers(self, _: Request) -> Response:
        return JSONResponse({"seen": await self._ask(forms.waivers_state, self._session.project)})

    async def chapters(self, _: Request) -> Response:
        session = self._session
        found = await self._ask(forms.chapter_list, session.project, session.today, session.state.choice.title)
        rows = [asdict(row) for row in found.rows]
        return JSONResponse({"rows": rows, "reviewer": found.reviewer, "today": found.today.isoformat()})

    async def choose(self, request: Request) -> Response:
        edition, title, form = await _texts(request, "edition", "title", "form")
        options = self._session.state.options
        known = ({row.value for row in rows} for rows in (options.editions, options.titles, options.forms))
        if any(value not in values for value, values in zip((edition, title, form), known, strict=True)):
            return Response(status_code=400)
        self._session.choose(Choice(edition, title, form))
        return Response(status_code=204)

    async def refresh(self, _: Request) -> Response:
        self._session.refresh()
        return Response(status_code=204)

    async def automatic(self, request: Request) -> Response:
        (value,) = await _texts(request, "value")
        self._session.set_automatic(value == "on")
        return Response(status_code=204)

    async def open(self, request: Request) -> Response:
        file, line = await _texts(request, "file", "line")
        path = self._session.project / file
        if not self._editor or not line.isdecimal() or not inside(self._session.project, path) or not path.is_file():
            return JSONResponse({"words": f"{file}:{line} cannot be opened here."}, 409)
        try:
            subprocess.Popen(
                command_of(self._editor, path, int(line)), cwd=self._session.project, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        except OSError as reason:
            return JSONResponse({"words": f"The editor cannot be started ({reason.strerror})."}, 409)
        return JSONResponse({"words": f"{file}:{line} was handed to the editor."})

    async def call(self, request: Request) -> Response:
        names = ("id", "day", "by", "result", "note", "phone", "seen")
        return _answered(await self._ask(forms.write_call, self._session.project, *await _texts(request, *names)))

    async def signoff(self, request: Request) -> Response:
        names = ("id", "day", "by", "role", "seen")
        texts = await _texts(request, *names)
        if self._session.state.is_behind or self._session.state.is_kept:
            words = "The pages are older than the text. Press R, or have the errors mended, and read it again."
            return _answered(forms.Answer(words))
        return _answered(await self._ask(forms.write_signature, self._session.project, *texts))

    async def waiver(self, request: Request) -> Response:
        names = ("code", "where", "reason", "seen")
        return _answered(await self._ask(forms.write_waiver, self._session.project, *await _texts(request, *names)))

    async def _ask(self, function: Callable[..., Any], *arguments: Any, beside: bool = False) -> Any:
        try:
            return await self._session.ask(function, *arguments, beside=beside)
        except BookletError as reason:
            raise HTTPException(503, str(reason)) from reason


def _answered(answer: forms.Answer) -> Response:
    return JSONResponse({"words": answer.words, "changed": answer.is_changed}, 200 if answer.is_written else 409)


async def _texts(request: Request, *names: str) -> tuple[str, ...]:
    """Some texts of a form. Raises HTTPException where one is missing or is none."""
    try:
        data = json.loads(await request.body())
    except (ValueError, RecursionError) as reason:
        raise HTTPException(400) from reason
    if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in names):
        raise HTTPException(400)
    return tuple(data[name] for name in names)


def command_of(editor: str, path: Path, line: int) -> list[str]:
    """The command that opens a file at a line. `{file}` and `{line}` stand for them; one without gets the file."""
    words = shlex.split(editor)
    if not any("{file}" in word for word in words):
        words.append("{file}")
    return [word.replace("{line}", str(line)).replace("{file}", str(path)) for word in words]


def as_data(state: State, editor: str) -> dict[str, Any]:
    """A state as the browser gets it."""
    return {
        "choice": asdict(state.choice),
        "options": asdict(state.options),
        "pages": [_page(row) for row in state.pages],
        "files": [{"name": name, "tagged": tagged} for name, tagged in state.files],
        "notes": [_note(row, row.finding in state.new) for row in state.notes],
        "doing": state.doing,
        "kept": state.is_kept,
        "behind": state.is_behind,
        "automatic": state.automatic,
        "version": state.version,
        "editor": bool(editor),
    }


def _page(row: PageShown) -> dict[str, Any]:
    page = row.page
    return {
        "name": page.name, "words": page.words, "file": row.file, "picture": row.picture,
        "size": _rounded(page.size_mm), "trim": _rounded(page.trim_mm),
        "bleed": page.bleed_mm and _rounded(page.bleed_mm),
        "safe": page.safe_mm and _rounded(page.safe_mm), "changes": [_rounded(box) for box in row.changes],
    }  # fmt: skip


def _rounded(lengths: tuple[float, ...]) -> list[float]:
    return [round(length, 2) for length in lengths]


def _note(note: Note, is_new: bool) -> dict[str, Any]:
    finding = note.finding
    return {
        "code": finding.code, "means": CODES[finding.code], "error": finding.severity is Severity.ERROR,
        "found": finding.found, "expected": finding.expected, "file": finding.place.file, "line": finding.place.line,
        "where": note.where, "new": is_new,
        "spots": [{"page": row.page, "box": row.box_mm and _rounded(row.box_mm)} for row in note.spots],
    }  # fmt: skip
