"""Verifies the signed metadata of a repository, and lists the files of its newest publication.

Accepted metadata is stored in a folder, so that nothing older is accepted later. Refused are a wrong signature,
expired metadata (an attacker may hold a newer publication back), an older version than before, and parts of different
publications.
Raises: UntrustedError, DatabaseError, and whatever ``read`` raises.
**Source:** The Update Framework specification 1.0, "Detailed client workflow".
"""

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careen.safety.typed import from_json

from ..errors import DatabaseError, Error, InputError
from .repository import Target

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root

Reader = Callable[[str], Generator[bytes] | None]  # the bytes of a metadata file by its name; None if there is none

MAX_METADATA_BYTES = 4 << 20
MAX_ROOTS = 64
_BASE = "careen:"


class UntrustedError(InputError):
    """The metadata is not signed by the trusted keys, or is no longer valid."""


class EndedError(UntrustedError):
    """The trusted keys signed it, but it has expired."""


def verified_targets(root: bytes, folder: Path, read: Reader, where: str) -> tuple[int, dict[str, Target]]:
    """The version of the publication, and its files by name. ``root`` is trusted; ``folder`` is that of earlier calls."""
    from tuf.api import exceptions
    from tuf.api.metadata import Metadata, Targets
    from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

    class Fetcher(FetcherInterface):
        failure: Error | None = None

        def _fetch(self, url: str) -> Iterator[bytes]:
            try:
                found = read(url.removeprefix(f"{_BASE}/"))
            except Error as error:
                self.failure = error
                raise
            if found is None:
                raise exceptions.DownloadHTTPError("not there", 404)
            return opened.enter_context(closing(found))

    kept = _of_publisher(folder, root)
    fetcher = Fetcher()
    config = UpdaterConfig(
        max_root_rotations=MAX_ROOTS,
        root_max_length=256 << 10,
        timestamp_max_length=64 << 10,
        snapshot_max_length=256 << 10,
        targets_max_length=MAX_METADATA_BYTES,
    )
    try:
        kept.mkdir(parents=True, exist_ok=True, mode=0o700)
        with ExitStack() as opened:
            Updater(str(kept), _BASE, fetcher=fetcher, config=config, bootstrap=root).refresh()
        signed = Metadata[Targets].from_file(str(kept / "targets.json")).signed
    except exceptions.DownloadError as error:
        if fetcher.failure is not None:
            raise fetcher.failure from None
        raise UntrustedError(f"{where} is refused: {_why(error)}", _HINT) from None
    except exceptions.ExpiredMetadataError as error:
        raise EndedError(f"{where} is refused: {_why(error)}", _HINT) from None
    except (exceptions.RepositoryError, ValueError, RecursionError) as error:
        raise UntrustedError(f"{where} is refused: {_why(error)}", _HINT) from None
    except OSError as error:
        raise DatabaseError(f"{kept}: {error.strerror or error}", "Careen keeps accepted metadata there") from None
    return signed.version, {path: _target(target) for path, target in signed.targets.items()}


def is_root(data: bytes) -> bool:
    """Whether the data has the form of a root; nothing is verified."""
    try:
        signed = from_json(data, dict[str, Any]).get("signed")
    except (ValueError, RecursionError):
        return False
    return isinstance(signed, dict) and signed.get("_type") == "root"


def targets_past_end(root: bytes, read: Reader, where: str) -> tuple[int, dict[str, Target]]:
    """Like ``verified_targets``, but accepts expired metadata: for the signer, who continues from the last
    publication."""
    from tuf.api import exceptions
    from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

    def data(name: str) -> bytes | None:
        chunks, found = read(name), b""
        if chunks is None:
            return None
        with closing(chunks):
            for chunk in chunks:
                found += chunk
                if len(found) > MAX_METADATA_BYTES:
                    raise ValueError(f"{name} is larger than {MAX_METADATA_BYTES} bytes")
        return found

    def needed(name: str) -> bytes:
        found = data(name)
        if found is None:
            raise ValueError(f"{name} is missing")
        return found

    try:
        trusted = Metadata[Root].from_bytes(root)
        for version in range(trusted.signed.version + 1, trusted.signed.version + MAX_ROOTS):
            following = data(f"{version}.root.json")
            if following is None:
                break
            newer = Metadata[Root].from_bytes(following)
            trusted.verify_delegate("root", newer)
            newer.verify_delegate("root", newer)
            if newer.signed.version != version:
                raise ValueError(f"{version}.root.json states another version")
            trusted = newer
        stamp = Metadata[Timestamp].from_bytes(needed("timestamp.json"))
        trusted.verify_delegate("timestamp", stamp)
        of_snapshot = stamp.signed.snapshot_meta
        packed = needed(f"{of_snapshot.version}.snapshot.json")
        of_snapshot.verify_length_and_hashes(packed)
        snapshot = Metadata[Snapshot].from_bytes(packed)
        trusted.verify_delegate("snapshot", snapshot)
        of_targets = snapshot.signed.meta["targets.json"]
        packed = needed(f"{of_targets.version}.targets.json")
        of_targets.verify_length_and_hashes(packed)
        targets = Metadata[Targets].from_bytes(packed)
        trusted.verify_delegate("targets", targets)
    except (exceptions.RepositoryError, ValueError, KeyError, RecursionError) as error:
        raise UntrustedError(f"{where} is refused: {_why(error)}", _HINT) from None
    return targets.signed.version, {path: _target(target) for path, target in targets.signed.targets.items()}


def _of_publisher(folder: Path, root: bytes) -> Path:
    """The folder of a publisher's accepted metadata, whichever of the publisher's roots the user trusts; a new folder
    for a new publisher.

    A folder belongs to the publisher if ``root`` is among its roots, is signed by one of them or signs one, or signed
    the last timestamp in it.
    """
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata, Root, Timestamp

    new = folder / hashlib.sha256(root).hexdigest()[:16]
    try:
        trusted = Metadata[Root].from_bytes(root)
    except (RepositoryError, ValueError, RecursionError):
        return new

    def is_signed(by: "Metadata[Root]", role: str, other: "Metadata[Any]") -> bool:
        try:
            by.verify_delegate(role, other)
        except (RepositoryError, ValueError):
            return False
        return True

    for known in sorted(folder.glob("*/")):
        for file in sorted(known.glob("root_history/*.root.json")):
            with suppress(OSError, RepositoryError, ValueError, RecursionError):
                data = file.read_bytes()
                other = Metadata[Root].from_bytes(data)
                if data == root or is_signed(other, "root", trusted) or is_signed(trusted, "root", other):
                    return known
        with suppress(OSError, RepositoryError, ValueError, RecursionError):
            if is_signed(trusted, "timestamp", Metadata[Timestamp].from_file(str(known / "timestamp.json"))):
                return known
    return new


_HINT = "the earlier database stays; if the publication was not tampered with, its publisher must sign it anew"


def _target(file: Any) -> Target:
    custom = file.unrecognized_fields.get("custom")
    return Target(file.length, str(file.hashes.get("sha256", "")), custom if isinstance(custom, dict) else {})


def _why(error: Exception) -> str:
    """The reason and the library's message, which names the file and the versions, in one line."""
    from tuf.api import exceptions

    match error:
        case exceptions.ExpiredMetadataError():
            reason = "its signatures are past their end"
        case exceptions.BadVersionNumberError():
            reason = "it is older than the last accepted publication"
        case exceptions.UnsignedMetadataError():
            reason = "the trusted keys did not sign it"
        case exceptions.LengthOrHashMismatchError():
            reason = "its parts do not belong together"
        case exceptions.DownloadLengthMismatchError():
            reason = "its metadata is larger than allowed"
        case exceptions.DownloadHTTPError():
            reason = "part of its metadata is missing"
        case _:
            reason = "its metadata cannot be read"
    detail = "".join(char if char.isprintable() else " " for char in str(error).strip())[:200]
    return f"{reason} ({detail})" if detail else reason
