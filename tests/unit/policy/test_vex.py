from datetime import date

import pytest
from msgspec.structs import replace
from tests.support.matching import ALMA, DEBIAN, TODAY, advisory, deb, pypi, rpm, run
from tests.support.reports import usual

from careen.formats.images.reference import named
from careen.formats.vex.statements import Product, Statement
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package, Source
from careen.model.report import Coverage
from careen.policy.about import About
from careen.policy.gates import read_gate
from careen.policy.policy import Policy, assess

ALL = Coverage("assessed", (), 1, 0)
DIGEST = "sha256:" + "4c" * 32
OPENSSL = deb()
IMAGE = usual().image


def stated(
    *products, status="not_affected", ids=("CVE-2026-0001",), why="vulnerable_code_not_present", issued="2026-01-01", source="f"
):
    return Statement(ids, status, tuple(products), source, why, issued)


def product(*names, parts=()):
    return Product(names, tuple((part,) for part in parts))


def about(*packages, reference=IMAGE.reference, distribution=DEBIAN):
    return About(replace(IMAGE, reference=reference), Inventory(distribution, packages))


def applied(finding, *statements, where, **policy):
    return assess([finding], ALL, (), Policy(vex=statements, **policy), TODAY, about=where)


def finding(package=OPENSSL, **more):
    namespace, name, fixed = {"deb": ("debian:12", "openssl", "3.0.13-1"), "rpm": ("almalinux:8", package.name, "9:9-1")}.get(
        package.type, ("PyPI", package.name, "4.2.3")
    )
    distribution = ALMA if package.type == "rpm" else DEBIAN
    (found,) = run([package], [advisory("CVE-2026-0001", fixed, namespace, name, **more)], distribution).findings
    return found


def set_aside(name, package=OPENSSL, parts=(), **where):
    where = about(package, **where)
    return bool(applied(finding(package), stated(product(name, parts=parts)), where=where).suppressed)


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12", True),
        ("pkg:deb/debian/libssl3@3.0.11-1", True),
        ("pkg:deb/debian/libssl3", True),
        ("pkg:deb/debian/libssl3?distro=debian-12.5", True),
        ("pkg:deb/debian/libssl3?distro=bookworm", True),
        ("pkg:deb/debian/libssl3?distro=debian-bookworm", True),
        ("pkg:deb/debian/libssl3?distro=trixie", False),
        ("pkg:deb/debian/libssl3?distro=debian-11", False),
        ("pkg:deb/debian/libssl3?arch=arm64", False),
        ("pkg:deb/debian/libssl3?arch=all&repository_url=x", True),
        ("pkg:deb/debian/libssl3@3.0.12-1", False),
        ("pkg:deb/debian/openssl@3.0.11-1?arch=source", True),
        ("pkg:deb/debian/openssl", True),
        ("pkg:deb/debian/openssl@3.0.12-1?arch=source", False),
        ("pkg:deb/debian/libssl3?arch=source", False),
        ("pkg:deb/ubuntu/libssl3", False),
        ("pkg:deb/libssl3", True),
        ("pkg:npm/libssl3", False),
        ("libssl3", False),
        ("", False),
        ("pkg:", False),
    ],
)
def test_packages_by_purl(name, matches):
    assert set_aside(name) is matches


def test_an_rpms_epoch_stands_in_either_place():
    package = rpm("openssl", "1:3.0-1.el8", source=Source("openssl", "1:3.0-1.el8"), arch="x86_64")
    assert set_aside("pkg:rpm/almalinux/openssl@3.0-1.el8?epoch=1", package, distribution=ALMA)
    assert set_aside("pkg:rpm/alma/openssl@1:3.0-1.el8?arch=src", package, distribution=ALMA)
    assert not set_aside("pkg:rpm/almalinux/openssl@3.0-1.el8", package, distribution=ALMA)
    assert not set_aside("pkg:rpm/redhat/openssl", package, distribution=ALMA)


def test_spellings_of_a_name():
    package = pypi("Flask_Login", "4.2.1", evidence=(Evidence("x", 0),))
    assert set_aside("pkg:pypi/flask-login@4.2.1", package)
    assert set_aside("pkg:PyPI/Flask_Login", package)


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        (DIGEST, True),
        ("sha256:" + "00" * 32, False),
        (f"pkg:oci/service@{DIGEST}", True),
        (f"pkg:oci/other@{DIGEST.replace(':', '%3A')}?repository_url=x", True),
        ("pkg:oci/service@sha256:00", False),
        ("pkg:oci/service", True),
        ("pkg:oci/service?repository_url=registry.example/shop/service", True),
        ("pkg:oci/service?repository_url=registry.example/shop", True),
        ("pkg:oci/service?repository_url=elsewhere.example/shop/service", False),
        ("pkg:oci/service?tag=1.4", True),
        ("pkg:oci/service?tag=1.5", False),
        ("pkg:docker/shop/service@1.4?repository_url=registry.example", True),
        ("pkg:docker/shop/service@1.5?repository_url=registry.example", False),
        ("registry.example/shop/service:1.4", True),
        ("registry.example/shop/service", True),
        ("registry.example/shop/service:1.5", False),
        (f"registry.example/shop/service@{DIGEST}", True),
        ("registry.example/shop/service@sha256:00", False),
        ("cpe:/o:debian:debian_linux:12", True),
        ("cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*", True),
        ("cpe:/o:debian:debian_linux:11", False),
        ("cpe:/o:redhat:enterprise_linux:12", False),
        ("Debian GNU/Linux 12 (bookworm)", True),
        ("service", False),
    ],
)
def test_images_by_digest_and_reference(name, matches):
    assert set_aside(name) is matches
    assert set_aside(name, parts=("pkg:deb/debian/libssl3",)) is matches
    assert not set_aside(name, parts=("pkg:deb/debian/zlib1g",))


def test_a_short_name_is_completed():
    assert named("debian:12") == named("docker.io/library/debian:12") == named("index.docker.io/library/debian:12")
    assert set_aside("docker.io/library/debian", reference="debian")
    assert set_aside("debian:latest", reference="debian")
    assert not set_aside("debian:12", reference="debian")
    assert set_aside("localhost:5000/x", reference="localhost:5000/x:1")


@pytest.mark.parametrize("name", ["cpe:/o:debian:debian_linux:12", "Debian GNU/Linux 12 (bookworm)"])
def test_a_statement_about_a_distribution_is_about_its_own_packages(name):
    owner = Package("deb", "debian", "python3-django", "1", evidence=(Evidence("var/lib/dpkg/status", 0),))
    django = finding(pypi())
    assert set_aside(name)
    assert not applied(django, stated(product(name)), where=about(pypi())).suppressed
    owned = replace(pypi(), owned_by=owner.purl)
    assert applied(django, stated(product(name)), where=about(owner, owned)).suppressed
    assert not applied(django, stated(product(name)), where=about(owner, owned, pypi())).suppressed


def test_a_part_of_a_package():
    owner = Package("apk", "wolfi", "bash", "1", evidence=(Evidence("lib/apk/db/installed", 0),))
    owned = replace(pypi(), owned_by=owner.purl)
    where = about(owner, owned)
    django = finding(pypi())
    assert applied(django, stated(product("pkg:apk/wolfi/bash")), where=where).suppressed
    assert applied(django, stated(product("pkg:apk/wolfi/bash", parts=["pkg:pypi/django"])), where=where).suppressed
    assert not applied(django, stated(product("pkg:apk/wolfi/bash@2")), where=where).suppressed
    assert not applied(django, stated(product("pkg:apk/wolfi/zsh", parts=["pkg:pypi/django"])), where=where).suppressed


def test_a_part_of_the_same_file():
    app = Package("golang", None, "example.com/app", "v1", evidence=(Evidence("usr/bin/app", 0),))
    library = pypi(evidence=(Evidence("usr/bin/app", 0),))
    other = Package("golang", None, "example.com/other", "v1", evidence=(Evidence("usr/bin/other", 0),))
    where = about(app, other, library)
    django = finding(library)
    assert applied(django, stated(product("pkg:golang/example.com/app", parts=["pkg:pypi/django"])), where=where).suppressed
    assert not applied(django, stated(product("pkg:golang/example.com/app")), where=where).suppressed  # a neighbour is no part
    assert not applied(
        django, stated(product("pkg:golang/example.com/other", parts=["pkg:pypi/django"])), where=where
    ).suppressed


@pytest.mark.parametrize(
    ("status", "aside"), [("not_affected", True), ("fixed", True), ("affected", False), ("under_investigation", False)]
)
def test_what_a_status_does(status, aside):
    assessed = applied(
        finding(severity="high"),
        stated(product(OPENSSL.purl), status=status),
        where=about(OPENSSL),
        fail_on=(read_gate("high"),),
    )
    assert assessed.verdict.exit_code == (0 if aside else 1)
    if aside:
        (only,) = assessed.suppressed
        assert (only.by.kind, only.by.source, only.by.reason, only.by.expires) == (
            "vex",
            "f",
            "vulnerable_code_not_present",
            None,
        )
        assert assessed.findings == ()
    else:
        (only,) = assessed.findings
        assert (only.vex.status, only.vex.source) == (status, "f")
        assert assessed.suppressed == ()


def test_a_statement_without_a_reason_gives_its_status():
    (only,) = applied(finding(), stated(product(OPENSSL.purl), status="fixed", why=""), where=about(OPENSSL)).suppressed
    assert only.by.reason == "fixed"


def test_a_vulnerability_is_known_by_any_of_its_names():
    known = finding(aliases=("GHSA-x",))
    assert applied(known, stated(product(OPENSSL.purl), ids=("ghsa-X",)), where=about(OPENSSL)).suppressed
    assert not applied(known, stated(product(OPENSSL.purl), ids=("CVE-2026-0002",)), where=about(OPENSSL)).suppressed


def test_the_latest_statement_counts():
    old = stated(product(OPENSSL.purl), issued="2026-01-01T00:00:00.123456789Z")
    new = stated(product(OPENSSL.purl), status="affected", issued="2026-01-01T00:00:01+00:00", source="g")
    where = about(OPENSSL)
    for order in ((old, new), (new, old)):
        assert applied(finding(), *order, where=where).findings[0].vex.source == "g"
    newest = stated(product(OPENSSL.purl), issued="2026-01-01T03:00:00+01:00")
    assert applied(finding(), old, new, newest, where=where).suppressed
    undated = stated(product(OPENSSL.purl), status="affected", issued="some day")
    assert applied(finding(), undated, old, where=where).suppressed


def test_a_contradiction_hides_nothing():
    one, other = stated(product(OPENSSL.purl)), stated(product(OPENSSL.purl), status="under_investigation")
    for order in ((one, other), (other, one)):
        assert applied(finding(), *order, where=about(OPENSSL)).findings


def test_without_statements_nothing_changes():
    found = finding()
    assert applied(found, where=about(OPENSSL)).findings == (found,)
    assert assess([found], ALL, (), Policy(vex=(stated(product(OPENSSL.purl)),)), date.today()).findings == (found,)


def test_what_a_document_inside_the_image_states(caplog):
    from careen.model.decision import Decision
    from careen.policy.vex import stated_inside

    statement = '{"vulnerability": "CVE-1", "products": ["x"], "status": "fixed"}'
    good = '{"@context": "https://openvex.dev/ns", "statements": [' + statement + "]}"
    inventory = Inventory(
        DEBIAN, (), decisions=(Decision("rules", "", "a"), Decision("vex", good, "b.json"), Decision("vex", "{", "c.json"))
    )
    assert [(one.ids, one.source) for one in stated_inside(inventory)] == [(("CVE-1",), "image:b.json")]
    assert "c.json inside the image is not a VEX document" in caplog.text
