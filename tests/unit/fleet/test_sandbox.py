"""A confined process has no network, starts no program, and ends where its memory ends; it can still work."""

import multiprocessing
import platform
import sys

import msgspec
import pytest
from tests.support.readers import confined


def test_rights_are_gone():
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=confined, args=(sender, 512 << 20))
    process.start()
    sender.close()
    assert receiver.poll(60)
    found = msgspec.json.decode(receiver.recv_bytes())
    process.join(60)
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
        pytest.skip(f"not closed on this system: {found['missing']}")
    assert found == {
        "missing": [],
        "network": "PermissionError",
        "program": "PermissionError",
        "memory": "MemoryError",
        "file": "done",
        "thread": "done",
    }
