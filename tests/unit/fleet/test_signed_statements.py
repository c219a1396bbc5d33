"""What somebody has signed about a base: whose statements count, about what, and what a registry's silence changes."""

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update
from tests.support.attached import Artifact, Key, Part, needs_openssl, sealed, statement
from tests.support.images import make_image, make_layer
from tests.support.registry import Registry
from tests.support.triage_world import DJANGO, LIBSSL, OPENSSL, a_decision, a_user, show, triage_fleet

from careen.errors import NetworkError
from careen.fleet import base_statements, signed_statements
from careen.fleet.connection import writing
from careen.fleet.sources import Source
from careen.fleet.tables import image, project_image, signed_check, signed_statement
from careen.images.registry import open_image
from careen.model.attached import Attached
from careen.net import NetSettings, make_fetcher
from careen.plugins import OpenContext

pytestmark = needs_openssl
OPENVEX = "https://openvex.dev/ns/v0.2.0"
BASE = make_image([make_layer({"etc/os-release": b"ID=debian\n"})])
OF_BASE = {"@id": f"pkg:oci/debian@{BASE.digest.replace(':', '%3A')}"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return Key(folder, "vendor"), Key(folder, "stranger")


@pytest.fixture
def fleet(tmp_path, address, keys):
    made = triage_fleet(tmp_path, address)
    (tmp_path / "trust.toml").write_text(f'[[signed_by]]\nkey = "{keys[0].public}"\n')
    with writing(made.engine) as connection:
        source = Source("registry.test/debian:12").encoded()
        connection.execute(update(image).where(image.c.id == 1).values(identity=BASE.digest, digest=BASE.digest, source=source))
    made = replace(made, settings=replace(made.settings, vex_trust=tmp_path / "trust.toml"))
    yield made
    made.engine.dispose()


def about(product, status="not_affected", justification="component_not_present", id=OPENSSL, at="2026-02-01T00:00:00Z"):
    found = {"vulnerability": {"name": id}, "products": [product], "status": status, "timestamp": at}
    return found | ({"justification": justification} if status == "not_affected" else {})


def beside(key, *statements, digest=BASE.digest):
    document = {"@context": OPENVEX, "@id": "urn:x", "author": "x", "timestamp": "2026-01-01T00:00:00Z", "version": 1}
    predicate = document | {"statements": list(statements)}
    data = sealed(statement(digest, OPENVEX, predicate), key)
    return Artifact("application/vnd.dsse.envelope.v1+json", [Part(data, "application/vnd.dsse.envelope.v1+json")])


def check(fleet, tmp_path, *artifacts, again=False):
    """As the job does, by a registry of its own."""
    if again:
        with writing(fleet.engine) as connection:
            connection.execute(signed_check.delete())
    with Registry() as registry, make_fetcher(NetSettings()) as fetcher:
        reference = registry.push("debian", "12", BASE)
        for artifact in artifacts:
            registry.attach("debian", artifact, BASE.digest)

        def ask(fleet, source, trust):
            assert source.reference == "registry.test/debian:12"
            context = OpenContext(fetcher=fetcher, cache=tmp_path / "cache", settings={"trust": trust})
            return open_image(reference, context).attached

        signed_statements.check(fleet, None, ask)


def offered(fleet, image_id=2, project_id=1):
    with fleet.engine.connect() as connection:
        found = base_statements.offers(connection, project_id, image_id)
        applying = base_statements.applying(connection, project_id, image_id, f"sha256:{image_id}")
    assert len(applying) == sum(offer.applies for offer in found)
    return found


@pytest.mark.parametrize(
    ("product", "justification", "applies"),
    [
        (OF_BASE, "component_not_present", True),
        (OF_BASE | {"subcomponents": [{"@id": LIBSSL}]}, "component_not_present", True),
        ({"@id": "pkg:deb/debian/openssl@3.0.11-1?arch=source"}, "component_not_present", True),
        (OF_BASE | {"subcomponents": [{"@id": LIBSSL}]}, "vulnerable_code_not_in_execute_path", False),
        (OF_BASE | {"subcomponents": [{"@id": "pkg:deb/debian/zlib1g"}]}, "component_not_present", None),
        ({"@id": "pkg:oci/debian@sha256%3A" + "0" * 64}, "component_not_present", None),
        ({"@id": "pkg:oci/other", "subcomponents": [{"@id": LIBSSL}]}, "component_not_present", None),
    ],
)
def test_what_a_trusted_key_has_signed(fleet, tmp_path, keys, product, justification, applies):
    check(fleet, tmp_path, beside(keys[0], about(product, justification=justification)))
    found = offered(fleet)
    assert [(each.vulnerability, each.package, each.applies) for each in found] == (
        [] if applies is None else [(OPENSSL, LIBSSL, applies)]
    )
    if found:
        assert (found[0].decision, found[0].base, found[0].status) == (0, "app:1", "not_affected")
        assert found[0].origin == f"statement about app:1, signed by {found[0].decided_by}" and "vendor" in found[0].decided_by
    assert offered(fleet, 1) == [] and offered(fleet, 3, 2) == []


@pytest.mark.parametrize("of", ["stranger", "nobody", "another image"])
def test_what_nobody_trusted_has_signed_about_it_is_not_there(fleet, tmp_path, keys, of):
    digest = "sha256:" + "9" * 64 if of == "another image" else BASE.digest
    key = {"stranger": keys[1], "nobody": None, "another image": keys[0]}[of]
    check(fleet, tmp_path, beside(key, about(OF_BASE), digest=digest))
    assert offered(fleet) == []
    with fleet.engine.connect() as connection:
        assert connection.execute(select(signed_statement.c.id)).all() == []


def test_the_latest_statement_decides(fleet, tmp_path, keys):
    first, later = about(OF_BASE), about({"@id": LIBSSL}, "affected", at="2026-03-01T00:00:00Z")
    check(fleet, tmp_path, beside(keys[0], first, later, about(OF_BASE, "fixed", id=DJANGO)))
    assert offered(fleet) == [], "Django is above the base, and OpenSSL is affected after all"
    check(fleet, tmp_path, beside(keys[0], first), again=True)
    assert [each.vulnerability for each in offered(fleet)] == [OPENSSL]


def test_the_project_has_to_see_the_base(fleet, tmp_path, keys):
    check(fleet, tmp_path, beside(keys[0], about(OF_BASE)))
    show(fleet, 2, 2)
    assert offered(fleet, 2, 2) == []
    show(fleet, 1, 2)
    assert len(offered(fleet, 2, 2)) == 1
    with writing(fleet.engine) as connection:
        connection.execute(project_image.update().where(project_image.c.image_id == 1).values(deleted_at=1.0))
    assert offered(fleet) == [] == offered(fleet, 2, 2)


def test_what_people_decided_comes_first(fleet, tmp_path, keys):
    check(fleet, tmp_path, beside(keys[0], about(OF_BASE)))
    a_user(fleet, roles=((1, "triager"),))
    number = a_decision(fleet, identity=BASE.digest, status="fixed")
    assert [each.decision for each in offered(fleet)] == [number]
    a_decision(fleet, identity="sha256:2", status="affected")
    assert offered(fleet) == []


def test_a_registry_that_does_not_answer_changes_nothing(fleet, tmp_path, keys):
    check(fleet, tmp_path, beside(keys[0], about(OF_BASE)))

    def away(fleet, source, trust):
        raise NetworkError("registry.test does not answer")

    for ask in (away, lambda *_: Attached(complete=False, troubles=("503",))):
        with writing(fleet.engine) as connection:
            connection.execute(signed_check.delete())
        signed_statements.check(fleet, None, ask)
        assert len(offered(fleet)) == 1
    with fleet.engine.connect() as connection:
        assert connection.execute(select(signed_check.c.trouble)).scalars().all() == ["503"]
    check(fleet, tmp_path, again=True)
    assert offered(fleet) == [], "it was withdrawn"


def test_images_are_looked_at_once_a_day_and_only_if_somebody_is_trusted(fleet):
    asked = []

    def ask(fleet, source, trust):
        asked.append(source.reference)
        return Attached(asked=("sha256:1",))

    signed_statements.check(replace(fleet, settings=replace(fleet.settings, vex_trust=None)), None, ask)
    for _ in range(2):
        signed_statements.check(fleet, None, ask)
    assert asked == ["registry.test/debian:12"]
