"""What the records of malicious packages take in the database and in the published artefact.

    python benchmarks/behaviour/malicious.py [--names 213000]

A mirror of generated records in OSV's shape, of the number that is live, is built into a database with and without them.
Exits with 1 above 3 MB in the artefact or 8 MB in the database.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ARTEFACT_MB, DATABASE_MB = 3.0, 8.0
SHARES = {"npm": 0.96, "PyPI": 0.035, "RubyGems": 0.004, "NuGet": 0.001}
SYLLABLES = (
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "ha",
    "je",
    "ki",
    "lo",
    "mu",
    "na",
    "pe",
    "ri",
    "so",
    "tu",
    "va",
    "we",
    "xi",
    "yo",
    "zu",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=213_000)
    count = parser.parse_args().names
    with tempfile.TemporaryDirectory() as folder:
        empty = sizes(Path(folder, "without"), 0)
        full = sizes(Path(folder, "with"), count)
    database, artefact = ((after - before) / 1e6 for before, after in zip(empty, full, strict=True))
    print(f"{count:,} names: {database:.2f} MB in the database, {artefact:.2f} MB in the artefact")
    return int(database > DATABASE_MB or artefact > ARTEFACT_MB)


def sizes(folder: Path, count: int) -> tuple[int, int]:
    mirror = folder / "mirror"
    for ecosystem, share in SHARES.items():
        target = mirror / "osv" / ecosystem
        target.mkdir(parents=True)
        with zipfile.ZipFile(target / "all.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, record in records(ecosystem, round(count * share)):
                archive.writestr(name, json.dumps(record))
            archive.writestr("GHSA-0000-0000-0000.json", json.dumps(ordinary(ecosystem)))
    environment = {**os.environ, "CAREEN_CACHE_DIR": str(folder / "cache")}
    careen = [sys.executable, "-m", "careen", "db"]
    subprocess.run([*careen, "update", "--from", str(mirror), "--quiet"], env=environment, check=True)
    exported = folder / "artefact.tar"
    subprocess.run([*careen, "export", str(exported), "--quiet"], env=environment, check=True)
    return (folder / "cache" / "database" / "advisories.sqlite").stat().st_size, exported.stat().st_size


def records(ecosystem: str, count: int):
    """Names as attackers generate them; nine of ten records are about all versions, the others list some."""
    randomness = random.Random(ecosystem)
    for number in range(count):
        name = "".join(randomness.choice(SYLLABLES) for _ in range(randomness.randint(3, 7)))
        name += f"-{randomness.choice(SYLLABLES)}{number % 1000}"
        id = f"MAL-{2022 + number % 5}-{number}"
        package = {"ecosystem": ecosystem, "name": name}
        if number % 10:
            affected = {"package": package, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}
        else:
            affected = {"package": package, "versions": [f"{randomness.randint(0, 99)}.0.{part}" for part in range(3)]}
        yield f"{id}.json", {"id": id, "modified": "2026-01-01T00:00:00Z", "affected": [affected]}


def ordinary(ecosystem: str):
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0"}]}]
    affected = [{"package": {"ecosystem": ecosystem, "name": "ordinary"}, "ranges": ranges}]
    return {"id": "GHSA-0000-0000-0000", "modified": "2026-01-01T00:00:00Z", "affected": affected}


if __name__ == "__main__":
    sys.exit(main())
