"""The findings about names."""

from datetime import date

import pytest

from careen.behaviour.lookalikes import Known, look_alike, look_alikes
from careen.model.package import Evidence, Package

TODAY = date(2026, 11, 1)


def _package(name, **options):
    return Package("pypi", None, name, "1.0", evidence=(Evidence("usr/lib/x/METADATA", 2),), **options)


def test_a_package_is_reported_once_with_its_place_and_what_it_rests_on():
    (finding,) = look_alikes([_package("reqeusts"), _package("reqeusts"), _package("requests")])
    assert (finding.id, finding.severity, finding.layer, finding.location.path) == (
        "MAL-002",
        "medium",
        2,
        "usr/lib/x/METADATA",
    )
    assert finding.package == "pkg:pypi/reqeusts@1.0"
    assert "requests is number" in finding.evidence[0]


def test_a_distribution_may_name_its_packages_as_it_likes():
    owned = [_package("reqeusts", owned_by="pkg:deb/debian/x@1"), _package("reqeusts", vendor="distribution")]
    assert list(look_alikes([*owned, Package("deb", "debian", "reqeusts", "1")])) == []


def test_letters_of_another_script_are_high_and_named():
    finding = look_alike("PyPI", "rеquests")
    assert finding is not None
    assert (finding.severity, finding.evidence[-1]) == ("high", "U+0435 CYRILLIC SMALL LETTER IE")


@pytest.mark.parametrize(
    ("name", "known", "severity"),
    [
        ("reqeusts", Known(), "medium"),
        ("reqeusts", Known(date(2026, 10, 1)), "high"),
        ("reqeusts", Known(None, 10), "high"),
        ("reqeusts", Known(date(2020, 1, 1), 10), "medium"),
        ("reqeusts", Known(date(2020, 1, 1)), None),
        ("reqeusts", Known(None, 5_000_000), None),
        ("reqeusts", Known(date(2025, 1, 1), 5_000), "medium"),
        ("requests-official", Known(date(2026, 10, 1)), "medium"),
        ("rеquests", Known(date(2020, 1, 1), 5_000_000), "high"),
    ],
)
def test_age_and_popularity_count(name, known, severity):
    finding = look_alike("PyPI", name, known, TODAY)
    assert (finding and finding.severity) == severity
