"""Signers, and the identities whose signatures are trusted, in the forms that commands accept: files of keys,
identities, a policy.

Raises: InputError, NetworkError, UsageError.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import UsageError

if TYPE_CHECKING:
    from careen.signing.requirement import Requirement as Requirement
    from careen.signing.signers import Signer as Signer


class Trusted(Struct, frozen=True):
    """Who is trusted: by a ``policy``, or by the other fields. ``kinds``: what they have to sign."""

    keys: Sequence[Path] = ()
    identity: str = ""
    issuer: str = ""
    root: Path | None = None
    policy: Path | None = None
    kinds: Sequence[str] = ()


def key_signer(file: Path, password: Callable[[], bytes | None]) -> "Signer":
    """The signer with a key in a file. ``password`` is called only if the key has one."""
    from careen.signing.signers import key_signer

    return key_signer(file, password)


def keyless_signer(token_file: Path | None, token: str, config: Path | None) -> "Signer":
    try:
        from careen.signing.keyless_signing import keyless_signer
    except ImportError:
        raise UsageError("--keyless needs the package sigstore", "pip install 'careen[sigstore]'") from None
    return keyless_signer(token_file, token, config)


def requirement_of(trusted: Trusted) -> "Requirement":
    from careen.signing.identities import exact
    from careen.signing.public_keys import read_public_key
    from careen.signing.requirement import Requirement, kinds_of, read_requirement

    kinds = kinds_of(trusted.kinds, "--type")
    if trusted.policy is not None:
        found = read_requirement(trusted.policy)
        return replace(found, kinds=kinds) if kinds else found
    if bool(trusted.identity) != bool(trusted.issuer):
        raise UsageError("--identity and --issuer belong together", "anybody has an identity: its issuer vouches for it")
    if not trusted.keys and not trusted.identity:
        raise UsageError("no trusted key or identity is given", "--key FILE, or --identity NAME --issuer URL")
    return Requirement(
        "the command line",
        tuple(map(read_public_key, trusted.keys)),
        (exact(trusted.identity, trusted.issuer, "--identity"),) if trusted.identity else (),
        kinds or Requirement("").kinds,
        trusted.root,
    )
