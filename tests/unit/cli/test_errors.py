import sys

import pytest

from careen.cli.errors import print_error, print_message
from careen.errors import InputError, NetworkError, UsageError

DISK = "check disk and permissions; --debug shows where it failed"


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (UsageError("no", "do this"), 2, ["careen: error: no", "hint: do this"]),
        (NetworkError("no"), 3, ["careen: error: no"]),
        (OSError(28, "full"), 3, ["careen: error: [Errno 28] full", f"hint: {DISK}"]),
        (ZeroDivisionError("oh"), 3, ["careen: error: unexpected ZeroDivisionError: oh"]),
    ],
)  # fmt: skip
def test_an_error_is_a_line_a_hint_and_a_code(capsys, error, code, lines):
    assert print_error(error) == code
    assert capsys.readouterr().err.splitlines()[: len(lines)] == lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a:1 was not found", "a:1 was not found"), ("not found", "a:1: not found"), ("a:10 is gone", "a:1: a:10 is gone")],
)  # fmt: skip
def test_the_reference_is_named_once(capsys, text, shown):
    print_error(InputError(text), "a:1")
    assert capsys.readouterr().err == f"careen: error: {shown}\n"


def test_hostile_text_is_escaped(capsys):
    print_message("a\x1b[2Jb\nc", "d\u202ee")
    assert capsys.readouterr().err == "careen: error: a\\x1b[2Jb\\nc\nhint: d\\u202ee\n"


def test_a_closed_standard_error_causes_no_further_error(monkeypatch):
    class Closed:
        def write(self, text):
            raise ValueError("closed")

    monkeypatch.setattr(sys, "stderr", Closed())
    assert print_error(UsageError("no")) == 2
