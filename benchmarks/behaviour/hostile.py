"""What hostile texts cost ``careen behaviour``: CPU seconds and peak memory, and what is stated about each.

    python benchmarks/behaviour/hostile.py [--megabytes 100]

Scripts that are large, nested deeply, or full of texts that nearly match a rule, and rules of a user that never end. Ends with
1 if a run fails or takes more than is allowed, or if a file that is read in part is not stated.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from measured import Cost, measured

MOST_SECONDS, MOST_MIB = 60.0, 512.0
SHELL, PYTHON = "#!/bin/sh\n", "#!/usr/bin/env python3\n"
ENDLESS = """rule endless {
  strings: $a = "rule endless"
  condition: $a and for all i in (0..filesize - 1): (for all j in (0..filesize - 1): (uint8(i) + uint8(j) >= 0))
}
"""
CUT = ("large.sh", "large.py", "large.js")  # that have to be stated, whatever their contents


def texts(size: int) -> Iterator[tuple[str, str]]:
    for name, line in (("sh", "echo a\n"), ("py", "a = 1\n"), ("js", "let a = 1\n")):
        start = {"sh": SHELL, "py": PYTHON, "js": ""}[name]
        yield f"large.{name}", start + line * ((size << 20) // len(line))
    yield "brackets.py", PYTHON + "a = " + "[" * 250_000
    yield "brackets.js", "a = " + "[" * 250_000
    yield "blocks.py", PYTHON + "".join(" " * depth + "if a:\n" for depth in range(600)) + " " * 600 + "pass\n"
    yield "additions.py", PYTHON + "a = " + "1+" * 150_000 + "1\n"
    yield "strings.py", PYTHON + "execute('select ' " + "+ a " * 100_000 + ")\n"
    yield "substitutions.sh", SHELL + "echo " + "$(" * 200_000
    yield "quotes.sh", SHELL + "echo \"'" * 100_000
    yield "documents.sh", SHELL + "".join(f"cat <<E{number}\n" for number in range(50_000))
    yield "calls.js", "f(" * 100_000
    yield "templates.js", "`${" * 100_000
    yield "evaluates.py", PYTHON + "exec(base64.b64decode(" * 50_000
    yield "queues.sh", SHELL + "mkfifo a; sh -i " * 50_000
    yield "sockets.py", PYTHON + "os.dup2(s.fileno(), 0)\n" * 50_000
    yield "downloads.sh", SHELL + "curl http://example.invalid/a > /tmp/" * 50_000
    yield "letters.py", PYTHON + "# " + "a" * 1_000_000
    yield "rules.sh", SHELL + ENDLESS * 10_000


def main() -> int:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--megabytes", type=int, default=100)
    size = made.parse_args().megabytes
    failed = False
    with tempfile.TemporaryDirectory() as place:
        folder, rules = Path(place, "files"), Path(place, "endless.yar")
        folder.mkdir()
        rules.write_text(ENDLESS)
        for name, text in texts(size):
            (folder / name).write_text(text)
        for title, flags in (("our rules", ()), ("endless rules", ("--behaviour-rules", str(rules)))):
            cost, report = run(folder, flags, Path(place))
            unknowns = report.get("unknowns", [])
            stated = {Path(unknown["evidence"]["path"]).name for unknown in unknowns}
            failed |= bool(cost.exit_code or not stated.issuperset(CUT))
            failed |= bool(flags) and not any("your own rules" in unknown["reason"] for unknown in unknowns)
            failed |= cost.cpu_s > MOST_SECONDS or cost.peak_mib > MOST_MIB
            print(
                f"{title}: {len(list(folder.iterdir()))} files, exit code {cost.exit_code}, {cost.cpu_s:.2f} s of CPU time,",
                end=" ",
            )
            print(f"{cost.peak_mib:.0f} MiB, {len(unknowns)} reasons, {len(report.get('findings', []))} findings")
            for unknown in unknowns:
                print(f"  {Path(unknown['evidence']['path']).name or '-'}: {unknown['reason'][:100]}")
    return int(failed)


def run(folder: Path, flags: tuple[str, ...], place: Path) -> tuple[Cost, dict]:
    command = [sys.executable, "-m", "careen", "behaviour", str(folder), "--format", "json", "--no-cache", "-q", *flags]
    with (place / "report.json").open("wb") as output:
        cost = measured(command, {**os.environ, "CAREEN_CACHE_DIR": str(place / "cache")}, output)
    text = (place / "report.json").read_bytes()
    return cost, json.loads(text) if text else {}


if __name__ == "__main__":
    sys.exit(main())
