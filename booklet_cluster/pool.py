"""The pool: the steps of a build to the workers of a scheduler, what came of them back home.

All steps are handed over at once, each behind what it waits for, so that the scheduler can place them; whatever ends a
worker, the scheduler has its steps done by another. At home nothing is written but what came whole.
"""

from __future__ import annotations

import gc
import logging
import re
import signal
import threading
import warnings
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Future, LocalCluster, Security, as_completed
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from booklet.files import write
from booklet.jobs import JobContext, JobResult
from booklet.processes import Done, Pool, Step, in_order, weights_of
from booklet.store import Store
from booklet_cluster.wire import (
    SAME,
    ClusterError,
    Parcel,
    Task,
    decoded,
    digest,
    encoded,
    facts,
    packed,
    result_type,
)
from booklet_cluster.working import keep, perform

ADDRESS = re.compile(r"local:(?P<workers>[1-9]\d?)|(?:tcp|tls)://[^\s/@]+:\d{1,5}")
CONNECT_SECONDS = 15
WORKERS_SECONDS = 60
"""So long may it take until the scheduler answers, and until it has a worker."""
ENDED = "The scheduler has ended, and the build with it. Nothing was delivered."
_SETTINGS = {
    "distributed.admin.large-graph-warning-threshold": "1GB",
    "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s",
    "distributed.scheduler.worker-ttl": "60s",
}


@dataclass(frozen=True)
class Place:
    """Where steps are done: `tcp://host:port`, `tls://host:port` or `local:N` for N workers of this machine; the
    address of a shared cache, or nothing; and the files of TLS, in PEM.
    """

    address: str
    cache: str = ""
    ca_file: Path | None = None
    cert: Path | None = None
    key: Path | None = None


def pool_at(place: Place) -> Pool:
    """The workers of a place, as a pool. Raises ClusterError for an address that is none."""
    if not ADDRESS.fullmatch(place.address):
        raise ClusterError(
            f"'{place.address}' is no scheduler. One is written tcp://host:8786, tls://host:8786 or local:4."
        )

    def run(
        steps: Sequence[Step], _: int, __: Callable[..., None], context: tuple[JobContext], done: Done
    ) -> dict[Hashable, Any]:
        if not steps:
            return {}
        try:
            with dask.config.set(_SETTINGS), _quiet(), _connected(place) as client:
                return _results(client, place.cache, steps, context[0], done)
        except CommClosedError as reason:
            raise ClusterError(ENDED) from reason

    return run


@contextmanager
def _connected(place: Place) -> Iterator[Client]:
    """A client of a scheduler that is of our version and has workers. Raises ClusterError."""
    own = ADDRESS.fullmatch(place.address)
    with ExitStack() as stack:
        if own and own["workers"]:
            address: Any = stack.enter_context(_local(int(own["workers"])))
        else:
            address = place.address
        try:
            client = Client(address, timeout=CONNECT_SECONDS, security=_security(place), set_as_default=False)
        except Exception as reason:
            raise ClusterError(f"No scheduler answers at {place.address} ({_in_a_line(reason)}).") from reason
        stack.enter_context(client)
        _refuse_other_version(client, place.address)
        try:
            client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError as reason:
            raise ClusterError(f"The scheduler at {place.address} has no workers.") from reason
        yield client


def _local(workers: int) -> LocalCluster:
    """A scheduler and workers of this machine, which end with this build. An interrupt is for the one process that
    talks to people: what is started while it is ignored ignores it.
    """
    wishes: Any = {"dashboard_address": None, "protocol": "tcp", "silence_logs": logging.CRITICAL}
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main else None
    try:
        return LocalCluster(n_workers=workers, threads_per_worker=1, **wishes)
    finally:
        if is_main:
            signal.signal(signal.SIGINT, before)


def _security(place: Place) -> Security | None:
    """What TLS needs; nothing where nothing of it is named."""
    if not place.address.startswith("tls:"):
        return None
    if missing := [name for name in ("ca_file", "cert", "key") if not getattr(place, name)]:
        options = ", ".join(f"--tls-{name.replace('_', '-')}" for name in missing)
        raise ClusterError(f"A scheduler that is reached by TLS needs {options} as well.")
    return Security(
        require_encryption=True,
        tls_ca_file=str(place.ca_file),
        tls_client_cert=str(place.cert),
        tls_client_key=str(place.key),
    )


def _refuse_other_version(client: Client, address: str) -> None:
    """Raise ClusterError for a scheduler that speaks as another version of Dask does."""
    told: Any = client.get_versions()
    theirs = told["scheduler"]["packages"]
    for name in ("dask", "distributed"):
        if theirs.get(name) != version(name):
            found = f"The scheduler at {address} has {name} {theirs.get(name)}, and here is {version(name)}."
            raise ClusterError(f"{found} {SAME}")


def _results(client: Client, cache: str, steps: Sequence[Step], context: JobContext, done: Done) -> dict[Hashable, Any]:
    """The result of each step by its name."""
    futures = _handed_over(client, cache, steps, context)
    waiting = {future.key: step for step, future in futures}
    store = Store(context.store)
    results: dict[Hashable, Any] = {}
    try:
        completed = as_completed([future for _, future in futures], loop=client.loop)
        futures.clear()  # or none would be let go before the last
        for future in completed:
            step = waiting[future.key]
            parcel = decoded(_content(future, step), Parcel)
            if parcel.refusal:
                raise ClusterError(f"{step_words(step)}: {parcel.refusal}")
            results[step.name] = _brought_home(parcel, step, store, context.aside)
            future.release()
            done(step, len(results))
    finally:
        with suppress(OSError, CancelledError):  # a scheduler that has ended has forgotten them
            client.cancel([Future(key, client) for key in waiting if waiting[key].name not in results])
    return results


def _handed_over(
    client: Client, cache: str, steps: Sequence[Step], context: JobContext
) -> list[tuple[Step, Future[bytes]]]:
    """A future for each step, which waits for those of the steps before it."""
    sources = packed(context.order.project)
    name = digest(sources)
    source = client.submit(keep, sources, key=f"booklet-{name}")
    order = replace(context.order, project=Path(), dist=Path(), jobs=0)
    here, weights = facts(), weights_of(steps)
    before: dict[Hashable, tuple[Hashable, ...]] = {}
    futures: dict[Hashable, Future[bytes]] = {}
    handed: list[tuple[Step, Future[bytes]]] = []
    for step in in_order(steps):
        ancestors = dict.fromkeys(name for near in (*step.inputs, *step.after) for name in (*before[near], near))
        before[step.name] = tuple(ancestors)
        parcels = [futures[name] for name in ancestors]
        task = Task(
            step=step_words(step),
            function=step.function.__name__,
            arguments=encoded(step.arguments),
            order=order,
            sources=name,
            parcels=tuple(str(future.key) for future in parcels),
            inputs=tuple(str(futures[name].key) for name in step.inputs),
            cache=cache,
        )
        content = encoded(task)
        key = f"booklet-{digest(encoded(here), content)}"
        futures[step.name] = client.submit(
            perform, here, content, source, *parcels, key=key, priority=int(weights[step.name])
        )
        handed.append((step, futures[step.name]))
    return handed


def _content(future: Future[bytes], step: Step) -> bytes:
    """What came of a step. Raises ClusterError where nothing did."""
    try:
        return future.result()
    except KilledWorker as reason:
        found = f"Every worker that began {step_words(step)} ended, most likely for want of memory."
        raise ClusterError(f"{found} A worker needs 1.5 GB: docs/scale.md.") from reason
    except (CancelledError, CommClosedError) as reason:
        raise ClusterError(ENDED) from reason
    except ModuleNotFoundError as reason:
        raise ClusterError(f"A worker or the scheduler has no package {reason.name}. {SAME}") from reason


def _brought_home(parcel: Parcel, step: Step, store: Store, aside: Path) -> Any:
    """The result of a step with its files aside at home, each whole, and its entries in the store."""
    result = decoded(parcel.result, result_type(step.function))
    for key, entry in parcel.entries.items():
        store.take(key, entry)
    if not isinstance(result, JobResult):
        return result
    deliveries = []
    for delivery in result.deliveries:
        content, target = parcel.files[delivery.aside.name], aside / delivery.aside.name
        if sha256(content).hexdigest() != delivery.entry.sha256:
            raise ClusterError(f"{delivery.entry.file} was damaged on its way. Nothing was delivered.")
        write(target, content)
        deliveries.append(replace(delivery, aside=target))
    return replace(result, deliveries=tuple(deliveries))


def step_words(step: Step) -> str:
    """A step for people: `VIC main screen`, `main VIC`."""
    return (
        " ".join(part for part in step.name if isinstance(part, str))
        if isinstance(step.name, tuple)
        else str(step.name)
    )


def _in_a_line(reason: BaseException) -> str:
    return " ".join(str(reason).split())[:200] or type(reason).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """What goes wrong is told in our own words, once; Dask and what it stands on would print tracebacks beside it. No
    page is made here, so nothing else has anything to log.
    """
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        gc.collect()  # what nobody asked for any longer complains when it is thrown away
        logging.disable(logging.NOTSET)
