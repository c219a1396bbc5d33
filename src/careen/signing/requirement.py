"""The policy file of ``--require-signature``: the keys and identities that are trusted, and what they must sign.

Shape (TOML): ``require`` (optional, ``["signature"]``): ``signature`` for the image itself, and predicate types of
attestations or their short names; ``trusted_root`` (optional): a file with the trusted root of Sigstore; ``[[signed_by]]``
with ``key``, or with ``identity`` and ``issuer``. Paths are relative to the file. Anything else is refused: a misspelt word
must not make a policy weaker.
Raises: UsageError.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.data.plain import toml_object

from ..errors import UsageError
from .identities import Identity, exact
from .public_keys import PublicKey, read_public_key

MAX_BYTES = 256 * 1024
MAX_ENTRIES = 100
SIGNATURE = "signature"
PREDICATES = {
    "cyclonedx": "https://cyclonedx.org/bom",
    "spdx": "https://spdx.dev/Document",
    "vuln": "https://cosign.sigstore.dev/attestation/vuln/v1",
    "openvex": "https://openvex.dev/ns",
    "slsa1": "https://slsa.dev/provenance/v1",
    "slsa02": "https://slsa.dev/provenance/v0.2",
}
_HINT = "docs/signatures.md has an example"


class Requirement(Struct, frozen=True):
    """What must be signed, and by whom. ``kinds``: each must be signed by one of ``keys`` and ``identities``."""

    source: str
    keys: tuple[PublicKey, ...] = ()
    identities: tuple[Identity, ...] = ()
    kinds: tuple[str, ...] = (SIGNATURE,)
    root: Path | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names of the keys and identities whose signatures are accepted."""
        return frozenset((*(key.name for key in self.keys), *(identity.name for identity in self.identities)))


def read_requirement(file: Path) -> Requirement:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}", "check --require-signature") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{file} is larger than {MAX_BYTES >> 10} KiB", "check --require-signature")
    try:
        table = toml_object(data)
    except ValueError as error:
        raise UsageError(f"{file}: not TOML: {error}", _HINT) from None
    return _requirement(table, file)


def kinds_of(words: Iterable[str], where: str) -> tuple[str, ...]:
    """Predicate types, from their short names or their full names."""
    found = []
    for word in words:
        kind = PREDICATES.get(word, word)
        if kind != SIGNATURE and "://" not in kind:
            raise UsageError(
                f"{where}: {word[:100]!r} is neither {SIGNATURE!r} nor a type of attestations",
                f"a URL, or one of {', '.join(PREDICATES)}",
            )
        found.append(kind)
    return tuple(dict.fromkeys(found))


def _requirement(table: dict[str, Any], file: Path) -> Requirement:
    _only(table, ("require", "trusted_root", "signed_by"), str(file))
    kinds, entries, root = table.get("require", [SIGNATURE]), table.get("signed_by"), table.get("trusted_root")
    if not isinstance(kinds, list) or not kinds or not all(isinstance(kind, str) for kind in kinds):
        raise UsageError(f"{file}: require is not a list of names", _HINT)
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{file}: it names no key or identity: [[signed_by]]", _HINT)
    if len(entries) > MAX_ENTRIES or len(kinds) > MAX_ENTRIES:
        raise UsageError(f"{file} has more than {MAX_ENTRIES} entries", "split it")
    if root is not None and (not isinstance(root, str) or not root):
        raise UsageError(f"{file}: trusted_root is not a path", _HINT)
    found = Requirement(
        str(file), kinds=kinds_of(kinds, str(file)), root=file.parent / Path(root).expanduser() if root else None
    )
    for number, entry in enumerate(entries, 1):
        found = _with_entry(found, entry, file, f"{file}: signed_by {number}")
    return found


def _with_entry(found: Requirement, entry: dict[str, Any], file: Path, where: str) -> Requirement:
    _only(entry, ("key", "identity", "issuer"), where)
    if not all(isinstance(value, str) for value in entry.values()):
        raise UsageError(f"{where}: its values must be texts", _HINT)
    if entry.keys() == {"key"}:
        return replace(found, keys=(*found.keys, read_public_key(file.parent / Path(entry["key"]).expanduser())))
    if entry.keys() != {"identity", "issuer"}:
        raise UsageError(
            f"{where} has neither a key nor an identity with its issuer",
            "an issuer without an identity would accept all of its users; " + _HINT,
        )
    return replace(found, identities=(*found.identities, exact(entry["identity"], entry["issuer"], where)))


def _only(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise UsageError(f"{where}: unknown key {key[:100]!r}", f"known are {', '.join(known)}; {_HINT}")
