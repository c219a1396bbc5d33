"""Signed metadata of a repository, verified: the files that belong to its newest publication.

What was accepted is kept in a folder, so that nothing older is accepted after it. Refused are a wrong signature, metadata
past their end (a publication that somebody holds back), an older version than before, and parts of different publications.
Raises: UntrustedError, DatabaseError, and what ``read`` raises.
**Source:** The Update Framework specification 1.0, "Detailed client workflow".
"""

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from ..errors import DatabaseError, Error, InputError
from .repository import Target

Reader = Callable[[str], Generator[bytes] | None]  # the bytes of a file of metadata by its name; None where there is none

MAX_METADATA_BYTES = 4 << 20
_BASE = "careen:"


class UntrustedError(InputError):
    """What came is not what the trusted keys signed, or no longer."""


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

    kept = folder / hashlib.sha256(root).hexdigest()[:16]
    fetcher = Fetcher()
    config = UpdaterConfig(
        max_root_rotations=64,
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
    except (exceptions.RepositoryError, ValueError, RecursionError) as error:
        raise UntrustedError(f"{where} is refused: {_why(error)}", _HINT) from None
    except OSError as error:
        raise DatabaseError(f"{kept}: {error.strerror or error}", "what was accepted before has to be kept there") from None
    return signed.version, {path: _target(one) for path, one in signed.targets.items()}


_HINT = "what was there before stays; if nobody tampers with it, its publisher has to sign it anew"


def _target(one: Any) -> Target:
    custom = one.unrecognized_fields.get("custom")
    return Target(one.length, str(one.hashes.get("sha256", "")), custom if isinstance(custom, dict) else {})


def _why(error: Exception) -> str:
    """One line: what the library says names the file and the versions."""
    from tuf.api import exceptions

    match error:
        case exceptions.ExpiredMetadataError():
            reason = "its signatures are past their end"
        case exceptions.BadVersionNumberError():
            reason = "it is older than what was accepted before"
        case exceptions.UnsignedMetadataError():
            reason = "the trusted keys did not sign it"
        case exceptions.LengthOrHashMismatchError():
            reason = "its parts do not belong together"
        case exceptions.DownloadLengthMismatchError():
            reason = "its metadata are larger than they may be"
        case exceptions.DownloadHTTPError():
            reason = "part of its metadata is missing"
        case _:
            reason = "its metadata cannot be read"
    told = "".join(char if char.isprintable() else " " for char in str(error).strip())[:200]
    return f"{reason} ({told})" if told else reason
