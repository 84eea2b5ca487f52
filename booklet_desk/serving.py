"""`booklet desk`: the screen, served on this machine, and who may use it.

Everybody who uses it has a name and a password. On this machine nothing else is needed; for others it has to stand
behind something that speaks HTTPS, because names go over the line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import waitress
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.core.wsgi import get_wsgi_application

from booklet_desk import drafts, ledger
from booklet_desk.catalogue import read_catalogue
from booklet_desk.commands import at_the_desk, dist_option
from booklet_desk.records import DeskError

_MOST_BYTES = 100_000
"""Of what a page sends: waitress would put more into a file."""
_YEAR_SECONDS = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Place:
    """Where the screen is served, and the HTTPS address under which others reach it, if any do."""

    host: str
    port: int
    origin: str
    proxy: str

    @property
    def address(self) -> str:
        """What is typed into a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.origin or f"http://{host}:{self.port}"


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--host", default="127.0.0.1", metavar="IP", help="The address to listen on. Default: this machine alone."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8455, help="Default: 8455. 0: any that is free.")
@click.option("--origin", default="", metavar="URL", help="The https:// address of a desk that others reach.")
@click.option("--proxy", default="127.0.0.1", metavar="IP", help="Who speaks HTTPS for it. Default: this machine.")
@dist_option
@click.pass_context
def desk(context: click.Context, host: str, port: int, origin: str, proxy: str, dist: Path) -> None:
    """Take calls in a browser: one screen that follows the call.

    \b
      booklet desk                      then open what it says in a browser; Ctrl+C ends it
      booklet desk operator sam         a name and a password for somebody, or another password
      booklet desk operator sam --remove

    The first time it asks for your name and password. docs/order-line.md leads an operator through it.
    """
    if context.invoked_subcommand is None:
        serve(Place(host, port, origin.rstrip("/"), proxy), dist)


@desk.command()
@click.argument("name")
@click.option("--remove", is_flag=True, help="Nobody signs in by this name any more; calls it has begun are forgotten.")
@at_the_desk
def operator(name: str, remove: bool) -> None:
    """Give somebody a name and a password at the desk, or take them away."""
    if remove:
        if not User.objects.filter(username=name).delete()[0]:
            raise DeskError("Nobody at this desk has that name.")
        click.echo(f"{name} can no longer sign in.")
        return
    _name_operator(name)


@at_the_desk
def serve(place: Place, dist: Path) -> None:
    """Serve the screen until Ctrl+C. Raises DeskError."""
    settle(place, dist)
    read_catalogue(dist)
    if not User.objects.exists():
        click.echo("Nobody can sign in yet. Choose a name and a password, of at least 12 characters.")
        _name_operator(click.prompt("Your name at this desk"))
    SessionStore.clear_expired()
    if ledger.is_believed(date.today()):
        drafts.purge(date.today())
    server = _listening(place)
    shown = replace(place, port=server.effective_port).address
    click.echo(f"The desk is open: {shown} (Ctrl+C ends it)")
    server.run()


def settle(place: Place, dist: Path) -> None:
    """Tell Django where the screen is served. Raises DeskError where names would go over the line for all to read."""
    try:
        is_here = ip_address(place.host).is_loopback
    except ValueError:
        raise click.BadParameter("an IP address such as 127.0.0.1 is wanted for --host") from None
    if not is_here and not place.origin:
        raise DeskError(
            "Names would go over the network for all to read. Put a server that speaks HTTPS before the desk, and give "
            "its address: --origin https://desk.example.org. docs/order-line.md"
        )
    settings.DESK_DIST = dist.absolute()
    if place.origin:
        parts = urlsplit(place.origin)
        if parts.scheme != "https" or not parts.hostname or parts.path or parts.query:
            raise click.BadParameter("an address such as https://desk.example.org is wanted for --origin")
        settings.ALLOWED_HOSTS = [parts.hostname]
        settings.CSRF_TRUSTED_ORIGINS = [place.origin]
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
        settings.SECURE_SSL_REDIRECT = True
        settings.SECURE_HSTS_SECONDS = _YEAR_SECONDS


def _listening(place: Place) -> Any:
    said_by_proxy = {"x-forwarded-for", "x-forwarded-proto"}
    behind = {"trusted_proxy": place.proxy, "trusted_proxy_headers": said_by_proxy} if place.origin else {}
    try:
        return waitress.create_server(
            get_wsgi_application(),
            host=place.host,
            port=place.port,
            ident="",
            max_request_body_size=_MOST_BYTES,
            clear_untrusted_proxy_headers=True,
            **behind,
        )
    except OSError as reason:
        raise DeskError(f"The desk cannot listen there ({reason.strerror}). --port gives another number.") from None


def _name_operator(name: str) -> None:
    """Ask for the password of a name until it will do, and keep its hash."""
    user = User.objects.filter(username=name).first() or User(username=name)
    while True:
        password = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
        try:
            User.username_validator(name)
            validate_password(password, user)
            break
        except ValidationError as reason:
            click.echo("\n".join(reason.messages), err=True)
    user.set_password(password)
    user.save()
    click.echo(f"{name} can sign in.")
