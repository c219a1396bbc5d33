"""What first scans cost on the live web: requests, bytes, seconds on a line of 50 Mbit/s, and memory, as a table.

    python -m tests.web.measure [--scale 1] [--write docs/first-run.md] [KIND…]

Each image is scanned with an empty cache, the next day, and a month later. The table stands between two marks of the page.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.certificates import Authority
from tests.support.command import Shell
from tests.web.images import KINDS, image_of
from tests.web.relay import Relay
from tests.web.world import World

DAYS = {"first": 0, "next day": 1, "month later": 30}
START, END = "<!-- first-run: start -->", "<!-- first-run: end -->"
CLOCK = Path(__file__).with_name("clock")


@dataclass(frozen=True)
class Cost:
    kind: str
    when: str
    code: int
    requests: int
    sent_bytes: int
    seconds: float
    peak_mib: float
    newest: bool  # it reports what its feed knows since that day
    stderr: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--mbit", type=float, default=50.0)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="careen-web-") as folder:
        costs = [cost for kind in options.kinds or KINDS for cost in costs_of(kind, Path(folder), options.scale, options.mbit)]
    table = "\n".join(rows(costs))
    print(table)
    if options.write:
        text = options.write.read_text("utf-8")
        before, after = text.partition(START)[0], text.partition(END)[2]
        options.write.write_text(f"{before}{START}\n{table}\n{END}{after}", "utf-8")


def costs_of(kind: str, folder: Path, scale: float, mbit: float | None) -> list[Cost]:
    world = World(folder / "world", scale)
    authority = Authority.make(folder / "authority")
    image = image_of(kind, folder)
    home = folder / "home" / kind
    shutil.rmtree(home, ignore_errors=True)
    found = []
    for when, day in DAYS.items():
        world.day = day
        with Relay(world.hosts, world.find, authority.issue(*sorted(world.hosts)), mbit=mbit) as relay:
            found.append(_cost(kind, when, day, relay, home, image, authority.root.cert))
            wait_for_background(home)
    return found


def _cost(kind: str, when: str, day: int, relay: Relay, home: Path, image: Path, ca_file: Path) -> Cost:
    shell = Shell(home, HTTPS_PROXY=relay.url, PYTHONPATH=str(CLOCK), SHIFT_S=str(day * 86_400 + bool(day) * 3_600))
    started = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = shell.start("scan", image, "--ca-file", ca_file, "--format", "json", stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        out.seek(0)
        err.seek(0)
        report, stderr = out.read().decode(), err.read().decode()
    newest = f"CVE-2026-{10_000 + day}" in report or f"NEW-{day}-" in report or not day
    sent = sum(one.sent_bytes for one in relay.seen)
    return Cost(kind, when, process.returncode, len(relay.seen), sent, seconds, usage.ru_maxrss / 1024, newest, stderr)


def wait_for_background(home: Path) -> None:
    """Until no process works on this cache any more."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        found = subprocess.run(["pgrep", "-f", str(home)], capture_output=True, text=True, check=False).stdout.split()
        if not found:
            return
        time.sleep(0.2)
    sys.exit("a background refresh does not end")


def rows(costs: list[Cost]) -> list[str]:
    found = ["| image | when | requests | MB | seconds | peak MiB | newest data |", "|---|---|---:|---:|---:|---:|---|"]
    for one in costs:
        name = one.kind if one.when == "first" else ""
        size = f"{one.sent_bytes / 1e6:.1f}"
        found.append(
            f"| {name} | {one.when} | {one.requests} | {size} | {one.seconds:.1f} | {one.peak_mib:.0f} "
            f"| {'yes' if one.newest else 'no'} |"
        )
    return found


if __name__ == "__main__":
    main()
