"""Who may look in, and who gets nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from booklet_editor.guard import HEADERS, MOST_BYTES, Guard
from tests.editor.conftest import awaited

TOKEN, PORT = "s3cret-Token", 8420
OWN = [("host", f"127.0.0.1:{PORT}")]
FROM_PAGE = [*OWN, ("origin", f"http://127.0.0.1:{PORT}"), ("content-type", "application/json")]


async def _inner(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    body = await request.body()
    await PlainTextResponse(f"{request.url.path} {len(body)}")(scope, receive, send)


def asked(
    path: str, headers: Iterable[tuple[str, str]], method: str = "GET", body: Iterable[bytes] = (b"",)
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and content of an answer."""
    rows = list(body)
    parts: list[Message] = [
        {"type": "http.request", "body": part, "more_body": index + 1 < len(rows)} for index, part in enumerate(rows)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers], "http_version": "1.1",
        "scheme": "http", "server": ("127.0.0.1", PORT), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    awaited(Guard(_inner, TOKEN, PORT)(scope, receive, send))
    start = sent[0]
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, b"".join(each.get("body", b"") for each in sent[1:])


def test_the_browser_that_was_given_the_address_gets_the_page() -> None:
    status, headers, content = asked(f"/{TOKEN}/page.css", OWN)
    assert (status, content) == (200, b"/page.css 0")
    assert headers.items() >= HEADERS.items()
    assert "default-src 'none'" in headers["content-security-policy"] and "unsafe" not in str(headers)


@pytest.mark.parametrize(
    ("path", "headers", "method"),
    [
        ("/", OWN, "GET"),
        ("/page.css", OWN, "GET"),
        (f"/{TOKEN}", OWN, "GET"),
        (f"/{TOKEN[:-1]}/", OWN, "GET"),
        (f"/{TOKEN}x/", OWN, "GET"),
        (f"//{TOKEN}/", OWN, "GET"),
        (f"/{TOKEN}/", [], "GET"),
        (f"/{TOKEN}/", [("host", "evil.example")], "GET"),
        (f"/{TOKEN}/", [("host", "127.0.0.1")], "GET"),
        (f"/{TOKEN}/", [("host", f"localhost:{PORT}")], "GET"),
        (f"/{TOKEN}/", [*OWN, ("host", "evil.example")], "GET"),
        (f"/{TOKEN}/", [*OWN, ("origin", "https://evil.example")], "GET"),
        (f"/{TOKEN}/", [*OWN, ("origin", "null")], "GET"),
        (f"/{TOKEN}/", [*OWN, ("sec-fetch-site", "cross-site")], "GET"),
        (f"/{TOKEN}/call", [*OWN, ("content-type", "application/json")], "POST"),
        (f"/{TOKEN}/call", [*FROM_PAGE[:2], ("content-type", "text/plain")], "POST"),
        (f"/{TOKEN}/call", [*FROM_PAGE, ("sec-fetch-site", "none")], "POST"),
        (f"/{TOKEN}/call", FROM_PAGE, "PUT"),
        (f"/{TOKEN}/call", FROM_PAGE, "OPTIONS"),
    ],
)
def test_everybody_else_gets_nothing(path: str, headers: list[tuple[str, str]], method: str) -> None:
    status, _, content = asked(path, headers, method)
    assert (status, content) == (403, b"")


def test_a_body_has_a_bound_however_it_comes() -> None:
    most = b"x" * MOST_BYTES
    assert asked(f"/{TOKEN}/call", FROM_PAGE, "POST", [most])[2] == b"/call %d" % MOST_BYTES
    for parts in ([most + b"x"], [most[: MOST_BYTES // 2]] * 3):
        status, _, content = asked(f"/{TOKEN}/call", FROM_PAGE, "POST", parts)
        assert (status, content) == (413, b"")


def test_a_socket_of_the_web_is_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": f"/{TOKEN}/", "headers": [(b"host", f"127.0.0.1:{PORT}".encode())]}
    awaited(Guard(_inner, TOKEN, PORT)(scope, receive, send))
    assert [each["type"] for each in sent] == ["websocket.close"]
