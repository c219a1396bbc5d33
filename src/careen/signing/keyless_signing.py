"""Signs with a certificate of Sigstore for an identity token: the certificate is valid for minutes, and the log
proves the time.

``sigstore`` contacts the services (an authority, a log) with its own HTTP client; its configuration, or a file that
the user names, lists them. The signature that it returns is verified like any other before it is used.
Import this module only if the extra ``sigstore`` is installed: it raises ImportError.
Raises: InputError, NetworkError, UsageError.
**Source:** Sigstore client specification, "Signing"; protobuf-specs, sigstore_trustroot.proto ("ClientTrustConfig").
"""

import json
from pathlib import Path

from requests.exceptions import RequestException
from sigstore.errors import Error as SigstoreError
from sigstore.models import ClientTrustConfig
from sigstore.oidc import IdentityError, IdentityToken, detect_credential
from sigstore.sign import SigningContext

from ..errors import InputError, NetworkError, UsageError
from .bundles import seal_of_bundle
from .identities import Identity
from .keyless import Keyless, identity_of, line
from .refusals import RefusedError
from .strict_json import strict_object
from .trust import Trust

MAX_CONFIG_BYTES, MAX_TOKEN_BYTES = 1 << 20, 64 * 1024


class KeylessSigner:
    """Signs statements for an identity token. ``config``: services and trusted root of an instance; None: Sigstore's
    public one."""

    def __init__(self, token: str, config: Path | None) -> None:
        self._config = _configuration(config)
        try:
            self._token = IdentityToken(token)
        except IdentityError as error:
            raise UsageError(
                f"the identity token is not usable: {line(error)}", "tokens end after minutes: take a new one"
            ) from None
        self._keyless = Keyless(inner=self._config.trusted_root)
        self._identities: list[Identity] = []

    @property
    def trust(self) -> Trust:
        """The root and the identities that verify its signatures. The identities are those in the certificates that were issued
        so far, because a token states them in another form.
        """
        return Trust((), self._identities, keyless=self._keyless)

    def bundle(self, statement: bytes) -> bytes:
        from sigstore.dsse import Statement

        try:
            with SigningContext.from_trust_config(self._config).signer(self._token) as signer:
                data = signer.sign_dsse(Statement(statement)).to_json().encode()
        except RequestException as error:
            raise NetworkError(f"Sigstore's services could not be reached: {line(error)}", "try again later") from None
        except (SigstoreError, ValueError) as error:
            raise InputError(f"Sigstore did not sign: {line(error)}", "see its status page") from None
        except Exception as error:  # its clients have errors of their own
            raise NetworkError(f"Sigstore did not sign: {line(error)}", "try again later") from None
        self._verify(data, statement)
        return data

    def envelope(self, statement: bytes) -> bytes | None:
        return None

    def _verify(self, data: bytes, statement: bytes) -> None:
        try:
            seal = seal_of_bundle(strict_object(data), data)
            identity = identity_of(self._keyless.proven(seal))
        except RefusedError as error:
            raise InputError(f"Sigstore returned a bundle that cannot be verified: {error}", "nothing was attached") from None
        if seal.payload != statement or identity is None:
            raise InputError("Sigstore returned a bundle for another statement", "nothing was attached")
        if identity not in self._identities:
            self._identities.append(identity)


def keyless_signer(token_file: Path | None, token: str, config: Path | None) -> KeylessSigner:
    """A signer for the token in ``token_file``; without a file, for ``token``, or for the one that the pipeline
    offers."""
    return KeylessSigner(_token(token_file) if token_file else token or _of_pipeline(), config)


def _token(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_TOKEN_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{file} has no identity token", "a file with the token alone") from None


def _of_pipeline() -> str:
    try:
        found = detect_credential()
    except Exception as error:
        raise InputError(f"the pipeline gave no identity token: {line(error)}", "id-token: write, in GitHub Actions") from None
    if not found:
        raise UsageError("there is no identity token", "--identity-token FILE, SIGSTORE_ID_TOKEN, or a pipeline that has one")
    return found


def _configuration(file: Path | None) -> ClientTrustConfig:
    try:
        if file is None:
            return ClientTrustConfig.production()
        with file.open("rb") as stream:
            data = stream.read(MAX_CONFIG_BYTES + 1)
        return ClientTrustConfig.from_json(_within(data).decode())
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}", "check --sigstore-config") from None
    except Exception as error:
        if file is None:
            raise NetworkError(f"Sigstore's configuration could not be fetched: {line(error)}", "try again later") from None
        raise UsageError(f"{file} is not a configuration of Sigstore: {line(error)}", "docs/signatures.md") from None


def _within(data: bytes) -> bytes:
    if len(data) > MAX_CONFIG_BYTES:
        raise ValueError("it is too large")
    json.loads(data)
    return data
