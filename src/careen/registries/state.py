"""The progress of a run over a registry. An interruption at any moment loses at most the images that are being scanned.

Each finished image is a line of JSON, a tab and a checksum over the line and the run. The line is appended and synced
when the report is written. A truncated line is ignored. After a damaged line nothing is trusted, and those images are
scanned again. A finished run is moved aside, and the next one reports what is new since.
Raises: InputError if the folder cannot be written to.
"""

import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from careen.errors import InputError
from careen.log import logger
from careen.safety.sealed import SUM_BYTES, sealed, unsealed

log = logger(__name__)

STATE, PREVIOUS = "state.jsonl", "previous.jsonl"
MAX_PAUSE = timedelta(days=1)  # an older run is not continued, because it used older advisories


class Found(Struct, frozen=True, array_like=True):
    """The stored part of a finding: enough to know whether it is new, and what it is."""

    fingerprint: str
    id: str
    severity: str


class Run(Struct, frozen=True, tag_field="kind", tag="run"):
    """A run. ``asked`` is a digest of the request: a run of another request is not continued."""

    started: str
    asked: str


class Done(Struct, frozen=True, tag_field="kind", tag="image"):
    """A scanned image. ``layers`` are the digests of its layers from the base upward, ``sizes`` their bytes."""

    digest: str
    references: tuple[str, ...]
    file: str
    layers: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    base: str = ""  # the base image that its configuration states
    distribution: str = ""
    packages: int = 0
    found: tuple[Found, ...] = ()
    risk: float = 0.0
    kev: int = 0
    fixable: int = 0
    coverage: str = ""
    exit_code: int = 0
    why: str = ""  # why the exit code is not 0


class End(Struct, frozen=True, tag_field="kind", tag="end"):
    ended: str


Line = Run | Done | End
_DECODER = msgspec.json.Decoder(Line)


class State:
    """The journal of one run in a folder. Threads may share it."""

    def __init__(self, folder: Path, run: Run, restart: bool = False) -> None:
        self._path, self._lock = folder / STATE, threading.Lock()
        lines, whole = _read(self._path)
        self.resumed = bool(lines) and not restart and _continues(lines, run)
        self.done: dict[str, Done] = {}
        try:
            if self.resumed:
                self.run = next(line for line in lines if isinstance(line, Run))
                self.done = {line.digest: line for line in lines if isinstance(line, Done)}
                self._file: BinaryIO = self._path.open("r+b")
                self._file.truncate(whole)
                self._file.seek(whole)
            else:
                if lines:
                    self._path.replace(folder / PREVIOUS)
                self.run = run
                self._file = self._path.open("wb")
                self._append(run)
        except OSError as error:
            raise InputError(f"{self._path} cannot be written: {error.strerror}", "choose another --output-dir") from None

    def add(self, done: Done) -> None:
        with self._lock:
            self.done[done.digest] = done
            self._append(done)

    def end(self, moment: str) -> None:
        self._append(End(moment))

    def close(self) -> None:
        self._file.close()

    def _append(self, line: Line) -> None:
        data = msgspec.json.encode(line)
        seal = sealed(_key(line, self.run), data)[:SUM_BYTES].hex()
        self._file.write(b"%b\t%b\n" % (data, seal.encode()))
        self._file.flush()
        os.fsync(self._file.fileno())


def previous(folder: Path) -> dict[str, frozenset[str]] | None:
    """The fingerprints of findings in the previous run, by reference; None if there was no such run."""
    known: dict[str, frozenset[str]] = {}
    seen = False
    for line, _ in _lines(folder / PREVIOUS):
        seen = True
        if isinstance(line, Done):
            prints = frozenset(found.fingerprint for found in line.found)
            known.update(dict.fromkeys(line.references, prints))
    return known if seen else None


def _continues(lines: list[Line], run: Run) -> bool:
    first = lines[0]
    if not isinstance(first, Run) or first.asked != run.asked or any(isinstance(line, End) for line in lines):
        return False
    return datetime.fromisoformat(run.started) - datetime.fromisoformat(first.started) <= MAX_PAUSE


def _read(path: Path) -> tuple[list[Line], int]:
    """The valid lines, and how many bytes they take; a truncated line may follow."""
    lines, whole = [], 0
    for line, end in _lines(path):
        lines.append(line)
        whole = end
    return lines, whole


def _lines(path: Path) -> Iterator[tuple[Line, int]]:
    place, run = 0, None
    try:
        with path.open("rb") as stream:
            for text in stream:
                place += len(text)
                if not text.endswith(b"\n"):  # truncated by an interruption
                    return
                line = _line(text, run)
                run = run or (line if isinstance(line, Run) else None)
                if line is None or run is None:
                    log.warning("%s is damaged: it is ignored from byte %d on", path, place - len(text))
                    return
                yield line, place
    except OSError:
        return


def _line(text: bytes, run: Run | None) -> Line | None:
    data, _, seal = text.rstrip(b"\n").partition(b"\t")
    try:
        line: Line = _DECODER.decode(data)
        unsealed(_key(line, run), bytes.fromhex(seal.decode("ascii")) + data)
    except (msgspec.MsgspecError, ValueError):
        return None
    return line


def _key(line: Line, run: Run | None) -> str:
    """The key of a line's checksum. It contains the run, so that a line of another run has a wrong checksum."""
    return "run" if isinstance(line, Run) or run is None else f"{run.started} {run.asked}"
