"""Artifacts attached to an image in its registry or layout: signatures and attestations. All are unverified claims.

``digest`` is always that of the manifest that contains it. ``verified_by`` is set if a trusted key has signed it.
"""

from msgspec import Struct


class Signature(Struct, frozen=True):
    """A signature. ``verified_by`` is the trusted key or identity that made it; "" if none did, so that key and identity are
    claims. ``predicate``: what is signed, ``signature`` for the image itself, else the type of the attestation. ``refusal``:
    the code of why it does not count (``careen.signing.refusals``); "" if the user trusts no key or identity, because then
    nothing is checked.
    """

    digest: str
    how: str  # cosign | sigstore | notation | dsse
    key: str = ""  # a name of the key, if the signature states a key
    identity: str = ""  # the subject of the certificate
    issuer: str = ""  # who verified the identity, by the certificate
    verified_by: str = ""
    predicate: str = ""
    refusal: str = ""
    why: str = ""


class Refusal(Struct, frozen=True):
    """A document that is ignored, no matter who signed it. ``code`` and ``why`` state the reason."""

    digest: str
    code: str
    why: str


class Material(Struct, frozen=True):
    uri: str
    digest: str | None = None


class Provenance(Struct, frozen=True):
    """How the image was built. ``signature`` None: not signed."""

    digest: str
    type: str  # of the predicate
    builder: str
    source: str = ""
    revision: str = ""
    materials: tuple[Material, ...] = ()
    materials_count: int = 0  # of all documents; ``materials`` has only the first of them
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
    """The attached artifacts. ``asked``: the digests that were looked up in the registry. ``complete``: its answer was
    complete.
    """

    asked: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    sboms: tuple[AttachedSbom, ...] = ()
    vex: tuple[AttachedVex, ...] = ()
    others: int = 0
    keys: tuple[str, ...] = ()  # the names of the keys and identities that the user trusts
    complete: bool = True
    troubles: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def signed(self) -> tuple[Signature, ...]:
        """The signatures of the image and of its attestations, all of which are about the image's digest."""
        claims: tuple[Provenance | AttachedSbom | AttachedVex, ...] = (*self.provenance, *self.sboms, *self.vex)
        found = (*self.signatures, *(claim.signature for claim in claims if claim.signature is not None))
        return tuple(dict.fromkeys(found))  # a document of CycloneDX may be an SBOM and VEX
