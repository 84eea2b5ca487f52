"""`booklet preview`: parse, open a socket, serve until somebody stops it."""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import webbrowser
from contextlib import suppress
from datetime import date
from pathlib import Path

import click
import uvicorn
from starlette.types import ASGIApp

from booklet.files import temporary_folder
from booklet.findings import BookletError
from booklet.formats import FORMATS
from booklet_editor.guard import HOST
from booklet_editor.records import Choice
from booklet_editor.serving import application
from booklet_editor.session import Session

USUAL_PORT = 8420
LOOK_S = 0.1
"""So often it is looked whether somebody stopped it, as the server itself does."""


class PortError(BookletError):
    """Nobody can listen on the port that was asked for."""

    exit_status = 2


def _day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as reason:
        raise click.BadParameter(f"'{value}' is not a date such as 2026-07-15.") from reason


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--edition", default="", metavar="CODE", help="A state or territory, such as VIC. Default: the first.")
@click.option("--title", default="", metavar="TITLE", help="main, an insert, or chapter:ID. Default: main.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="screen", help="Default: screen.")
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder that holds chapters/. Default: this one.",
)
@click.option("--date", "day", callback=_day, metavar="YYYY-MM-DD", help="The day to build for. Default: today.")
@click.option(
    "--port", type=click.IntRange(1, 65535), metavar="N", help=f"Default: {USUAL_PORT}, or another where it is in use."
)
@click.option(
    "--editor",
    default="",
    metavar="COMMAND",
    help="Opens a file at a line, such as 'code -g {file}:{line}'. Without it the page names both.",
)
@click.option("--no-open", is_flag=True, help="Print the address, and open no browser.")
def preview(
    edition: str, title: str, form: str, project: Path, day: date | None, port: int | None, editor: str, no_open: bool
) -> None:
    """Show the real pages while you write: each save within a second, with what is wrong beside it.

    \b
      booklet preview --edition VIC
      booklet preview --title bone --format large-print
      booklet preview --editor 'code -g {file}:{line}'

    Stop it with Ctrl+C. Nobody but this machine's own browser, given the address, can look in.
    """
    listening = listen(port)
    token = secrets.token_urlsafe(24)
    number = listening.getsockname()[1]
    address = f"http://{HOST}:{number}/{token}/"
    if port is None and number != USUAL_PORT:
        click.echo(f"Port {USUAL_PORT} is in use, by another preview perhaps: this one has {number}.", err=True)
    click.echo(address)
    click.echo("Stop with Ctrl+C.", err=True)
    if not no_open:
        webbrowser.open(address)
    with temporary_folder() as aside, suppress(KeyboardInterrupt):
        session = Session(project.resolve(), Choice(edition.upper(), title, form), aside, day)
        asyncio.run(_serve(session, application(session, token, number, editor), listening))


def listen(port: int | None) -> socket.socket:
    """A socket of this machine alone, on the port, or on the usual one or any other that is free. Raises PortError."""
    for number in (port,) if port else (USUAL_PORT, 0):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, number))
            listening.listen(64)
            return listening
        except OSError as reason:
            listening.close()
            if port and reason.errno == errno.EADDRINUSE:
                raise PortError(f"Port {port} is in use, by another preview perhaps. Choose another.") from reason
            if port or reason.errno != errno.EADDRINUSE:
                raise PortError(f"Port {number} cannot be had ({reason.strerror}).") from reason
    raise PortError("No port is free.")


async def _serve(session: Session, app: ASGIApp, listening: socket.socket) -> None:
    """Serve until one of both ends. A mistake of our own is a traceback."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, lifespan="off", ws="none",
        timeout_graceful_shutdown=1, limit_concurrency=64, h11_max_incomplete_event_size=16_384,
    )  # fmt: skip
    server = uvicorn.Server(config)
    work, serving = asyncio.ensure_future(session.run()), asyncio.ensure_future(server.serve([listening]))
    while not server.should_exit and not work.done() and not serving.done():
        await asyncio.sleep(LOOK_S)
    session.end()
    server.should_exit = True
    work.cancel()
    for result in await asyncio.gather(work, serving, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
