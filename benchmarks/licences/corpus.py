"""How many packages of the corpus's images have a licence of the SPDX list.

    python benchmarks/licences/corpus.py .cache/corpus/oci [NAME …]

A package whose licence is a ``LicenseRef-…`` alone, or unknown, is counted apart, and so is one of which the image states no
licence: a lock file names it, or a program contains it. ``--missing`` lists them. The share is of those that are stated.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from careen.app.session import Session
from careen.app.wiring import reporters
from careen.config import Settings
from careen.licences.expressions import is_valid
from careen.licences.package import is_stated, licences_of

assert reporters  # the plugins are installed
SYSTEM = ("deb", "rpm", "apk", "alpm", "ebuild")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--cache-dir", type=Path, default=Path("/tmp/licences-cache"))
    asked = parser.parse_args()
    settings = Settings(cache_dir=asked.cache_dir, offline=True, scanners=("vuln",))
    print(
        "| image | kind | packages | with a licence of the list | a reference alone | unknown | none stated | CPU s |\n"
        + "|---" * 8
        + "|"
    )
    failed = False
    for image in sorted(path for path in asked.corpus.iterdir() if not asked.names or path.name in asked.names):
        begun = time.process_time()
        try:
            with Session(settings, details=True) as session:
                _, inventory = session.inventory(str(image))
        except Exception as error:  # a hostile image that cannot be opened
            print(f"| {image.name} | - | {type(error).__name__} | | | | | |")
            continue
        licences = licences_of(inventory)
        seconds = time.process_time() - begun
        for kind, least in (("distribution", 0.95), ("language", 0.9)):
            packages = [package for package in inventory.packages if (package.type in SYSTEM) == (kind == "distribution")]
            counts = Counter()
            for package in packages:
                licence = licences[package.purl]
                assert not licence.concluded or is_valid(licence.concluded), licence
                counts[
                    "known"
                    if licence.is_known
                    else "reference"
                    if licence.concluded
                    else "unknown"
                    if is_stated(package, licence)
                    else "silent"
                ] += 1
                if asked.missing and not licence.is_known:
                    print("   ", package.purl, package.licenses, licence.concluded, package.evidence[:1], file=sys.stderr)
            if packages:
                stated = len(packages) - counts["silent"]
                share = counts["known"] / stated if stated else 1.0
                failed |= share < least
                known = f"{counts['known']} ({share:.1%})" if stated else "0"
                print(f"| {image.name} | {kind} | {len(packages)} | {known} | {counts['reference']} "
                      f"| {counts['unknown']} | {counts['silent']} | {seconds:.1f} |", flush=True)  # fmt: skip
    return failed


if __name__ == "__main__":
    sys.exit(main())
