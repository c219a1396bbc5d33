"""A folder of private advisories: OSV JSON files with one record each, at any depth of folders.

The user vouches for such a folder: a file that is not an OSV record stops the scan.
Raises: UsageError that states the file and the reason.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from careen.errors import UsageError
from careen.formats.feeds import osv
from careen.model.advisory import Advisory, NamespaceInfo
from careen.plugins import Record

from .knowledge import PRIVATE, key_name
from .memory import MemoryDatabase

MAX_FILES = 100_000
MAX_FILE_BYTES = 16 << 20
HINT = "`--advisories` takes a folder of OSV records (https://ossf.github.io/osv-schema/), one a .json file."


def advisories_folder(folder: Path) -> MemoryDatabase:
    """The user's advisories in a folder. They are used beside the database; alone they are partial data of every
    namespace.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of advisories", HINT)
    records = list(_records(folder))
    return MemoryDatabase([*records, *_namespaces(records)])


def _records(folder: Path) -> Iterator[Record]:
    now = datetime.now(UTC).isoformat()
    for number, file in enumerate(sorted(folder.rglob("*.json"))):
        if number >= MAX_FILES:
            raise UsageError(f"{folder}: more than {MAX_FILES} advisories", HINT)
        try:
            with file.open("rb") as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
            if len(data) > MAX_FILE_BYTES:
                raise ValueError(f"more than {MAX_FILE_BYTES} bytes")
            yield from osv.read(data, None, now)
        except (OSError, ValueError) as error:
            raise UsageError(f"{file}: not an OSV record ({error})", HINT) from None


def _namespaces(records: Sequence[Record]) -> Iterator[NamespaceInfo]:
    names: dict[str, list[str]] = defaultdict(list)
    unfixed = set()
    for record in records:
        if isinstance(record, Advisory):
            names[record.namespace].append(key_name(record.namespace, record.package))
            if record.status == "open":
                unfixed.add(record.namespace)
    for namespace, found in sorted(names.items()):
        yield NamespaceInfo(
            namespace,
            PRIVATE,
            len(found),
            len(set(found)),
            partial=True,
            unfixed=namespace in unfixed,
            detail="private advisories",
        )
