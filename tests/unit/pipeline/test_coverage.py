from datetime import date

from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, deb, info, knowledge
from tests.support.reports import clean

from careen.model.attached import Attached
from careen.model.inventory import Inventory
from careen.pipeline.assessment import Assessment, Matcher
from careen.pipeline.coverage import coverage_of
from careen.policy.policy import Policy

TODAY = date(2026, 6, 1)
IMAGE = clean().image
INVENTORY = Inventory(DEBIAN, (deb(),), files=9, unowned_executables=2)
MATCHER = Matcher(knowledge(info(unfixed=True)), SCHEMES, ECOSYSTEMS)


def covered(image=IMAGE, **changes):
    by = Assessment(**{"matcher": MATCHER, **changes})
    matched, unfetched = MATCHER.matched(INVENTORY, Policy(), TODAY)
    return coverage_of(image, INVENTORY, matched, unfetched, (), by, TODAY)


def codes(coverage):
    return [reason.code for reason in coverage.reasons]


def test_an_assessed_image():
    found = covered()
    assert (found.verdict, codes(found), found.packages, found.assessed_packages) == ("assessed", [], 1, 1)


def test_without_a_database_nothing_is_assessed():
    assert covered(matcher=None).verdict == "not_assessed"
    assert "no_database" in codes(covered(matcher=None))


def test_vulnerabilities_that_were_not_asked_for():
    found = covered(scanners=frozenset(("secret",)), unread_archives=("x",))
    assert (found.verdict, codes(found), found.packages) == ("not_assessed", ["not_asked"], 1)
    assert (found.files, found.unowned_executables) == (9, 2)
    assert found.reasons[0].packages == 1


def test_archives_that_could_not_be_read():
    assert codes(covered(unread_archives=("x", "x", "y"))) == ["unread_archive", "unread_archive"]


def test_the_age_of_the_data():
    assert "stale_source" in codes(covered(max_age_days=0))
    assert "stale_source" not in codes(covered(max_age_days=None))


def test_attachments_of_the_image_that_were_not_read():
    attached = replace(IMAGE, attached=Attached(("sha256:1",), complete=False, troubles=("x",)))
    assert codes(covered(attached)) == ["attached_unread"]
    assert codes(covered(attached, scanners=frozenset(("secret",)))) == ["not_asked", "attached_unread"]
