"""Runs a command as a whole process and gives what the operating system counted for it.

Between the two stands an interpreter that does nothing else: a child's peak memory is never counted below what its parent
had when it was started.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import BinaryIO, NamedTuple

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
    wall_s: float
    cpu_s: float
    peak_mib: float
    exit_code: int


def measured(command: Sequence[str], environment: Mapping[str, str], output: BinaryIO) -> Cost:
    """What the command writes goes to ``output``; Python's modules are compiled once and kept, as in an installation."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", BETWEEN, str(output.fileno()), *command],
        env={**kept, **environment}, pass_fds=(output.fileno(),), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return Cost(*json.loads(done.stdout))
