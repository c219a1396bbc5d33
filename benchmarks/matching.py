"""What matching costs: the CPU time to match a thousand packages with the database, none of them seen before.

An inventory of Debian packages with an application's PyPI, npm, Maven and Go packages. One in six has advisories, drawn
(seeded) from the names in the database at the version that fixes the first: of the images that Careen is measured with
the worst has one in six with findings, most have one in ten or fewer. Time goes with findings, so
``--one-in`` changes the result. Each run is a process of its own that opens the database anew; the median of the runs counts.
Reading layers and importing modules are not part of it.

    CAREEN_CACHE_DIR=.cache/careen python benchmarks/matching.py [--packages 1000] [--runs 7]

Exits with 1 if the median is over 60 ms for a thousand packages.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ALLOWED_MS = 60.0  # for a thousand
SHARES = {"debian:11": 0.4, "npm": 0.3, "PyPI": 0.1, "Maven": 0.1, "Go": 0.1}
TYPES = {"debian:11": "deb", "npm": "npm", "PyPI": "pypi", "Maven": "maven", "Go": "golang"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--one-in", type=int, default=6, metavar="N", help="one package in N has advisories")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(once(options.packages, options.one_in)))
        return 0
    command = [sys.executable, __file__, "--once", "--packages", str(options.packages), "--one-in", str(options.one_in)]
    results = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _ in range(options.runs)]
    milliseconds = statistics.median(one["ms"] for one in results)
    known = sum(one["known"] for one in results) // len(results)
    print(
        f"{results[0]['packages']} packages, {known} of them with advisories, {results[0]['findings']} findings: "
        f"{milliseconds:.1f} ms CPU (median of {options.runs}; {min(one['ms'] for one in results):.1f} at best)"
    )
    return int(milliseconds > ALLOWED_MS * options.packages / 1000)


def once(count: int, one_in: int) -> dict[str, float]:
    from datetime import date

    from careen.catalogers import __name__ as catalogers
    from careen.cli.process import at_full_speed
    from careen.database.knowledge import database_path
    from careen.database.read import open_database
    from careen.matching.match import match
    from careen.model.inventory import Inventory
    from careen.model.package import Distribution, Package
    from careen.plugins import Cataloger, Named, VersionScheme, load

    ecosystems = {one.ecosystem.purl_type: one.ecosystem for one in load(catalogers, "CATALOGER", Cataloger)}
    schemes = Named("careen.versions", "VERSION_SCHEME", VersionScheme)
    for kind in TYPES.values():
        schemes[ecosystems[kind].scheme]  # what is imported once is no part of it
    path = database_path(Path(os.environ.get("CAREEN_CACHE_DIR", ".cache/careen")))
    chosen = random.Random(1)
    packages, known = [], 0
    with open_database(path) as database:
        for namespace, share in SHARES.items():
            wanted = round(count * share)
            versions: dict[str, str] = {}
            for packed in database.in_order("advisory", namespace, lambda feed: True):
                for advisory in database.statements("advisory", namespace, packed)[1]:
                    if advisory.ranges and advisory.ranges[0].fixed:
                        versions.setdefault(advisory.package, advisory.ranges[0].fixed)
            names = chosen.sample(sorted(versions), min(wanted // one_in, len(versions)))
            known += len(names)
            listed = [(name, versions[name]) for name in names]
            listed += [
                (f"{namespace.partition(':')[0].lower()}-of-nobody-{number}", "1.0") for number in range(wanted - len(names))
            ]
            packages += [Package(TYPES[namespace], None, name, version) for name, version in listed]
    inventory = Inventory(Distribution("debian", "11"), tuple(packages))
    with open_database(path) as database:  # with its imports
        match(Inventory(Distribution("debian", "11"), ()), database, schemes, ecosystems, date.today())
    start = time.process_time()
    with at_full_speed(), open_database(path) as database:  # as the command does
        found = match(inventory, database, schemes, ecosystems, date.today()).findings
    spent = (time.process_time() - start) * 1000
    return {"ms": spent, "packages": len(packages), "known": known, "findings": len(found)}


if __name__ == "__main__":
    sys.exit(main())
