"""A cluster of real processes: what comes home is what is made at home, whatever happens to a worker meanwhile."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from distributed import Security
from distributed.cli import dask_scheduler, dask_worker

from booklet.build import build
from booklet.findings import BookletError
from booklet.jobs import finish_job, typeset_title
from booklet.processes import Step
from booklet.store import Store, sealed
from booklet.today import Today
from booklet.walk import composed, steps_of
from booklet_cluster import pool, wire
from booklet_cluster.pool import Place, pool_at
from booklet_cluster.shared import SharedCache
from booklet_cluster.steps import Desk, TravellingStore, answered
from booklet_cluster.wire import ClusterError, Task, decoded, encoded, facts, packed, parameters, unpack
from tests import tiny
from tests.conftest import HANG_SECONDS, hear_interrupts
from tests.tiny import INSERT, order
from tests.workers import PROJECT, Cluster, cluster

FORMATS = ("screen",)
KEY = "ab" * 32

# What travels


def steps_of_tiny(project: Path) -> list[Step]:
    wanted = order(project, formats=FORMATS)
    sources = composed(wanted, Today(wanted.today))
    assert sources.manuscript
    keys = dict.fromkeys(sources.jobs, "inputs")
    return list(steps_of(sources.jobs, keys, sources.manuscript, sources.compositions))


def test_what_a_step_takes_comes_out_of_bytes_as_it_went_in(booklet: Callable[..., Path]) -> None:
    """All of it: a field that does not travel would be made up at the other end."""
    steps = steps_of_tiny(booklet(INSERT))
    assert {step.function for step in steps} == {typeset_title, finish_job}
    for step in steps:
        kinds = parameters(step.function)[: len(step.arguments)]
        assert decoded(encoded(step.arguments), wire.record_of(kinds)) == step.arguments


def test_a_composition_takes_no_chapters_along(booklet: Callable[..., Path]) -> None:
    """What nobody needs there, and what would make every task as long as the manuscript."""
    words = "\nWhat only the source says {# in this remark #} of the matter.\n"
    steps = steps_of_tiny(booklet(tiny.added(words)))
    assert all(b"in this remark" not in encoded(step.arguments) for step in steps)
    assert any(b"What only the source says" in encoded(step.arguments) for step in steps)


def test_sources_arrive_as_they_were(booklet: Callable[..., Path], tmp_path: Path) -> None:
    project = booklet({"chapters/images/deep/er.svg": "<svg/>"})
    unpack(packed(project), tmp_path / "there")
    sent, there = ({path.relative_to(each): path.read_bytes() for path in each.rglob("*") if path.is_file()}
                   for each in (project / "chapters", tmp_path / "there/chapters"))  # fmt: skip
    assert sent == there and len(sent) > 10


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside"])
def test_sources_write_nothing_outside_their_project(tmp_path: Path, name: str) -> None:
    with pytest.raises(ClusterError, match="outside the project"):
        unpack(encoded({name: b"words"}), tmp_path / "a/b")
    assert not list(tmp_path.rglob("outside"))


def test_a_message_of_another_version_is_no_traceback() -> None:
    with pytest.raises(BookletError, match="another version"):
        decoded(b"\x81\xa4step\x01", Task)


# A worker


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "worker").mkdir()
    return Desk(tmp_path / "worker", tmp_path / "made")


def request(theirs: Mapping[str, str], task: bytes = b"") -> bytes:
    return encoded((theirs, task, [], [], []))


@pytest.mark.parametrize(
    ("differing", "said"),
    [
        ({"pango": "1.40.0"}, r"^pango is \S+ there and 1\.40\.0 here\. "),
        ({"fonts": "0" * 12}, r"^fonts is [0-9a-f]{12} there and 0{12} here\. "),
        ({"booklet": "9.9 (0)"}, r"^booklet is 0\S* \([0-9a-f]{12}\) there and 9\.9 \(0\) here\. "),
        ({"libraries": "weasyprint 1.0"}, r"^libraries is .*weasyprint 70\.0.* there and weasyprint 1\.0 here\. "),
        ({"moon": "full"}, r"^moon is none there and full here\. "),
    ],
)
def test_a_worker_that_would_make_other_pages_refuses_and_says_why(
    desk: Desk, differing: dict[str, str], said: str
) -> None:
    refusal = answered(request({**facts(), **differing}), desk).refusal
    assert re.search(said, refusal) and "docs/scale.md" in refusal


def task_of(project: Path, step: Step, desk: Desk, cache: str = "") -> Task:
    sources = packed(project)
    unpack(sources, desk.folder / wire.PROJECTS / "project")
    return Task("a step", step.function.__name__, encoded(step.arguments), order(Path()), "project", (), (), cache)


def test_a_worker_makes_what_it_is_asked_for_and_gives_what_it_took(booklet: Callable[..., Path], desk: Desk) -> None:
    """The twin of the refusals. Who comes behind it finds every segment that the result names."""
    project = booklet()
    step = steps_of_tiny(project)[0]
    parcel = answered(request(facts(), encoded(task_of(project, step, desk))), desk)
    assert parcel.refusal == ""
    volumes: Any = decoded(parcel.result, wire.result_type(typeset_title))
    keys = {segment.key for _, segments in volumes.volumes for segment in segments}
    assert keys and keys <= parcel.entries.keys()
    elsewhere = Store(project / "elsewhere")
    assert all(elsewhere.take(key, entry) for key, entry in parcel.entries.items())


def test_a_fault_of_our_own_is_told_in_a_line(booklet: Callable[..., Path], desk: Desk) -> None:
    project = booklet()
    task = replace(task_of(project, steps_of_tiny(project)[0], desk), function="os.system")
    assert answered(request(facts(), encoded(task)), desk).refusal.startswith("A fault of the program (KeyError")


# A shared cache


def folder_url(folder: Path) -> str:
    return folder.as_uri()


def test_what_one_worker_keeps_in_the_cache_another_finds(tmp_path: Path) -> None:
    here, there = (TravellingStore(tmp_path / name) for name in ("here", "there"))
    SharedCache(folder_url(tmp_path / "cache")).keep({KEY: sealed(KEY, b"a page")})
    there.cache = SharedCache(folder_url(tmp_path / "cache"))
    assert here.get(KEY) is None and there.get(KEY) == b"a page" and there.used == {KEY}


@pytest.mark.parametrize("entry", [b"", b"nonsense", sealed("cd" * 32, b"a page"), sealed(KEY, b"a page")[:-1] + b"!"])
def test_an_entry_that_was_tampered_with_is_made_again(tmp_path: Path, entry: bytes) -> None:
    url = folder_url(tmp_path / "cache")
    SharedCache(url).keep({KEY: entry})
    store = TravellingStore(tmp_path / "store")
    store.cache = SharedCache(url)
    assert not store.has(KEY) and store.get(KEY) is None and store.used == set()
    assert KEY not in store.cache.keys, "or what is made again would not be kept"
    with pytest.raises(ClusterError, match="damaged"):
        store.bring([KEY])


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("moon://far/away", "moon://far/away cannot be used .*moon"),
        ("ftp://me:secret@localhost:1/x", "ftp://localhost:1/x cannot be used"),
        ("file:///proc/booklet", "/proc/booklet cannot be used"),
    ],
)
def test_a_cache_that_cannot_be_used_is_told_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ClusterError, match=said) as raised:
        SharedCache(url).keep({KEY: sealed(KEY, b"a page")})
    assert "secret" not in str(raised.value)


@pytest.fixture(scope="module")
def object_store() -> Iterator[dict[str, str]]:
    """A server that speaks S3, as a real process, with a bucket `booklet`; and how it is reached."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    keys = {"AWS_ACCESS_KEY_ID": "booklet", "AWS_SECRET_ACCESS_KEY": "booklet", "AWS_DEFAULT_REGION": "us-east-1"}
    environment = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", **keys}
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(HANG_SECONDS * 5):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.2)
            code = "import s3fs; s3fs.S3FileSystem().mkdir('booklet')"
            subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **environment})
            yield environment
        finally:
            server.kill()


def test_an_object_store_is_a_cache_and_one_without_the_bucket_is_told(
    object_store: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in object_store.items():
        monkeypatch.setenv(name, value)
    other = "cd" * 32
    SharedCache("s3://booklet/try").keep({KEY: sealed(KEY, b"a page"), other: b"damaged"})
    found = SharedCache("s3://booklet/try")
    assert found.keys == {KEY, other}
    assert found.fetched([KEY, other, "ef" * 32]) == {KEY: sealed(KEY, b"a page")} and found.keys == {KEY}
    with pytest.raises(ClusterError, match=r"s3://nobody/try cannot be used .*bucket"):
        SharedCache("s3://nobody/try")


# A scheduler that cannot be had


@pytest.mark.parametrize("address", ["", "local:0", "local:100", "host:8786", "http://host:8786", "tcp://host", "x y"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ClusterError, match="no scheduler"):
        pool_at(Place(address))


def test_a_scheduler_that_is_not_there_is_told_and_dist_stays(
    booklet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "CONNECT_SECONDS", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        wanted = order(booklet())
        with pytest.raises(ClusterError, match=f"No scheduler answers at {nobody}"):
            build(wanted, pool=pool_at(Place(nobody)))
    assert not list(wanted.dist.glob("*"))


def test_tls_needs_its_files(booklet: Callable[..., Path]) -> None:
    with pytest.raises(ClusterError, match="--tls-cert, --tls-key"):
        build(order(booklet()), pool=pool_at(Place("tls://127.0.0.1:1", ca_file=Path("ca.pem"))))


def test_what_the_compose_file_starts_is_what_dask_takes() -> None:
    """It was not run where there is no Docker; its commands are those that the tests below run as processes."""
    services = yaml.safe_load((PROJECT / "docs/cluster/compose.yaml").read_text("utf-8"))["services"]
    doors: dict[str, Any] = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
    for name, door in doors.items():
        program, command, *arguments = services[name]["command"].split()
        assert (program, command) == ("dask", name)
        door.make_context(name, arguments, resilient_parsing=False)


# Real processes


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found


def contents(dist: Path) -> dict[str, bytes]:
    return {path.relative_to(dist).as_posix(): path.read_bytes() for path in dist.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    project = tiny.write(tmp_path_factory.mktemp("home"), INSERT)
    build(order(project, formats=FORMATS))
    return contents(project / "dist")


def started(project: Path, address: str, *options: str) -> subprocess.Popen[str]:
    formats = [word for name in FORMATS for word in ("--format", name)]
    command = [sys.executable, "-m", "booklet", "build", "--project", str(project), "--date", "2026-11-22", *formats]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(
        [*command, "--scheduler", address, *options],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_interrupts,
    )  # fmt: skip


def told(process: subprocess.Popen[str], meanwhile: Callable[[], None] = lambda: None) -> str:
    """What a build says; `meanwhile` is done once its first file is made."""
    lines = []
    with process:
        assert process.stderr
        for line in process.stderr:
            lines.append(line)
            if "(1 of" in line:
                meanwhile()
    return "".join(lines)


def whole_and_once(said: str) -> bool:
    """True when each job was told of once."""
    jobs = re.findall(r"^(.*) \(\d+ of (\d+)\)$", said, re.MULTILINE)
    return len(jobs) == len({name for name, _ in jobs}) == int(jobs[0][1])


@pytest.mark.slow
def test_the_same_bytes_come_from_three_workers_as_from_home(
    workers: Cluster, at_home: dict[str, bytes], tmp_path: Path
) -> None:
    project = tiny.write(tmp_path, INSERT)
    process = started(project, workers.address)
    said = told(process)
    assert process.returncode == 0, said
    assert contents(project / "dist") == at_home and whole_and_once(said)
    assert not list((project / "dist").glob(".aside*"))


@pytest.mark.slow
@pytest.mark.parametrize("blow", ["killed", "its step killed", "frozen"])
def test_a_build_is_whole_when_a_worker_is_lost_in_its_midst(
    at_home: dict[str, bytes], tmp_path: Path, blow: str
) -> None:
    """Frozen for longer than the scheduler waits for a sign of life, and then awake again."""
    with cluster(tmp_path / "cluster") as workers:
        project = tiny.write(tmp_path / "project", INSERT)
        process = started(project, workers.address)

        def strike() -> None:
            if blow == "its step killed":
                os.kill(workers.at_work()[0], signal.SIGKILL)
                return
            victim = workers.worker(0)
            os.kill(victim, signal.SIGKILL if blow == "killed" else signal.SIGSTOP)
            if blow == "frozen":
                time.sleep(20)
                with suppress(ProcessLookupError):  # its nanny may have given it up by then
                    os.kill(victim, signal.SIGCONT)

        said = told(process, strike)
        assert process.returncode == 0, said
        assert contents(project / "dist") == at_home and whole_and_once(said)


@pytest.mark.slow
def test_an_interrupt_leaves_the_cluster_clean(workers: Cluster, tmp_path: Path) -> None:
    project = tiny.write(tmp_path, INSERT)
    process = started(project, workers.address)
    said = told(process, lambda: process.send_signal(signal.SIGINT))
    assert process.returncode == 1 and "Stopped. What was in dist/ is as it was." in said and "Traceback" not in said
    assert not (project / "dist/manifest.json").exists() and not list((project / "dist").glob(".aside*"))
    with pool._connected(Place(workers.address)) as found:
        client: Any = found
        for _ in range(HANG_SECONDS):
            if not any(client.processing().values()) and not any(client.has_what().values()):
                return
            time.sleep(1)
        pytest.fail(f"left behind: {client.processing()} {client.has_what()}")


@pytest.mark.slow
def test_a_scheduler_that_ends_in_the_midst_is_told(tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", workers=1) as workers:
        process = started(tiny.write(tmp_path / "project", INSERT), workers.address)
        said = told(process, workers.scheduler.kill)
    assert process.returncode == 3, said
    assert "The scheduler has ended, and the build with it. Nothing was delivered." in said
    assert "Traceback" not in said and not (tmp_path / "project/dist/manifest.json").exists()


@pytest.mark.slow
def test_a_cache_in_an_object_store_serves_the_next_build_and_damage_is_made_again(
    object_store: dict[str, str], at_home: dict[str, bytes], tmp_path: Path
) -> None:
    """Workers that have never seen the project find what others made; what somebody spoilt is made anew."""
    said = []
    for name in ("first", "second", "spoilt"):
        with cluster(tmp_path / f"{name}-cluster", workers=2, environment=object_store) as workers:
            project = tiny.write(tmp_path / name, INSERT)
            process = started(project, workers.address, "--cache", "s3://booklet/cache")
            said.append(told(process))
            assert process.returncode == 0, said[-1]
            assert contents(project / "dist") == at_home
        if name == "second":
            spoil = (
                "import s3fs; f = s3fs.S3FileSystem(); f.pipe({path: b'nonsense' for path in f.find('booklet/cache')})"
            )
            subprocess.run([sys.executable, "-c", spoil], check=True, env={**os.environ, **object_store})
    counts = [re.search(r"(\d+) parts typeset, (\d+) reused", each) for each in said]
    typeset = [int(count[1]) for count in counts if count]
    assert typeset[0] > 0 and typeset[1] == 0 and typeset[2] > 0


@pytest.mark.slow
def test_a_cluster_is_reached_by_tls_alone_with_the_right_files(at_home: dict[str, bytes], tmp_path: Path) -> None:
    secured: Any = Security
    files = secured.temporary().get_tls_config_for_role("client")
    words = {name: tmp_path / f"{name}.pem" for name in ("ca-file", "cert", "key")}
    for name, path in words.items():
        path.write_text(files[name.replace("-", "_")], "utf-8")
    options = tuple(word for name, path in words.items() for word in (f"--tls-{name}", str(path)))
    with cluster(tmp_path / "cluster", workers=1, options=options) as workers:
        assert workers.address.startswith("tls://")
        process = started(tiny.write(tmp_path / "project", INSERT), workers.address, *options)
        said = told(process)
        assert process.returncode == 0, said
        assert contents(tmp_path / "project/dist") == at_home
        refused = started(tiny.write(tmp_path / "other", INSERT), workers.address.replace("tls:", "tcp:"))
        said = told(refused)
    assert refused.returncode == 3 and "No scheduler answers at tcp://" in said and "Traceback" not in said
