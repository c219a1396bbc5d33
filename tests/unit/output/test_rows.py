from msgspec.structs import replace
from tests.support.reports import ROOT_USER, TOKEN, faulty, usual

from careen.model.finding import Location
from careen.output.rows import row_of, rows_of

IMAGE = usual().image
SHELL, WONT_FIX = usual().findings[3], usual().findings[6]


def test_a_vulnerability():
    row = row_of(SHELL, IMAGE)
    assert (row.kind, row.subject) == ("vulnerability", "org.apache.logging.log4j:log4j-core 2.14.1")
    assert (row.place, row.remedy) == ("opt/service/service.jar", "fixed in 2.15.0, 2.12.2, 2.3.1")
    assert row_of(WONT_FIX, IMAGE).remedy == "no fixed version (wont_fix)"
    assert not row.file


def test_the_line_of_the_dockerfile_comes_before_the_paths_in_the_image():
    row = row_of(replace(SHELL, location=Location("Dockerfile", 4, 5)), IMAGE)
    assert (row.place, row.paths) == ("Dockerfile:4", ("Dockerfile", "opt/service/service.jar"))
    assert row.file == "Dockerfile"


def test_a_misconfiguration():
    row = row_of(ROOT_USER, faulty().image)
    assert (row.subject, row.place, row.end_line) == ("build/Dockerfile", "build/Dockerfile:7", 9)
    assert (row.what, row.remedy) == ("Container runs as root: USER root", "Name another USER.")
    assert (row.purl, row.risk, row.fixed_in, row.file) == ("", None, (), "build/Dockerfile")


def test_a_secret_is_redacted_and_has_an_advice():
    row = row_of(TOKEN, IMAGE)
    assert row.what == "Token of a service: tok_…(redacted) (deleted by a later layer)"
    assert row.remedy.startswith("Revoke the credential")
    assert "deleted" not in row_of(replace(TOKEN, deleted=False), IMAGE).what


def test_the_most_important_first_and_only_those_listed():
    assert [row.id for row in rows_of(faulty())] == ["example-token", "DKR-001", "DKR-002"]
    assert [row.id for row in rows_of(faulty(), frozenset(("low",)))] == ["DKR-002"]
