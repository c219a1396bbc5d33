"""What each advisory states about one package, and what sets it aside."""

import pytest
from msgspec.structs import replace
from tests.support.matching import SCHEMES, advisory, deb, info, knowledge, pypi, rpm

from careen.database.combined import FallbackKnowledge
from careen.matching.explain_texts import effect_text
from careen.matching.keys import Keys
from careen.matching.statements import statements_of
from careen.matching.subject import Subject
from careen.model.advisory import Malicious, Range

LIBSSL = Subject(deb(), "debian:12", "openssl", "3.0.11-1", "deb", "Debian 12", distribution=True)
DJANGO = Subject(pypi(), "PyPI", "django", "4.2.1", "pep440", "PyPI", distribution=False)
CVE = "CVE-2026-0001"


def stated(subject, *records, ids=(CVE,), found=True, known=None):
    by_package = {}
    for record in records:
        by_package.setdefault((record.namespace, record.package), []).append(record)
    advisories = {place: tuple(group) for place, group in by_package.items()}
    return statements_of(subject, frozenset(ids), advisories, known or knowledge(), Keys(SCHEMES), found)


def only(*arguments, **more):
    (statement,), _ = stated(*arguments, **more)
    return statement


def effects(subject, *records, **more):
    """What sets each statement aside; "" of those that nothing does."""
    statements, _ = stated(subject, *records, **more)
    return [(statement.affects, statement.counts, statement.why) for statement in statements]


def text(effect, title="Debian 12", systems=()):
    return effect_text(effect, title, systems)


def test_an_advisory_that_affects_the_version_counts():
    statement = only(LIBSSL, advisory(severity="high", url="https://x.example"))
    assert (statement.source, statement.id, statement.namespace, statement.package) == ("debian", CVE, "debian:12", "openssl")
    assert (statement.status, statement.severity, statement.url) == ("fixed", "high", "https://x.example")
    assert (statement.affects, statement.counts, statement.why) == (True, True, "")
    assert statement.comparisons == ("3.0.11-1 is below 3.0.13-1, which fixes it",)


def test_an_advisory_for_other_versions_is_stated_without_a_reason():
    assert effects(LIBSSL, advisory(fixed="3.0.11-1")) == [(False, False, "")]


def test_only_advisories_that_name_the_vulnerability_are_stated():
    others = advisory("CVE-2"), advisory("DSA-1", aliases=(CVE,)), advisory(package="zlib")
    statements, asked = stated(LIBSSL, *others)
    assert [statement.id for statement in statements] == ["DSA-1"]
    assert asked == {("debian", "debian:12")}


@pytest.mark.parametrize(
    ("record", "affects", "effect"),
    [
        (advisory(status="not_affected"), True, "not_affected"),
        (advisory(status="not_affected", fixed="1.0-1"), False, "other_versions_not_affected"),
        (advisory(status="undetermined"), True, "undetermined"),
        (advisory(systems=("windows",)), True, "other_system"),
        (advisory(systems=("linux",)), True, None),
        (advisory(systems=("windows",), fixed="1.0-1"), False, None),
    ],
)
def test_what_an_advisory_states_itself(record, affects, effect):
    counts = effect is None and affects
    expected = (affects, counts, text(effect, systems=record.systems) if effect else "")
    assert effects(LIBSSL, record) == [expected]


def test_a_source_that_excludes_the_vulnerability_sets_others_aside():
    other = advisory(source="osv")
    assert effects(LIBSSL, other, advisory(status="not_affected"))[0] == (True, False, text("excluded"))


def test_a_fix_of_paid_support_counts_only_if_nothing_else_fixes_it():
    subject = replace(LIBSSL, paid="ubuntu-pro:12", continued=True)
    free, paid = advisory(fixed="3.0.10-1"), advisory(namespace="ubuntu-pro:12")
    assert effects(subject, paid) == [(True, True, text("paid_fix"))]
    assert effects(replace(subject, continued=False), paid) == [(True, False, text("paid_fix"))]
    assert effects(subject, paid, found=False) == [(True, False, text("paid_fix"))]
    assert effects(subject, free, paid) == [(False, False, ""), (True, False, text("paid_fix"))]


def test_the_owners_advisories_are_compared_with_the_owners_version_in_its_order():
    subject = replace(DJANGO, owner=replace(LIBSSL, name="python-django", version="3.0.11-1"))
    own = advisory(package="python-django")
    upstream = advisory("GHSA-1", "4.2.2", "PyPI", "django", aliases=(CVE,))
    (first, second), _ = stated(subject, upstream, own)
    assert (first.affects, first.counts, first.why) == (True, False, text("settled_by_owner"))
    assert (second.affects, second.counts, second.why) == (True, False, text("about_owner"))
    assert second.comparisons == ("3.0.11-1 is below 3.0.13-1, which fixes it",)
    assert effects(subject, upstream) == [(True, True, "")]


def test_another_source_outweighs_an_advisory_without_a_finding():
    ghsa = advisory("GHSA-1", "4.2.2", "PyPI", "django", source="gitlab", aliases=(CVE,))
    other = advisory(fixed="4.2.0", namespace="PyPI", package="django", source="ghsa")
    first, second = effects(DJANGO, ghsa, other, found=False)
    assert first == (True, False, text("aggregated"))
    assert second == (False, False, "")
    assert effects(DJANGO, ghsa, found=False) == [(True, False, "")]


def test_an_rpm_of_another_architecture():
    package = rpm("openssl", "3.0.11-1", arch="x86_64")
    subject = Subject(package, "almalinux:8", "openssl", "3.0.11-1", "rpm", "AlmaLinux 8", distribution=True)
    other = advisory(namespace="almalinux:8", arch=("aarch64",))
    assert effects(subject, other) == [(True, False, text("other_build"))]
    assert effects(subject, replace(other, arch=("x86_64",))) == [(True, True, "")]


def test_an_overruled_source_is_stated_and_does_not_count():
    shipped = knowledge(advisory(source="debian-archive"), info(source="debian-archive", partial=True))
    known = FallbackKnowledge(knowledge(info(partial=True), advisory(fixed="3.0.11-1")), shipped)
    statement = only(LIBSSL, known=known)
    assert (statement.source, statement.affects, statement.counts) == ("debian-archive", True, False)
    assert statement.why == text("overruled")


@pytest.mark.parametrize(("versions", "affects"), [((), True), (("4.2.1",), True), (("9",), False)])
def test_a_malicious_package(versions, affects):
    known = knowledge(Malicious("MAL-1", "PyPI", "django", versions))
    statement = only(DJANGO, ids=["MAL-1"], known=known)
    assert (statement.source, statement.severity) == ("openssf", "critical")
    assert (statement.affects, statement.counts) == (affects, affects)
    assert stated(DJANGO, known=known)[0] == []
    assert stated(replace(DJANGO, distribution=True), ids=["MAL-1"], known=known)[0] == []


def test_every_range_is_compared():
    both = advisory(ranges=(Range(None, "1.0-1"), Range("3.0-1", "3.1-1")), fixed=None)
    assert len(only(LIBSSL, both).comparisons) == 2
