"""Runs a command with its processes and gives what the operating system counted for them.

Between the two stands an interpreter that does nothing else: a child's peak memory is never counted below what its parent
had when it was started.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

SAMPLE_S = 0.01

BETWEEN = """
import os, sys, time
output, command = int(sys.argv[1]), sys.argv[2:]
start = time.perf_counter()
actions = [(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
print([wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)])
"""


class Cost(NamedTuple):
    """``peak_mib``: of the largest process."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    exit_code: int


def measured(command: Sequence[str], environment: Mapping[str, str], output: BinaryIO) -> Cost:
    """What the command writes goes to ``output``; Python's modules are compiled once and kept, as in an installation."""
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", BETWEEN, str(output.fileno()), *command],
        env=_as_installed(environment), pass_fds=(output.fileno(),), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return Cost(*json.loads(done.stdout))


def peak_together(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """The peak memory in MiB of a command and its processes, with memory that they share counted once, by samples. The command
    runs once more for it, since sampling takes time.
    """
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    peak = 0.0
    with subprocess.Popen(command, env=_as_installed(environment), **quiet) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(_share_mib, (process.pid, *_children(process.pid)))))
            time.sleep(SAMPLE_S)
    return peak


def _as_installed(environment: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | dict(environment)


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _share_mib(pid: int) -> float:
    """The memory of a process, with its share of memory that others have as well."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024
    return 0.0
