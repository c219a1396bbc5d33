import pytest
from tests.support.fleet_database import address, postgres_server
from tests.support.notified import a_fleet, a_project

__all__ = ["address", "postgres_server"]


@pytest.fixture
def fleet(address, tmp_path):
    """On both databases, with one project."""
    made = a_fleet(address, tmp_path)
    a_project(made)
    yield made
    made.engine.dispose()
