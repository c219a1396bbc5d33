"""What scans and updates cost on the live web: requests, bytes, seconds on a line of 50 Mbit/s, memory, as tables.

    python -m tests.web.measure [--scale 1] [--mbit 50] [--write docs/first-run.md] [KIND…]

Each kind of image is scanned with an empty cache, the next day, and a month later; then with a published database, which is
that of a full update, in a real registry (``docker-registry``). The tables are between two marks of the page.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.real_registry import start_registry, stop_registry
from tests.web.images import KINDS
from tests.web.stage import BACKGROUND, PUBLISHED, Background, Done, Stage

DAYS = {"first": 0, "next day": 1, "a month later": 30}
START, END = "<!-- first-run: start -->", "<!-- first-run: end -->"
LIMIT_S = 900


@dataclass(frozen=True)
class Cost:
    what: str
    when: str
    done: Done
    newest: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--mbit", type=float, default=50.0)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    kinds = options.kinds or KINDS
    with tempfile.TemporaryDirectory(prefix="careen-web-") as folder:
        process, host = start_registry(Path(folder))
        try:
            stage = Stage(Path(folder), options.scale, host, options.mbit)
            without = [cost for kind in kinds for cost in scans(stage, kind)]
            updates = updated(stage, host)
            published = [cost for kind in kinds for cost in scans(stage, kind, "--db-artifact", PUBLISHED)]
        finally:
            stop_registry(process)
    text = page(without, published, updates, options.mbit)
    print(text)
    if options.write:
        whole = options.write.read_text("utf-8")
        options.write.write_text(f"{whole.partition(START)[0]}{START}\n{text}{END}{whole.partition(END)[2]}", "utf-8")


def scans(stage: Stage, kind: str, *flags: str) -> list[Cost]:
    """``flags`` name a published database. It is published once: later scans get newer data from the feeds."""
    found = []
    home = stage.folder / "home" / f"{kind}{len(flags)}"
    root = ("--db-root", stage.folder / "keys" / "root.json") if flags else ()
    for when, day in DAYS.items():
        if flags and day > 1:
            break  # its signatures are past their end by then
        stage.world.day = day
        stage.world.prepare(large=False)
        with stage.relay() as relay:
            background = Background(home)
            done = stage.scan(relay, home, kind, *flags, *root)
            newest = "at once" if stage.world.news(kind) in done.stdout else "no"
            if BACKGROUND in done.stderr:
                started = time.monotonic()
                background.wait(LIMIT_S)
                seconds = time.monotonic() - started
                if newest == "no" and stage.world.news(kind) in stage.scan(relay, home, kind, *flags, *root).stdout:
                    newest = f"in the background, {seconds:.0f} s after"
        note(kind, f"{when}, {newest}", done)
        found.append(Cost(kind, when, done, newest))
    return found


def updated(stage: Stage, host: str) -> list[Cost]:
    """A full update, its publication, and an update of a new machine from that publication."""
    stage.world.day = 0
    stage.world.prepare(large=True)
    home, keys = stage.folder / "publisher", stage.folder / "keys"
    with stage.relay() as relay:
        full = stage.run(relay, home, "db", "update", "--full", "--feeds")
        note("db update --full", "first", full)
        made = stage.run(relay, home, "db", "keys", keys)
        place = f"oci://{host}/{PUBLISHED.rpartition('/')[2]}"
        publish = stage.run(relay, home, "db", "publish", place, "--keys", keys, "--full", NO_PROXY="127.0.0.1")
        note("db publish", "", publish)
        assert (made.code, publish.code) == (0, 0), made.stderr + publish.stderr
        flags = ("--artifact", PUBLISHED, "--root", keys / "root.json")
        taken = stage.run(relay, stage.folder / "taker", "db", "update", *flags)
        note("db update", "published", taken)
    return [
        Cost("`careen db update --full`", "first", full, ""),
        Cost("`careen db publish`", "", publish, ""),
        Cost("`careen db update`", "published", taken, ""),
    ]


def note(what: str, when: str, done: Done) -> None:
    summary = (
        f"{done.code}, {done.requests} requests, {done.sent_bytes / 1e6:.1f} MB, {done.seconds:.1f} s ({done.cpu_seconds:.1f} s"
    )
    print(
        f"{what}, {when}: {summary} of a processor), {done.peak_mib:.0f} MiB {done.stderr[:2000]}", file=sys.stderr, flush=True
    )


def page(without: list[Cost], published: list[Cost], updates: list[Cost], mbit: float) -> str:
    parts = [
        "### Without a published database", table(without, mbit), "### With a published database", table(published, mbit),
        "### Everything, for all images", table(updates, mbit),
    ]  # fmt: skip
    return "\n\n".join(("", *parts, ""))


def table(costs: list[Cost], mbit: float) -> str:
    rows = [
        "| what | when | exit code | requests | MB | line | processor | seconds | peak MiB | newest data |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    last = ""
    for one in costs:
        done, name = one.done, one.what if one.what != last else ""
        last = one.what
        megabytes = done.sent_bytes / 1e6
        rows.append(
            f"| {name} | {one.when} | {done.code} | {done.requests} | {megabytes:.1f} | {megabytes * 8 / mbit:.1f} "
            f"| {done.cpu_seconds:.1f} | {done.seconds:.1f} | {done.peak_mib:.0f} | {one.newest} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    main()
