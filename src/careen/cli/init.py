"""``careen init``: the files that make a repository run Careen in its pipeline. It shows them; --write adds new ones."""

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import InputError, UsageError

from .arguments import Parser

if TYPE_CHECKING:
    from careen.ci.starters import Addition, Source

REVISION = re.compile(r"[0-9a-f]{40}")
ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9_.-]+){2,}")


def parser() -> Parser:
    from careen.ci.starters import SERVICES

    made = Parser(
        prog="careen init",
        usage="careen init [--write] [--for SERVICE] --from URL@COMMIT [DIR]",
        description="Show the files that make a repository run Careen in its pipeline; with --write, make those that are new. "
        "A file that is there is never changed: the lines for it are shown.",
        epilog="Exit codes: 0 done, also if there is nothing to do; 2 usage; 3 a file cannot be written.",
    )
    made.add_argument(
        "folder", metavar="DIR", nargs="?", type=Path, default=Path(), help="the repository (default: this folder)"
    )
    made.add_argument("--write", action="store_true", help="make the files that are new")
    made.add_argument(
        "--for", dest="services", metavar="SERVICE", action="append", default=[], choices=SERVICES,
        help=f"{', '.join(SERVICES)}; may be repeated (default: those that the repository has)",
    )  # fmt: skip
    made.add_argument(
        "--from", dest="source", metavar="URL@COMMIT", required=True,
        help="the repository of Careen, and the commit that runs: https://HOST/OWNER/careen@…",
    )  # fmt: skip
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.ci.starters import MARKS, additions, look

    source = _source(arguments.source)
    if not arguments.folder.is_dir():
        raise UsageError(f"{arguments.folder} is not a folder", "name the root of a repository")
    found = look(arguments.folder)
    services = arguments.services or found.services
    if not services:
        raise UsageError(
            f"{arguments.folder} has none of {', '.join(MARKS.values())}", "--for github, gitlab, jenkins or pre-commit"
        )
    for service in services:
        addition = additions(found, service, source, arguments.folder)
        if addition is None:
            print(f"{MARKS[service]}: runs Careen already", file=sys.stderr)
        else:
            _show(addition, arguments.folder, arguments.write)
    if found.left_out:
        print(f"left out: {found.left_out} Dockerfiles: too many, or with unusual characters in their paths", file=sys.stderr)
    return 0


def _show(addition: "Addition", folder: Path, write: bool) -> None:
    path = folder / addition.path
    if not addition.is_file:
        print(f"{addition.path} is yours. Add these lines:", file=sys.stderr)
        sys.stdout.write(addition.text)
        return
    known = _known(path)
    if known == addition.text:
        print(f"{addition.path}: up to date", file=sys.stderr)
        return
    _print_diff(addition, known)
    if known is not None:
        print(f"{addition.path} stays as it is; the difference is above", file=sys.stderr)
    elif write:
        _write(path, folder, addition.text)
        print(f"{addition.path}: written", file=sys.stderr)
    else:
        print(f"{addition.path}: --write makes it", file=sys.stderr)


def _print_diff(addition: "Addition", known: str | None) -> None:
    import difflib

    from careen.output.escape import visible

    before = [] if known is None else known.splitlines()
    names = ("/dev/null" if known is None else f"a/{addition.path}", f"b/{addition.path}")
    lines = difflib.unified_diff(before, addition.text.splitlines(), *names, lineterm="")
    sys.stdout.writelines(f"{visible(line)}\n" for line in lines)


def _known(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "check its permissions") from None


def _write(path: Path, folder: Path, text: str) -> None:
    """Writes a new file. Never replaces a file, and never follows a link that leads out of the repository."""
    try:
        if not path.parent.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"{path.parent} leads out of the repository", "remove the link")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}", "check its permissions") from None


def _source(text: str) -> "Source":
    from careen.ci.starters import Source

    repository, _, revision = text.rpartition("@")
    if not ADDRESS.fullmatch(repository) or not REVISION.fullmatch(revision):
        raise UsageError(
            f"--from {text!r} is not an address with a commit",
            "https://HOST/OWNER/careen@ and the 40 digits of a commit",
        )
    return Source(repository, revision)
