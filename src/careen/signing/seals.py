"""A signature as it was found, with all that is needed to verify it."""

from msgspec import Struct


class LoggedBefore(Struct, frozen=True):
    """A signature by certificate as cosign 2 stores it: the certificate, and the log's promise beside it."""

    certificate: bytes  # in PEM
    promise: bytes  # JSON: SignedEntryTimestamp, Payload


class Seal(Struct, frozen=True):
    """A signature to be verified: ``signatures`` are of ``message``. ``bundle``: the whole Sigstore bundle, if its
    certificate must be verified."""

    message: bytes
    signatures: tuple[bytes, ...]
    key: str = ""  # a name of the key, if there is one
    bundle: bytes = b""
    logged: LoggedBefore | None = None
    is_envelope: bool = False  # the message is that of a DSSE envelope
    payload: bytes = b""  # of the envelope

    @property
    def by_certificate(self) -> bool:
        return bool(self.bundle) or self.logged is not None
