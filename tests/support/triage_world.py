"""A fleet to decide in: two projects, images of OpenSSL and Django with findings, and people with roles."""

from sqlalchemy import update

from careen.fleet.connection import writing
from careen.fleet.tables import decision, image_layer, member, project_image, unit_finding, user
from careen.model.advisory import VulnerabilityRecord
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import advisory, deb, info, pypi

OPENSSL, DJANGO = "CVE-2026-0001", "CVE-2026-0002"
LIBSSL = "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12"
RECORDS = [
    info(unfixed=True),
    info("PyPI", "osv"),
    advisory(),
    advisory(DJANGO, "4.2.9", "PyPI", "django", source="osv"),
    VulnerabilityRecord(OPENSSL, "nvd", severity="critical"),
    VulnerabilityRecord(DJANGO, "nvd", severity="low"),
]
BASE = ["sha256:" + "a" * 64, "sha256:" + "b" * 64]  # layers of image 1
ABOVE = "sha256:" + "c" * 64


def triage_fleet(folder, address=""):
    """Images 1 (OpenSSL), 2 (OpenSSL and Django, on the layers of image 1) and 3 (another project's OpenSSL)."""
    fleet = fleet_in(folder, address)
    database_with(fleet, RECORDS, "2026-01-01T00:00:00+00:00")
    one, other = add_project(fleet, 1), add_project(fleet, 2)
    add_image(fleet, [deb()], 1, one)
    add_image(fleet, [deb(), pypi()], 2, one)
    add_image(fleet, [deb()], 3, other)
    with writing(fleet.engine) as connection:
        for number, layers in ((1, BASE), (2, [*BASE, ABOVE]), (3, [ABOVE])):
            rows = [{"image_id": number, "position": place, "digest": digest} for place, digest in enumerate(layers)]
            connection.execute(image_layer.insert(), rows)
    return fleet


def a_decision(fleet, **values):
    row = {"project_id": 1, "vulnerability": OPENSSL, "status": "not_affected", "decided_by": "user:ada", "decided_at": 5.0}
    with writing(fleet.engine) as connection:
        return connection.execute(decision.insert().values(row | values)).inserted_primary_key[0]


def a_user(fleet, name="ada", roles=(), **values):
    with writing(fleet.engine) as connection:
        row = {"name": name, "created_at": 0.0, **values}
        number = connection.execute(user.insert().values(row)).inserted_primary_key[0]
        for project_id, role in roles:
            connection.execute(member.insert().values(project_id=project_id, user_id=number, role=role))
    return number


def show(fleet, image_id, project_id):
    with writing(fleet.engine) as connection:
        connection.execute(project_image.insert().values(project_id=project_id, image_id=image_id, seen_at=0.0))


def found_at(fleet, moment):
    with writing(fleet.engine) as connection:
        connection.execute(update(unit_finding).values(first_at=moment))
