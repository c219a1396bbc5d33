"""Decisions about a base: whose count, where, and which of them without being accepted."""

import pytest
from sqlalchemy import update
from tests.support.fleet_units import add_image
from tests.support.matching import Evidence, deb
from tests.support.triage_world import ABOVE, BASE, LIBSSL, OPENSSL, a_decision, a_user, show, triage_fleet

from careen.fleet import base_statements
from careen.fleet.connection import writing
from careen.fleet.tables import image_layer, image_unit, upload, user

BOTH = ((1, "triager"), (2, "admin"))


@pytest.fixture
def fleet(tmp_path, address):
    made = triage_fleet(tmp_path, address)
    yield made
    made.engine.dispose()


def offered(fleet, image_id=2, project_id=1):
    with fleet.engine.connect() as connection:
        found = base_statements.offers(connection, project_id, image_id)
        applying = base_statements.applying(connection, project_id, image_id, f"sha256:{image_id}")
    assert len(applying) == sum(offer.applies for offer in found)
    return [(offer.vulnerability, offer.package, offer.applies) for offer in found]


@pytest.mark.parametrize(
    ("values", "applies"),
    [
        ({"status": "fixed"}, True),
        ({"justification": "component_not_present"}, True),
        ({"justification": "vulnerable_code_not_in_execute_path"}, False),
        ({"reason": "we do not use it"}, False),
    ],
)
@pytest.mark.parametrize("package", ["", "pkg:deb/debian/libssl3", LIBSSL])
def test_what_is_about_files_applies_and_the_rest_is_a_suggestion(fleet, values, applies, package):
    a_user(fleet, roles=BOTH)
    a_decision(fleet, identity="sha256:1", package=package, **values)
    assert offered(fleet) == [(OPENSSL, LIBSSL, applies)]
    assert offered(fleet, image_id=1) == [], "the image itself is no base of itself"
    assert offered(fleet, image_id=3, project_id=2) == [], "it has other layers"


def test_it_is_offered_in_another_project_and_says_whence(fleet):
    a_user(fleet, roles=BOTH)
    number = a_decision(fleet, identity="sha256:1", status="fixed", package=LIBSSL)
    show(fleet, 2, 2)
    with fleet.engine.connect() as connection:
        found = base_statements.offers(connection, 2, 2)[0]
    assert found.origin == f"decision {number} of user:ada about app:1 in the project p1"


@pytest.mark.parametrize(
    ("by", "roles", "values"),
    [
        ("user:ada", ((1, "triager"),), {}),
        ("user:ada", ((1, "triager"), (2, "reader")), {}),
        ("user:ada", BOTH, {"disabled_at": 1.0}),
        ("key:ada", BOTH, {}),
        ("user:eve", BOTH, {}),
    ],
)
def test_only_people_who_may_triage_both_projects_count(fleet, by, roles, values):
    a_user(fleet, roles=roles, **values)
    a_decision(fleet, identity="sha256:1", status="fixed", decided_by=by)
    show(fleet, 2, 2)
    assert offered(fleet, project_id=2) == []
    with writing(fleet.engine) as connection:
        connection.execute(update(user).values(name=by.partition(":")[2], is_admin=True, disabled_at=None))
    assert bool(offered(fleet, project_id=2)) == by.startswith("user:")


def test_a_package_that_a_later_layer_brings_is_no_longer_the_one_of_the_base(fleet):
    a_user(fleet, roles=BOTH)
    a_decision(fleet, identity="sha256:1", status="fixed")
    assert offered(fleet)
    with writing(fleet.engine) as connection:
        connection.execute(update(image_unit).where(image_unit.c.image_id == 2).values(layer=2))
    assert offered(fleet) == [], "the same package, installed again above"
    add_image(fleet, [deb(version="3.0.12-1", evidence=(Evidence("var/lib/dpkg/status", 0),))], 4, 1)
    with writing(fleet.engine) as connection:
        rows = [{"image_id": 4, "position": place, "digest": digest} for place, digest in enumerate([*BASE, ABOVE])]
        connection.execute(image_layer.insert(), rows)
    assert offered(fleet, image_id=4) == [], "another version"


def test_an_uploaded_report_has_findings_of_its_own(fleet):
    a_user(fleet, roles=BOTH)
    a_decision(fleet, identity="sha256:1", status="fixed")
    assert offered(fleet)
    row = {"project_id": 1, "image_id": 2, "kind": "report", "name": "ci:1", "token": "t", "at": 1.0}
    with writing(fleet.engine) as connection:
        connection.execute(upload.insert().values(**row, content=b"", size_bytes=0, uploaded_by="key:ci"))
    assert offered(fleet) == []


def test_what_the_project_has_decided_itself_comes_first(fleet):
    a_user(fleet, roles=BOTH)
    a_decision(fleet, identity="sha256:1", status="fixed")
    a_decision(fleet, identity="sha256:2", status="affected")
    assert offered(fleet) == []


def test_a_base_counts_while_its_decision_does(fleet):
    a_user(fleet, roles=BOTH)
    a_decision(fleet, identity="sha256:1", status="fixed", expires_at=6.0)
    a_decision(fleet, identity="sha256:1", status="fixed", revoked_at=6.0)
    a_decision(fleet, identity="sha256:1", status="under_investigation")
    assert offered(fleet) == []
