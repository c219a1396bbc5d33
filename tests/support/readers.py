"""Readers of layers that end badly, and what a confined process still can do; started in processes of their own."""

import os

import msgspec

from careen.fleet.reading import READY, File, How, Result
from careen.fleet.sandbox import confine


def dies_at_the_second(sender, asked):
    files, _ = msgspec.msgpack.decode(asked, type=tuple[list[File], How])
    sender.send_bytes(READY)
    for position, file in enumerate(files):
        if file.path.endswith("poison"):
            os._exit(9)
        sender.send_bytes(msgspec.msgpack.encode(Result(file.digest, b"delta %d" % position)))


def never_answers(sender, asked):
    import time

    sender.send_bytes(READY)
    time.sleep(60)


def confined(sender, memory_bytes):
    """What each attempt of a confined process ends with."""
    import socket

    missing = confine(memory_bytes, 60)
    sender.send_bytes(msgspec.json.encode({
        "missing": missing,
        "network": _end_of(socket.socket),
        "program": _end_of(lambda: os.execv("/bin/true", ["true"])),
        "memory": _end_of(lambda: bytearray(2 * memory_bytes)),
        "file": _end_of(lambda: open(__file__, "rb").close()),
        "thread": _end_of(_a_thread),
    }))  # fmt: skip


def _end_of(attempt):
    try:
        attempt()
    except BaseException as error:
        return type(error).__name__
    return "done"


def _a_thread():
    import threading

    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
