"""What is said when a page cannot be: in words for a person, and never with what somebody typed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booklet_desk.database import place_of, telling
from booklet_desk.records import DeskError


def never_kept(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """No browser and nothing on the way keeps a page, but for style sheet, script and fonts."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answered


def message(request: HttpRequest, words: str, status: int) -> HttpResponse:
    """A page that asks nothing of the database, which may be what failed."""
    return render(request, "message.html", {"words": words}, status=status)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For a form that this desk has not sent, or has forgotten."""
    return message(request, "This page was open for too long, or in another window. Go back and load it again.", 403)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """For who tried too many passwords."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return message(request, f"Too many wrong passwords. Wait {minutes} minutes, then try again.", 429)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For what no page of this desk sends."""
    return message(request, "The desk cannot do this.", 400)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For an address that leads nowhere."""
    return message(request, "There is no such page or order.", 404)


def failed(request: HttpRequest) -> HttpResponse:
    """For what went wrong: a database's complaint in words, a mistake of our own by its place in the program, on
    standard error. Neither holds what somebody typed.
    """
    reason = sys.exc_info()[1]
    if isinstance(reason, (DatabaseError, OSError)):
        try:
            with telling():
                raise reason
        except DeskError as told:
            reason = told
    if isinstance(reason, DeskError):
        return message(request, str(reason), 503)
    if reason is not None:
        click.echo(place_of(reason), err=True)
    return message(
        request, "A mistake in the program. Nothing was changed. Its place is told where the desk runs.", 500
    )
