"""A loopback registry of 60 repositories and 300 tags that share layers, scanned cold, killed, taken up and scanned again.

Run: ``python benchmarks/registry/run.py``; prints one line a scan. Nothing leaves this machine.
"""

import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.command import ADVISORIES, Shell  # noqa: E402
from tests.support.fleet import fill  # noqa: E402
from tests.support.images import sha256  # noqa: E402
from tests.support.registry import Registry  # noqa: E402


def main() -> None:
    with tempfile.TemporaryDirectory() as place, Registry(page=100) as registry:
        images = fill(registry, 60, 5, bases=6, filler=200_000)
        unique = {sha256(layer) for image in images.values() for layer in image.layers}
        print(f"{len(images)} images, {sum(len(one.layers) for one in images.values())} layers, {len(unique)} unique")
        home = Path(place)
        arguments = ("registry", "scan", registry.host, "--offline", "--advisories", ADVISORIES, "--json", "--quiet")
        _whole("cold", Shell(home / "a"), (*arguments, "--output-dir", home / "a" / "out"), registry, unique)
        _whole("again", Shell(home / "a"), (*arguments, "--output-dir", home / "a" / "out"), registry, unique)
        shell, folder = Shell(home / "b"), home / "b" / "out"
        process = shell.start(*arguments, "--output-dir", folder, stdout=subprocess.DEVNULL)
        journal = folder / "state.jsonl"
        while not (journal.is_file() and journal.read_bytes().count(b"\n") > 100):
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = journal.read_bytes().count(b"\n") - 1
        print(f"killed after {done} images")
        _whole("taken up", shell, (*arguments, "--output-dir", folder), registry, unique)


def _whole(name: str, shell: Shell, arguments: tuple[object, ...], registry: Registry, unique: set[str]) -> None:
    before, began = len(registry.requests), time.monotonic()
    finished = shell.run(*arguments, timeout=600)
    wall = time.monotonic() - began
    summary = json.loads(finished.stdout)
    asked = [request.path.rpartition("/")[2] for request in registry.requests[before:] if "/blobs/" in request.path]
    layers = [digest for digest in asked if digest in unique]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{name:<9} {wall:6.2f} s  {len(summary['images'])} images, layers read {summary['layers']['read']}, "
        f"layer blobs fetched {len(layers)} (twice: {len(layers) - len(set(layers))}), peak {peak:.0f} MiB"
    )


if __name__ == "__main__":
    main()
