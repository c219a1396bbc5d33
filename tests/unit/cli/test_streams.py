import os
import pty
import shutil
import sys

import pytest

from careen.cli.streams import columns


@pytest.mark.parametrize("setting", ["132", "1", "0", "", "wide"])
def test_columns_are_those_that_the_standard_library_finds(setting, monkeypatch):
    monkeypatch.setenv("COLUMNS", setting)
    assert columns() == shutil.get_terminal_size().columns


def test_columns_of_a_terminal(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    try:
        outer, inner = pty.openpty()
    except OSError:
        pytest.skip("no pseudo-terminals here: the columns of one are not asked for")
    try:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("4H", 40, 97, 0, 0))
        with os.fdopen(os.dup(inner), "w") as terminal:
            monkeypatch.setattr(sys, "__stdout__", terminal)
            assert columns() == 97
    finally:
        os.close(outer)
        os.close(inner)


def test_columns_without_output(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "__stdout__", None)
    assert columns() == 80
