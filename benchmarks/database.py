"""What a database costs: the whole build from a mirror, and an update in which one source changed.

Whole processes, with what they start; CPU seconds and the peak of memory. The changed source is the largest ecosystem of
OSV that the mirror has, with one record more.

    python benchmarks/database.py [--mirror .cache/feeds]

Exits with 1 if the build takes more than 90 s or 800 MiB, or the update more than 10 s.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from measured import measured

BUILD_S, BUILD_MIB, UPDATE_S = 90.0, 800.0, 10.0
RECORD = {
    "id": "GHSA-0000-0000-0000",
    "modified": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "benchmark-of-careen"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0"}]}],
        }
    ],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", type=Path, default=Path(".cache/feeds"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Path(folder, "output").open("wb") as output:
        environment = {"CAREEN_CACHE_DIR": str(Path(folder, "cache"))}
        mirror = Path(folder, "mirror")
        shutil.copytree(options.mirror, mirror)
        command = [sys.executable, "-m", "careen", "db", "update", "--from", str(mirror), "--quiet"]
        build = measured(command, environment, output)
        changed = _change(mirror)
        update = measured(command, environment, output)
        nothing = measured(command, environment, output)
        size = Path(folder, "cache", "database", "advisories.sqlite").stat().st_size
    costs = (build, update, nothing)
    if any(cost.exit_code for cost in costs):
        sys.exit("an update failed")
    print(f"whole build               {build.cpu_s:6.1f} s CPU  {build.peak_mib:6.0f} MiB  ({size / 1e6:.0f} MB)")
    print(f"one source changed        {update.cpu_s:6.1f} s CPU  {update.peak_mib:6.0f} MiB  ({changed})")
    print(f"nothing changed           {nothing.cpu_s:6.1f} s CPU  {nothing.peak_mib:6.0f} MiB")
    return int(build.cpu_s > BUILD_S or build.peak_mib > BUILD_MIB or update.cpu_s > UPDATE_S)


def _change(mirror: Path) -> str:
    largest = max(mirror.glob("osv/*/all.zip"), key=lambda path: path.stat().st_size)
    name = largest.parent.name
    record = json.loads(json.dumps(RECORD))
    record["affected"][0]["package"]["ecosystem"] = name
    with zipfile.ZipFile(largest, "a") as archive:
        archive.writestr(f"{RECORD['id']}.json", json.dumps(record))
    manifest = mirror / "MANIFEST.json"
    if manifest.is_file():
        document = json.loads(manifest.read_text())
        for file in document["files"]:
            if file["path"] == largest.relative_to(mirror).as_posix():
                file["sha256"] = hashlib.sha256(largest.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(document))
    return name


if __name__ == "__main__":
    sys.exit(main())
