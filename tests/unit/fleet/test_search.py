"""Lists: in pages that contain each row once, of what a project sees."""

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update
from tests.support.fleet_units import add_image, add_project, database_with, fleet_in
from tests.support.matching import ECOSYSTEMS, SCHEMES, advisory, deb, info, pypi
from tests.support.reports import usual

from careen.errors import UsageError
from careen.fleet import conditions, found, search, walk
from careen.fleet.conditions import Versions
from careen.fleet.connection import writing
from careen.fleet.image_secrets import known_kinds, store_kinds
from careen.fleet.tables import image_secret, project_image
from careen.model.advisory import VulnerabilityRecord
from careen.model.finding import ExposedSecret, Location
from careen.model.package import Source

BUILT = "2026-01-01T00:00:00+00:00"
VERSIONS = Versions(SCHEMES, ECOSYSTEMS)
RECORDS = [
    info(unfixed=True),
    info("PyPI", "osv"),
    advisory(),
    advisory("CVE-2026-0002", "4.2.2", "PyPI", "django", source="osv"),
    advisory("CVE-2026-0003", None, "PyPI", "django", source="osv", status="open"),
    VulnerabilityRecord("CVE-2026-0001", "nvd", severity="critical"),
    VulnerabilityRecord("CVE-2026-0002", "nvd", severity="low"),
]

SECRETS = {1: ("aws-access-key-id", "aws-access-key-id", "github-oauth-token"), 2: ("aws-session-token",), 4: ("vault-token",)}


def secret(kind):
    return ExposedSecret(kind, "A secret", "high", Location("env", 1), "AKIA…", "f")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    made = fleet_in(tmp_path_factory.mktemp("fleet"))
    database_with(made, RECORDS, BUILT)
    one, other = add_project(made, 1), add_project(made, 2)
    add_image(made, [deb(), pypi()], 1, one)
    add_image(made, [deb("zlib1g", "1.2.13", Source("zlib", "1.2.13"))], 2, one)
    add_image(made, [pypi(version="4.2.2")], 3, one)
    add_image(made, [pypi(version="4.10.0"), deb()], 4, other)
    with writing(made.engine) as connection:
        connection.execute(update(project_image).where(project_image.c.image_id == 1).values(runs_at=1.0))
        for number, kinds in SECRETS.items():
            store_kinds(connection, number, replace(usual(), findings=tuple(map(secret, kinds))))
    yield made
    made.engine.dispose()


def all_of(fleet, ask, project, query="", limit=1, **options):
    with fleet.engine.connect() as connection:
        rows, after = [], ""
        for _ in range(100):
            page = ask(connection, project, search.parsed(query), versions=VERSIONS, after=after, limit=limit, **options)
            rows += page.rows
            after = page.next
            if not after:
                return rows
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {1, 2, 3}),
        ("runs:true", {1}),
        ("-runs:true", {2, 3}),
        ("package:libssl3", {1}),
        ("package:libssl3<3.0.12", {1}),
        ("package:libssl3>=3.0.12", set()),
        ("package:django<4.2.2", {1}),
        ("package:django<4.10", {1, 3}),  # by numbers, not letters
        ("package:django=4.2.2", {3}),
        ("package:zlib* -package:django", {2}),
        ("package:*lib1* -package:django", {2}),
        ("-package:django", {2}),
        ("severity:critical", {1}),
        ("severity:>=low", {1}),
        ("package:django severity:critical", set()),  # both of one package
        ("vulnerability:CVE-2026-0003", {1, 3}),
        ("fixable:false", {1, 3}),
        ("type:deb -vulnerability:CVE-2026*", {2}),
        ("app:2", {2}),
        ("image:sha256:3", {3}),
        ("coverage:assessed", {1, 2, 3}),
        ("risk:>=101", set()),
        ("secret:aws-access-key-id", {1}),
        ("secret:aws*", {1, 2}),
        ("secret:*", {1, 2}),
        ("-secret:*", {3}),
        ("secret:vault-token", set()),  # of another project
        ("secret:aws* package:libssl3", {1}),
        ("secret:aws%", set()),
        ("licence:%", set()),
        ("package:' OR 1=1", set()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("few", [0, search.FEW])
def test_images(fleet, monkeypatch, query, expected, few):
    monkeypatch.setattr(search, "FEW", few)
    if query.startswith(("app:", "package:'")):
        query = f'reference:"{query}"' if query.startswith("app:") else 'package:"\' OR 1=1"'
    assert {row["id"] for row in all_of(fleet, search.images, 1, query)} == expected


@pytest.mark.parametrize("order", ["risk", "reference", "id"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [("package:libssl3", [1]), ("-package:django", [2]), ("type:pypi -package:libssl3", [3]), ("package:none*", [])],
)
def test_a_page_ends_early_when_its_time_has_passed(fleet, monkeypatch, query, expected, order):
    monkeypatch.setattr(search, "QUICK_S", -1.0)
    for name, value in (("WALK_S", -1.0), ("LEAST", 1), ("FIRST_ROWS", 1)):
        monkeypatch.setattr(walk, name, value)
    rows = all_of(fleet, search.images, 1, query, limit=1, order=order)
    assert [row["id"] for row in rows] == expected
    with fleet.engine.connect() as connection:
        pages = [search.images(connection, 1, search.parsed(query), limit=1, order=order)]
        while pages[-1].next:
            pages.append(search.images(connection, 1, search.parsed(query), limit=1, order=order, after=pages[-1].next))
    assert len(pages) > len(expected)  # the others are without a row
    assert all(len(page.rows) <= 1 for page in pages)


def test_kinds_of_secrets(fleet):
    with fleet.engine.connect() as connection:
        assert known_kinds(connection, 1) == ["aws-access-key-id", "aws-session-token", "github-oauth-token"]
        assert known_kinds(connection, 2) == ["vault-token"]
        of_one = select(image_secret.c.kind, image_secret.c["values"]).where(image_secret.c.image_id == 1)
        assert list(connection.execute(of_one)) == [("aws-access-key-id", 2), ("github-oauth-token", 1)]


def test_images_of_others_are_not_there(fleet):
    assert [row["id"] for row in all_of(fleet, search.images, 2)] == [4]
    assert [row["id"] for row in all_of(fleet, search.images, None, order="id")] == [1, 2, 3, 4]
    assert {row["image_id"] for row in all_of(fleet, search.findings, 2)} == {4}
    assert {row["name"] for row in all_of(fleet, search.packages, 2)} == {"django", "libssl3"}
    assert {row["version"] for row in all_of(fleet, search.packages, 2, "package:django")} == {"4.10.0"}


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
@pytest.mark.parametrize("order", ["risk", "reference", "id"])
def test_pages_contain_each_row_once_in_order(fleet, limit, order):
    rows = all_of(fleet, search.images, None, limit=limit, order=order)
    assert sorted(row["id"] for row in rows) == [1, 2, 3, 4]
    keys = [(row[order], row["id"]) for row in rows]
    assert keys == sorted(keys, reverse=order == "risk")


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_findings_by_risk(fleet, limit):
    rows = all_of(fleet, search.findings, None, limit=limit)
    assert [row["risk"] for row in rows] == sorted((row["risk"] for row in rows), reverse=True)
    found = [(row["image_id"], row["vulnerability"]) for row in rows]
    assert len(found) == len(set(found)) == 6
    assert {row["image_id"] for row in all_of(fleet, search.findings, None, "runs:true", limit)} == {1}


OF_FINDINGS = [
    ("severity:critical", {(1, "CVE-2026-0001")}),
    ("severity:critical runs:true", {(1, "CVE-2026-0001")}),
    ("runs:false", {(3, "CVE-2026-0003")}),
    ("-severity:critical", {(3, "CVE-2026-0003")}),
    ("-severity:low", {(3, "CVE-2026-0003")}),
    ("-fixable:true", {(3, "CVE-2026-0003")}),
    ("-exploited:true", {(1, "CVE-2026-0001"), (1, "CVE-2026-0002"), (1, "CVE-2026-0003"), (3, "CVE-2026-0003")}),
    ("-package:libssl3", {(3, "CVE-2026-0003")}),
    ("vulnerability:CVE-2026*", {(1, "CVE-2026-0001"), (1, "CVE-2026-0002"), (1, "CVE-2026-0003"), (3, "CVE-2026-0003")}),
    ("coverage:not_assessed", set()),
    ("decided:true", set()),
]


@pytest.fixture(params=[False, True], ids=["few", "many"])
def ways(request, monkeypatch):
    """A list leads from few images, few places and few findings, or asks each one: it is the same list."""
    if request.param:
        monkeypatch.setattr(conditions, "FEW", 0)
        monkeypatch.setattr(conditions, "MANY_PLACES", 0)
        monkeypatch.setattr(conditions, "FEW_UNITS", 0)
        monkeypatch.setattr(found, "FEW_IMAGES", 0)
        monkeypatch.setattr(search, "FEW_UNITS", 0)


@pytest.mark.parametrize(("query", "expected"), OF_FINDINGS)
def test_findings_of_a_query(fleet, ways, query, expected):
    rows = all_of(fleet, search.findings, 1, query, limit=2)
    assert {(row["image_id"], row["vulnerability"]) for row in rows} == expected


@pytest.mark.parametrize(
    "query",
    ["severity:critical", "severity:low", "fixable:true", "severity:>=low package:lib*", "type:pypi risk:>=0"],
)
def test_packages_with_findings_are_those_of_the_findings(fleet, ways, query):
    purls = {row["package"] for row in all_of(fleet, search.findings, 1, query)}
    rows = all_of(fleet, search.packages, 1, query)
    assert {(row["name"], row["version"]) for row in rows} == {
        tuple(purl.partition("?")[0].rpartition("/")[2].split("@")) for purl in purls
    }
    assert purls or "pypi" in query


@pytest.mark.parametrize(("query", "expected"), OF_FINDINGS)
def test_what_is_to_decide_has_the_count_of_its_images(fleet, ways, query, expected):
    rows = all_of(fleet, search.to_decide, 1, query)
    counts = {}
    for image_id, vulnerability in expected:
        counts.setdefault(vulnerability, set()).add(image_id)
    of_rows = {}
    for row in rows:
        of_rows[row["vulnerability"]] = of_rows.get(row["vulnerability"], 0) + row["images"]
    assert of_rows == {vulnerability: len(images) for vulnerability, images in counts.items()}


def test_packages_have_counts(fleet, ways):
    assert {(row["name"], row["images"]) for row in all_of(fleet, search.packages, 1, "package:django runs:true")} == {
        ("django", 1)
    }
    assert {row["name"] for row in all_of(fleet, search.packages, 1, "type:deb")} == {"libssl3", "zlib1g"}

    assert [row["images"] for row in all_of(fleet, search.packages, None, "package:libssl3")] == [2]


FOREIGN = [
    *("x", "eyJ9", "WzEsMiwzXQ", "W10", "é", "WyJhIiwiYiJd", "W1sxLDIsMyw0LDUsNl1d", "W3sicGxhY2UiOlsxLDIsMyw0LDUsNl19XQ"),
    *("W3sicGxhY2UiOltdLCJpbWFnZSI6LTF9XQ", "W3sicGxhY2UiOltdLCJpbWFnZSI6OTk5OTk5OTk5OTk5OTk5OTk5OTl9XQ"),
]


@pytest.mark.parametrize("token", FOREIGN)
def test_a_cursor_of_another_list_is_refused(fleet, token):
    with fleet.engine.connect() as connection:
        for ask in (search.images, search.findings, search.packages):
            with pytest.raises(UsageError):
                ask(connection, 1, (), after=token)
