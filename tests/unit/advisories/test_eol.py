"""endoflife.date: the three forms that its addresses have, and which address is asked."""

import json

import pytest
from tests.support.feeds import FakeNetwork

from careen.advisories import eol
from careen.database.file_state import rows_of
from careen.database.read import open_database
from careen.database.update import database_path, update
from careen.plugins import Need

V1 = "https://endoflife.date/api/v1/products"
V0 = "https://endoflife.date/api/debian.json"
PRODUCT = {
    "name": "debian",
    "label": "Debian",
    "releases": [
        {
            "name": "12",
            "codename": "bookworm",
            "isEol": False,
            "eolFrom": "2098-06-10",
            "isEoes": False,
            "eoesFrom": "2099-06-30",
        },
        {"name": "99", "isEol": False, "eolFrom": None},
        {"name": "98", "isEol": [], "eolFrom": 7},
    ],
}
OTHER = {"name": "ubuntu", "releases": [{"name": "12", "eolFrom": "2001-01-01"}]}
ANSWERS = {
    f"{V1}/debian/": {"schema_version": "1.2.0", "result": PRODUCT},
    f"{V1}/full": {"schema_version": "1.2.0", "total": 2, "result": [OTHER, PRODUCT]},
    V0: [{"cycle": "12", "eol": "2098-06-10", "extendedSupport": "2099-06-30"}, {"cycle": "99", "eol": False}],
}


@pytest.mark.parametrize("answering", ANSWERS)
def test_each_address_in_its_form(tmp_path, answering):
    network = FakeNetwork({answering: json.dumps(ANSWERS[answering]).encode()})
    update(tmp_path, [eol.ADVISORY_SOURCE], need=Need(frozenset({"debian:12"})), fetcher=network)
    assert [address for address, _ in network.asked] == list(ANSWERS)[: list(ANSWERS).index(answering) + 1]
    with open_database(database_path(tmp_path)) as database:
        assert (database.end_of_life("debian:12"), database.end_of_life("debian:99")) == ("2099-06-30", None)
    (row,) = rows_of(database_path(tmp_path)).values()
    assert (row.path, row.url) == ("eol/api/debian.json", answering)


def test_extended_support_that_is_sold_does_not_count(tmp_path):
    release = {"name": "9", "eolFrom": "2098-06-10", "eoesFrom": "2099-06-30"}
    answer = {"result": {"name": "rhel", "releases": [release]}}
    network = FakeNetwork({f"{V1}/rhel/": json.dumps(answer).encode()})
    update(tmp_path, [eol.ADVISORY_SOURCE], need=Need(frozenset({"rhel:9"})), fetcher=network)
    with open_database(database_path(tmp_path)) as database:
        assert database.end_of_life("rhel:9") == "2098-06-10"
