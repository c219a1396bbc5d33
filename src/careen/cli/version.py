"""``careen version``: the version, and with --json those of Python, the platform and libraries, for bug reports."""

import argparse
import platform
import re
import sys

from careen import __version__

from .arguments import Parser


def parser() -> Parser:
    made = Parser(
        prog="careen version", description="Print the version; with --json also those of Python, the platform and libraries."
    )
    made.add_argument("--json", action="store_true", help="print JSON, with Python, platform and libraries")
    return made


def run(arguments: argparse.Namespace) -> int:
    if arguments.json:
        import json

        sys.stdout.write(json.dumps(facts(), indent=2) + "\n")
    else:
        sys.stdout.write(f"careen {__version__}\n")
    return 0


def facts() -> dict[str, object]:
    import sqlite3
    from importlib.metadata import PackageNotFoundError, requires, version

    libraries: dict[str, str | None] = {}
    for requirement in requires("careen") or ():
        if "extra ==" in requirement:
            continue
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:  # not needed on this platform, or missing
            libraries[name] = None
    return {
        "careen": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": f"{platform.system().lower()}/{platform.machine()}",
        "sqlite": sqlite3.sqlite_version,
        "libraries": libraries,
    }
