"""The databases that a fleet runs on: each test that asks for ``address`` runs on SQLite and, where it is there, PostgreSQL."""

import itertools

import pytest

from tests.support.postgres import postgres

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server():
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/fleet.sqlite"
    return request.getfixturevalue("postgres_server").database(f"fleet{next(_numbers)}")
