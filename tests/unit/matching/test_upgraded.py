from tests.support.reports import JINJA, vulnerability

from careen.matching.place import Place
from careen.matching.upgraded import distinct, upgraded
from careen.model.inventory import Inventory
from careen.model.origin import Origin
from careen.model.package import Evidence, Package, Source


def package(version="1.0", *paths, **fields):
    return Package("pypi", None, "a", version, evidence=tuple(Evidence(path, 0) for path in paths), **fields)


PIP, PINS, FIXED = Place("pip", "/v", "dockerfile"), Place("pip", "r.txt"), Place()


def versions(inventory):
    return [(one.version, tuple(place.path for place in one.evidence)) for one in inventory.packages]


def test_a_package_stays_in_places_that_are_not_changed():
    inventory = Inventory(None, (package("1.0", "v/a-1.0/M", "r.txt"), package("2.0", "x")))
    places = [(PIP, PINS), (FIXED,)]
    assert versions(upgraded(inventory, {0: "3.0"}, places)) == [("3.0", ("v/a-3.0/M", "r.txt")), ("2.0", ("x",))]
    only_file = upgraded(inventory, {0: "3.0"}, places, lambda place: place.where == "dockerfile")
    assert versions(only_file) == [("3.0", ("v/a-3.0/M",)), ("2.0", ("x",)), ("1.0", ("r.txt",))]
    assert upgraded(inventory, {1: "3.0"}, places) == inventory


def test_without_evidence_and_with_a_source():
    inventory = Inventory(None, (package("1.0", source=Source("s", "1.0")),))
    (found,) = upgraded(inventory, {0: "2.0"}, [(PIP,)]).packages
    assert (found.version, found.source) == ("2.0", Source("s", "2.0"))


def test_the_version_of_a_new_copy_is_known():
    copy = package("", "lib/a.py", origin=Origin("pypi:a", ("1.0", "1.1"), "high", nearest=True))
    (found,) = upgraded(Inventory(None, (copy,)), {0: "2.0"}, [(PIP,)]).packages
    assert (found.version, found.origin) == ("2.0", None)


def test_what_has_become_the_same_package_has_each_finding_once():
    first, second = package("2.0", "v/a"), package("2.0", "r.txt", presence="declared")
    owned = package("2.0", "usr/a", owned_by="pkg:deb/debian/a@1")

    def found(id, one):
        return vulnerability(id, one, paths=tuple(place.path for place in one.evidence))

    findings = [found("CVE-1", first), found("CVE-1", second), found("CVE-2", second), found("CVE-1", owned)]
    assert [(one.id, one.paths) for one in distinct(findings, (first, second, owned))] == [
        ("CVE-1", ("v/a",)), ("CVE-2", ("r.txt",)), ("CVE-1", ("usr/a",)),
    ]  # fmt: skip
    assert distinct(findings[:1] * 2, (first, JINJA)) == findings[:1] * 2, "nothing is merged without need"
