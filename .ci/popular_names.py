"""Makes the lists of popular names that ship.

    python .ci/popular_names.py --popular PyPI=FILE --popular npm=FILE … --debian FILE

``--popular``: names of an ecosystem as JSON, ``{"downloaded_timestamp": seconds, "packages": [name]}``, the most downloaded
first. ``--debian``: an index of Debian's packages (``Packages``): its ``python3-*``, ``node-*`` and ``ruby-*`` are established
names, whatever they look like.
"""

import argparse
import json
import lzma
import re
from datetime import UTC, datetime
from pathlib import Path

from careen.behaviour.lookalikes.popular import FOLDER, TYPES, spelled, without_case

MAX_NAMES = 15_000
_PREFIXES = {"pypi": "python3-", "npm": "node-", "gem": "ruby-"}
_OTHER = ("-doc", "-dbg", "-dev", "-common", "-data", "-examples")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--popular", action="append", required=True, metavar="ECOSYSTEM=FILE")
    parser.add_argument("--debian", type=Path, required=True)
    arguments = parser.parse_args()
    index = arguments.debian.read_text("utf-8")
    day = datetime.fromtimestamp(arguments.debian.stat().st_mtime, UTC).date().isoformat()
    for text in arguments.popular:
        ecosystem, _, file = text.partition("=")
        type = TYPES[ecosystem]
        data = derived(type, Path(file).read_bytes(), index, day)
        FOLDER.joinpath(f"{type}.txt.xz").write_bytes(data)
        print(f"{ecosystem}: {len(data):,} bytes")


def derived(type: str, source: bytes, index: str, day: str) -> bytes:
    known = json.loads(source)
    as_of = datetime.fromtimestamp(known["downloaded_timestamp"], UTC).date().isoformat()
    popular = list(dict.fromkeys(spelled(type, name) for name in known["packages"]))[:MAX_NAMES]
    further = sorted(_packaged(type, index) - {without_case(name) for name in popular})
    lines = (f"# {as_of} most downloaded, DataDog/guarddog (Apache-2.0)", *popular, f"# {day} packaged by Debian", *further)
    return lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)


def _packaged(type: str, index: str) -> set[str]:
    prefix = _PREFIXES.get(type)
    if prefix is None:
        return set()
    found = re.findall(rf"^Package: {prefix}(\S+)$", index, re.MULTILINE)
    return {without_case(name) for name in found if not name.endswith(_OTHER)}


if __name__ == "__main__":
    main()
