"""The findings of a list with the decisions that apply to them: by package, source, version and image, until they end."""

import pytest
from tests.support.fleet_database import address, postgres_server
from tests.support.triage_world import DJANGO, LIBSSL, OPENSSL, a_decision, triage_fleet

from careen.fleet import search
from careen.fleet.decided import decided, key_of

__all__ = ["address", "postgres_server"]


@pytest.fixture
def fleet(tmp_path, address):
    made = triage_fleet(tmp_path, address)
    yield made
    made.engine.dispose()


def found(fleet, vulnerability=OPENSSL, project_id=1):
    """The status by the number of the image."""
    with fleet.engine.connect() as connection:
        rows = search.findings(connection, project_id, search.parsed(f"vulnerability:{vulnerability}")).rows
        stated = decided(connection, project_id, rows)
    known = {row["image_id"]: stated.get(key_of(row)) for row in rows}
    return {number: statement.status if statement else "" for number, statement in known.items()}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"package": LIBSSL}, {1: "not_affected", 2: "not_affected"}),
        ({"package": "pkg:deb/debian/libssl3", "status": "affected"}, {1: "affected", 2: "affected"}),
        ({"package": "pkg:deb/debian/openssl@3.0.11-1?arch=source"}, {1: "not_affected", 2: "not_affected"}),
        ({"package": "pkg:deb/debian/libssl3@1"}, {1: "", 2: ""}),
        ({"identity": "sha256:2"}, {1: "", 2: "not_affected"}),
        ({"package": LIBSSL, "expires_at": 6.0}, {1: "", 2: ""}),
        ({"package": LIBSSL, "revoked_at": 6.0}, {1: "", 2: ""}),
        ({"package": LIBSSL, "vulnerability": DJANGO}, {1: "", 2: ""}),
        ({"package": LIBSSL, "project_id": 2}, {1: "", 2: ""}),
    ],
)
def test_what_a_decision_is_about(fleet, values, expected):
    a_decision(fleet, **values)
    assert found(fleet) == expected


def test_a_project_without_decisions_and_an_empty_list(fleet):
    assert found(fleet) == {1: "", 2: ""}
    assert found(fleet, "CVE-2000-0001") == {}
