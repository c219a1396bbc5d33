import pytest
from msgspec.structs import replace
from tests.support.reports import JINJA, vulnerability

from careen.model.finding import Fix
from careen.model.plan import Action, Plan, Upgrade
from careen.reports.table.targets import target_of

FIXED, OPEN = vulnerability("CVE-1", JINJA), vulnerability("CVE-2", JINJA, fix=Fix("open"))
ELSEWHERE, IN_OTHER = replace(FIXED, paths=("usr/share/wheels",)), replace(FIXED, package="pkg:pypi/other@1")
NOTHING = Plan(2, 2, 2, (), (), ())


def upgraded(*upgrades):
    actions = (
        Action("pip", "", "dockerfile", "…", tuple(Upgrade("Jinja2", "3.0.1", *one, JINJA.purl) for one in upgrades), 2),
    )
    return replace(NOTHING, actions=actions)


@pytest.mark.parametrize(
    ("findings", "plan", "target"),
    [
        ((FIXED, FIXED), upgraded(("3.1.3", 2)), "3.1.3 fixes all"),
        ((FIXED, OPEN), upgraded(("3.1.3", 1)), "3.1.3 fixes 1 of 2"),
        ((FIXED, OPEN), upgraded(("3.1.3", 2)), "3.1.3 fixes all"),  # the plan has matched the new version
        ((OPEN,), upgraded(("3.1.3", 5)), ""),  # only some severities are listed
        ((FIXED,), upgraded(("3.1.3", 1), ("3.1.6", 0), ("3.1.3", 1)), "3.1.3, 3.1.6 fixes all"),  # in several places
        ((FIXED,), replace(NOTHING, bundled={JINJA.purl: "flask"}), "upgrade flask, which contains it"),
        ((FIXED, OPEN), replace(NOTHING, versions={JINJA.purl: "3.1.3"}), "3.1.3 fixes 1 of 2"),
        ((FIXED, ELSEWHERE), upgraded(("3.1.3", 1)), "3.1.3 fixes 1 of 2 in 2 places"),  # a row shows both
        ((FIXED, IN_OTHER), upgraded(("3.1.3", 1)), "3.1.3 fixes 1 of 2 in 2 packages"),
        ((FIXED, OPEN), upgraded(("3.1.3", -1)), ""),  # a copy elsewhere keeps its findings, and the new version has one more
        ((FIXED,), replace(NOTHING, bundled={JINJA.purl: "flask and bottle"}), "upgrade flask and bottle, which contain it"),
        ((FIXED,), replace(upgraded(("3.1.3", -1)), bundled={JINJA.purl: "flask"}), "upgrade flask, which contains it"),
        ((OPEN,), NOTHING, ""),
        ((OPEN,), None, ""),
    ],
)
def test_targets(findings, plan, target):
    assert target_of(findings, plan) == target
