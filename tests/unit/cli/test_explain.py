from argparse import Namespace

import pytest
from msgspec.structs import replace
from tests.support.reports import LIBSSL, clean, vulnerability

from careen.cli.explain import _lines, run
from careen.errors import UsageError
from careen.matching.explain import Explanation, PackageExplanation, Source
from careen.matching.statements import Statement
from careen.model.advisory import Cvss, VulnerabilityRecord

STATEMENT = Statement("debian", "CVE-1", "debian:12", "openssl", "fixed", "high", ("1 is below 2",), True, True)
RECORDS = (VulnerabilityRecord("CVE-1", "nvd"),)
PACKAGE = PackageExplanation(LIBSSL.purl, "libssl3", "1", ("a", "b"), "openssl 1", "found", "1 < 2", (), (STATEMENT,))


def lines_of(*packages, **changes):
    values = {"id": "CVE-1", "ids": ("CVE-1",), "records": (), "package": None, "of_packages": packages, "packages": 5}
    return list(_lines(clean(), Explanation(**values | changes)))


def test_a_finding():
    found = replace(PACKAGE, finding=vulnerability("CVE-1", LIBSSL, risk=5.0))
    assert lines_of(found) == [
        "CVE-1 in registry.example/shop/service:1.4",
        "",
        "libssl3 1: FOUND: 1 < 2",
        f"  {LIBSSL.purl}",
        "  in a and 1 more, layer 0",
        "  assessed as openssl 1",
        "  debian CVE-1 about openssl of debian:12: fixed, high",
        "    1 is below 2",
        "  reported as high (osv), confirmed, risk 5.0, fix: 9.9.9",
    ]


def test_namesakes_come_after_what_is_stated_about_the_image():
    lines = lines_of(replace(PACKAGE, outcome="not_found", statements=()), are_namesakes=True, records=RECORDS)
    sentence = "No source names it for any of the 5 packages of this image. Advisories of other releases"
    assert [line[: len(sentence)] for line in lines].index(sentence) < [line[:9] for line in lines].index("libssl3 1")


def test_the_name_of_a_package_in_the_place_of_an_id():
    lines = lines_of(id="openssl", ids=("openssl",), is_of_package=True)
    assert "It is the name of a package: careen explain ID openssl IMAGE" in lines[2]
    assert "This id is not in the database." in lines_of(id="CVE-1")[2]


def test_sources_that_do_not_name_it():
    asked = Source("osv", "PyPI", 1000, 10, "2026-01-01", False)
    package = replace(
        PACKAGE, outcome="not_found", sources=(asked, replace(asked, source="ghsa", names_it=True)), statements=()
    )
    lines = lines_of(package)
    assert lines[-1] == ("  osv (PyPI) does not name it for this package (1,000 records of 10 packages, data of 2026-01-01)")
    assert sum("does not name it" in line for line in lines) == 1


def test_records():
    scored = VulnerabilityRecord("CVE-1", "nvd", (), "A summary", "high", (Cvss("nvd", "3.1", "", 7.5),), "2026-01-01")
    exploit = VulnerabilityRecord("CVE-1", "exploitdb", published="2026-02-01")
    bare = VulnerabilityRecord("GHSA-1", "ghsa")
    assert lines_of(PACKAGE, records=(scored, exploit, bare), ids=("CVE-1", "GHSA-1"))[1:6] == [
        "  also known as GHSA-1",
        "  nvd CVE-1: high, CVSS 3.1 7.5 (nvd), published 2026-01-01",
        "  exploitdb CVE-1: an exploit is public since 2026-02-01",
        "  ghsa GHSA-1: not scored",
        "  A summary",
    ]


def test_no_package():
    assert lines_of(package="zlib")[-1] == "No package of this image is called zlib (5 packages)."
    assert lines_of()[-1].endswith("of this image. This id is not in the database.")
    assert lines_of(records=(VulnerabilityRecord("CVE-1", "nvd"),))[-1].endswith("packages of this image.")
    assert lines_of(notes=("x: y",))[-2:] == ["Not everything in this image was assessed:", "  x: y"]


def test_many_ranges_are_cut_short():
    many = replace(STATEMENT, comparisons=tuple(map(str, range(14))), why="because")
    lines = lines_of(replace(PACKAGE, statements=(many,)))
    assert lines[-2:] == ["    … and 2 more", "    because"]


def test_an_id_in_the_place_of_the_image():
    with pytest.raises(UsageError, match="is an id, but it is in the place of the image"):
        run(Namespace(reference="CVE-2021-44228", id="debian:12"))
