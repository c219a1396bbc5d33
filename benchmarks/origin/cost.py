"""What reading features costs: megabytes of content for each second of a processor core.

The sources are those of one large library, the programs the shared libraries of this machine.
"""

import hashlib
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from careen.origin.building import is_own_code
from careen.origin.features import features_of
from careen.origin.source import language_of

from .sets import files_of, one_release, table, write_section

SOURCES = "openssl"
PROGRAMS = Path("/usr/lib")
MOST_BYTES = 64 << 20
LEAST_PROGRAM = 64 << 10
OF_A_PROGRAM = ("literals", "names", "tables")
LETTERS, TOKENS, PROGRAM, DIGEST = 30, 9, 25, 700  # bars, in MB/s


def main() -> None:
    sources, programs = _sources(), _programs()
    rows = [
        ("letters and digits of source", *_speed(sources, lambda path, data: features_of(path, data).get("letters"), LETTERS)),
        (
            "tokens of source, where letters show nothing",
            *_speed(sources, lambda path, data: features_of(path, data).get("tokens"), TOKENS),
        ),
        ("literals, names and tables of programs", *_speed(programs, _of_program, PROGRAM)),
        ("MD5 alone", *_speed(programs, lambda _, data: hashlib.md5(data, usedforsecurity=False).digest(), DIGEST)),
    ]
    head = ("what is read", "content", "a second of a core", "bar")
    where = f"Python {platform.python_version()}, on a machine that others use as well."
    write_section("cost", f"## Cost\n\n`python -m benchmarks.origin cost`: {where}\n\n{table(head, rows)}\n{NOTES}")


NOTES = """A file's tokens are read only if its letters show nothing. A scan with the base that ships reads less: first it looks
whether the base can know the file at all."""


def _speed(files: Sequence[tuple[str, bytes]], read: Callable[[str, bytes], object], bar: float) -> tuple[str, str, str]:
    size = sum(len(data) for _, data in files) / 1e6
    start = time.process_time()
    for path, data in files:
        read(path, data)
    speed = size / (time.process_time() - start)
    return f"{size:.0f} MB", f"{speed:.0f} MB", f"≥ {bar} MB: {'met' if speed >= bar else '**missed**'}"


def _of_program(path: str, data: bytes) -> list[object]:
    features = features_of(path, data)
    return [features.get(family) for family in OF_A_PROGRAM]


def _sources() -> list[tuple[str, bytes]]:
    archive = one_release("debian", SOURCES)
    files = files_of(archive) if archive else {}
    return _up_to((path, data) for path, data in sorted(files.items()) if language_of(path) and is_own_code(path))


def _programs() -> list[tuple[str, bytes]]:
    paths = (path for path in sorted(PROGRAMS.rglob("*.so*")) if path.is_file() and path.stat().st_size >= LEAST_PROGRAM)
    contents = ((str(path), path.read_bytes()) for path in paths)
    return _up_to((path, data) for path, data in contents if data.startswith(b"\x7fELF"))


def _up_to(files: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    kept, size = [], 0
    for path, data in files:
        size += len(data)
        if size > MOST_BYTES:
            break
        kept.append((path, data))
    return kept
