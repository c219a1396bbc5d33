"""Encrypts what the database must not show: AES-GCM with a key in a file that only its owner reads.

Raises: UsageError if the key cannot be read, InputError for what another key has sealed.
**Source:** NIST SP 800-38D.
"""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from careen.errors import InputError, UsageError

KEY_BYTES, NONCE_BYTES = 32, 12


def sealer(file: Path) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """The functions that seal and unseal with the key of the file, which is made if it is not there."""
    cipher = AESGCM(_key(file))

    def seal(data: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, data, None)

    def unseal(data: bytes) -> bytes:
        try:
            return cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            raise InputError("it was sealed with another key", f"restore {file}, or enter the credentials again") from None

    return seal, unseal


def _key(file: Path) -> bytes:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "wb") as new:
            new.write(os.urandom(KEY_BYTES))
    key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise UsageError(f"{file} is not a key of {KEY_BYTES} bytes", "restore it from a backup")
    return key
