"""One software is found once, as the component of Bitnami that it is."""

import pytest
from tests.support.matching import advisory

from careen.matching.aliases import MatchedVulnerability
from careen.matching.assess import Assessed
from careen.matching.ranges import Match
from careen.matching.repeated import without_repeats
from careen.matching.subject import Subject
from careen.model.package import Evidence, Package

COMPONENT = "opt/bitnami/nginx/.spdx-nginx.spdx"
PROGRAM = "opt/bitnami/nginx/sbin/nginx"


def entry(type, name, id, *paths, aliases=()):
    package = Package(type, None, name, "1.0", evidence=tuple(Evidence(path, 0) for path in paths))
    subject = Subject(package, "", name, "1.0", "generic", "", distribution=False, confidence="likely")
    match = Match(advisory(id), None)
    return Assessed(subject, MatchedVulnerability(id, aliases, (match,)), "likely", (match,))


def kept(*entries):
    return [(found.subject.package.type, found.vulnerability.id) for found in without_repeats(entries)]


def test_a_program_of_a_component():
    component = entry("bitnami", "nginx", "BIT-nginx-1", COMPONENT, aliases=("CVE-1",))
    same = entry("generic", "nginx", "CVE-1", PROGRAM)
    other = entry("generic", "nginx", "CVE-2", PROGRAM)
    assert kept(component, same, other) == [("bitnami", "BIT-nginx-1"), ("generic", "CVE-2")]
    assert kept(same) == [("generic", "CVE-1")]


@pytest.mark.parametrize(
    ("name", "paths"),
    [("openssl", [PROGRAM]), ("nginx", ["usr/sbin/nginx"]), ("nginx", [PROGRAM, "usr/sbin/nginx"]), ("nginx", [])],
)
def test_other_software_and_other_places_stay(name, paths):
    component = entry("bitnami", "nginx", "CVE-1", COMPONENT)
    assert len(kept(component, entry("generic", name, "CVE-1", *paths))) == 2


def test_a_component_of_the_older_list_and_of_another_name():
    component = entry("bitnami", "java-min", "CVE-1", "opt/bitnami/.bitnami_components.json")
    assert len(kept(component, entry("generic", "openjdk", "CVE-1", "opt/bitnami/java-min/bin/java"))) == 1
    assert len(kept(component, entry("generic", "openjdk", "CVE-1", "opt/bitnami/java/bin/java"))) == 2
