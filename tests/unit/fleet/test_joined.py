"""The gates decide about an image by the verdicts of its units as a scan of it would."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.fleet_packages import INFOS, RECORDS, inventories
from tests.support.fleet_units import add_image, database_with, fleet_in, rows
from tests.support.generated import examples
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge

from careen.app.archives import with_shipped
from careen.app.wiring import policy_of
from careen.config import settings_of
from careen.fleet.assessing import Assessor, current_assessor
from careen.fleet.joined import News, UnitMatcher, joined
from careen.fleet.rematch import assess_units
from careen.fleet.split import split
from careen.fleet.tables import unit, unit_finding
from careen.matching.rated import unfetched
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Source
from careen.pipeline.assessment import Assessment, Matcher
from careen.pipeline.image import report_of
from careen.policy.policy import Policy

IMAGE = Image("app:1", "image", "sha256:1", None, ImageConfig(), ())
RULES = (
    {"fail_on": "high"},
    {"fail_on": "low", "strict": True},
    {"fail_on": "critical,kev", "ignore_unfixed": True},
    {"fail_on": "high", "strict": True, "accept": ["no_advisories", "partial_source"]},
    {"fail_on": "high", "strict": True, "accept": ["unassessed_package", "end_of_life:debian-12", "no_source"]},
    {},
)


class Joined:
    def __init__(self, known, settings, shipped):
        self.knowledge, self._assessor = shipped, Assessor(known, SCHEMES, ECOSYSTEMS, settings, TODAY)

    def matched(self, inventory, policy, today):
        verdicts = [self._assessor.assess(one.context, one.content).verdict for one in split(inventory)]
        found = joined(inventory, verdicts)
        return found, unfetched(found, self.knowledge)


def places(findings):
    return {
        (one.id, one.package, one.paths, one.layer, one.last_layer, one.fingerprint, one.severity, one.risk) for one in findings
    }


@examples(80)
@given(inventories(), st.sampled_from(INFOS), st.sampled_from(RULES))
def test_gates_decide_as_they_do_about_a_scan(inventory, infos, rules):
    known = knowledge(*infos, *RECORDS)
    settings = settings_of({**rules, "db_max_age": "off"})
    (shipped,) = with_shipped((known,), inventory, ECOSYSTEMS)
    by = Assessment(policy=policy_of(settings), matcher=Matcher(shipped, SCHEMES, ECOSYSTEMS), max_age_days=None)
    now = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    whole = report_of(IMAGE, inventory, by, now)
    found = report_of(IMAGE, inventory, replace(by, matcher=Joined(known, settings, shipped)), now)
    assert places(found.findings) == places(whole.findings)
    assert (found.verdict.passed, found.verdict.exit_code) == (whole.verdict.passed, whole.verdict.exit_code)
    assert found.coverage.verdict == whole.coverage.verdict
    assert {reason.code for reason in found.coverage.reasons} == {reason.code for reason in whole.coverage.reasons}
    assert found.inventory == whole.inventory


@pytest.fixture
def fleet(tmp_path):
    made = fleet_in(tmp_path)
    database_with(made, (advisory(severity="high"), info(packages=3000, unfixed=True)), "2026-11-01T00:00:00Z")
    yield made
    made.assessors.close()
    made.engine.dispose()


def test_stored_verdicts_are_taken_and_new_ones_are_handed_over(fleet):
    add_image(fleet, [deb()])
    inventory = Inventory(DEBIAN, (deb(), deb("acme", "1.3", Source("acme", "1.3"))))
    with current_assessor(fleet) as assessor:
        matcher = UnitMatcher(fleet, assessor)
        matched, _ = matcher.matched(inventory, Policy(), assessor.today)
        (new,) = matcher.new
    assert [one.package_name for one in matched.findings] == ["libssl3"]
    assert matched.assessed == 2
    assert new not in {bytes(key) for (key,) in rows(fleet, unit, "key")}


def test_a_finding_names_the_last_layer_that_has_its_package_too(fleet):
    """The stored verdict knows no layers: they are those of the image that is joined."""
    add_image(fleet, [deb()])
    two = deb(evidence=(Evidence("var/lib/dpkg/status", 0), Evidence("var/lib/dpkg/status", 2)))
    three = deb(evidence=(Evidence("var/lib/dpkg/status", 1),))
    with current_assessor(fleet) as assessor:
        for package, layers in ((two, (0, 2)), (three, (1, None)), (deb(), (0, None))):
            matched, _ = UnitMatcher(fleet, assessor).matched(Inventory(DEBIAN, (package,)), Policy(), assessor.today)
            assert {(one.layer, one.last_layer) for one in matched.findings} == {layers}


def test_what_is_handed_over_is_written_and_not_assessed_again(fleet, monkeypatch):
    with current_assessor(fleet) as assessor:
        matcher = UnitMatcher(fleet, assessor)
        matcher.matched(Inventory(DEBIAN, (deb(),)), Policy(), assessor.today)
        news = News(assessor.build, matcher.new)
    from careen.fleet.connection import writing
    from careen.fleet.units import store_units

    with writing(fleet.engine) as connection:
        missing = store_units(connection, fleet, 1, Inventory(DEBIAN, (deb(),)))
    monkeypatch.setattr(Assessor, "assess", None)
    assess_units(fleet, missing, news)
    assert rows(fleet, unit_finding, "vulnerability")


def test_verdicts_by_another_database_are_not_taken_for_those_of_this_one(fleet):
    with current_assessor(fleet) as assessor:
        matcher = UnitMatcher(fleet, assessor)
        matcher.matched(Inventory(DEBIAN, (deb(),)), Policy(), assessor.today)
        news = News(assessor.build, matcher.new)
    database_with(fleet, (info(packages=3000, unfixed=True),), "2026-11-02T00:00:00Z")
    from careen.fleet.connection import writing
    from careen.fleet.units import store_units

    with writing(fleet.engine) as connection:
        missing = store_units(connection, fleet, 1, Inventory(DEBIAN, (deb(),)))
    assess_units(fleet, missing, news)
    assert (advisory().id,) not in rows(fleet, unit_finding, "vulnerability")
    assert rows(fleet, unit, "assessed_by") == [("2026-11-02T00:00:00Z",)]


def test_a_package_of_a_third_party_says_nothing_about_those_of_the_release():
    """Whether the facts that ship count for a release is seen at its own packages alone."""
    known = knowledge(info(packages=5))
    settings = settings_of({"db_max_age": "off"})
    units = [split(Inventory(DEBIAN, (one,)))[0] for one in (deb("acme", "1-1", vendor="third_party"), deb())]
    one_after_the_other = Assessor(known, SCHEMES, ECOSYSTEMS, settings, TODAY)
    found = [one_after_the_other.assess(each.context, each.content).verdict.found for each in units]
    alone = Assessor(known, SCHEMES, ECOSYSTEMS, settings, TODAY).assess(units[1].context, units[1].content)
    assert found[1] == alone.verdict.found != ()
