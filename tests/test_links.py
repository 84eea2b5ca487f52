"""Link checks: three verdicts, what moved for good, and what is not asked. Only a server of the test's own is asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from booklet import links
from booklet.cli import main
from booklet.findings import Place
from booklet.links import Answer, Looked, NoAnswerError, NoSuchNameError, addresses, as_findings, look_at_all, summary
from booklet.manuscript import read
from booklet.today import Today
from tests import tiny
from tests.conftest import TODAY
from tests.tiny import LAST, STATES, TWO

HERE = "127.0.0.1"
ALLOWED = frozenset({HERE})


@dataclass
class Site:
    """A server on this machine: what it answers by path, and what it was asked."""

    port: int
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, path: str) -> str:
        return f"http://{HERE}:{self.port}{path}"


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            own.asked.append(self.path)
            status, location = own.answers.get(self.path, (200, ""))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((HERE, 0), Handler)
    own = Site(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield own
    server.shutdown()
    server.server_close()
    thread.join()


def looked(target: str) -> Looked:
    (row,) = look_at_all([target], ALLOWED)
    return row


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(200, "works"), (204, "works"), (404, "broken"), (410, "broken")]
    + [(status, "could not look") for status in (400, 401, 403, 405, 429, 451, 500, 503, 304)],
)
def test_only_a_clear_answer_is_a_verdict_on_the_address(site: Site, status: int, verdict: str) -> None:
    site.answers["/page?a=1"] = (status, "")
    row = looked(site("/page?a=1"))
    assert (row.verdict, row.status, site.asked) == (verdict, status, ["/page?a=1"])
    assert str(status) in row.reason


def test_what_moved_for_good_is_told_with_its_new_address(site: Site) -> None:
    site.answers = {"/old": (301, "/newer"), "/newer": (308, site("/new")), "/hops": (301, "/now"), "/now": (302, "/x")}
    assert looked(site("/old")).moved_to == looked(site("/old")).leads_to == site("/new")
    both = looked(site("/hops"))
    assert (both.moved_to, both.leads_to) == (site("/now"), site("/x")), "the second step is for now alone"
    for_now = looked(site("/now"))
    assert (for_now.verdict, for_now.moved_to, for_now.leads_to) == ("works", "", site("/x"))
    assert f"{site('/now')} leads for now to {site('/x')}" in summary([for_now])


def test_what_leads_to_nothing_is_broken_and_has_not_moved(site: Site) -> None:
    site.answers = {"/old": (301, "/gone"), "/gone": (404, "")}
    row = looked(site("/old"))
    assert (row.verdict, row.moved_to, row.leads_to) == ("broken", "", site("/gone"))
    assert "404" in row.reason and site("/gone") in row.reason


@pytest.mark.parametrize("location", ["/again", "ftp://example.org/", "file:///etc/passwd", "http://[bad", "//"])
def test_what_leads_on_for_ever_or_out_of_the_web_could_not_be_looked_at(site: Site, location: str) -> None:
    site.answers["/again"] = (302, location)
    assert looked(site("/again")).verdict == "could not look"
    assert len(site.asked) <= links.MOST_REDIRECTS + 1


def test_an_address_is_told_without_signs_that_a_terminal_obeys(site: Site) -> None:
    site.answers["/old"] = (301, "/\x1b[31mred")
    assert looked(site("/old")).moved_to == site("/%1B[31mred")


INSIDE = ["localhost", HERE, "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433"]


@pytest.mark.parametrize("host", INSIDE)
def test_nothing_within_a_network_is_asked(site: Site, host: str) -> None:
    row = look_at_all([f"http://{host}:80/", f"http://{host}:{site.port}/"])
    assert {each.verdict for each in row} == {"could not look"} and site.asked == []


@pytest.mark.parametrize("host", [name for name in INSIDE if name != HERE])
def test_nor_where_a_host_outside_leads_there(site: Site, host: str) -> None:
    site.answers["/out"] = (302, f"http://{host}/secret")
    assert looked(site("/out")).verdict == "could not look"
    site.answers["/out"] = (302, f"http://{host}:{site.port}/secret")
    assert looked(site("/out")).verdict == "could not look"
    assert site.asked == ["/out"] * 2


def test_a_name_is_asked_by_the_number_that_was_looked_at(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads outside first and inside then would go past the look."""
    numbers = iter(["203.0.114.1", HERE])
    connected: list[str] = []

    def named(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(numbers), port))]

    def connect(address: tuple[str, int], _: float) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", named)
    monkeypatch.setattr(socket, "create_connection", connect)
    (row,) = look_at_all(["http://rebound.example/"])
    assert (row.verdict, connected, site.asked) == ("could not look", ["203.0.114.1"], [])


@pytest.mark.parametrize(
    ("number", "public"),
    [
        ("93.184.215.14", True), ("2606:2800:220:1::1", True), ("::ffff:93.184.215.14", True), ("10.1.2.3", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False), ("fd00::1", False),
        ("fe80::1%eth0", False), ("::ffff:10.0.0.1", False), ("2002:7f00:1::", False), ("64:ff9b::a00:1", False),
        ("::", False), ("0.0.0.0", False),
    ],
)  # fmt: skip
def test_which_numbers_anybody_may_ask(number: str, public: bool) -> None:
    assert links.is_public(number) is public


@pytest.mark.parametrize(
    "target",
    [
        "http://user:word@127.0.0.1/",
        "https://",
        "http://a b/",
        "http://127.0.0.1:99999/",
        "gopher://x/",
        "http://[",
        "",
        "http://x\x00y/",
    ],
)
def test_what_is_no_address_is_not_asked(target: str) -> None:
    assert looked(target).verdict == "could not look"


def unnamed(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_name_that_nobody_knows_is_broken_only_while_there_is_a_network(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **b: real(host, *a, **b) if host == HERE else unnamed())
    gone, here = look_at_all(["http://gone.example/", site("/")], ALLOWED)
    assert (gone.verdict, here.verdict) == ("broken", "works") and "gone.example" in gone.reason
    (alone,) = look_at_all(["http://gone.example/"])
    assert alone.verdict == "could not look" and "no network" in alone.reason


@contextmanager
def talking(*words: bytes) -> Iterator[str]:
    """The address of a server that says these words to whoever comes, the last of them for ever, and ends no answer."""
    is_over = threading.Event()

    def serve() -> None:
        with ExitStack() as held:
            while not is_over.is_set():
                connection = held.enter_context(closing(server.accept()[0]))
                with suppress(OSError):
                    for word in words[:-1]:
                        connection.sendall(word)
                    while words[-1] and not is_over.wait(0.01):
                        connection.sendall(words[-1])

    with closing(socket.create_server((HERE, 0))) as server:
        port = server.getsockname()[1]
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"{HERE}:{port}"
        is_over.set()
        socket.create_connection((HERE, port)).close()
        thread.join()


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ((b"",), "could not look"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n",), "could not look"),
        ((b"HTTP/1.1 2", b"0"), "could not look"),
        ((b"HTTP/1.1 301 Moved\r\n", b"X: "), "could not look"),
        ((b"HTTP/1.1 200 OK\r\n\r\n", b"words "), "works"),
    ],
    ids=["nothing", "go on, for ever", "a status without end", "a head without end", "a body without end"],
)
def test_an_answer_without_end_is_given_up(
    words: tuple[bytes, ...], verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "SECONDS", 0.3)
    with talking(*words) as host:
        rows = look_at_all([f"http://{host}/{number}" for number in range(4)], ALLOWED)
    assert [row.verdict for row in rows] == [verdict] * 4


def test_a_host_that_gives_no_answer_is_not_waited_for_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "SECONDS", 0.3)
    with talking(b"") as host:
        rows = look_at_all([f"http://{host}/{number}" for number in range(4)], ALLOWED)
    assert ["to others" in row.reason for row in rows] == [False, False, True, True]


def test_all_together_have_an_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left when the time is over is asked for no more, and is not called broken."""
    over = threading.Event()
    over.set()
    rows = links.look_at_host([site("/1"), site("/2")], lambda _: Answer(404), over)
    assert [(row.verdict, row.reason) for row in rows] == [("could not look", "there was no more time")] * 2
    monkeypatch.setattr(links, "ALL_SECONDS", 0.2)
    monkeypatch.setattr(links, "SECONDS", 1.0)
    with talking(b"") as host:
        assert "no more time" in look_at_all([f"http://{host}/1", f"http://{host}/2"], ALLOWED)[1].reason


def test_what_is_no_http_and_a_port_without_a_server_could_not_be_looked_at() -> None:
    with talking(b"SSH-2.0-OpenSSH\r\n", b"") as host:
        assert looked(f"http://{host}/").verdict == "could not look"
        assert looked(f"https://{host}/").verdict == "could not look"
    assert "no connection" in looked(f"http://{host}/").reason


def test_a_host_that_wants_fewer_questions_is_asked_no_more(site: Site) -> None:
    site.answers["/2"] = (429, "")
    rows = look_at_all([site(f"/{number}") for number in range(1, 6)], ALLOWED)
    assert [row.verdict for row in rows] == ["works", *["could not look"] * 4]
    assert site.asked == ["/1", "/2"]


def test_all_addresses_of_the_sources_are_found_with_their_lines(tmp_path: Path) -> None:
    of_one = '{% if edition.code == "WA" %}[c](https://c.example){% endif %}'
    text = f"See [a](https://a.example/x#part),\n[b](https://b.example) and {of_one}."
    project = tiny.write(tmp_path, tiny.added(text))
    manuscript, _ = read(project, Today(TODAY))
    assert manuscript
    found = addresses(manuscript)
    assert found["https://a.example/x"] == (Place(TWO, LAST),)
    assert found["https://b.example"] == found["https://c.example"] == (Place(TWO, LAST + 1),)
    assert any(place.file == STATES for places in found.values() for place in places)
    assert all(address.startswith("http") for address in found)


def test_findings_name_place_code_and_what_is_expected() -> None:
    places = {f"http://{name}.example": (Place("a.md", 3), Place("b.md", 4)) for name in "abcd"}
    rows = [
        Looked("http://a.example", "broken", "the host answered 404 (Not Found)", 404),
        Looked("http://b.example", "works", "", 200, "http://new.example", "http://new.example"),
        Looked("http://c.example", "could not look", "the host answered 403", 403),
        Looked("http://d.example", "works", "", 200),
    ]
    found = list(as_findings(rows, places))
    assert [(row.code, row.severity.value) for row in found] == [
        ("LNK-007", "error"), ("LNK-008", "warning"), ("LNK-009", "warning"),
    ]  # fmt: skip
    assert "http://new.example" in found[1].found and all("1 time more" in row.found for row in found)
    assert summary(rows) == ("2 work, 1 broken, 1 could not be looked at.",)


def test_the_command_looks_and_neither_check_nor_build_does(
    booklet_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(address: str, *_: object) -> Answer:
        asked.append(address)
        if "gone" in address:
            raise NoSuchNameError("gone.example")
        if "shut" in address:
            raise NoAnswerError("no answer", is_silent=True)
        return Answer(301, "https://new.example/") if "old" in address else Answer(200)

    monkeypatch.setattr(links, "ask", ask)
    project = ["--project", str(booklet_project), "--date", TODAY.isoformat()]
    done = CliRunner().invoke(main, ["check", *project])
    assert asked == [] and "LNK-00" not in done.output
    done = CliRunner().invoke(main, ["links", *project])
    assert done.exit_code == 1 and "LNK-007" in done.output and "LNK-008" in done.output and "LNK-009" in done.output
    assert f"{TWO}:{LAST}" in done.output and "https://new.example/" in done.output
    rows = json.loads(CliRunner().invoke(main, ["links", *project, "--format", "json"]).stdout)
    assert {row["verdict"] for row in rows} == {"works", "broken", "could not look"}
    (booklet_project / TWO).write_text(tiny.FILES[TWO], "utf-8")
    done = CliRunner().invoke(main, ["links", *project])
    assert done.exit_code == 0 and "0 broken, 0 could not" in done.output, "of no broken one"


@pytest.fixture
def booklet_project(tmp_path: Path) -> Path:
    text = "[a](https://gone.example), [b](https://old.example) and [c](https://shut.example)."
    return tiny.write(tmp_path, tiny.added(text))
