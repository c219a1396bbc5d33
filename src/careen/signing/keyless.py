"""Verifies signatures by certificates of Sigstore: the signer is proven by the root of trust, the log and the time.
No network is used.

``sigstore`` verifies; this module decides which signatures are accepted: each refusal has a code, and an identity is
accepted if it is listed, with its exact name and issuer. Import this module only if the extra ``sigstore`` is
installed: it raises ImportError.
Raises: UsageError if the file does not contain a trusted root.
**Source:** Sigstore client specification, "Verification"; cosign, specs/SIGNATURE_SPEC.md (log entries of version 2).
"""

import importlib.resources
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sigstore.errors import CertValidationError
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

from careen.log import logger

from ..errors import UsageError
from .identities import Identity
from .public_keys import is_signed
from .refusals import Checked, RefusedError, refused
from .seals import Seal

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

log = logger(__name__)

MAX_ROOT_BYTES = 1 << 20
ISSUER = "1.3.6.1.4.1.57264.1.1"  # Fulcio, docs/oid-info.md
PUBLIC = "https://tuf-repo-cdn.sigstore.dev"


logging.getLogger("sigstore").addHandler(logging.NullHandler())  # this module decides which warnings a user gets


class _IdentityLater:
    """A policy for the library that accepts any identity. This module compares the identity last, so that its refusal
    has its own code."""

    def verify(self, cert: "Certificate") -> None:
        """Accepts every certificate."""


_IDENTITY_LATER = _IdentityLater()


class Keyless:
    """Verifies signatures with a root of trust. ``root``: its file; None: that of Sigstore's public instance, which
    the package contains.

    ``inner``: a root that was read already.
    """

    def __init__(self, root: Path | None = None, *, inner: TrustedRoot | None = None) -> None:
        self._root = inner or trusted_root(root)
        self._verifier = Verifier(trusted_root=self._root)

    def check(self, seal: Seal, identities: Sequence[Identity]) -> Checked:
        try:
            certificate = self.proven(seal)
        except RefusedError as error:
            return refused(error.code, str(error))
        for listed in identities:
            if _is(certificate, listed):
                return Checked(listed.name, identity=listed.identity, issuer=listed.issuer)
        return refused("another_identity")

    def proven(self, seal: Seal) -> "Certificate":
        """The certificate that made the signature. Raises RefusedError, however the library fails on an attacker's
        data."""
        try:
            if not seal.bundle:
                from .logged import proven_by_promise

                return proven_by_promise(seal, self._verifier, self._root)
            return self._of_bundle(seal)
        except RefusedError:
            raise
        except CertValidationError as error:
            raise RefusedError("certificate_untrusted", line(error)) from None
        except (Exception, RecursionError) as error:
            log.debug("sigstore: %s: %s", type(error).__name__, error)
            raise RefusedError("not_proven", line(error)) from None

    def _of_bundle(self, seal: Seal) -> "Certificate":
        try:
            bundle = Bundle.from_json(seal.bundle)
        except Exception as error:
            raise RefusedError("malformed", f"the bundle: {line(error)}") from None
        certificate = bundle.signing_certificate
        refuse_expired(certificate, _times(bundle))
        refuse_other_bytes(certificate, seal)
        if not seal.is_envelope:
            self._verifier.verify_artifact(seal.message, bundle, _IDENTITY_LATER)
        elif self._verifier.verify_dsse(bundle, _IDENTITY_LATER)[1] != seal.payload:
            raise RefusedError("signature_mismatch", "the bundle reads differently from what is signed")
        return certificate


def trusted_root(file: Path | None) -> TrustedRoot:
    if file is None:
        folder = importlib.resources.files("sigstore._store")
        return _root((folder / quote(PUBLIC, safe="") / "trusted_root.json").read_bytes(), "sigstore's trusted root")
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_ROOT_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}", "cosign trusted-root create writes a trusted root") from None
    return _root(data, str(file))


def refuse_expired(certificate: "Certificate", times: Sequence[datetime]) -> None:
    """Raises RefusedError if the certificate is not valid at each of these times. The times are not proven yet, but to refuse a
    time outside the certificate's period needs no proof.
    """
    for time in times:
        if not certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
            raise RefusedError(
                "certificate_expired", f"signed at {time:%Y-%m-%d %H:%M:%S}, the certificate is not valid at that time"
            )


def refuse_other_bytes(certificate: "Certificate", seal: Seal) -> None:
    """Raises RefusedError with the code ``signature_mismatch`` if a key of the most common kind (P-256) did not sign these
    bytes. The library verifies all kinds later, without a clear code.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return
    if not any(is_signed(key, seal.message, signature) for signature in seal.signatures):
        raise RefusedError("signature_mismatch", "the key of the certificate did not sign these bytes")


def _times(bundle: Bundle) -> list[datetime]:
    """The times that the bundle claims for its signature."""
    entry, stamps = bundle.log_entry._inner, bundle.verification_material.timestamp_verification_data
    logged = [datetime.fromtimestamp(entry.integrated_time, UTC)] if entry.integrated_time and entry.inclusion_promise else []
    return [*logged, *(stamp.tst_info.gen_time for stamp in (stamps.rfc3161_timestamps if stamps else ()))]


def identity_of(certificate: "Certificate") -> Identity | None:
    """The identity in a verified certificate; None if it has none of the usual form."""
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        given = [*names.get_values_for_type(x509.UniformResourceIdentifier), *names.get_values_for_type(x509.RFC822Name)]
        issuer = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(ISSUER)).value
    except x509.ExtensionNotFound:
        return None
    if not given or not isinstance(issuer, x509.UnrecognizedExtension):
        return None
    found = Identity(given[0], issuer.value.decode("utf-8", "replace"))
    return found if _is(certificate, found) else None


def _is(certificate: "Certificate", listed: Identity) -> bool:
    issuers = policy.AnyOf([policy.OIDCIssuer(listed.issuer), policy.OIDCIssuerV2(listed.issuer)])
    try:
        policy.AllOf([policy.Identity(identity=listed.identity), issuers]).verify(certificate)
    except Exception:  # an extension is missing or malformed
        return False
    return True


def _root(data: bytes, where: str) -> TrustedRoot:
    try:
        if len(data) > MAX_ROOT_BYTES:
            raise ValueError("it is too large")
        document = json.loads(data)
        for authority in document.get("timestampAuthorities") or ():
            _close(authority)
        return TrustedRoot(_inner(json.dumps(document).encode()))
    except Exception as error:
        raise UsageError(f"{where} is not a trusted root of Sigstore: {line(error)}", "cosign trusted-root create") from None


def _inner(data: bytes) -> Any:
    from sigstore_models.trustroot import v1

    return v1.TrustedRoot.from_json(data)


def _close(authority: dict[str, Any]) -> None:
    """Moves the end of an authority's period to after it: a period includes its end, but the library excludes it for
    authorities of time stamps.

    **Source:** Sigstore protobuf-specs, sigstore_common.proto, "TimeRange".
    """
    end = authority.get("validFor", {}).get("end")
    if isinstance(end, str) and end.endswith("Z") and "." not in end:
        authority["validFor"]["end"] = end[:-1] + ".000001Z"


def line(error: BaseException) -> str:
    """The library's message, in one line."""
    return "".join(char if char.isprintable() else " " for char in str(error))[:200] or type(error).__name__
