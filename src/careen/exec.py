"""Starts programs. No other module of Careen does.

``run`` starts one with fixed arguments and input, and returns its output; ``detach`` starts one in the background. No
shell is involved. The program is looked up in absolute folders of PATH only, never in the working folder. Its output
and its time are limited: beyond a limit it is killed with everything that it started.
Raises: OSError if it cannot be started, runs too long (TimeoutError) or writes too much.
"""

import errno
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import subprocess

_WITHHELD = ("CAREEN_REGISTRY_PASSWORD", "CAREEN_SECRET_KEY", "CAREEN_CI_TOKEN")
_detached: list[int] = []  # background processes: those that have ended are collected when the next one starts


class Finished(Struct, frozen=True):
    code: int
    stdout: bytes
    stderr: bytes


def run(
    argv: Sequence[str],
    *,
    input: bytes = b"",
    timeout_s: float = 30.0,
    max_output_bytes: int = 1024 * 1024,
    environ: Mapping[str, str] | None = None,
) -> Finished:
    """Runs a program, and returns its exit code and output. ``environ`` None is the process's own, without Careen's
    password and key."""
    import subprocess

    environ = os.environ if environ is None else environ
    program = _find(argv[0], environ)
    process = subprocess.Popen(
        [program, *argv[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: value for name, value in environ.items() if name not in _WITHHELD},
        start_new_session=True,  # so that its children can be killed with it
    )
    parts: dict[str, bytes] = {"stdout": b"", "stderr": b""}
    too_much = threading.Event()
    threads = [threading.Thread(target=_write, args=(process.stdin, input), daemon=True)]
    for name, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
        threads.append(threading.Thread(target=_read, args=(pipe, name, parts, max_output_bytes, too_much), daemon=True))
    for thread in threads:
        thread.start()
    try:
        code = _wait(process, argv[0], timeout_s, too_much)
    except BaseException:
        _end(process)
        raise
    finally:
        for thread in threads:
            thread.join(timeout=2.0)  # a grandchild may hold the pipe open
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe and not any(thread.is_alive() for thread in threads):
                pipe.close()
    if too_much.is_set():
        raise OSError(errno.EFBIG, f"{argv[0]} writes more than {max_output_bytes} bytes")
    return Finished(code, parts["stdout"], parts["stderr"])


def detach(argv: Sequence[str], input: bytes, log: Path) -> None:
    """Starts a program that outlives this process: it has its own session, no terminal, reads its input from a file,
    writes to ``log`` only, and runs in the log's folder."""
    import subprocess
    import tempfile

    _detached[:] = [pid for pid in _detached if not _has_ended(pid)]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    with tempfile.TemporaryFile() as given, log.open("ab") as written:
        given.write(input)
        given.seek(0)
        process = subprocess.Popen(
            [_find(argv[0], os.environ), *argv[1:]],
            stdin=given,
            stdout=written,
            stderr=written,
            cwd=log.parent,
            env={name: value for name, value in os.environ.items() if name not in _WITHHELD},
            start_new_session=True,
            creationflags=flags,
        )
    _detached.append(process.pid)
    process.returncode = 0  # else Python warns that it still runs when this object is deleted


def _has_ended(pid: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _find(name: str, environ: Mapping[str, str]) -> str:
    import shutil

    if Path(name).is_absolute():
        return name
    if Path(name).name != name:
        raise FileNotFoundError(errno.ENOENT, "only a name or an absolute path is started", name)
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if Path(folder).is_absolute()]
    found = shutil.which(name, path=os.pathsep.join(folders)) if folders else None
    if found is None or not Path(found).is_absolute():
        raise FileNotFoundError(errno.ENOENT, "no such program in PATH", name)
    return found


def _wait(process: "subprocess.Popen[bytes]", name: str, timeout_s: float, too_much: threading.Event) -> int:
    import subprocess

    left = timeout_s
    while left > 0:
        step = min(0.05, left)
        try:
            return process.wait(step)
        except subprocess.TimeoutExpired:
            left -= step
        if too_much.is_set():
            _end(process)
            return -1
    raise TimeoutError(errno.ETIMEDOUT, f"{name} did not end within {timeout_s:g} s")


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()


def _write(pipe: IO[bytes], data: bytes) -> None:
    try:
        pipe.write(data)
        pipe.close()
    except (OSError, ValueError):
        pass  # it closed its input


def _read(pipe: IO[bytes], name: str, parts: dict[str, bytes], limit: int, too_much: threading.Event) -> None:
    found = bytearray()
    while part := os.read(pipe.fileno(), 65536):
        found += part
        if len(found) > limit:
            too_much.set()
            break
    parts[name] = bytes(found[:limit])
