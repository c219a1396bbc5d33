"""The part of ``requirements.lock`` that some requirements of the project need, with its hashes.

    python .ci/locked.py [--extra server …] [--also hatchling …] > requirements.txt

The lock file has everything, what only developers need too. Its comments name who needs each package, so no index is asked.
Only the standard library is used: an action and an image run this before anything is installed.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
PROJECT = "careen"
BY = re.compile(r"\s+#\s+(?:via )?([A-Za-z0-9][A-Za-z0-9._-]*)(?: \(.*\))?$")


def part(lock: str, project: str, extras: Iterable[str] = (), also: Iterable[str] = ()) -> str:
    """Raises KeyError if there is no such extra, ValueError if the lock file lacks a package."""
    entries, users = _entries(lock), _users(lock)
    about = tomllib.loads(project)["project"]
    wanted = [*about["dependencies"], *(text for extra in extras for text in about["optional-dependencies"][extra])]
    names = {_name(text) for text in (*wanted, *also)}
    if missing := names - entries.keys():
        raise ValueError(f"the lock file lacks {', '.join(sorted(missing))}")
    while more := {name for name, by in users.items() if name not in names and by & names}:
        names |= more
    return "".join(entries[name] for name in sorted(names))


def _entries(lock: str) -> dict[str, str]:
    """Name → the lines of its requirement, without comments."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        if re.match(r"[A-Za-z0-9]", line):
            name = _name(line)
            found[name] = ""
        if name and not line.lstrip().startswith("#"):
            found[name] += line
    return found


def _users(lock: str) -> dict[str, set[str]]:
    """Name → the packages that need it; a line of comment names one of them."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in lock.splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            name = _name(line)
            found[name] = set()
        elif (by := BY.match(line)) and by[1] not in ("via", PROJECT):
            found[name].add(_name(by[1]))
    return found


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="locked.py")
    parser.add_argument("--extra", action="append", default=[])
    parser.add_argument("--also", action="append", default=[])
    given = parser.parse_args()
    lock, project = (HOME / name for name in ("requirements.lock", "pyproject.toml"))
    sys.stdout.write(part(lock.read_text("utf-8"), project.read_text("utf-8"), given.extra, given.also))


if __name__ == "__main__":
    main()
