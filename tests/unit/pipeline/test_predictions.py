import pytest
from msgspec.structs import replace
from tests.support.reports import vulnerability

from careen.model.finding import Fix
from careen.model.package import Evidence, Package
from careen.pipeline.predictions import MAX_UNREAD, on_their_lines, reasons_for
from careen.predict.declared import Predicted

PACKAGE = Package("rpm", "rocky", "httpd", "2.4.53", evidence=(Evidence("Dockerfile", 0),))
INSTALL = Predicted(PACKAGE, 6, 7, "dnf", 0, pinned=True)


def codes(*installs, unread=()):
    return [(reason.code, reason.packages) for reason in reasons_for(installs, unread)]


def test_a_finding_gets_the_line_that_installs_its_package():
    [found] = on_their_lines([vulnerability("CVE-1", PACKAGE)], [INSTALL])
    assert (found.location.path, found.location.line, found.location.end_line, found.layer) == ("Dockerfile", 6, 7, None)


def test_a_finding_of_two_files_is_placed_in_each():
    twice = replace(PACKAGE, evidence=(Evidence("a/Dockerfile", 0), Evidence("b/Dockerfile", 0)))
    installs = [
        replace(INSTALL, package=replace(twice, evidence=(place,)), line=number)
        for number, place in enumerate(twice.evidence, start=1)
    ]
    found = on_their_lines([vulnerability("CVE-1", twice)], installs)
    assert [(one.location.path, one.location.line) for one in found] == [("a/Dockerfile", 1), ("b/Dockerfile", 2)]


@pytest.mark.parametrize(
    ("exact", "fixes", "confidence"),
    [
        (False, ("2.4.53-7.el9",), "possible"),  # the release that the build gets may have the fix
        (False, ("2.4.57-1.el9",), "confirmed"),  # no release of 2.4.53 has it
        (False, ("2.4.53-7.el9", "2.4.57-1"), "confirmed"),
        (False, (), "confirmed"),
        (True, ("2.4.53-7.el9",), "confirmed"),
    ],
)
def test_a_version_without_a_release_may_have_the_fix(exact, fixes, confidence):
    finding = vulnerability("CVE-1", PACKAGE, fix=Fix("fixed", fixes))
    assert [one.confidence for one in on_their_lines([finding], [replace(INSTALL, exact=exact)])] == [confidence]


def test_each_kind_of_unknown_version_is_counted_by_its_code():
    loose = replace(INSTALL, pinned=False)
    assert codes(INSTALL) == []
    assert codes(loose, loose) == [("unpinned", 2)]
    assert codes(replace(INSTALL, today=True)) == [("as_of_today", 1)]
    assert codes(replace(loose, url="https://x.example/a.rpm")) == [("unresolved", 1)]
    assert codes(replace(loose, url="https://x.example/a.rpm", trouble="404")) == [("unread_address", 1)]
    assert codes(replace(loose, trouble="404"), replace(loose, trouble="404")) == [("unread_repository", 2)]


def test_files_that_could_not_be_read_are_reasons_up_to_a_number():
    assert codes(unread=["a"] * (MAX_UNREAD + 9)) == [("unread_manifest", 0)] * MAX_UNREAD


def test_the_detail_counts_in_english():
    loose = replace(INSTALL, pinned=False)
    assert reasons_for([loose], ())[0].detail.startswith("a package is not pinned")
    assert reasons_for([loose, loose], ())[0].detail.startswith("packages are not pinned")
