"""Who may ask: the browser on this machine that was given the address, and nobody else.

Any page of the web can have a browser send requests to this machine. So each must name this very host (or a foreign
name was made to lead here), come from our own page or from nowhere, and carry the token, which is the first part of
the path. Whoever fails is told nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
MOST_BYTES = 16_384
"""Of the body of a request: a form is short."""
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
"""Nothing from elsewhere is loaded, and nothing of this is loaded elsewhere."""


class Guard:
    """Lets through what may pass, to an application that sees paths without their token."""

    def __init__(self, application: ASGIApp, token: str, port: int) -> None:
        self._application = application
        self._token = token
        self._host = f"{HOST}:{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http" or not self._may_pass(scope):
            await _refuse(scope, send, 403)
            return
        body = await _body(receive) if scope["method"] == "POST" else b""
        if body is None:
            await _refuse(scope, send, 413)
            return
        _, _, path = scope["path"].removeprefix("/").partition("/")
        inner = {**scope, "path": f"/{path}", "raw_path": f"/{path}".encode()}
        sent = False

        async def given() -> Message:
            nonlocal sent
            if sent or scope["method"] != "POST":
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *own]}
            await send(message)

        await self._application(inner, given, answer)

    def _may_pass(self, scope: Scope) -> bool:
        headers = _Headers(scope["headers"])
        token, slash, _ = scope["path"].removeprefix("/").partition("/")
        origin = f"http://{self._host}"
        is_post = scope["method"] == "POST"
        return (
            headers.only("host") == self._host
            and hmac.compare_digest(token.encode(), self._token.encode())
            and bool(slash)
            and scope["method"] in ("GET", "HEAD", "POST")
            and headers.only("origin") in ((origin,) if is_post else ("", origin))
            and headers.only("sec-fetch-site") in ("", "same-origin", *(() if is_post else ("none",)))
            and (not is_post or headers.only("content-type").partition(";")[0] == "application/json")
        )


class _Headers:
    """The headers of a request; of one that is sent twice nothing is believed."""

    def __init__(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        self._rows = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in rows]

    def only(self, name: str) -> str:
        values = [value for key, value in self._rows if key == name]
        return values[0] if len(values) == 1 else "" if not values else "sent twice"


async def _body(receive: Receive) -> bytes | None:
    """The body of a request; None when it is longer than any of ours."""
    content = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        content += bytes(message.get("body", b""))
        if len(content) > MOST_BYTES:
            return None
        if not message.get("more_body"):
            return content


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
