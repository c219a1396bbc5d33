"""Makes the table of ends of support of runtimes and frameworks that ships.

    python .ci/lifecycles.py --feeds DIR

``--feeds`` is a mirror with ``eol/api/<product>.json`` of endoflife.date (MIT): ``[{cycle, eol: date | bool, …}]``.
A release line without an end, or with one that has no day, is left out.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from careen.behaviour.life.runtimes import FILE, PRODUCTS, Runtimes, packed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=Path, required=True)
    folder = parser.parse_args().feeds / "eol" / "api"
    texts = {product: (folder / f"{product}.json") for product in sorted(set(PRODUCTS.values()))}
    missing = [product for product, path in texts.items() if not path.is_file()]
    print("not in the mirror:", ", ".join(missing) or "none")
    newest = max(path.stat().st_mtime for path in texts.values() if path.is_file())
    day = datetime.fromtimestamp(newest, UTC).date().isoformat()
    ends = {product: ends_of(path.read_bytes()) for product, path in texts.items() if path.is_file()}
    FILE.write_bytes(packed(Runtimes(day, {product: lines for product, lines in ends.items() if lines})))
    print(f"{len(ends)} products, {FILE.stat().st_size:,} bytes")


def ends_of(data: bytes) -> dict[str, str]:
    return {str(line["cycle"]): line["eol"] for line in json.loads(data) if isinstance(line.get("eol"), str)}


if __name__ == "__main__":
    main()
