"""Link checks: what becomes of each web address of the sources today, in one of three verdicts.

Only a clear answer is a verdict on an address: 404 and 410 (RFC 9110, 15.5.5 and 15.5.11) and a name that the domain
name system does not know say that it is broken. Whatever may keep a program out and no reader (401, 403, 429, a fault
of the server, no time, no network, a certificate that this machine does not trust) says that nobody could look.

Nothing here runs unless somebody asks for it. No body is read; each address and all of a host are bounded in time; one
host is asked for one page at a time. Chapters may be a stranger's, so nothing within a network is asked: the address to
which a name leads is looked at first, and is the one that is connected to.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from typing import Literal
from urllib.parse import SplitResult, quote, urldefrag, urljoin, urlsplit

from booklet import __version__
from booklet.composing import web_links
from booklet.findings import Finding, Place, error, warning
from booklet.manuscript import Chapter, Manuscript, StandingPage

Verdict = Literal["works", "broken", "could not look"]
SECONDS = 20.0
"""For a connection, and for an answer on it."""
ALL_SECONDS = 1800.0
"""For all addresses together."""
MOST_REDIRECTS = 10
MOST_SILENT = 2
"""Answers of a host that may fail to come before no more is asked of it."""
AT_ONCE = 8
"""Hosts that are asked at a time."""
LONGEST = 2000
"""Characters of an address."""
PORTS = {"http": 80, "https": 443}
GONE = {404: "Not Found", 410: "Gone"}
FOR_GOOD, FOR_NOW = (301, 308), (302, 303, 307)
SLOW_DOWN = 429
_WEB = re.compile(r"https?://[^\s<>\"']+")
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")
_SAFE = "/:?&=#[]@!$'()*+,;%~-._"
_NO_SUCH_NAME = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)}


class NoAnswerError(Exception):
    """Nobody could look; carries the reason. `is_silent` says that the host gave no answer at all."""

    def __init__(self, reason: str, is_silent: bool = False) -> None:
        super().__init__(reason)
        self.is_silent = is_silent


class NoSuchNameError(Exception):
    """The domain name system knows no such name; carries it."""


@dataclass(frozen=True)
class Answer:
    """The first lines of an answer: its status, and the address to which it leads (empty: none)."""

    status: int
    location: str = ""


@dataclass(frozen=True)
class Looked:
    """What came of an address: the verdict and its reason, the status that was answered in the end (0: no answer),
    where it led, and the address that it has for good now (both empty where it is the same). `unknown_name` is a
    host's name that nobody knows.
    """

    address: str
    verdict: Verdict
    reason: str
    status: int = 0
    leads_to: str = ""
    moved_to: str = ""
    unknown_name: str = ""


Ask = Callable[[str], Answer]
Places = Mapping[str, tuple[Place, ...]]


def addresses(manuscript: Manuscript) -> Places:
    """The web addresses of all sources, each with the places where it stands: links of texts, pages of services, chats
    and the pages on which entries and facts were seen.
    """
    found: dict[str, dict[Place, None]] = {}
    for address, place in _written(manuscript):
        found.setdefault(urldefrag(address).url, {})[place] = None
    return {address: tuple(places) for address, places in found.items()}


def _written(manuscript: Manuscript) -> Iterator[tuple[str, Place]]:
    texts: list[Chapter | StandingPage] = [*manuscript.every_chapter, *manuscript.pages.values(), *manuscript.planned]
    for text in texts:
        for target, line in web_links(text.body):
            yield target, Place(text.origin.file, line)
    for service in manuscript.services:
        yield from ((way.address, service.origin) for way in (*service.url, *service.chat))
        yield from ((address, service.origin) for address in _in_words(service.source))
    for fact in manuscript.sources.values():
        yield from ((address, fact.origin) for address in _in_words(fact.source))
    order = manuscript.book.order_line
    if order and order.url:
        yield order.url, manuscript.book.origin


def _in_words(words: str) -> Iterator[str]:
    yield from (found.rstrip(".,;)") for found in _WEB.findall(words))


def look_at_all(targets: Iterable[str], allowed: frozenset[str] = frozenset()) -> tuple[Looked, ...]:
    """What came of each address, in order. `allowed` are hosts that are asked though they lie within a network, by any
    port: those of a test.
    """
    targets = tuple(dict.fromkeys(targets))
    by_host: dict[str, list[str]] = {}
    for target in targets:
        by_host.setdefault(_split(target).hostname or "", []).append(target)
    context = ssl.create_default_context()
    is_over = threading.Event()
    timer = threading.Timer(ALL_SECONDS, is_over.set)
    timer.daemon = True
    timer.start()
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        work = [
            pool.submit(look_at_host, rows, lambda url: ask(url, context, allowed), is_over)
            for rows in by_host.values()
        ]
        found = {row.address: row for task in work for row in task.result()}
    finally:
        timer.cancel()
        is_over.set()
        pool.shutdown(cancel_futures=True)
    return tuple(_judged([found[target] for target in targets]))


def _judged(rows: list[Looked]) -> Iterator[Looked]:
    """What is to be said of names that nobody knows: they are gone, if any host answered at all."""
    is_connected = any(row.status for row in rows)
    for row in rows:
        if not row.unknown_name:
            yield row
        elif is_connected:
            yield replace(row, verdict="broken", reason=f"no host is called {row.unknown_name}")
        else:
            yield replace(row, reason="there may be no network: no host could be found")


def look_at_host(targets: Iterable[str], ask_one: Ask, is_over: threading.Event) -> list[Looked]:
    """What came of the addresses of one host, one after the other. A host that does not answer, or wants to be left
    alone, is.
    """
    rows: list[Looked] = []
    silent, asked_to_stop = 0, False
    for target in targets:
        reasons = {
            "its host wants fewer questions": asked_to_stop,
            "its host gave no answer to others": silent >= MOST_SILENT,
            "there was no more time": is_over.is_set(),
        }
        if why := next((reason for reason, holds in reasons.items() if holds), ""):
            rows.append(Looked(target, "could not look", why))
            continue
        try:
            row = look_at(target, ask_one)
        except NoAnswerError as reason:
            silent = silent + 1 if reason.is_silent else 0
            row = Looked(target, "could not look", str(reason))
        asked_to_stop = row.status == SLOW_DOWN
        rows.append(row)
    return rows


def look_at(target: str, ask_one: Ask) -> Looked:
    """What comes of an address, through all that it leads to. Raises NoAnswerError."""
    here, for_good, is_for_good = target, "", True
    for _ in range(MOST_REDIRECTS + 1):
        try:
            answer = ask_one(here)
        except NoSuchNameError as name:
            return Looked(target, "could not look", "", leads_to=_other(here, target), unknown_name=str(name))
        if answer.status not in (*FOR_GOOD, *FOR_NOW) or not answer.location:
            return _judge(target, here, answer.status, for_good)
        is_for_good = is_for_good and answer.status in FOR_GOOD
        try:
            here = urldefrag(urljoin(here, answer.location)).url
        except ValueError as reason:
            raise NoAnswerError("it leads to what is no address") from reason
        for_good = here if is_for_good else for_good
    raise NoAnswerError(f"it leads on more than {MOST_REDIRECTS} times")


def _judge(target: str, here: str, status: int, for_good: str) -> Looked:
    leads_to = _other(here, target)
    behind = f" at {leads_to}" if leads_to else ""
    if status in GONE:
        reason = f"the host answered {status} ({GONE[status]}){behind}"
        return Looked(target, "broken", reason, status, leads_to)
    verdict: Verdict = "works" if 200 <= status < 300 else "could not look"
    moved_to = _other(for_good, target) if verdict == "works" and for_good else ""
    return Looked(target, verdict, f"the host answered {status}{behind}", status, leads_to, moved_to)


def _other(address: str, target: str) -> str:
    return address if address != target else ""


def ask(address: str, context: ssl.SSLContext, allowed: frozenset[str]) -> Answer:
    """What the host of an address answers to a question for its page, of which nothing is read. Raises NoAnswerError
    and NoSuchNameError.
    """
    parts = _split(address)
    host, port = _host_and_port(parts, allowed)
    try:
        ip = _public_address(host, port, allowed)
        with closing(socket.create_connection((ip, port), SECONDS)) as plain, _within_time(plain):
            secure = parts.scheme == "https"
            with closing(context.wrap_socket(plain, server_hostname=host) if secure else plain) as connected:
                return _asked(connected, host, parts)
    except ssl.SSLCertVerificationError as reason:
        raise NoAnswerError(f"its certificate is not trusted here ({reason.verify_message})") from reason
    except TimeoutError as reason:
        raise NoAnswerError(f"no answer within {SECONDS:.0f} seconds", is_silent=True) from reason
    except HTTPException as reason:
        raise NoAnswerError(f"the answer is no HTTP, or came too late ({type(reason).__name__})", True) from reason
    except OSError as reason:
        raise NoAnswerError(f"no connection ({reason.strerror or 'closed'})", is_silent=True) from reason


def _asked(connected: socket.socket, host: str, parts: SplitResult) -> Answer:
    connection = HTTPConnection(host)
    connection.sock = connected
    named = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, PORTS[parts.scheme]) else f":{parts.port}"
    headers = {"Host": f"{named}{port}", "User-Agent": f"booklet/{__version__} (link check)", "Accept": "*/*"}
    path = quote(f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}", safe=_SAFE)
    connection.request("GET", path, headers={**headers, "Connection": "close"})
    response = connection.getresponse()
    location = quote(response.getheader("location") or "", safe=_SAFE)
    return Answer(response.status, location if len(location) <= LONGEST else "")


@contextmanager
def _within_time(connected: socket.socket) -> Iterator[None]:
    """End a connection that takes too long as a whole, however often it says a little."""
    other = connected.dup()

    def end() -> None:
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        other.close()


def _split(address: str) -> SplitResult:
    """The parts of an address; of one that is none, nothing but its words."""
    try:
        parts = urlsplit(address)
        _ = parts.hostname, parts.port
    except ValueError:
        return SplitResult("", "", address, "", "")
    return parts


def _host_and_port(parts: SplitResult, allowed: frozenset[str]) -> tuple[str, int]:
    """Whom to ask. Raises NoAnswerError for what is no public web page."""
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise NoAnswerError("it is no address of a public web page")
    try:
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    except UnicodeError as reason:
        raise NoAnswerError("its host is no name") from reason
    if not _HOST.fullmatch(host):
        raise NoAnswerError("its host is no name")
    usual = PORTS[parts.scheme]
    if host not in allowed and parts.port not in (None, *PORTS.values()):
        raise NoAnswerError(f"only ports {' and '.join(map(str, PORTS.values()))} are asked")
    return host, parts.port or usual


def _public_address(host: str, port: int, allowed: frozenset[str]) -> str:
    """The number of a host, by which it is connected to. Raises NoAnswerError where any of its numbers is within a
    network, and NoSuchNameError.
    """
    try:
        found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except socket.gaierror as reason:
        if reason.errno in _NO_SUCH_NAME:
            raise NoSuchNameError(host) from reason
        raise NoAnswerError("its name could not be looked up; there may be no network") from reason
    except UnicodeError as reason:
        raise NoAnswerError("its host is no name") from reason
    if host not in allowed and not all(map(is_public, found)):
        raise NoAnswerError("its host is within a network, and is not asked")
    return found[0]


def is_public(number: str) -> bool:
    """True for an IP address that anybody may ask: none within a network, however it is wrapped."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or _translated(address)
        if inner and not is_public(str(inner)):
            return False
        if address.ipv4_mapped:
            return True
    return address.is_global and not address.is_multicast


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052)."""


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else None


def as_findings(rows: Iterable[Looked], places: Places) -> Iterator[Finding]:
    """What is to be done: addresses that are broken, that moved for good, and at which a person has to look."""
    for row in rows:
        place, *others = places[row.address]
        more = f" It stands {len(others)} time{'s' * (len(others) > 1)} more." if others else ""
        if row.verdict == "broken":
            found = f"'{row.address}' is broken: {row.reason}.{more}"
            yield error("LNK-007", place, found, "An address that works, or none.")
        elif row.moved_to:
            found = f"'{row.address}' has moved for good to '{row.moved_to}'.{more}"
            yield warning("LNK-008", place, found, "The new address, once somebody has read what is there.")
        elif row.verdict == "could not look":
            found = f"'{row.address}' could not be looked at: {row.reason}.{more}"
            yield warning("LNK-009", place, found, "Somebody who opens it: it may well work.")


def as_data(rows: Iterable[Looked], places: Places) -> list[dict[str, object]]:
    """The same and all that works, for a machine."""
    return [
        {
            "address": row.address, "verdict": row.verdict, "reason": row.reason, "leads_to": row.leads_to or None,
            "moved_to": row.moved_to or None, "places": [str(place) for place in places[row.address]],
        }
        for row in rows
    ]  # fmt: skip


def summary(rows: Iterable[Looked]) -> tuple[str, ...]:
    """How many there are of each verdict, and which lead elsewhere for now."""
    rows = tuple(rows)
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in ("works", "broken", "could not look")}
    led = (row for row in rows if row.verdict == "works" and row.leads_to not in ("", row.moved_to))
    return (
        *(f"{row.moved_to or row.address} leads for now to {row.leads_to}" for row in led),
        f"{counts['works']} work, {counts['broken']} broken, {counts['could not look']} could not be looked at.",
    )
