"""Weak signs that somebody else built a package: an index settles them, or nothing does."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.matching import ALMA, DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, codes, deb, info, knowledge

from careen.matching.built_by import built_by, created_of
from careen.matching.keys import Keys
from careen.matching.match import match
from careen.model.advisory import Listed
from careen.model.image import History, ImageConfig
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Source
from careen.plugins import VersionScheme
from careen.versions.deb import key

MADE = "2026-05-01"
INDEX = "2026-05-20"
DEB = {**SCHEMES, "deb": VersionScheme("deb", key)}


def built(version, name="openssl", **fields):
    return deb("libssl3", version, Source(name, version), maintainer="Jane Person <jane@example.net>", **fields)


def listed(*versions, name="openssl", namespace="debian:12", as_of=INDEX):
    return Listed(namespace, name, versions, as_of)


STABLE = listed("3.0.16-1~deb12u1", "3.0.17-1~deb12u2")
UNSTABLE = listed("3.5.4-1", namespace="debian:sid")


def signs(package, *records, created=MADE, distribution=DEBIAN):
    found = built_by(Inventory(distribution, (package,), created=created), knowledge(*records), Keys(DEB), TODAY)
    assert [one.purl for one in found.inventory.packages if one.vendor == "third_party"] == list(found.third_parties)
    if found.third_parties:
        assert found.gaps == ()
        return "third_party"
    return "doubtful" if found.gaps else "distribution"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("3.0.15-1~deb12u1", "distribution"),
        ("3.0.17-1~deb12u2", "distribution"),
        ("3.0.18-1~deb12u1", "distribution"),  # an update that the index does not have yet
        ("3.5.4-1", "distribution"),  # unstable's
        ("3.5.0-1", "doubtful"),  # was unstable's, or is one's own
        ("3.5.0-1~bpo12+1", "doubtful"),
        ("3.9.0-1~bpo12+1", "doubtful"),
        ("3.9.0-1", "third_party"),
        ("3.9.0", "third_party"),  # no native package
        ("not a version", "distribution"),
    ],
)
def test_a_version_against_the_index(version, expected):
    assert signs(built(version), STABLE, UNSTABLE) == expected


@pytest.mark.parametrize("created", ["", "1980-01-01", "2026-06-02", "2026-05-19", "yesterday"])
def test_without_a_day_before_the_index_it_is_a_doubt(created):
    assert signs(built("3.9.0-1"), STABLE, UNSTABLE, created=created) == "doubtful"
    assert signs(built("1-1", "acme"), listed(name="acme"), created=created) == "doubtful"


def test_each_index_is_newer_than_the_image():
    assert signs(built("3.9.0-1"), replace(STABLE, as_of=MADE), UNSTABLE) == "doubtful"
    assert signs(built("3.9.0-1"), STABLE, replace(UNSTABLE, as_of=MADE)) == "doubtful"
    assert signs(built("3.9.0-1"), STABLE, replace(UNSTABLE, as_of="")) == "doubtful"
    assert signs(built("3.9.0-1"), STABLE, replace(STABLE, as_of=MADE), UNSTABLE) == "third_party"


def test_unstable_must_have_the_package():
    assert signs(built("3.9.0-1"), STABLE) == "doubtful"
    assert signs(built("3.9.0-1"), STABLE, replace(UNSTABLE, namespace="debian:13")) == "doubtful"


def test_a_version_that_one_index_has():
    assert signs(built("3.9.0-1"), STABLE, listed("3.9.0-1"), UNSTABLE) == "distribution"


def test_a_name_that_no_release_has():
    assert signs(built("1-1", "acme"), listed(name="acme")) == "third_party"
    assert signs(built("1-1", "acme"), STABLE, UNSTABLE) == "distribution"  # no index is whole
    removed = advisory(package="acme", namespace="debian:11")
    assert signs(built("1-1", "acme"), listed(name="acme"), removed) == "doubtful"


def test_what_is_not_debians_is_not_looked_up():
    signed = built("3.9.0-1", vendor="third_party")
    alien = replace(signed, vendor="distribution", distro=None)
    assert signs(alien, STABLE, UNSTABLE, distribution=ALMA) == "distribution"
    found = built_by(Inventory(DEBIAN, (signed,), created=MADE), knowledge(STABLE, UNSTABLE), Keys(DEB), TODAY)
    assert (found.third_parties, found.gaps) == ((), ())
    assert signs(alien, listed("1-1", namespace="debian:sid"), distribution=Distribution("debian", "")) == "distribution"


def test_it_is_assessed_as_a_third_partys():
    records = [STABLE, UNSTABLE, info(unfixed=True), advisory(fixed=None, status="open", package="acme"), listed(name="other")]
    package = built("1-1", "other")
    matched = match(Inventory(DEBIAN, (package, deb()), created=MADE), knowledge(*records), DEB, ECOSYSTEMS, TODAY)
    assert matched.third_parties == (package.purl,)
    assert codes(matched)["unassessed_package"].subjects == (package.purl,)
    doubtful = match(Inventory(DEBIAN, (package, deb())), knowledge(*records), DEB, ECOSYSTEMS, TODAY)
    assert (doubtful.third_parties, codes(doubtful)["no_index"].subjects) == ((), (package.purl,))


@pytest.mark.parametrize(
    ("version", "fixed", "found", "code"),
    [
        ("3.5.0-1", "3.5.1-1", ["CVE-2026-0002"], "no_index"),
        ("3.5.4-1", "3.5.5-1", ["CVE-2026-0002"], "stand_in"),  # unstable's own
        ("3.5.1-1", "3.5.1-1", [], "no_index"),
        ("3.5.1-1~bpo12+1", "3.5.1-1", [], "no_index"),
        ("3.5.0-1~bpo12+1", "3.5.1-1", ["CVE-2026-0002"], "no_index"),
        ("3.0.17-1~deb12u2", "3.5.1-1", ["CVE-2026-0001"], ""),
    ],
)
def test_a_version_above_the_releases_by_the_advisories_of_unstable(version, fixed, found, code):
    records = [
        STABLE, UNSTABLE, info(unfixed=True), info("debian:sid", unfixed=True),
        advisory("CVE-2026-0001", "3.0.18-1~deb12u1"), advisory("CVE-2026-0002", fixed, "debian:sid"),
    ]  # fmt: skip
    inventory = Inventory(DEBIAN, (built(version),), created=MADE)
    matched = match(inventory, knowledge(*records), DEB, ECOSYSTEMS, TODAY)
    assert [one.id for one in matched.findings] == found
    if code:
        assert codes(matched)[code].subjects == (inventory.packages[0].purl,)
        assert all(one.confidence == "likely" for one in matched.findings)
        assert "stand_in" in codes(matched)
    else:
        assert codes(matched) == {}


@pytest.mark.parametrize("unstable", [[], [info("debian:sid")], [info("debian:sid", unfixed=True, partial=True)]])
def test_without_advisories_for_unstable_the_package_stays_the_releases(unstable):
    records = [STABLE, UNSTABLE, info(unfixed=True), advisory(fixed=None, status="open"), *unstable]
    matched = match(Inventory(DEBIAN, (built("3.5.0-1"),), created=MADE), knowledge(*records), DEB, ECOSYSTEMS, TODAY)
    assert ([one.id for one in matched.findings], list(codes(matched))) == (["CVE-2026-0001"], ["no_index"])


def test_the_day_of_an_image_is_the_latest_that_it_names():
    config = ImageConfig(created="2023-11-14T22:13:20Z", history=(History("2024-01-01T00:00:00.123456789Z"), History("?")))
    assert created_of(config) == "2024-01-01"
    assert created_of(ImageConfig()) == ""


versions = st.from_regex(r"[0-9]\.[0-9](-[0-9](~deb12u[1-9])?)?", fullmatch=True)
days = st.dates(date(2026, 4, 1), date(2026, 6, 1)).map(date.isoformat)


@given(versions, st.lists(versions, max_size=3), st.lists(versions, max_size=3), days, days, days)
def test_nothing_that_debian_may_have_built_is_somebody_elses(version, stable, unstable, created, indexed, other):
    records = []
    if stable:
        records.append(listed(*stable, as_of=indexed))
    if unstable:
        records.append(listed(*unstable, namespace="debian:sid", as_of=other))
    if signs(built(version), *records, created=created) == "third_party":
        assert all(key(version) > key(one) for one in (*stable, *unstable))
        assert stable
        assert unstable
        assert created < min(indexed, other)
        assert "deb12u" not in version
