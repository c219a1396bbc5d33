"""What people mean who type an id, and which ids of their images are one slip away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import advisory, deb, info

from careen.fleet.near_ids import _slips, is_begun, meant, near


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("CVE-2021-44228", "CVE-2021-44228"),
        ("cve-2021-44228", "CVE-2021-44228"),
        ("cve_2021_44228", "CVE-2021-44228"),
        ("CVE 2021 44228.", "CVE-2021-44228"),
        ("CVE\u20132021\u201344228", "CVE-2021-44228"),
        ("cve2021-44228", "CVE-2021-44228"),
        ("GHSA-jfh8-c2jp-5v3q", "GHSA-jfh8-c2jp-5v3q"),
        ("ghsa-JFH8-C2JP-5V3Q", "GHSA-jfh8-c2jp-5v3q"),
        ("CVE-2021-442", ""),
        ("CVE-21-44228", ""),
        ("CVE-2021-4422B", ""),
        ("GHSA-jfh8-c2jp", ""),
        ("openssl", ""),
        ("", ""),
    ],
)
def test_what_is_meant(text, id):
    assert meant(text) == id


def test_what_looks_like_an_id():
    assert is_begun("cve-21-1") and is_begun("GHSA-x") and not is_begun("openssl")


@given(st.integers(1999, 2030), st.integers(1000, 10**9), st.data())
def test_one_wrong_digit_is_always_found(year, number, data):
    typed = str(number)
    at = data.draw(st.integers(0, len(typed) - 1))
    wrong = typed[:at] + data.draw(st.sampled_from("0123456789")) + typed[at + 1 :]
    right = f"CVE-{year}-{number}"
    if wrong != typed:
        assert right in _slips(f"CVE-{year}-{wrong}")
    assert right not in _slips(right)


def test_only_ids_of_images_that_the_project_sees(tmp_path):
    fleet = fleet_in(tmp_path)
    add_project(fleet, 1)
    add_project(fleet, 2)
    database_with(fleet, [advisory("CVE-2021-44228"), info(unfixed=True)], "2026-11-01T00:00:00Z")
    add_image(fleet, [deb()], 1, 1)
    with fleet.engine.connect() as connection:
        for slip in ("CVE-2021-44282", "CVE-2021-4428", "CVE-2021-442228", "CVE-2021-44229", "CVE-2020-44228"):
            assert near(connection, 1, slip) == ("CVE-2021-44228",)
            assert near(connection, 2, slip) == ()
        for other in ("CVE-2021-12345", "GHSA-jfh8-c2jp-5v3q", "CVE-2021-44228", "x" * 500):
            assert near(connection, 1, other) == ()
    fleet.assessors.close()
    fleet.engine.dispose()
