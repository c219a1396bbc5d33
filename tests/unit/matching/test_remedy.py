from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, knowledge, pypi
from tests.support.reports import clean, vulnerability

from careen.matching.match import match
from careen.matching.remedy import plan
from careen.model.advisory import Range
from careen.model.finding import Fix
from careen.model.inventory import Inventory, PackageArchive
from careen.model.package import Distribution, Evidence, Package, Source
from careen.model.projects import Project
from careen.plugins import Ecosystem

APT = deb("apt", "2.6.1-1", source=Source("apt", "2.6.1-1"))
ALL = {**ECOSYSTEMS, "npm": Ecosystem("npm", "pep440", "npm")}


def planned(packages, records, distribution=DEBIAN, projects=(), ecosystems=ALL, **report):
    known = knowledge(*records)

    def reassess(inventory):
        return match(inventory, known, SCHEMES, ecosystems, TODAY).findings

    whole = replace(clean(), inventory=Inventory(distribution, tuple(packages), projects=projects), **report)
    return plan(whole, reassess, SCHEMES, ecosystems)


def npm(name, version, *paths):
    return Package("npm", None, name, version, evidence=tuple(Evidence(path, 1) for path in paths))


def test_the_packages_of_a_source_go_together():
    records = [advisory("CVE-1"), advisory("CVE-2", "3.0.15-1"), advisory("CVE-3", None, status="open")]
    made = planned([APT, deb(), deb("openssl", "3.0.11-1")], records)
    assert (made.before, made.after, made.after_dockerfile) == (6, 2, 2)
    (action,) = made.actions
    assert action.command == (
        "apt-get update && apt-get install -y --only-upgrade libssl3 openssl && rm -rf /var/lib/apt/lists/*"
    )
    assert [(one.package, one.to, one.removes) for one in action.upgrades] == [
        ("libssl3", "3.0.15-1", 2), ("openssl", "3.0.15-1", 2),
    ]  # fmt: skip
    assert [(one.why, one.findings) for one in made.stays] == [("no version fixes it yet", 2)]


def test_without_a_package_manager_only_the_base_can_be_renewed():
    made = planned([deb()], [advisory()])
    assert (made.before, made.after, made.actions) == (1, 1, ())
    assert [(one.why, one.findings) for one in made.stays] == [("the image has no package manager", 1)]
    assert [(one.kind, one.findings) for one in made.advice] == [("refresh_base", 1)]


def test_apt_has_no_newer_version_of_a_makers_package_if_the_makers_archive_was_removed():
    nginx = replace(deb("nginx", "1.25.3-1", source=Source("nginx", "1.25.3-1")), vendor="third_party")

    def planned_with(*addresses):
        archives = tuple(PackageArchive(address, ("bookworm",)) for address in addresses)
        inventory = Inventory(DEBIAN, (APT, nginx), archives=archives)

        def reassess(changed):
            return [
                vulnerability("CVE-1", package, fix=Fix("fixed", ("1.30.4",)))
                for package in changed.packages
                if package is nginx
            ]

        return plan(replace(clean(), inventory=inventory), reassess, SCHEMES, ALL)

    own = "http://mirror.example/debian"
    made = planned_with(own, "https://maker.example/packages/debian")
    assert (made.after, [(one.kind, one.findings) for one in made.advice]) == (1, [("newer_build", 1)])
    made = planned_with(own)
    assert (made.after, made.actions, [(one.kind, one.findings) for one in made.advice]) == (1, (), [("refresh_base", 1)])
    assert [one.why for one in made.stays] == [
        "the archives that the image names are the distribution's, which did not build it"
    ]


def test_a_newer_base_does_not_renew_an_image_that_is_stored_in_this_one():
    stored = "var/lib/docker/overlay2/a/diff/var/lib/dpkg/status"
    made = planned([APT, deb(evidence=(Evidence(stored, 1),))], [advisory()])
    assert [(one.why, one.findings) for one in made.stays] == [("it is in another image, which this one stores", 1)]
    assert (made.actions, made.advice) == ((), ())


def test_the_lowest_version_that_fixes_everything():
    def between(id, *ranges):
        return advisory(id, None, "PyPI", "django", ranges=tuple(Range(*one) for one in ranges))

    records = [
        between("PYSEC-1", ("4.0", "4.2.5"), ("5.0", "5.0.9")),
        between("PYSEC-2", ("0", "5.0.3")),  # the way to 5.0.3 leads back into the first one
        between("PYSEC-3", ("5.1", "5.2")),  # above what is needed
    ]
    made = planned([pypi("django", "4.2.1", evidence=(Evidence("opt/v/lib/python3.11/site-packages/d/METADATA", 0),))], records)
    (action,) = made.actions
    assert (made.before, made.after) == (2, 0)
    assert action.command == "/opt/v/bin/python3.11 -m pip install --no-cache-dir 'django==5.0.9'"


def test_an_upgrade_into_another_vulnerability_removes_nothing():
    records = [
        advisory("PYSEC-1", "4.2.3", "PyPI", "django"),
        advisory("PYSEC-2", None, "PyPI", "django", ranges=(Range("4.2.3"),), status="open"),
    ]
    made = planned([pypi("django", "4.2.1")], records)
    assert (made.before, made.after) == (1, 1)
    assert made.actions[0].removes == 0
    assert made.stays[0].why == "no version fixes it yet"


def test_the_place_of_an_npm_package_decides_the_command():
    records = [advisory(f"GHSA-{name}", "2.0", "npm", name) for name in ("top", "inner", "tool", "part")]
    made = planned(
        [
            npm("top", "1.0", "app/node_modules/top/package.json"),
            npm("inner", "1.0", "app/node_modules/top/node_modules/inner/package.json"),
            npm("tool", "1.0", "usr/local/lib/node_modules/tool/package.json"),
            npm("part", "1.0", "usr/local/lib/node_modules/npm/node_modules/part/package.json"),
        ],
        records,
        projects=(Project("app", (("top", "^1.0"),)),),
    )
    assert sorted(change.command for action in made.actions for change in action.changes) == [
        "cd /app && npm pkg set 'overrides[inner@1.0]=2.0' && npm install top@2.0",
        "npm install -g tool@2.0",
    ]
    assert [one.why for one in made.stays] == ["a part of npm, which contains its own copy"]


def copies(name, *versions):
    return [npm(name, version, f"app/node_modules/{version}/node_modules/{name}/package.json") for version in versions]


def between(id, name, introduced, fixed):
    return advisory(id, None, "npm", name, ranges=(Range(introduced, fixed),))


def test_copies_of_a_package_move_within_their_release_lines():
    records = [
        between("GHSA-1", "x", "0", "2.0.0"), between("GHSA-2", "x", "9.0.0", "9.1.0"),
        between("GHSA-3", "y", "9.0.0", "9.1.0"), between("GHSA-4", "y", "10.0.0", "10.2.0"),
    ]  # fmt: skip
    own = npm("x", "1.0.0", "app/node_modules/x/package.json")
    packages = [own, *copies("x", "9.0.0"), *copies("y", "9.0.0", "10.0.0")]
    (action,) = planned(packages, records, projects=(Project("app", (("x", "1.0.0"),)),)).actions
    assert action.command == (
        "cd /app && npm pkg set 'overrides[x@>8 <9.1.0]=9.1.0' 'overrides[y@>9.1.0 <10.2.0]=10.2.0' 'overrides[y@<9.1.0]=9.1.0'"
        " && npm install x@2.0.0"
    )


def test_a_copy_that_moves_into_the_line_of_another_agrees_with_it():
    records = [between("GHSA-1", "x", "0", "9.1.0"), between("GHSA-2", "x", "9.5.0", "10.2.0")]
    own = npm("x", "1.0.0", "app/node_modules/x/package.json")
    (action,) = planned([own, *copies("x", "9.5.0")], records, projects=(Project("app", (("x", "1.0.0"),)),)).actions
    # npm refuses an override that replaces what the project itself asks for
    assert action.command == "cd /app && npm pkg set 'overrides[x]=$x' && npm install x@10.2.0"


def test_an_override_of_yarn_makes_no_copy_older():
    lock = npm("z", "1.0.0", "app/yarn.lock")
    made = planned(
        [lock, *copies("x", "1.0.0", "3.0.0")],
        [between("GHSA-1", "x", "0", "2.0.0")],
        projects=(Project("app", (("z", "1"),)),),
    )
    assert [action.command for action in made.actions] == ["cd /app && npm pkg set 'resolutions[x]=3.0.0' && yarn install"]


def test_a_release_is_not_replaced_by_a_pre_release():
    records, own_order = [between("GHSA-1", "x", "0", "3.0.0-alpha.0")], {**ALL, "npm": Ecosystem("npm", "npm", "npm")}
    for version, expected in (("2.6.14", "x@3.0.0"), ("2.0.0-rc.1", "x@3.0.0-alpha.0")):
        own = npm("x", version, "app/node_modules/x/package.json")
        (action,) = planned([own], records, projects=(Project("app", (("x", "*"),)),), ecosystems=own_order).actions
        assert action.command == f"cd /app && npm install {expected}"


def test_a_project_of_yarn_gets_its_commands():
    records = [advisory(f"GHSA-{name}", "2.0", "npm", name) for name in ("top", "inner")]
    made = planned(
        [
            npm("top", "1.0", "app/node_modules/top/package.json", "app/yarn.lock"),
            npm("inner", "1.0", "app/node_modules/top/node_modules/inner/package.json", "app/yarn.lock"),
        ],
        records,
        projects=(Project("app", (("top", "^1.0"),)),),
    )
    (action,) = made.actions
    assert [change.command for change in action.changes] == [
        "cd /app && npm pkg set 'resolutions[inner]=2.0' && yarn add top@2.0",
    ]
    assert (made.before, made.after) == (2, 0)


def test_a_dependency_of_a_program_is_fixed_by_a_rebuild():
    go = Package("golang", None, "example.com/x", "1.0", evidence=(Evidence("usr/bin/app", 0),))
    made = planned([APT, deb(), go], [advisory(), advisory("GO-1", "1.2", "Go", "example.com/x")])
    assert (made.before, made.after, made.after_dockerfile) == (2, 0, 1)
    assert {(action.manager, action.where, action.command) for action in made.actions if action.where == "manifest"} == {
        ("go", "manifest", "go get example.com/x@v1.2")
    }


def test_names_of_an_image_do_not_reach_a_shell():
    for name in ("a;reboot", "$(id)", "a b", "-rf", "a'b", "a\nb", "`x`"):
        made = planned([APT, deb(name, source=Source("openssl", "3.0.11-1"))], [advisory()])
        assert made.actions == ()
        assert made.stays[0].why == "its name or its version would need quoting in a shell"
    made = planned([APT, deb()], [advisory(fixed_versions=("9.9;reboot",))])
    assert all("reboot" not in action.command for action in made.actions)
    evil = pypi("django", "4.2.1", evidence=(Evidence("a;b/lib/python3/site-packages/x/METADATA", 0),))
    (action,) = planned([evil], [advisory("PYSEC-1", "4.2.3", "PyPI", "django")]).actions
    assert (action.where, action.command) == ("manifest", "set django to 4.2.3")


def test_advice_without_a_fix():
    records = [advisory(f"CVE-{number}", None, status="end_of_life") for number in range(4)]
    made = planned([APT, deb()], records, end_of_life="2020-01-01")
    assert {(one.kind, one.findings) for one in made.advice} == {("newer_release", 4), ("drop_package", 4)}
    assert [(one.why, one.findings) for one in made.stays] == [("the release is out of support", 4)]


def test_paid_support_is_advised_by_what_a_finding_knows_not_by_its_words(monkeypatch):
    records = [
        advisory(fixed=None, namespace="ubuntu:18.04", status="end_of_life"),
        advisory(fixed="3.0.11-1+esm2", namespace="ubuntu-pro:18.04", source="ubuntu"),
    ]
    monkeypatch.setattr("careen.matching.findings.because_text", lambda *_: "")
    package = replace(deb(), distro="ubuntu-18.04")
    made = planned([package], records, Distribution("ubuntu", "18.04"))
    assert ("paid_support", 1) in {(one.kind, one.findings) for one in made.advice}


def test_of_a_third_partys_package_no_repository_is_known_to_have_the_fixed_version():
    version = "5:24.0.6-1~debian.12~bookworm"
    docker = deb("docker-ce", version, source=Source("docker-ce", version), vendor="third_party")
    made = planned([APT, docker], [advisory(fixed="24.0.7", namespace="cpe", package="docker:docker", source="nvd")])
    assert (made.actions, made.after) == ((), 1)
    assert [(staying.why.partition(":")[0], staying.findings) for staying in made.stays] == [("a third party built it", 1)]
    assert [(advice.kind, advice.findings) for advice in made.advice] == [("newer_build", 1)]
    assert "docker-ce" in made.advice[0].text


def test_modules_that_are_released_together_get_the_same_version():
    def targets(group, *modules):
        packages = [
            Package("maven", None, f"{group}:{name}", version, evidence=(Evidence("app/pom.xml", 1),), presence="declared")
            for name, version, _ in modules
        ]
        records = [
            advisory(f"CVE-{number}", fixed, package=f"{group}:{name}", namespace="Maven", ranges=(Range("0", fixed),))
            for number, (name, _, fixed) in enumerate(modules)
        ]
        ecosystems = {**ALL, "maven": Ecosystem("maven", "maven", "Maven")}
        known = knowledge(*records)
        report = replace(clean(), inventory=Inventory(DEBIAN, tuple(packages)))
        made = plan(report, lambda inventory: match(inventory, known, SCHEMES, ecosystems, TODAY).findings, SCHEMES, ecosystems)
        return {upgrade.package.partition(":")[2]: upgrade.to for action in made.actions for upgrade in action.upgrades}

    netty = targets(
        "io.netty", ("netty-handler", "4.1.112.Final", "4.1.118.Final"), ("netty-codec", "4.1.112.Final", "4.1.125.Final")
    )
    assert netty == {"netty-handler": "4.1.125.Final", "netty-codec": "4.1.125.Final"}
    jackson = targets(
        "com.fasterxml.jackson.core", ("jackson-databind", "2.12.6", "2.12.7.1"), ("jackson-core", "2.12.6", "2.12.7")
    )
    assert jackson == {"jackson-databind": "2.12.7.1", "jackson-core": "2.12.7"}
    apart = targets("org.apache.commons", ("commons-text", "1.9", "1.10.0"), ("commons-csv", "1.9", "1.11.0"))
    assert set(apart.values()) == {"1.10.0", "1.11.0"}
    others = targets(
        "io.netty", ("netty-handler", "4.1.112.Final", "4.1.118.Final"), ("netty-codec", "4.1.100.Final", "4.1.125.Final")
    )
    assert others["netty-handler"] == "4.1.118.Final"


def test_a_qualifier_of_maven_is_spelled_as_the_installed_one():
    maven = {**ALL, "maven": Ecosystem("maven", "maven", "Maven")}

    def target(version, fixed):
        codec = Package("maven", None, "io.netty:netty-codec", version, evidence=(Evidence("app/codec.jar", 1),))
        known = knowledge(advisory("CVE-1", fixed, "Maven", "io.netty:netty-codec"))

        def reassess(inventory):
            return match(inventory, known, SCHEMES, maven, TODAY).findings

        (action,) = plan(replace(clean(), inventory=Inventory(DEBIAN, (codec,))), reassess, SCHEMES, maven).actions
        return action.upgrades[0].to

    assert target("4.1.48.Final", "4.1.133.final") == "4.1.133.Final"
    assert target("4.1.48.Final", "4.1.133") == "4.1.133"
    assert target("4.1.48", "4.1.133.final") == "4.1.133.final"
