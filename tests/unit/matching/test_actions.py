from msgspec.structs import replace
from tests.support.matching import deb, pypi
from tests.support.reports import vulnerability

from careen.matching.actions import actions_of, changed_places
from careen.matching.npm_places import Projects
from careen.matching.place import Place
from careen.matching.upgraded import upgraded
from careen.model.inventory import Inventory
from careen.model.package import Evidence

ENVIRONMENT, PINS, OTHER = Place("pip", "/v/bin/python3.9", "dockerfile"), Place("pip", "r.txt"), Place("pip", "o.txt")

NO_PROJECTS = Projects(())


def actions(places, targets, before, after=()):
    """Packages a, b, c … of version 1.0 in these places; ``before`` and ``after``: the numbers of their findings."""
    names = "abcdef"[: len(places)]
    packages = tuple(
        pypi(name, "1.0", evidence=tuple(Evidence(place.place, 0) for place in spots))
        for name, spots in zip(names, places, strict=True)
    )
    inventory = Inventory(None, packages)
    changed = upgraded(inventory, targets, places)

    def findings(packages, counts):
        return [
            vulnerability(
                f"CVE-{n}", one, fingerprint=f"{one.name}{n}", paths=tuple(sorted(place.path for place in one.evidence))
            )
            for one, count in zip(packages, counts, strict=False)
            for n in range(count)
        ]

    return actions_of(
        inventory, targets, places, findings(packages, before), findings(changed.packages, after), changed, NO_PROJECTS
    )


def test_a_manifest_allows_a_version_before_the_lock_file_of_uv_gets_it():
    lock, manifest = Place("uv", "app/uv.lock"), Place("pip", "app/pyproject.toml")
    (action,) = actions([(lock, manifest), (lock,)], {0: "2", 1: "2"}, (3, 2, 1, 9))
    assert [change.place for change in action.changes] == ["app/pyproject.toml", "app/uv.lock"]


def test_packages_in_two_places_tie_these_together():
    made = actions([(ENVIRONMENT, PINS), (ENVIRONMENT,), (PINS,), (OTHER,)], {0: "2", 1: "2", 2: "2", 3: "2"}, (3, 2, 1, 9))
    assert [(one.place, one.removes, one.by_manifest) for one in made] == [("o.txt", 9, 9), ("/v/bin/python3.9", 6, 4)]
    assert [(one.place, one.command) for one in made[1].changes] == [
        ("/v/bin/python3.9", "/v/bin/python3.9 -m pip install --no-cache-dir 'a==2' 'b==2'"), ("r.txt", "set a to 2, c to 2"),
    ]  # fmt: skip
    assert [one.place for one in made[1].in_dockerfile] == ["/v/bin/python3.9"]


def test_what_the_new_version_has_is_not_removed():
    (action,) = actions([(PINS,)], {0: "2"}, (3,), (1,))
    assert (action.removes, action.upgrades[0].removes) == (2, 2)
    assert action.upgrades[0].stays == ("a0",)


def test_what_stays_in_another_place_is_not_removed():
    (action,) = actions([(ENVIRONMENT, Place())], {0: "2"}, (3,), (0, 3))
    assert action.removes == 0
    assert action.upgrades[0].stays == ("a0", "a1", "a2")


def test_the_interpreter_that_no_advisory_speaks_of():
    (action,) = actions([(ENVIRONMENT, PINS)], {0: "2"}, (1,))
    assert action.unchecked == "whether these versions run on Python 3.9: no advisory states it"
    assert actions([(PINS,)], {0: "2"}, (1,))[0].unchecked == ""


def test_places_that_nothing_changes_are_left_out():
    assert changed_places([Place(), PINS, ENVIRONMENT, PINS]) == [PINS, ENVIRONMENT]


def test_a_system_package_of_a_foreign_architecture_is_named_with_it():
    names = (("apt", "amd64"), ("libssl3", "amd64"), ("libssl3", "i386"), ("tzdata", "all"), ("odd", "i386;reboot"))
    packages = [replace(deb(name, "1.0"), arch=arch) for name, arch in names]
    places = [(Place("apt", "", "dockerfile"),)] * len(packages)
    targets = dict.fromkeys(range(1, len(packages)), "2")

    def command(packages):
        inventory = Inventory(None, tuple(packages))
        (action,) = actions_of(inventory, targets, places, (), (), upgraded(inventory, targets, places), NO_PROJECTS)
        return action.command.partition("--only-upgrade ")[2].partition(" &&")[0]

    assert command(packages) == "libssl3 libssl3:i386 odd tzdata"
    other = replace(packages[0], name="bash")  # without apt there is no own architecture
    assert command([other, *packages[1:]]) == "libssl3 odd tzdata"
