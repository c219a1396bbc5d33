"""The process of a worker."""

import ctypes
import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from careen.fleet.connection import connect, prepare, sqlite_address
from careen.fleet.tables import worker


def test_a_signal_that_another_thread_receives_ends_it(tmp_path):
    """The kernel gives a signal of the process to any of its threads."""
    if not hasattr(ctypes.CDLL(None), "tgkill"):
        pytest.skip("no tgkill here: a signal cannot be sent to a thread")
    engine = connect(sqlite_address(tmp_path))
    prepare(engine)
    command = [sys.executable, "-m", "careen", "worker", "--data", str(tmp_path), "--refresh", "never"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if _works(engine):
                break
            time.sleep(0.1)
        other = next(int(name) for name in os.listdir(f"/proc/{process.pid}/task") if int(name) != process.pid)
        ctypes.CDLL(None).tgkill(process.pid, other, signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        engine.dispose()


def _works(engine):
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(worker)).scalar()
