from msgspec.structs import replace
from tests.support.reports import JINJA, KERNEL, LIBSSL, LOG4J, ROOT_USER, faulty, usual, vulnerability

from careen.model.finding import Fix, Location
from careen.model.plan import Action, Advice, Change, Plan, Upgrade
from careen.output.first_steps import first_steps


def test_without_a_plan_each_source_package_is_a_step():
    steps = first_steps(usual())
    assert [(step.title, step.removes) for step in steps] == [
        ("upgrade org.apache.logging.log4j:log4j-core 2.14.1: fixes are in 2.15.0 or 2.12.2 or 2.3.1", 1),
        ("upgrade openssl 3.0.11-1~deb12u2: fixes are in 3.0.13-1~deb12u1", 2),
        ("upgrade Jinja2 3.0.1: fixes are in 3.1.3", 1),
    ]
    assert steps[1].severities == (("medium", 2),)


def test_the_steps_of_a_plan():
    pip = Action("pip", "/opt/bin/python3", "dockerfile", "…", (Upgrade("Jinja2", "3.0.1", "3.1.3", 1, JINJA.purl),), 1)
    libraries = (Upgrade("libssl3", "1", "2", 2, LIBSSL.purl), Upgrade("openssl", "1", "2", 0, "pkg:deb/debian/openssl"))
    apt = Action("apt", "", "dockerfile", "apt-get …", libraries, 2)
    advice = (Advice("drop_package", "remove x", 4), Advice("refresh_base", "pull a newer base", 1))
    system = vulnerability("CVE-4", KERNEL, severity="low")
    found = (vulnerability("CVE-1", JINJA, severity="low"), *(vulnerability(f"CVE-{n}", LIBSSL) for n in (2, 3)), system)
    steps = first_steps(replace(usual(), findings=found, plan=Plan(4, 1, 1, (pip, apt), (), advice)))
    assert [(step.title, step.effect) for step in steps] == [
        ("apt: upgrade 2 packages", "removes 2"),
        ("pip in /opt/bin/python3: upgrade Jinja2 3.0.1 to 3.1.3", "removes 1"),
        ("pull a newer build of the base image (docker build --pull)", "may remove 1"),
    ]
    assert steps[0].severities == (("high", 2),)
    assert steps[0].fingerprints == tuple(finding.fingerprint for finding in found[1:3])


def test_packages_of_third_parties_are_upgraded_from_their_makers():
    report = usual()
    packages = tuple(
        replace(package, vendor="third_party") if package is LIBSSL else package for package in report.inventory.packages
    )
    advice = (Advice("newer_build", "upgrade libssl3 …", 1), Advice("refresh_base", "pull a newer base", 1))
    found = (vulnerability("CVE-1", LIBSSL), vulnerability("CVE-2", KERNEL, severity="low"))
    inventory = replace(report.inventory, packages=packages)
    steps = first_steps(replace(report, inventory=inventory, findings=found, plan=Plan(2, 2, 2, (), (), advice)))
    assert [(step.title, step.effect, step.fingerprints) for step in steps] == [
        ("upgrade libssl3 …", "may remove 1", (found[0].fingerprint,)),
        ("pull a newer build of the base image (docker build --pull)", "may remove 1", (found[1].fingerprint,)),
    ]


def test_each_command_of_a_step_is_a_line():
    also = (
        Change("pip", "requirements.txt", "project", "set Jinja2 to 3.1.3"),
        Change("pip", "", "dockerfile", "pip install x"),
    )
    pip = Action("pip", "", "dockerfile", "pip …", (Upgrade("Jinja2", "3.0.1", "3.1.3", 1, JINJA.purl),), 1, also)
    found = (vulnerability("CVE-1", JINJA),)
    (step,) = first_steps(replace(usual(), findings=found, plan=Plan(1, 1, 1, (pip,), (), ())))
    assert step.commands == ("pip …", "in requirements.txt: set Jinja2 to 3.1.3", "pip install x")


def test_other_kinds_are_grouped_by_what_they_advise():
    steps = first_steps(faulty())
    assert [(step.title, step.detail[:6], step.removes) for step in steps] == [
        ("remove Token of a service from app/settings.py, and revoke it", "Remove", 1),
        ("Container runs as root", "Name a", 1), ("Container runs as root", "Name a", 1),
    ]  # fmt: skip


def test_a_misconfiguration_of_a_file_is_named_with_its_place():
    def at(*lines):
        places = [replace(ROOT_USER, location=Location("compose.yaml", line), fingerprint=f"f{line}") for line in lines]
        return [step.title for step in first_steps(replace(faulty(), findings=tuple(places)))]

    assert at(7) == ["Container runs as root: compose.yaml:7"]
    assert at(7, 9, 12) == ["Container runs as root: compose.yaml:7 and 2 more"]
    assert at(None) == ["Container runs as root"]


def test_a_copy_is_counted_with_the_upgrade_of_its_owner():
    found = (vulnerability("CVE-1", JINJA), vulnerability("CVE-2", LOG4J))
    alone = Plan(2, 2, 2, (), (), (), bundled={LOG4J.purl: "Jinja2"})
    (step,) = (step for step in first_steps(replace(usual(), findings=found, plan=alone)))
    assert (step.title.startswith("upgrade Jinja2 to a release with a newer copy of"), step.effect) == (True, "may remove 1")
    assert step.briefs == (
        "upgrade Jinja2, which contains org.apache.logging.log4j:log4j-core 2.14.1",
        "upgrade Jinja2, for its org.apache.logging.log4j:log4j-core", "upgrade Jinja2",
    )  # fmt: skip
    pip = Action("pip", "", "dockerfile", "…", (Upgrade("Jinja2", "3.0.1", "3.1.3", 1, JINJA.purl),), 1)
    (step,) = first_steps(replace(usual(), findings=found, plan=replace(alone, actions=(pip,))))
    assert (step.title, step.effect) == ("pip: upgrade Jinja2 3.0.1 to 3.1.3", "removes 1, maybe 1 more")


def test_an_upgrade_has_shorter_titles():
    place, upgrade = "/opt/venv/bin/python3.9", Upgrade("Jinja2", "3.0.1", "3.1.3", 1, JINJA.purl)
    plan = Plan(1, 0, 0, (Action("pip", place, "dockerfile", "…", (upgrade,), 1),), (), ())
    (step,) = first_steps(replace(usual(), findings=(vulnerability("CVE-1", JINJA),), plan=plan))
    assert step.title == f"pip in {place}: upgrade Jinja2 3.0.1 to 3.1.3"
    brief = "upgrade Jinja2 to 3.1.3"
    assert step.briefs[1:] == (f"pip in {place}: {brief}", f"pip in python3.9: {brief}", brief)
    several = replace(plan, actions=(replace(plan.actions[0], upgrades=(upgrade, upgrade)),))
    (step,) = first_steps(replace(usual(), findings=(vulnerability("CVE-1", JINJA),), plan=several))
    assert step.briefs[-1] == "pip: upgrade 2 packages"


def test_what_is_exploited_is_first_then_the_worst_severity():
    found = (
        *(vulnerability(f"CVE-{n}", LIBSSL, severity="high") for n in range(3)),
        vulnerability("CVE-4", LOG4J, severity="critical"),
        vulnerability("CVE-5", JINJA, severity="medium", kev=True),
        *(vulnerability(f"CVE-1{n}", KERNEL, severity="negligible") for n in range(4)),
    )
    steps = first_steps(replace(usual(), findings=found))
    assert [step.exploited for step in steps] == [1, 0, 0, 0]
    assert [step.severities for step in steps] == [
        (("medium", 1),), (("critical", 1),), (("high", 3),), (("negligible", 4),),
    ]  # fmt: skip


def test_findings_that_are_only_possible_make_no_step_urgent():
    possible = (vulnerability(f"CVE-{n}", LOG4J, severity="critical", confidence="possible", kev=True) for n in range(9))
    found = (*possible, vulnerability("CVE-10", JINJA, severity="medium"))
    steps = first_steps(replace(usual(), findings=found))
    assert [(step.removes, step.exploited, step.severities) for step in steps] == [(1, 0, (("medium", 1),)), (9, 0, ())]


def test_an_upgrade_that_removes_all_is_known_to_remove_what_has_no_fixed_version():
    unfixed = vulnerability("CVE-2", JINJA, severity="low", fix=Fix("open", ()))
    found = (vulnerability("CVE-1", JINJA, severity="critical"), unfixed)

    def severities(removes):
        pip = Action("pip", "", "dockerfile", "…", (Upgrade("Jinja2", "3.0.1", "3.1.3", removes, JINJA.purl),), removes)
        (step,) = first_steps(replace(usual(), findings=found, plan=Plan(2, 0, 0, (pip,), (), ())))
        return step.severities

    assert severities(2) == (("critical", 1), ("low", 1))
    assert severities(1) == (("critical", 1),)
    assert severities(3) == (("critical", 1),)


def test_what_an_upgrade_leaves_does_not_hide_what_it_removes():
    found = tuple(vulnerability(f"CVE-{n}", JINJA, severity="critical", kev=n == 1) for n in range(3))
    left = Upgrade("Jinja2", "3.0.1", "3.1.3", 2, JINJA.purl, stays=(found[2].fingerprint,))
    pip = Action("pip", "", "dockerfile", "…", (left,), 2)
    (step,) = first_steps(replace(usual(), findings=found, plan=Plan(3, 1, 1, (pip,), (), ())))
    assert (step.exploited, step.severities) == (1, (("critical", 2),))
    assert step.fingerprints == (found[0].fingerprint, found[1].fingerprint)


def test_a_release_that_has_ended_is_as_urgent_as_a_critical_finding():
    found = (
        vulnerability("CVE-1", JINJA, severity="critical", kev=True),
        vulnerability("CVE-2", LIBSSL, severity="high"),
        vulnerability("CVE-3", KERNEL, severity="low", fix=Fix("open", ())),
    )
    ended = replace(usual(), findings=found, end_of_life="2020-01-01")
    exploited, release, system = first_steps(ended)
    assert (exploited.exploited, system.severities) == (1, (("high", 1),))
    assert release.title == "move to a supported release: Debian GNU/Linux 12 ended 2020-01-01"
    assert release.effect == "may remove 1"
    (release,) = first_steps(replace(ended, findings=()))
    assert release.effect == "brings fixes again"
    assert not any(step.is_release for step in first_steps(usual()))


def test_what_removes_the_worst_is_first_even_if_it_may_fail():
    pip = Action("pip", "", "dockerfile", "…", (Upgrade("Jinja2", "3.0.1", "3.1.3", 1, JINJA.purl),), 1)
    found = (vulnerability("CVE-1", JINJA, severity="low"), vulnerability("CVE-2", KERNEL, severity="critical"))
    advice = (Advice("refresh_base", "pull a newer base", 1),)
    steps = first_steps(replace(usual(), findings=found, plan=Plan(2, 1, 1, (pip,), (), advice)))
    assert [(step.title.partition(" ")[0], step.certain) for step in steps] == [("pull", False), ("pip:", True)]
