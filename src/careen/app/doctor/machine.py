"""Versions, optional packages and the terminal."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version

from careen import __version__

from .line import Line, note, ok

OLDEST = (3, 11)
DEVELOPMENT = frozenset(("dev", "docs"))


def machine_lines(environ: Mapping[str, str]) -> Iterator[Line]:
    system = f"{platform.system()} {platform.machine()}"
    yield ok("machine", "version", f"careen {__version__}, Python {platform.python_version()}, {system}")
    for extra, missing in _extras().items():
        if missing:
            command = f'pip install "careen[{extra}]"'
            yield note("machine", "extra_missing", f"the extra {extra} is not installed ({', '.join(missing)})", command)
        else:
            yield ok("machine", "extra", f"the extra {extra} is installed")
    yield _terminal(environ)


def _extras() -> dict[str, list[str]]:
    """Maps each extra to its distributions that are not installed."""
    missing: dict[str, list[str]] = {}
    for requirement in requires("careen") or ():
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", requirement)
        if extra is None or extra[1] in DEVELOPMENT or ("sys_platform" in requirement and sys.platform == "win32"):
            continue
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        found = missing.setdefault(extra[1], [])
        try:
            version(name)
        except PackageNotFoundError:
            found.append(name)
    return missing


def _terminal(environ: Mapping[str, str]) -> Line:
    encoding = (sys.stdout.encoding or "").lower()
    if encoding not in ("utf-8", "utf8"):
        return note("machine", "terminal", f"output is encoded as {encoding or 'unknown'}", "set LANG=C.UTF-8")
    columns = shutil.get_terminal_size().columns
    color = "off" if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" or not os.isatty(1) else "on"
    if os.isatty(1) and columns < 80:
        return note("machine", "terminal", f"the terminal has {columns} columns", "80 columns show tables whole")
    return ok("machine", "terminal", f"terminal: {columns} columns, colour {color}")
