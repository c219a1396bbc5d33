import gc
import os
import subprocess
import sys

import pytest

from careen.cli.process import at_full_speed

WRITES = """
import atexit, sys, threading, time
from careen.cli.process import leave
atexit.register(lambda: print("registered"))
print("x" * 100_000)
{between}
leave(3)
print("still here")
sys.exit(4)
"""


def left(between=""):
    code = WRITES.format(between=between)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=False)


def test_leaving_writes_out_everything_and_ends_at_once():
    done = left()
    assert (done.returncode, done.stdout, done.stderr) == (3, "x" * 100_000 + "\nregistered\n", "")


def test_a_thread_at_work_is_waited_for():
    done = left("threading.Thread(target=lambda: (threading.main_thread().join(), print('done'))).start()")
    assert done.returncode == 4
    assert done.stdout.splitlines()[1:] == ["still here", "done", "registered"]


def test_leaving_with_unread_output():
    code = "from careen.cli.process import leave\nimport sys, os\nos.close(1)\nsys.stdout.write('x')\nleave(141)"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=buffered)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("collecting", [True, False])
def test_collecting_and_switching_are_as_before(collecting):
    interval, before = sys.getswitchinterval(), gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        with at_full_speed():
            assert not gc.isenabled()
            assert sys.getswitchinterval() < interval
        assert gc.isenabled() is collecting
        assert sys.getswitchinterval() == pytest.approx(interval)
    finally:
        (gc.enable if before else gc.disable)()
