"""Keys that lie outside the database, and what is sealed with them.

Each key is a file of its own: to destroy it makes everything it sealed unreadable, wherever a copy of the database lies
(write-ahead log, replica, backup). Names, addresses and contents are sealed with AES-256-GCM (NIST SP 800-38D), bound
to the number of their order; keys for sealing and for fingerprints are drawn from it by HKDF (RFC 5869).
"""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from booklet_desk.records import Content, DeskError, as_data, from_data

_BYTES = 32
_NONCE = 12
_STANDING = "0" * 32
_ID = re.compile(r"[0-9a-f]{32}")


class KeyLostError(DeskError):
    """A key is not where it was put, or is not what was put there."""


@dataclass(frozen=True)
class Key:
    """A key, drawn from its file once."""

    id: str
    sealing: bytes
    fingerprints: bytes

    def __repr__(self) -> str:
        return f"Key({self.id})"


def create(folder: Path) -> Key:
    """A new key, on the disk when this returns. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    id, content = secrets.token_hex(16), secrets.token_bytes(_BYTES)
    _write(_path(folder, id), content)
    return _drawn(id, content)


def standing(folder: Path) -> Key:
    """The desk's own key, which seals nothing and is never destroyed: it keeps hashes of files from being guessed."""
    path = _path(folder, _STANDING)
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            _write(path, secrets.token_bytes(_BYTES))
    return load(folder, _STANDING)


def load(folder: Path, id: str) -> Key:
    """The key of this name. Raises KeyLostError."""
    try:
        content = _path(folder, id).read_bytes()
    except OSError:
        content = b""
    if len(content) != _BYTES:
        raise KeyLostError(f"The key {id} is not in the keys folder: what it sealed cannot be read. docs/order-line.md")
    return _drawn(id, content)


def destroy(folder: Path, id: str) -> bool:
    """Overwrite a key and remove it; False for one that is not there. Raises OSError."""
    path = _path(folder, id)
    if not path.exists():
        return False
    with path.open("r+b") as file:
        file.write(bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _flush(folder)
    return True


def seal(key: Key, number: int, content: Content) -> bytes:
    """The content of an order, unreadable without the key."""
    return seal_data(key, str(number), as_data(content))


def unseal(key: Key, number: int, sealed: bytes) -> Content:
    """What `seal` sealed. Raises KeyLostError where key, number and content do not belong together."""
    return from_data(unseal_data(key, str(number), sealed))


def seal_data(key: Key, place: str, data: Any) -> bytes:
    """Plain values (what JSON can hold), unreadable without the key, and bound to the place where they are kept."""
    nonce = os.urandom(_NONCE)
    plain = json.dumps(data, ensure_ascii=False).encode()
    return nonce + AESGCM(key.sealing).encrypt(nonce, plain, place.encode())


def unseal_data(key: Key, place: str, sealed: bytes) -> Any:
    """What `seal_data` sealed. Raises KeyLostError where key, place and data do not belong together."""
    try:
        plain = AESGCM(key.sealing).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except InvalidTag:
        raise KeyLostError(f"The key {key.id} does not open what it should.") from None
    return json.loads(plain)


def fingerprint(key: Key, row: str) -> bytes:
    """A hash of a spreadsheet's row that nobody can find again without the key."""
    return hmac.digest(key.fingerprints, row.encode(), sha256)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _flush(path.parent)


def _drawn(id: str, content: bytes) -> Key:
    draw = [HKDF(SHA256(), _BYTES, None, purpose).derive(content) for purpose in (b"seal", b"fingerprint")]
    return Key(id, *draw)


def _path(folder: Path, id: str) -> Path:
    if not _ID.fullmatch(id):
        raise KeyLostError("The database names a key that is none.")
    return folder / f"{id}.key"


def _flush(folder: Path) -> None:
    """See to it that the folder's entry is on the disk, where folders can be opened."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
