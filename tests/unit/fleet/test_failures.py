"""What people see of a failure."""

import logging
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from careen.config import Settings
from careen.errors import InputError
from careen.fleet.failures import FailedError, reason_of, shown
from careen.fleet.queue import Job, RetryError

SETTINGS = Settings(cache_dir=Path("/srv/data/cache"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (InputError("/srv/data/cache/blobs/sha256/ab is full"), "a file on the server is full"),
        (InputError("'/srv/data/fleet.sqlite' is damaged"), "'a file on the server' is damaged"),
        (InputError("/srv/database/x and /usr/lib/x of the image"), "/srv/database/x and /usr/lib/x of the image"),
        (OSError(28, "No space left on device", "/srv/data/x"), "OSError: No space left on device"),
        (KeyError("password"), "KeyError"),
        (
            OperationalError("SELECT secret", {}, sqlite3.OperationalError("locked")),
            "the database of the server does not answer",
        ),
        (RetryError("the registry asks to wait", 3.0), "the registry asks to wait"),
    ],
)  # fmt: skip
def test_reasons_name_nothing_of_the_server(error, expected):
    assert reason_of(SETTINGS, error) == expected


def test_a_handler_fails_with_what_may_be_shown_and_the_log_has_the_rest(caplog):
    def fail(job):
        raise ValueError("SELECT secret FROM /srv/data")

    with caplog.at_level(logging.WARNING, "careen"), pytest.raises(FailedError, match=r"^ValueError$"):
        shown(SETTINGS, fail)(Job("read", "read:1"))
    assert "SELECT secret" in caplog.text


def test_a_handler_that_wants_to_be_called_later_does_so():
    def later(job):
        raise RetryError("later", 5.0)

    with pytest.raises(RetryError):
        shown(SETTINGS, later)(Job("read", "read:1"))
