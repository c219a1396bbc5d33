"""What lies beside an image in its registry or layout: signatures and attestations, every word of them a claim.

``digest`` is everywhere that of the manifest that holds the thing. What a key that the user trusts has signed says so.
"""

from msgspec import Struct


class Signature(Struct, frozen=True):
    """``verified_by`` is the user's key that made it, "" where nobody verified it: then key and identity are claims."""

    digest: str
    how: str  # cosign | sigstore | notation | dsse
    key: str = ""  # what names the key, where anything does
    identity: str = ""  # whom the certificate names
    issuer: str = ""  # who the certificate says has checked that
    verified_by: str = ""


class Material(Struct, frozen=True):
    uri: str
    digest: str | None = None


class Provenance(Struct, frozen=True):
    """How the image was built. ``signature`` None: nobody signed it."""

    digest: str
    type: str  # of the predicate
    builder: str
    source: str = ""
    revision: str = ""
    materials: tuple[Material, ...] = ()
    materials_count: int = 0  # of them all; the first ones are kept
    signature: Signature | None = None


class AttachedSbom(Struct, frozen=True):
    digest: str
    type: str  # media type, or the type of the predicate
    blob: str  # digest of the document itself
    size_bytes: int
    signature: Signature | None = None


class AttachedVex(Struct, frozen=True):
    digest: str
    type: str
    statements: int
    text: str
    signature: Signature | None = None
    place: str = "registry"  # registry | layout

    @property
    def source(self) -> str:
        return f"{self.place}:{self.digest}"

    @property
    def trusted(self) -> bool:
        return self.signature is not None and self.signature.verified_by != ""


class Attached(Struct, frozen=True):
    """``asked``: the digests of which the registry was asked. ``complete``: it told all that it has."""

    asked: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    sboms: tuple[AttachedSbom, ...] = ()
    vex: tuple[AttachedVex, ...] = ()
    others: int = 0
    keys: tuple[str, ...] = ()  # that the user trusts
    complete: bool = True
    troubles: tuple[str, ...] = ()

    @property
    def signed(self) -> tuple[Signature, ...]:
        """Signatures of the image, and those under what is attested of it: each names its digest."""
        claims: tuple[Provenance | AttachedSbom | AttachedVex, ...] = (*self.provenance, *self.sboms, *self.vex)
        return (*self.signatures, *(one.signature for one in claims if one.signature is not None))
