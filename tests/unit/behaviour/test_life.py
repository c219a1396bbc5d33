"""Packages that nobody supports."""

from datetime import date

import pytest

from careen.behaviour.life import life_signs
from careen.behaviour.life.abandoned import ABANDONED
from careen.model.notices import Notice
from careen.model.package import Evidence, Package

TODAY = date(2026, 11, 1)


def _package(type, name, version="1.0", **options):
    return Package(type, None, name, version, evidence=(Evidence("opt/x", 1),), **options)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (_package("generic", "python", "3.8.18"), "support of python 3.8 ended on 2024-10-07; supported: 3.14, 3.13, 3.12"),
        (_package("golang", "stdlib", "v1.19.3"), "support of Go 1.19 ended on 2023-09-06"),
        (_package("pypi", "Django", "3.2.4"), "support of Django 3.2 ended on 2024-04-01; supported: 5.2, 6.1, 6.0"),
        (_package("pypi", "pycrypto"), "pycrypto is no longer developed; instead: pycryptodome"),
        (_package("npm", "request"), "request is no longer developed"),
    ],
)
def test_what_is_not_supported(package, expected):
    (finding,) = life_signs([package, package], TODAY, None)
    assert (finding.message, finding.location.path, finding.layer) == (expected, "opt/x", 1)


@pytest.mark.parametrize(
    "package",
    [
        _package("generic", "python", "3.13.1"),
        _package("generic", "python", "9.9"),
        _package("generic", "python", ""),
        _package("generic", "python", "3.8.18", owned_by="pkg:deb/debian/python3@3.8"),
        _package("pypi", "pycrypto", vendor="distribution"),
        _package("pypi", "pycrypto", presence="absent"),
        _package("pypi", "pycryptodome"),
        _package("deb", "python", "3.8.18"),
    ],
)
def test_what_is_supported_or_not_known(package):
    assert list(life_signs([package], TODAY, "2099-01-01")) == []


def test_a_declaration_repeats_nothing_of_an_installed_package():
    installed, declared = _package("pypi", "Django", "3.2.4"), _package("pypi", "django", "3.2", presence="declared")
    other = _package("pypi", "django", "2.2", presence="declared")
    found = [finding.message.partition(";")[0] for finding in life_signs([declared, installed, other], TODAY, None)]
    assert found == ["support of Django 3.2 ended on 2024-04-01", "support of django 2.2 ended on 2022-04-11"]


def test_a_deprecated_version():
    notice = Notice("npm", "request", "2.88.2", "no longer supported", "app/package-lock.json", 0)
    old, new = _package("npm", "request", "2.88.2"), _package("npm", "left", "2.88.2")
    (finding,) = life_signs([old, new], TODAY, None, [notice])
    assert (finding.id, finding.message) == ("LIF-004", "request 2.88.2 is deprecated: no longer supported")
    assert finding.evidence[1] == "/app/package-lock.json: no longer supported"
    (other,) = life_signs([_package("npm", "request", "2.88.1")], TODAY, None, [notice])
    assert other.id == "LIF-002"


def test_the_distribution_counts():
    (finding,) = life_signs([], TODAY, "2024-06-30")
    assert (finding.id, finding.severity) == ("LIF-003", "high")
    assert list(life_signs([], TODAY, "2026-11-01")) == []


def test_nobody_is_sent_to_an_abandoned_package():
    assert [name for names in ABANDONED.values() for name in names.values() if name in names] == []
