"""How well licences of Debian packages are read, on packages with a machine-readable ``copyright`` file drawn by a seed.

    python benchmarks/licences/debian.py /usr/share/doc [FOLDER …] --count 300 --seed 7

The truth is what the files state by Debian's short names, mapped to SPDX by a table of this file's own; names that it does not
have are left out. Two things are measured, each a package at a time (right: nothing missing, nothing else):

- ``reader``: the licences that Careen reads from the file as it is.
- ``texts``: those that it recognises if all short names are removed and only the texts are left. A text that a package does
  not have, or of fewer than 12 words, is not counted, nor is one
  of a GNU licence "or later" that does not state it. A variant with an id of its own (BSD-4-Clause-UC) is right.

Exit code 1 below 97 % of the packages with ``reader``, 90 % with ``texts``: names and texts of one file disagree at times.
"""

import argparse
import random
import re
import sys
from pathlib import Path

from careen.licences import copyright_file
from careen.licences.expressions import ids_in
from careen.licences.recognise import recognised

LEAST = {"reader": 0.97, "texts": 0.9}
TABLE = {
    "expat": "MIT", "mit": "MIT", "x11": "X11", "isc": "ISC", "zlib": "Zlib", "curl": "curl",
    "cc0-1.0": "CC0-1.0", "cc0": "CC0-1.0",
    "apache-2.0": "Apache-2.0", "apache-2": "Apache-2.0", "asl-2.0": "Apache-2.0", "artistic-2.0": "Artistic-2.0",
    "bsd-2-clause": "BSD-2-Clause", "bsd-3-clause": "BSD-3-Clause", "bsd-4-clause": "BSD-4-Clause", "bsl-1.0": "BSL-1.0",
    "mpl-1.1": "MPL-1.1", "mpl-2.0": "MPL-2.0", "ofl-1.1": "OFL-1.1", "wtfpl-2": "WTFPL", "unlicense": "Unlicense",
    "artistic": "Artistic-1.0-Perl", "epl-1.0": "EPL-1.0", "cddl-1.0": "CDDL-1.0",
    "fsfap": "FSFAP", "fsful": "FSFUL", "fsfullr": "FSFULLR",
}  # fmt: skip
GNU = {
    ("gpl", "1"): "GPL-1.0", ("gpl", "2"): "GPL-2.0", ("gpl", "3"): "GPL-3.0", ("lgpl", "2"): "LGPL-2.0",
    ("lgpl", "2.1"): "LGPL-2.1", ("lgpl", "3"): "LGPL-3.0", ("agpl", "3"): "AGPL-3.0",
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    found = {}
    for folder in asked.folders:
        for path in sorted(folder.glob("*/copyright")):
            text = path.read_text("utf-8", "replace")
            if re.search(r"(?im)^Format:.*copyright", text[:2000]) and not path.parent.is_symlink():
                found.setdefault(text, path)  # packages of one source share the file
    drawn = random.Random(asked.seed).sample(sorted(found.items(), key=lambda item: str(item[1])), min(asked.count, len(found)))
    results = {"reader": [], "texts": []}
    for text, path in drawn:
        for name, wrong in (("reader", _by_reader(text)), ("texts", _by_texts(text))):
            if wrong is not None:
                results[name].append(not wrong)
                for line in wrong:
                    print(f"{name}: {path.parent.name}: {line}")
    print(f"\n{len(found)} different files, {len(drawn)} drawn by seed {asked.seed}\n")
    print("| measure | packages | right |\n|---|---|---|")
    for name, rights in results.items():
        print(f"| {name} | {len(rights)} | {sum(rights)} ({sum(rights) / len(rights):.1%}) |")
    return any(sum(rights) / len(rights) < LEAST[name] for name, rights in results.items())


def _by_reader(text: str) -> list[str] | None:
    stated, whole = set(), True
    for paragraph in copyright_file._paragraphs(text):
        if "license" in paragraph and ("files" in paragraph or "format" in paragraph):
            for name in _names(paragraph["license"].split("\n")[0]):
                stated.add(_id(name))
                whole &= bool(_id(name))
    stated.discard("")
    if not stated:
        return None
    read = set(ids_in(copyright_file.read(text).expression))
    missing, more = stated - read, read - stated if whole else set()
    return [f"missing {sorted(missing)}, more {sorted(more)}"] if missing or more else []


def _by_texts(text: str) -> list[str] | None:
    """Texts of names in the table; the text of an exception or a variant has a name of its own."""
    wrong, counted = [], 0
    for paragraph in copyright_file._paragraphs(text):
        name, _, body = paragraph.get("license", "").partition("\n")
        id = _id(name.strip())
        says_later = re.search(r"later|newer|any version|above|same terms as perl", body, re.IGNORECASE)
        if id and len(re.findall(r"\w+", body)) >= 12 and (says_later or not id.endswith("-or-later")):
            counted += 1
            read = set(ids_in(recognised(copyright_file._unfolded(body)).expression))
            if not any(_is_same(id, other) for other in read):
                wrong.append(f"{name.strip()}: {sorted(read)}: {' '.join(body.split())[:100]}")
    return wrong if counted else None


def _is_same(id: str, read: str) -> bool:
    """Debian has one short name for a text and its variants; the list has ids of their own for these."""
    return read == id or (read.startswith(f"{id}-") and "or-later" not in read) or (id == "MIT" and read.startswith("X11"))


def _names(text: str) -> list[str]:
    """Without exceptions, which are names of their own."""
    parts = re.split(r",?\s+(?:and|or)\s+|,\s+", re.sub(r"[()]", " ", text))
    return [re.split(r"\s+with\s+", part.strip())[0] for part in parts if part.strip()]


def _id(name: str) -> str:
    if match := re.fullmatch(r"(l?gpl|agpl)-([123](?:\.1)?)(?:\.0)?(\+?)", name.lower()):
        base = GNU.get((match[1], match[2]), "")
        return base and f"{base}-{'or-later' if match[3] else 'only'}"
    return TABLE.get(name.lower(), "")


if __name__ == "__main__":
    sys.exit(main())
