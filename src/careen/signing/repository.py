"""Writes the signed metadata of a repository: its signers, its files, which of them belong together, and their end date.

A folder of keys has ``root.pem`` (if several: ``root-1.pem`` …), ``targets.pem``, ``snapshot.pem``, ``timestamp.pem``, every
published root (``1.root.json``, ``2.root.json`` …) and the newest as ``root.json``. Publishing does not need the root's own
key: it may be kept elsewhere. A new root is signed by the keys of the root before it too, so that a client that trusts any
of them can verify the newest.
Raises: InputError, UsageError.
**Source:** The Update Framework specification 1.0, "Document formats", "Repository operations".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from ..atomic import write_whole
from ..errors import InputError, UsageError
from .keys import Algorithm, generate, key_id, load_private, write_private

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Metadata, Root

Role = Literal["root", "targets", "snapshot", "timestamp"]
ROLES: tuple[Role, ...] = ("root", "targets", "snapshot", "timestamp")
ROOT_DAYS, TARGETS_DAYS, TIMESTAMP_DAYS = 730, 30, 3


class Target(Struct, frozen=True):
    """A published file. ``custom`` is data that is signed with it."""

    size: int
    sha256: str
    custom: dict[str, Any] = {}


def make_keys(
    folder: Path, now: datetime, algorithm: Algorithm = "ed25519", root_keys: int = 1, threshold: int | None = None
) -> Path:
    """Creates keys in an empty folder, and the root that names them; returns the root's file."""
    from tuf.api.metadata import Metadata, Root

    needed = root_keys // 2 + 1 if threshold is None else threshold
    if root_keys < 1:
        raise UsageError("--root-keys takes 1 or more", "a majority of them signs a new root: 3 is a good number")
    if not 0 < needed <= root_keys:
        raise UsageError(
            f"{needed} of {root_keys} root keys cannot be required to sign", "require at least one, at most all of them"
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty", "name a new folder, or change one of its keys: --rotate ROLE")
    root = Root(consistent_snapshot=True)
    for role in ROLES:
        for name in _names(role, root_keys):
            _new_key(folder / name, algorithm)
            root.add_key(_signer(folder / name).public_key, role)
    root.roles["root"].threshold = needed
    root.expires = _until(now, ROOT_DAYS)
    return _write_root(folder, Metadata(root), [_signer(folder / name) for name in _names("root", root_keys)])


def renew_root(folder: Path, now: datetime, rotate: Role | None = None, algorithm: Algorithm = "ed25519") -> Path:
    """Creates the next root, with a later end, and with ``rotate`` new keys for a role; its old key files get the
    suffix ``.old``."""
    metadata = _newest_root(folder)
    root = metadata.signed
    before = [_signer(file) for file in sorted(folder.glob("root*.pem"))]
    known = {signer.public_key.keyid for signer in before}.intersection(root.roles["root"].keyids)
    if len(known) < root.roles["root"].threshold:
        raise InputError(
            f"{folder} has {len(known)} of the root's private keys, too few: {root.roles['root'].threshold} have to sign",
            "put the keys of root in the folder for as long as this takes",
        )
    if rotate:
        names = _names(rotate, len(root.roles[rotate].keyids))  # as many as before, even if one of them is lost
        for keyid in list(root.roles[rotate].keyids):
            root.revoke_key(keyid, rotate)
        for file in sorted(folder.glob(f"{rotate}*.pem")):
            file.replace(folder / f"{file.name}.{root.version}.old")
        for name in names:
            _new_key(folder / name, algorithm)
            root.add_key(_signer(folder / name).public_key, rotate)
    root.version += 1
    root.expires = _until(now, ROOT_DAYS)
    after = [_signer(file) for file in sorted(folder.glob("root*.pem"))]
    return _write_root(folder, metadata, [*before, *after])


def check_keys(folder: Path, now: datetime) -> None:
    """Raises InputError unless the folder can publish metadata that all clients accept, even those that trust the
    first root."""
    root = _newest_root(folder).signed
    roots = [f"{version}.root.json" for version in range(1, root.version + 1)]
    absent = [name for name in roots if not (folder / name).is_file()]
    if absent:
        raise InputError(
            f"{folder} lacks {', '.join(absent)}: whoever trusts an earlier root could not verify the publication",
            "restore the missing files from a copy of the folder, or from the last publication",
        )
    if (folder / roots[-1]).read_bytes() != (folder / "root.json").read_bytes():
        raise InputError(f"{folder / 'root.json'} is not {roots[-1]}", "the newest root and its keys belong together")
    if root.is_expired(now):
        raise InputError(f"{folder / 'root.json'} expired on {root.expires:%Y-%m-%d}", "careen db keys DIR --renew")
    for role in ROLES[1:]:
        if _signer(folder / f"{role}.pem").public_key.keyid not in root.roles[role].keyids:
            raise InputError(
                f"{folder / role}.pem is not the key that root.json names", "the newest root and its keys belong together"
            )


def signed_metadata(folder: Path, targets: Mapping[str, Target], version: int, now: datetime) -> dict[str, bytes]:
    """All metadata files of one publication, by name; ``version`` is greater than that of every earlier publication."""
    from tuf.api.metadata import Metadata, MetaFile, Snapshot, TargetFile, Targets, Timestamp

    files = {file.name: file.read_bytes() for file in folder.glob("*.root.json")}
    content = {
        path: TargetFile(target.size, {"sha256": target.sha256}, path, {"custom": target.custom} if target.custom else None)
        for path, target in sorted(targets.items())
    }

    def meta(data: bytes) -> MetaFile:
        return MetaFile.from_data(version, data, ["sha256"])

    listed = Metadata(Targets(version, None, _until(now, TARGETS_DAYS), content))
    data = files[f"{version}.targets.json"] = _signed(folder, "targets", listed)
    snapshot = Metadata(
        Snapshot(version, None, _until(now, TARGETS_DAYS), {"targets.json": MetaFile.from_data(version, data, ["sha256"])})
    )
    data = files[f"{version}.snapshot.json"] = _signed(folder, "snapshot", snapshot)
    stamp = Metadata(Timestamp(version, None, _until(now, TIMESTAMP_DAYS), meta(data)))
    files["timestamp.json"] = _signed(folder, "timestamp", stamp)
    return files


def _signed(folder: Path, role: Role, metadata: "Metadata[Any]") -> bytes:
    metadata.sign(_signer(folder / f"{role}.pem"))
    return metadata.to_bytes()


def _newest_root(folder: Path) -> "Metadata[Root]":
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata, Root
    from tuf.api.serialization import DeserializationError

    file = folder / "root.json"
    try:
        return Metadata[Root].from_bytes(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}", "careen db keys DIR creates keys and their root") from None
    except (RepositoryError, DeserializationError, ValueError):
        raise InputError(f"{file} is damaged", "restore it from a publication or a copy of the folder") from None


def _write_root(folder: Path, metadata: "Metadata[Root]", signers: Sequence["CryptoSigner"]) -> Path:
    metadata.signatures.clear()
    for signer in signers:
        metadata.sign(signer, append=True)
    metadata.verify_delegate("root", metadata)
    for name in (f"{metadata.signed.version}.root.json", "root.json"):
        write_whole(folder / name, lambda file: file.write(metadata.to_bytes()))
    return folder / "root.json"


def _names(role: Role, root_keys: int) -> list[str]:
    if role == "root" and root_keys > 1:
        return [f"root-{number}.pem" for number in range(1, root_keys + 1)]
    return [f"{role}.pem"]


def _new_key(file: Path, algorithm: Algorithm) -> None:
    write_private(generate(algorithm), file)


def _signer(file: Path) -> "CryptoSigner":
    from securesystemslib.signer import CryptoSigner, SSlibKey

    key = load_private(file)
    public = key.public_key()
    return CryptoSigner(key, SSlibKey.from_crypto(public, key_id(public)))


def _until(now: datetime, days: int) -> datetime:
    return (now + timedelta(days=days)).replace(microsecond=0)
