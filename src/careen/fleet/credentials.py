"""Encryption of secrets in the database: credentials of registries, and secrets and targets of webhooks.

A sealed value consists of ``C1``, the id of its key, a nonce, and the AES-GCM text. The id allows several keys in use
while values are sealed anew. Keys are 32 bytes in base64: lines of a file that only its owner can read, or words of
``CAREEN_SECRET_KEY``. The first key seals, any of them can unseal. No message and no ``repr`` contains a key or a secret.
Raises: UsageError for unusable keys, SealError for a value that none of the keys can decrypt.
**Source:** NIST SP 800-38D.
"""

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Column, Engine, select, update

from careen.errors import InputError, UsageError

from .connection import writing
from .rows import insert
from .tables import registry, state, subscription

VARIABLE = "CAREEN_SECRET_KEY"
KEY_BYTES, NONCE_BYTES, ID_BYTES = 32, 12, 4
KEPT = 2  # keys in a file after a rotation: queued jobs may contain values that are sealed with the previous one
MAX_KEYS = 8
_MARK = b"C1"
_CHECK = "secret key"  # the key of a row in ``state``, which holds a sealed constant
SEALED: tuple[Column[bytes], ...] = (registry.c.credentials, registry.c.webhook_secret, subscription.c.target)


class SealError(InputError):
    """None of the keys decrypts the sealed value."""


class Keyring:
    """The keys of a server or worker. With ``file``, keys that another process has added to the file are read when
    needed.
    """

    def __init__(self, keys: Sequence[bytes], file: Path | None = None) -> None:
        self._file, self._keys = file, _by_id(keys)

    def __repr__(self) -> str:
        return f"Keyring({len(self._keys)} keys, file={str(self._file)!r})"

    def seal(self, data: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        id, key = next(iter(self._keys.items()))
        nonce = os.urandom(NONCE_BYTES)
        head = _MARK + id
        return head + nonce + AESGCM(key).encrypt(nonce, data, head)

    def unseal(self, data: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        head, rest = data[: len(_MARK) + ID_BYTES], data[len(_MARK) + ID_BYTES :]
        key = self._key(head[len(_MARK) :]) if head.startswith(_MARK) else None
        try:
            if key is None:
                raise ValueError("an unknown key")
            return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head)
        except (InvalidTag, ValueError):
            raise SealError(
                "the secret key of this server does not open the stored credentials: they were sealed with another key",
                f"restore the earlier key ({self._file or VARIABLE}), or enter the credentials again",
            ) from None

    def is_latest(self, data: bytes) -> bool:
        """Whether the value is sealed with the first key."""
        return data.startswith(_MARK + next(iter(self._keys)))

    def _key(self, id: bytes) -> bytes | None:
        if id not in self._keys and self._file is not None:
            self._keys = _by_id(_read(self._file))
        return self._keys.get(id)


def keyring(file: Path, environ: Mapping[str, str] | None = None) -> Keyring:
    """The keys of the environment variable if it is set, otherwise those of the file. A missing file is created with a
    new key.
    """
    text = (os.environ if environ is None else environ).get(VARIABLE, "")
    if text.strip():
        return Keyring(_parsed(text.replace(",", " ").split(), VARIABLE))
    try:
        _create(file)
    except FileExistsError:
        pass
    except OSError as error:
        raise UsageError(
            f"the key file {file} cannot be created: {error.strerror}", f"choose another file, or set {VARIABLE}"
        ) from None
    return Keyring(_read(file), file)


def checked_file(file: Path) -> int:
    """The number of keys in the file. Raises UsageError if the file cannot be used."""
    return len(_read(file))


def check_key(engine: Engine, keys: Keyring) -> None:
    """Checks that the keys are those of this fleet. The first process of a fleet stores a sealed constant; later ones
    have to decrypt it. Raises UsageError if they cannot, because such a worker would fail at each registry.
    """
    with writing(engine) as connection:
        mark = connection.execute(select(state.c.value).where(state.c.key == _CHECK)).scalar()
        if mark is None:
            new = insert(connection, state).on_conflict_do_nothing(index_elements=["key"])
            connection.execute(new, {"key": _CHECK, "value": keys.seal(_CHECK.encode())})
            return
    try:
        keys.unseal(bytes(mark))
    except SealError:
        raise UsageError(
            "this is not the secret key of the fleet", f"copy its file and name it with --key-file, or set {VARIABLE}"
        ) from None


def new_key() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def add_key(file: Path) -> Keyring:
    """Adds a new key to the file, in front of the others, and returns all keys. The new one seals from now on."""
    keys = [base64.b64encode(key).decode() for key in _read(file)]
    _write(file, [new_key(), *keys])
    return Keyring(_read(file), file)


def drop_old_keys(file: Path) -> None:
    keys = [base64.b64encode(key).decode() for key in _read(file)]
    if len(keys) > KEPT:
        _write(file, keys[:KEPT])


def seal_anew(engine: Engine, keys: Keyring) -> int:
    """Seals every stored value again with the first key, in one transaction. Returns how many changed. Raises SealError
    if a value cannot be decrypted.
    """
    count = 0
    with writing(engine) as connection:
        for column in SEALED:
            table = column.table
            for id, data in connection.execute(select(table.c.id, column).where(column != b"")).all():
                if not keys.is_latest(bytes(data)):
                    sealed = keys.seal(keys.unseal(bytes(data)))
                    connection.execute(update(table).where(table.c.id == id).values({column.name: sealed}))
                    count += 1
        value = keys.seal(_CHECK.encode())
        connection.execute(update(state).where(state.c.key == _CHECK).values(value=value))
    return count


def rotate(engine: Engine, file: Path) -> int:
    """Adds a new key to the file and seals every value with it; returns how many values changed. Other processes read
    the file again when they meet the new key. After an interruption, the file still has all needed keys, and the same
    call completes the rotation.
    """
    count = seal_anew(engine, add_key(file))
    drop_old_keys(file)
    return count


def _by_id(keys: Sequence[bytes]) -> dict[bytes, bytes]:
    return {hashlib.sha256(b"careen key " + key).digest()[:ID_BYTES]: key for key in keys}


def _create(file: Path) -> None:
    """Creates the file with a new key. It appears only when complete. Raises FileExistsError if it exists already."""
    if file.exists():
        raise FileExistsError(file)
    aside = file.with_name(f".{file.name}.{os.getpid()}.new")
    aside.unlink(missing_ok=True)
    _write(aside, [new_key()])
    try:
        os.link(aside, file)
    finally:
        aside.unlink(missing_ok=True)


def _write(file: Path, keys: Sequence[str]) -> None:
    """Replaces the file as a whole. At no time can other users read it."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write("".join(f"{key}\n" for key in keys))
            new.flush()
            os.fsync(new.fileno())
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def _read(file: Path) -> list[bytes]:
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise UsageError(f"other users can read the key in {file}", f"chmod 600 {file}")
        words = file.read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise UsageError(f"the secret key {file} cannot be read: {why}", "restore it from a backup") from None
    return _parsed(words, str(file))


def _parsed(words: Sequence[str], where: str) -> list[bytes]:
    try:
        keys = [base64.b64decode(word, validate=True) for word in words]
    except (binascii.Error, ValueError):
        keys = []
    if not keys or len(keys) > MAX_KEYS or any(len(key) != KEY_BYTES for key in keys):
        hint = "openssl rand -base64 32 makes one; restore the file from a backup if it was changed"
        raise UsageError(f"{where} has no key: {KEY_BYTES} bytes in base64, one per line", hint)
    return keys
