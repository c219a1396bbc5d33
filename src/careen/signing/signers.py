"""The signer of an attestation: the holder of a key, or an identity with a short-lived certificate of Sigstore.

Raises: InputError, NetworkError, UsageError.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .envelopes import bundled, sealed
from .public_keys import PublicKey
from .trust import Trust

if TYPE_CHECKING:
    from .keys import PrivateKey
    from .private_keys import Password


class Signer(Protocol):
    """Signs statements. ``trust`` accepts its own signatures, and no others."""

    @property
    def trust(self) -> Trust: ...
    def bundle(self, statement: bytes) -> bytes: ...
    def envelope(self, statement: bytes) -> bytes | None:
        """The signed envelope alone, for clients that read no bundle; None if it cannot be verified without the
        bundle."""


class KeySigner:
    def __init__(self, key: "PrivateKey", name: str) -> None:
        self._key, self._name = key, name

    @property
    def trust(self) -> Trust:
        return Trust((PublicKey(self._name, self._key.public_key()),))

    def bundle(self, statement: bytes) -> bytes:
        return json.dumps(bundled(sealed(statement, self._key), self._key)).encode()

    def envelope(self, statement: bytes) -> bytes | None:
        return json.dumps(sealed(statement, self._key)).encode()


def key_signer(file: Path, password: "Password") -> KeySigner:
    from .private_keys import read_private_key

    return KeySigner(read_private_key(file, password), str(file))
