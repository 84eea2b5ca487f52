"""The one home of fsspec: a cache that all workers reach, such as `s3://bucket/folder`, `file:///mnt/cache`.

Its entries are those of the store, sealed by the same hash. Whoever may write there may change booklets: a seal tells
damage, and no intention. Nothing is ever removed; that is for the rules of who keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import fsspec

from booklet.store import is_sealed
from booklet_cluster.wire import ClusterError


class SharedCache:
    """A folder of entries by key at an address of fsspec, and the keys that it had when it was opened."""

    def __init__(self, url: str) -> None:
        """Raises ClusterError for an address that leads nowhere, or that must not be read."""
        self.url = url
        try:
            self._files, self._folder = fsspec.url_to_fs(url)
            self.keys = {str(path).rpartition("/")[2] for path in self._files.find(self._folder)}
        except Exception as reason:
            raise refused(url, reason) from reason

    def fetched(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Those of the entries that are there and whole, all at once; of the others it knows from now on that they are
        to be made again.
        """
        names = {self._path(key): key for key in keys}
        if not names:
            return {}
        try:
            found: Mapping[str, Any] = self._files.cat([*names], on_error="omit")
        except Exception as reason:
            raise refused(self.url, reason) from reason
        entries = {names[path]: content for path, content in found.items() if path in names}
        whole = {key: entry for key, entry in entries.items() if isinstance(entry, bytes) and is_sealed(key, entry)}
        self.keys -= {*names.values()} - whole.keys()
        return whole

    def keep(self, entries: Mapping[str, bytes]) -> None:
        """Keep entries, all at once. Raises ClusterError where they cannot be written."""
        try:
            for folder in {self._path(key).rpartition("/")[0] for key in entries}:
                with suppress(FileExistsError):
                    self._files.makedirs(folder, exist_ok=True)
            self._files.pipe({self._path(key): entry for key, entry in entries.items()})
        except Exception as reason:
            raise refused(self.url, reason) from reason
        self.keys |= entries.keys()

    def _path(self, key: str) -> str:
        return f"{self._folder}/{key[:2]}/{key}"


def refused(url: str, reason: Exception) -> ClusterError:
    """What is said of a cache that cannot be used: an address may bear a password before its host."""
    scheme, _, rest = url.partition("://")
    words = " ".join(str(reason).split()) or type(reason).__name__
    told = f"{scheme}://{rest.rpartition('@')[2]}" if rest else url
    return ClusterError(f"The cache {told} cannot be used ({words.replace(url, told)[:200]}).")
