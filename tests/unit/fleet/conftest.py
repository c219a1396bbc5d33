"""Both databases for the tests of the fleet."""

from tests.support.fleet_database import address, postgres_server

__all__ = ["address", "postgres_server"]
