"""Several references in one command: the list of them, a file name for each, and a loop that continues after an
error.

A list (``--from-file``) has one reference per line; empty lines and those that begin with ``#`` are skipped.
Raises: UsageError if there is no reference, or the list cannot be read.
"""

import argparse
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from careen.errors import UsageError

from .errors import print_error, print_message

STRICTEST = (3, 1, 0)  # of several exit codes, the first of these that occurs counts
REFERENCES = 100_000
LIST_BYTES = 16 << 20
NAME = 120  # characters of a file's name, before its ending


def add_references(parser: argparse.ArgumentParser, help: str) -> None:
    parser.add_argument("references", metavar="REFERENCE", nargs="*", help=help)
    group = parser.add_argument_group("several references")
    group.add_argument(
        "--from-file", metavar="FILE", type=Path, help="also the references in this file, one per line; - is standard input"
    )
    group.add_argument(
        "--output-dir",
        metavar="DIR",
        type=Path,
        help="write the report of each reference into this folder, a file for each --format",
    )


def references_of(arguments: argparse.Namespace, command: str) -> tuple[str, ...]:
    """The references of the command line and of the list, each once, in their order."""
    listed = _listed(arguments.from_file) if arguments.from_file is not None else ()
    found = tuple(dict.fromkeys((*arguments.references, *listed)))
    if not found:
        empty = f"{arguments.from_file} has no reference" if arguments.from_file is not None else "missing REFERENCE"
        raise UsageError(empty, f"{command} --help")
    if len(found) > REFERENCES:
        raise UsageError(f"more than {REFERENCES:,} references", "scan them in several runs")
    if "-" in found:
        if str(arguments.from_file) == "-":
            raise UsageError("standard input cannot be both an archive and a list", "name a file for one of them")
        if sys.stdin.isatty():
            raise UsageError("standard input is a terminal, not an archive", "docker save IMAGE | careen scan -")
    return found


def file_names(references: Sequence[str]) -> Mapping[str, str]:
    """A unique file name for each reference, without an ending, that any file system accepts."""
    plain = {reference: re.sub(r"[^A-Za-z0-9._-]+", "_", reference).strip("._")[:NAME] or "image" for reference in references}
    taken = Counter(name.lower() for name in plain.values())
    return {reference: name if taken[name.lower()] == 1 else f"{name}-{_short(reference)}" for reference, name in plain.items()}


def each(references: Sequence[str], work: Callable[[str], int], debug: bool = False, done: str = "scanned") -> int:
    """Calls ``work`` with each reference; returns the strictest of its exit codes. A reference that fails does not
    keep the others from being processed.

    ``done`` is the verb in the message about those that failed.
    """
    if len(references) == 1:
        return work(references[0])
    codes, broken = {0}, []
    for reference in references:
        try:
            codes.add(work(reference))
        except (UsageError, BrokenPipeError):  # the other references would fail in the same way
            raise
        except Exception as error:
            if debug and not hasattr(error, "exit_code"):
                raise
            codes.add(print_error(error, reference))
            broken.append(reference)
    if broken:
        print_message(f"{len(broken)} of {len(references)} could not be {done}: {', '.join(broken)}")
    return next(code for code in STRICTEST if code in codes)


def _listed(path: Path) -> tuple[str, ...]:
    if str(path) == "-" and sys.stdin.isatty():
        raise UsageError("standard input is a terminal, not a list", "--from-file FILE")
    try:
        if str(path) == "-":
            data = sys.stdin.buffer.read(LIST_BYTES + 1)
        else:
            with path.open("rb") as stream:
                data = stream.read(LIST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", "--from-file names a list with one reference per line") from None
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is not text", "--from-file names a list with one reference per line; an archive needs no flag"
        ) from None
    if len(data) > LIST_BYTES:
        raise UsageError(f"{path} is longer than a list of references may be", f"at most {LIST_BYTES >> 20} MB")
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def _short(reference: str) -> str:
    return hashlib.sha256(reference.encode("utf-8", "surrogateescape")).hexdigest()[:8]
