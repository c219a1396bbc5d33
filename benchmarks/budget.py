"""How much of each bound of a scan's budget the images of the corpus take: no honest image should come near one.

    python benchmarks/budget.py [--corpus .cache/corpus/oci] [--most 25]

Prints the share in percent for each image and bound; ends with 1 if one is larger than ``--most``.
"""

import argparse
import sys
from pathlib import Path

from careen.app.opening import open_image
from careen.app.wiring import limits_of, readers_with
from careen.config import load
from careen.errors import InputError
from careen.layers.index import Readers
from careen.pipeline.image import inventory_of
from careen.pipeline.layers import Reading
from careen.safety.budget import Budget
from careen.store.memory import MemoryStore

BOUNDS = (
    "inflated_bytes", "ratio", "members", "records", "facts", "unknowns", "memory_bytes",
    "scan_bytes", "scan_members", "scan_memory_bytes", "scan_seconds",
)  # fmt: skip


def main() -> int:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--corpus", type=Path, default=Path(".cache/corpus/oci"))
    made.add_argument("--most", type=float, default=25.0)
    asked = made.parse_args()
    print(f"{'% of':22}" + "".join(f"{name.removeprefix('scan_').removesuffix('_bytes')[:9]:>10}" for name in BOUNDS))
    worst = 0.0
    for folder in sorted(path for path in asked.corpus.iterdir() if path.is_dir()):
        try:
            shares = shares_of(folder)
        except InputError as error:
            print(f"{folder.name[:22]:22} {error}")
            continue
        worst = max(worst, *shares)
        print(f"{folder.name[:22]:22}" + "".join(f"{share:10.2f}" for share in shares), flush=True)
    print(f"the most: {worst:.1f} %, allowed: {asked.most:g} %")
    return 1 if worst > asked.most else 0


def shares_of(folder: Path) -> list[float]:
    settings = load({}).settings
    image = open_image(f"oci:{folder}", settings)
    budget = Budget(limits_of(settings))
    readers = Readers.of(readers_with(("secret", "behaviour")), "benchmark")
    inventory_of(image, Reading(readers, MemoryStore(), budget.limits), budget)
    spent = {**budget.most, **budget.spent, "scan_seconds": budget.seconds}
    return [100 * spent.get(name, 0) / getattr(budget.limits, name) for name in BOUNDS]


if __name__ == "__main__":
    sys.exit(main())
