"""The names and places by which advisories know a package."""

import pytest
from msgspec.structs import replace
from tests.support.matching import deb, info, pypi

from careen.matching.products import Product
from careen.matching.subject import Subject, by_upstream, confidence_of, is_complete, is_sample, weaker
from careen.matching.upstream import Identity

NODE = Product("Node.js", ("a", "b"), "npm")
LIBSSL = Subject(deb(), "debian:12", "openssl", "3.0.11-1", "deb", "Debian 12", distribution=True)
RHEL = replace(LIBSSL, namespace="rhel:9", name="openssl-libs", source="openssl")


@pytest.mark.parametrize(
    ("subject", "places"),
    [
        (LIBSSL, [("debian:12", "openssl")]),
        (replace(LIBSSL, stand_in="x:1", paid="y:1"), [("debian:12", "openssl"), ("x:1", "openssl"), ("y:1", "openssl")]),
        (RHEL, [("rhel:9", "openssl-libs"), ("rhel:9", "openssl")]),
        (
            replace(RHEL, channels=("eus:9",)),
            [("rhel:9", "openssl-libs"), ("eus:9", "openssl"), ("eus:9", "openssl-libs"), ("rhel:9", "openssl")],
        ),
        (replace(LIBSSL, source="openssl", channels=("eus:9",)), [("debian:12", "openssl"), ("eus:9", "openssl")]),
        (replace(LIBSSL, also=(("cpe", "a:b"),)), [("debian:12", "openssl"), ("cpe", "a:b")]),
        (replace(LIBSSL, product=NODE), [("debian:12", "openssl"), ("Node.js", "a"), ("Node.js", "b")]),
        (
            replace(LIBSSL, owner=replace(RHEL, stand_in="x:9", paid="y:9")),
            [
                ("debian:12", "openssl"),
                ("rhel:9", "openssl-libs"),
                ("rhel:9", "openssl"),
                ("x:9", "openssl-libs"),
                ("x:9", "openssl"),
            ],
        ),
    ],
)  # fmt: skip
def test_places(subject, places):
    assert subject.places == places


@pytest.mark.parametrize(
    ("confidence", "presence", "expected"),
    [
        (1.0, "present", "confirmed"),
        (0.9, "present", "confirmed"),
        (0.89, "present", "likely"),
        (0.5, "present", "likely"),
        (0.49, "present", "possible"),
        (1.0, "shadowed", "likely"),
        (0.4, "shadowed", "possible"),
    ],
)
def test_the_confidence_of_a_package(confidence, presence, expected):
    assert confidence_of(pypi(confidence=confidence, presence=presence)) == expected


def test_the_weaker_confidence():
    assert weaker("confirmed", "likely") == weaker("likely", "confirmed") == "likely"
    assert weaker("possible", "likely") == "possible"


def test_a_package_by_its_upstream_version():
    identity = Identity((("Bitnami", "nginx"), ("cpe", "f5:nginx")), "1.24.0", "upstream", "nginx")
    subject = by_upstream(deb("nginx", "1.24.0-1"), identity)
    assert (subject.namespace, subject.name, subject.also) == ("Bitnami", "nginx", (("cpe", "f5:nginx"),))
    assert (subject.version, subject.confidence, subject.upstream) == ("1.24.0", "likely", True)
    assert by_upstream(deb("nginx"), replace(identity, is_part=True)).confidence == "possible"


@pytest.mark.parametrize(
    ("infos", "expected"),
    [
        ([], True),
        ([info(packages=59)], True),
        ([info(packages=60)], False),
        ([info(packages=5, unfixed=True)], False),
        ([info(partial=True)], True),
        ([info(partial=True), info()], False),
    ],
)
def test_a_sample(infos, expected):
    assert is_sample(infos) is expected


def test_a_complete_namespace():
    assert is_complete([info(partial=True, unfixed=True), info(unfixed=True)])
    assert not is_complete([info(partial=True, unfixed=True), info()])
    assert not is_complete([])
