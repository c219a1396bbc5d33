"""A file that is written whole or not at all, wherever the writing stops."""

import errno
import os
import signal
import subprocess
import sys
import threading

import pytest

from careen.atomic import write_whole

OLD, NEW = b"old" * 1000, b"new" * 5000


@pytest.fixture
def path(tmp_path):
    (tmp_path / "file").write_bytes(OLD)
    return tmp_path / "file"


def no_space():
    raise OSError(errno.ENOSPC, "No space left on device")


def half(file):
    file.write(NEW[:7000])
    no_space()


@pytest.mark.parametrize("synced", [False, True])
def test_replaces_the_file(path, synced):
    write_whole(path, lambda file: file.write(NEW), synced=synced)
    assert path.read_bytes() == NEW
    assert os.listdir(path.parent) == ["file"]


def test_a_new_file(tmp_path):
    write_whole(tmp_path / "new", lambda file: file.write(NEW))
    assert (tmp_path / "new").read_bytes() == NEW


@pytest.mark.parametrize("write", [half, lambda file: no_space(), lambda file: 1 / 0])
def test_what_fails_leaves_what_was_there(path, write):
    with pytest.raises((OSError, ZeroDivisionError)):
        write_whole(path, write)
    assert path.read_bytes() == OLD
    assert os.listdir(path.parent) == ["file"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fails_at_the_end(path, monkeypatch, call):
    monkeypatch.setattr(os, call, lambda *_: no_space())
    with pytest.raises(OSError, match="No space"):
        write_whole(path, lambda file: file.write(NEW), synced=True)
    assert path.read_bytes() == OLD
    assert os.listdir(path.parent) == ["file"]


KILLED = """
import os, signal, sys
from pathlib import Path
from careen.atomic import write_whole

def stop(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def write(file):
    file.write(b"new" * 5000)
    if when == "written":
        stop()

when = sys.argv[2]
os.fsync = stop if when == "synced" else os.fsync
os.replace = stop if when == "replaced" else os.replace
write_whole(Path(sys.argv[1]), write, synced=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("when", ["written", "synced", "replaced"])
def test_killed_at_any_point(path, when):
    """What was there is there, and the next one is written as ever."""
    assert subprocess.run([sys.executable, "-c", KILLED, path, when], check=False).returncode == -signal.SIGKILL
    assert path.read_bytes() == OLD
    write_whole(path, lambda file: file.write(NEW))
    assert path.read_bytes() == NEW


def test_what_lies_aside_from_before_is_not_written_to(path, tmp_path):
    """Another user who may write to the folder could have put a link there."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    aside = tmp_path / "aside"
    aside.symlink_to(victim)
    write_whole(path, lambda file: file.write(NEW), aside=aside)
    assert (victim.read_bytes(), path.read_bytes()) == (b"precious", NEW)


def test_threads_do_not_meet(path):
    """Each of two that write the same file at the same time has a file aside of its own."""
    ready = threading.Barrier(2)

    def write(letter):
        def slowly(file):
            file.write(letter * 500)
            ready.wait(30)
            file.write(letter * 500)

        write_whole(path, slowly)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in (b"a" * 1000, b"b" * 1000)
