"""Many images of a registry in a fleet, on both databases: each layer is read once, and verdicts are those of single scans."""

import time

import pytest
from sqlalchemy import func, select, update
from tests.support.fleet import fill
from tests.support.fleet_database import address, postgres_server
from tests.support.fleet_units import database_with
from tests.support.fleet_world import RECORDS, a_project, fleet_at, reads, settled, states, working
from tests.support.images import make_image, make_layer
from tests.support.registry import Registry
from tests.support.waiting import until

from careen.app.databases import database_of
from careen.errors import InputError
from careen.fleet import events, layers, project_verdicts, registries, rematch, triage
from careen.fleet.bulk import bulk
from careen.fleet.connection import writing
from careen.fleet.enrolment import Enrolment, enrol
from careen.fleet.fleet import BACKGROUND, PERSON
from careen.fleet.reports import NOT_FETCHED, report_of, state_of
from careen.fleet.rules import encoded
from careen.fleet.sources import Source
from careen.fleet.summary import summary_of
from careen.fleet.tables import event, image, image_unit, layer, policy, project_image, unit, unit_finding
from careen.fleet.tables import registry as watched
from careen.fleet.triage import Batch, Target
from careen.layers.recent import RecentDeltas
from careen.model.finding import Vulnerability
from careen.policy.rules import Rules
from careen.server.interfaces.admission.decide import decided
from careen.server.interfaces.admission.policy import Admission
from careen.server.interfaces.admission.policy import Rules as Enforced
from careen.server.interfaces.admission.review import Asked, Named

__all__ = ["address", "postgres_server"]


@pytest.fixture
def registry():
    with Registry() as served:
        yield served


@pytest.fixture
def fleet(address, tmp_path):
    with fleet_at(address, tmp_path) as made:
        yield made


def identities(fleet, project, references, lane=BACKGROUND):
    return [enrol(fleet, project, Enrolment(reference), lane, "tests") for reference in references]


def vulnerabilities(report):
    return sorted((found.id, found.package) for found in report.findings if isinstance(found, Vulnerability))


def test_each_layer_is_read_once_and_verdicts_are_those_of_single_scans(fleet, registry):
    references = list(fill(registry, repositories=4, tags=3))
    project = a_project(fleet)
    with working(fleet):
        known = identities(fleet, project, references)
        assert settled(fleet), states(fleet)
    assert states(fleet) == {"ready": 12}
    unique = {digest for built in registry.manifests.values() for digest in _layers(built)}
    assert reads(fleet) == dict.fromkeys(unique, 1)
    with fleet.session() as session:
        for reference, identity in zip(references, known, strict=True):
            single = session.scan(f"registry:{reference}")
            stored = report_of(fleet, project, identity)
            assert stored.findings == single.findings
            assert stored.coverage == single.coverage
            assert _row(fleet, identity) == {**_row(fleet, identity), **summary_of(single)}
            assert _joined(fleet, identity) == vulnerabilities(single) != []


def test_packages_are_stored_once_for_all_images(fleet, registry):
    project = a_project(fleet)
    with working(fleet):
        identities(fleet, project, list(fill(registry, repositories=4, tags=3)))
        assert settled(fleet)
    with fleet.engine.connect() as connection:
        assert len(connection.execute(select(unit.c.id)).all()) == 8  # two packages on four bases
        assert len(connection.execute(select(image_unit.c.unit_id)).all()) == 24


def test_a_second_enrolment_changes_nothing(fleet, registry):
    (reference,) = fill(registry, repositories=1, tags=1)
    project = a_project(fleet)
    with working(fleet):
        first = enrol(fleet, project, Enrolment(reference), BACKGROUND, "a")
        assert settled(fleet)
        before = _row(fleet, first)
        assert enrol(fleet, project, Enrolment(reference), PERSON, "b") == first
        assert settled(fleet)
    assert _row(fleet, first) == before
    assert set(reads(fleet).values()) == {1}
    with fleet.engine.connect() as connection:
        ready = connection.execute(select(event).where(event.c.kind == "image_ready")).all()
    assert len(ready) == 1


def test_another_project_does_not_see_it_before_its_own_credentials_fetch_it(fleet, registry):
    (reference,) = fill(registry, repositories=1, tags=1)
    mine, other = a_project(fleet), a_project(fleet, "other")
    with working(fleet):
        identity = enrol(fleet, mine, Enrolment(reference), PERSON, "a")
        assert settled(fleet)
        assert state_of(fleet, other, identity) is None
        assert report_of(fleet, other, identity) is None
        enrol(fleet, other, Enrolment(reference), PERSON, "b")
        assert state_of(fleet, other, identity).state == "ready"


def test_an_image_that_somebody_names_lasts_in_that_project(fleet, registry):
    (reference,) = fill(registry, repositories=1, tags=1)
    crawls, names = a_project(fleet), a_project(fleet, "other")
    with working(fleet):
        for project in (crawls, names):
            enrol(fleet, project, Enrolment(reference), BACKGROUND, "registry")
        identity = enrol(fleet, names, Enrolment(reference), PERSON, "a")
        enrol(fleet, names, Enrolment(f"{reference.rpartition(':')[0]}@{identity}", lasts=True), PERSON, "a")
        enrol(fleet, names, Enrolment(reference), BACKGROUND, "registry")
        assert settled(fleet)
    with fleet.engine.connect() as connection:
        rows = connection.execute(select(project_image.c.project_id, project_image.c.lasts)).all()
    assert {tuple(row) for row in rows} == {(crawls, False), (names, True)}


def test_a_layer_that_cannot_be_read_fails_alone_and_can_be_tried_again(fleet, registry, monkeypatch):
    monkeypatch.setattr(layers, "pause_s", lambda tries: 0.0)
    good, bad = make_layer({"etc/os-release": b"ID=debian\n"}), make_layer({"srv/app": b"1"})
    whole = registry.push("team/good", "1", make_image([good]))
    damaged = make_image([good, bad])
    reference = registry.push("team/bad", "1", damaged)
    digest = _layers(registry.manifests["team/bad", damaged.digest])[1]
    content = registry.blobs.pop(digest)
    project = a_project(fleet)
    with working(fleet):
        first, second = identities(fleet, project, [whole, reference])
        assert settled(fleet)
        assert (state_of(fleet, project, first).state, state_of(fleet, project, second).state) == ("ready", "failed")
        assert digest in state_of(fleet, project, second).reason
        registry.blobs[digest] = content
        enrol(fleet, project, Enrolment(reference), PERSON, "tests")
        assert settled(fleet)
        assert state_of(fleet, project, second).state == "ready", state_of(fleet, project, second).reason


def test_an_image_that_failed_is_read_from_where_it_is_asked_for_next(fleet, registry, monkeypatch):
    """Its first source is gone: the registry was removed from the project."""
    monkeypatch.setattr(layers, "pause_s", lambda tries: 0.0)
    (reference,) = fill(registry, repositories=1, tags=1)
    project = a_project(fleet)
    with writing(fleet.engine) as connection:
        row = {"project_id": project, "host": registry.host}
        number = connection.execute(watched.insert().values(row)).inserted_primary_key[0]
    blobs = dict(registry.blobs)
    built = next(iter(registry.manifests.values()))
    for digest in _layers(built):
        registry.blobs.pop(digest)
    with working(fleet):
        identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
        assert settled(fleet)
        assert state_of(fleet, project, identity).state == "failed"
        assert registries.remove(fleet, project, number)
        registry.blobs.update(blobs)
        enrol(fleet, project, Enrolment(reference), PERSON, "tests")
        assert settled(fleet)
        assert state_of(fleet, project, identity).state == "ready", state_of(fleet, project, identity).reason


def test_the_policy_of_a_project_decides_for_admission(fleet, registry):
    """Projects share an image, and each has its own policy and decisions."""
    (reference,) = fill(registry, repositories=1, tags=1)
    strict, other = a_project(fleet), a_project(fleet, "other")
    with writing(fleet.engine) as connection:
        row = {"project_id": strict, "name": "default", "rules": encoded(Rules(fail_on=("critical",))), "changed_at": 0.0}
        connection.execute(policy.insert().values(row))

    def admitted(project, identity):
        project_verdicts.queue(fleet)
        asked = Asked("1", "shop", (Named("/x", f"{registry.host}/x@{identity}"),))
        return decided(fleet, project, asked, Admission(Enforced("enforce")))

    with working(fleet):
        identity, _ = (enrol(fleet, project, Enrolment(reference), PERSON, "tests") for project in (strict, other))
        assert settled(fleet)
        assert until(lambda: admitted(other, identity).allowed, 60), admitted(other, identity)
        assert until(lambda: "its policy failed" in admitted(strict, identity).message, 60), admitted(strict, identity)
        about = Batch((Target("CVE-2026-0002", "pkg:deb/debian/zlib1g"),), "not_affected", "component_not_present")
        with writing(fleet.engine) as connection:
            batch = triage.decide(connection, strict, about, "user:ada")
        assert "it has no verdict" in admitted(strict, identity).message, "the one before the decision counts no longer"
        assert until(lambda: admitted(strict, identity).allowed, 60)
        with writing(fleet.engine) as connection:
            triage.undo(connection, strict, batch)
        assert until(lambda: "its policy failed" in admitted(strict, identity).message, 60)


def test_only_the_latest_claim_commits(fleet, registry, monkeypatch):
    """A worker that was thought dead comes back with its result after another one has claimed the layer."""
    (reference,) = fill(registry, repositories=1, tags=1)
    project = a_project(fleet)
    identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
    from careen.fleet.enrolment import open_enrolled
    from careen.fleet.queue import Job
    from careen.fleet.reading import Result

    with fleet.engine.connect() as connection:
        number = connection.execute(select(image.c.id).where(image.c.identity == identity)).scalar_one()
    open_enrolled(fleet, Job("open", "x", b'{"image_id":%d}' % number))
    digests = sorted(reads(fleet))
    late = layers._claim(fleet, digests, "late")
    assert layers._claim(fleet, digests, "too early") == []
    with writing(fleet.engine) as connection:
        connection.execute(update(layer).values(lease_until=1.0))
    heir = layers._claim(fleet, digests, "heir")
    assert {each.claim for each in heir} == {2}
    layers._commit(fleet, [Result(each.digest, b"") for each in late], {each.digest: each for each in late})
    assert set(reads(fleet).values()) == {0}
    layers._commit(fleet, [Result(each.digest, b"") for each in heir], {each.digest: each for each in heir})
    layers._commit(fleet, [Result(each.digest, b"") for each in heir], {each.digest: each for each in heir})
    assert set(reads(fleet).values()) == {1}


def test_why_an_image_waits(fleet, registry):
    (reference,) = fill(registry, repositories=1, tags=1)
    project = a_project(fleet)
    identity = enrol(fleet, project, Enrolment(reference), BACKGROUND, "tests")
    waits = state_of(fleet, project, identity)
    assert (waits.state, waits.layers) == ("opening", 0)
    assert waits.waits.startswith("its manifest is to be read, for ")
    assert report_of(fleet, project, identity) is None


def test_a_name_that_nobody_has(fleet, registry):
    with pytest.raises(InputError):
        enrol(fleet, a_project(fleet), Enrolment(f"{registry.host}/no/such:1"), PERSON, "tests")
    assert states(fleet) == {}


def test_the_queue_is_fed_from_the_table(fleet, registry, monkeypatch):
    """No more jobs wait than may; the rest is in the table of layers."""
    monkeypatch.setattr(layers, "MOST_JOBS", 2)
    monkeypatch.setattr(layers, "CHUNK_LAYERS", 2)
    with writing(fleet.engine) as connection:
        rows = [
            {"digest": f"sha256:{number:064x}", "state": "waiting", "size_bytes": 1, "enrolled_at": float(number)}
            for number in range(9)
        ]
        connection.execute(layer.insert(), rows)
    assert layers.feed(fleet) == 4
    assert layers.feed(fleet) == 0
    assert states(fleet, layer) == {"queued": 4, "waiting": 5}


def _layers(manifest):
    import json

    return [entry["digest"] for entry in json.loads(manifest[0]).get("layers", ())]


def _row(fleet, identity):
    with fleet.engine.connect() as connection:
        return dict(connection.execute(select(image).where(image.c.identity == identity)).mappings().one())


def _joined(fleet, identity):
    """(vulnerability, package) of the image by its units."""
    found = (
        select(unit_finding.c.vulnerability, unit_finding.c.package)
        .join(image_unit, image_unit.c.unit_id == unit_finding.c.unit_id)
        .join(image, image.c.id == image_unit.c.image_id)
        .where(image.c.identity == identity)
    )
    with fleet.engine.connect() as connection:
        return sorted(map(tuple, connection.execute(found)))


def test_an_image_whose_job_is_lost_gets_another(fleet, registry, monkeypatch):
    """As if a worker lost the database while its job ended."""
    references = list(fill(registry, repositories=2, tags=1))
    project = a_project(fleet)
    known = identities(fleet, project, references)
    with writing(fleet.engine) as connection:
        for each in fleet.queue.waiting(connection):
            fleet.queue.cancel(connection, each.id)
        connection.execute(update(image).values(step_at=1.0))
    with working(fleet):
        assert settled(fleet)
    assert {state_of(fleet, project, identity).state for identity in known} == {"ready"}


def test_without_a_database_nothing_is_assessed_until_one_comes(address, tmp_path, registry):
    (reference,) = fill(registry, repositories=1, tags=1)
    with fleet_at(address, tmp_path, records=()) as fleet:
        project = a_project(fleet)
        with working(fleet):
            identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
            assert settled(fleet)
            row = _row(fleet, identity)
            assert row["state"] == "ready"
            assert row["coverage"] != "assessed"  # the facts that ship are a part
            database_with(fleet, RECORDS, "2026-11-01T00:00:00Z")
            rematch.after_update(fleet, None, database_of(fleet.settings))
        row = _row(fleet, identity)
        assert (row["critical"], row["coverage"]) == (1, "assessed")
        assert row["exit_code"] is None  # what the gates decided before counts no more
        with writing(fleet.engine) as connection:
            connection.execute(update(image).values(step_at=1.0))
        with working(fleet):
            assert until(lambda: _row(fleet, identity)["exit_code"] == 0, 30)
        assert _joined(fleet, identity) == vulnerabilities(report_of(fleet, project, identity)) != []


def test_a_project_that_names_a_digest_has_to_fetch_it_itself(fleet, registry):
    """It guesses the digest of another project's image: its own credentials have to read the manifest first."""
    (reference,) = fill(registry, repositories=1, tags=1)
    mine, other = a_project(fleet), a_project(fleet, "other")
    with working(fleet):
        identity = enrol(fleet, mine, Enrolment(reference), PERSON, "a")
        assert settled(fleet)
        elsewhere = f"{registry.host}/no/such@{identity}"
        assert enrol(fleet, other, Enrolment(elsewhere), PERSON, "b") == identity
        assert state_of(fleet, other, identity).state in ("opening", "failed"), "a worker may have asked for it already"
        assert not until(lambda: report_of(fleet, other, identity) is not None, 3)
        enrol(fleet, other, Enrolment(f"{reference.rpartition(':')[0]}@{identity}"), PERSON, "b")
        assert until(lambda: report_of(fleet, other, identity) is not None, 30)


def test_what_is_known_of_a_layer_is_gone(fleet, registry, monkeypatch):
    """Its bytes are read again by the readers of layers, in their own process, and never by a join."""
    monkeypatch.setattr(RecentDeltas, "get", lambda self, key: None)  # as a worker that has not read it
    (reference,) = fill(registry, repositories=1, tags=1)
    project = a_project(fleet)
    with working(fleet):
        identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
        assert settled(fleet)
        with writing(fleet.engine) as connection:
            connection.execute(bulk.delete())
        before = _events(fleet)
        assert report_of(fleet, project, identity) is None
        assert until(lambda: report_of(fleet, project, identity) is not None, 60)
    assert set(reads(fleet).values()) == {2}
    assert _events(fleet) == before != [], "it is the same image: no event again"


def test_a_layer_that_is_lost_is_read_from_an_image_that_has_it(fleet, registry, monkeypatch):
    """The image that it was read for first may be gone."""
    monkeypatch.setattr(RecentDeltas, "get", lambda self, key: None)  # as a worker that has not read it
    first, second = fill(registry, repositories=1, tags=2)
    project = a_project(fleet)
    with working(fleet):
        enrol(fleet, project, Enrolment(first), PERSON, "tests")
        assert settled(fleet)
        identity = enrol(fleet, project, Enrolment(second), PERSON, "tests")
        assert settled(fleet)
        shared = set(reads(fleet))
        with writing(fleet.engine) as connection:
            connection.execute(layer.update().values(source=Source(f"127.0.0.1:1/gone@sha256:{'0' * 64}").encoded()))
            connection.execute(bulk.delete())
        assert report_of(fleet, project, identity) is None
        assert until(lambda: report_of(fleet, project, identity) is not None, 60)
    assert shared == set(reads(fleet))


def test_an_image_of_known_packages_becomes_ready_at_once_or_not_at_all(fleet, registry, monkeypatch):
    """Its rows and its state are written together."""
    first, second = fill(registry, repositories=1, tags=2)
    project = a_project(fleet)
    with working(fleet):
        enrol(fleet, project, Enrolment(first), PERSON, "tests")
        assert settled(fleet)
        real, visible = events.after_ready, []

        def fails_once(connection, number, *more):
            with fleet.engine.connect() as other:
                units = other.execute(select(func.count()).where(image_unit.c.image_id == number)).scalar()
                visible.append((other.execute(select(image.c.state).where(image.c.id == number)).scalar(), units))
            if len(visible) == 1:
                raise OSError("the worker's disk is full")
            real(connection, number, *more)

        monkeypatch.setattr(events, "after_ready", fails_once)
        for engine in ("embedded", "postgres"):
            monkeypatch.setattr(f"careen.fleet.queue.{engine}.pause_s", lambda tries: 0.05)
        enrol(fleet, project, Enrolment(second), PERSON, "tests")
        assert settled(fleet)
    assert visible == [("joining", 0)] * 2
    assert states(fleet) == {"ready": 2} and _events(fleet).count("image_ready") == 2


def _events(fleet):
    with fleet.engine.connect() as connection:
        return sorted(connection.execute(select(event.c.kind)).scalars())


def test_an_upgrade_while_an_image_is_read(fleet, registry):
    """Workers of the old version have read its layers, and are gone: those of the new one read them again."""
    (reference,) = fill(registry, repositories=1, tags=1)
    project = a_project(fleet)
    with working(fleet):
        identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
        assert settled(fleet)
    with writing(fleet.engine) as connection:
        connection.execute(update(layer).values(read_by="an older version"))
        connection.execute(update(image).values(state="reading", step_at=time.time()))
    layers.sweep(fleet)
    with fleet.engine.connect() as connection:
        assert set(connection.execute(select(layer.c.state)).scalars()) == {"read"}, "others may still read it"
    with writing(fleet.engine) as connection:
        connection.execute(update(image).values(step_at=time.time() - layers.OUTDATED_S - 1))
    layers.sweep(fleet)
    with working(fleet):
        assert settled(fleet), states(fleet)
    assert state_of(fleet, project, identity).state == "ready"
    assert set(reads(fleet).values()) == {2}


def test_a_join_reads_some_files_of_a_layer_again(address, registry, tmp_path, monkeypatch):
    """Code that no package explains is searched for its origin when all layers are there, and their bytes are elsewhere."""
    pytest.importorskip("numpy")
    from tests.unit.origin.test_identify import PROJECTS
    from tests.unit.pipeline.test_origin import made

    from careen.app import origin
    from careen.origin.knowledge import write_base

    write_base(tmp_path / "shipped", made("liba"))
    monkeypatch.setattr(origin, "SHIPPED", tmp_path / "shipped")
    copy = {f"opt/app/inner/{path}": data for path, data in PROJECTS["liba"]["1.2"].items()}
    reference = registry.push("team/app", "1", make_image([make_layer({"etc/os-release": b"ID=debian\n"} | copy)]))
    with fleet_at(address, tmp_path) as fleet, working(fleet):
        project = a_project(fleet)
        identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
        assert settled(fleet), states(fleet)
        assert [package.purl for package in report_of(fleet, project, identity).inventory.packages] == ["pkg:generic/liba@1.2"]
        assert reads(fleet) == dict.fromkeys(reads(fleet), 1)


def test_the_tag_by_which_an_image_was_asked_for(fleet, registry):
    (reference,) = fill(registry, repositories=1, tags=1)
    project = a_project(fleet)
    with working(fleet):
        identity = enrol(fleet, project, Enrolment(reference), PERSON, "tests")
        assert settled(fleet)
    assert report_of(fleet, project, identity).image.tag == reference


def test_an_image_that_a_project_may_not_fetch_has_failed_for_it(fleet, registry):
    """A digest that exists elsewhere ends as one that does not exist."""
    (reference,) = fill(registry, repositories=1, tags=1)
    mine, other = a_project(fleet), a_project(fleet, "other")
    with working(fleet):
        identity = enrol(fleet, mine, Enrolment(reference), PERSON, "a")
        assert settled(fleet)
        for digest in (identity, f"sha256:{7:064x}"):
            enrol(fleet, other, Enrolment(f"{registry.host}/no/such@{digest}"), PERSON, "b")
            assert until(lambda digest=digest: state_of(fleet, other, digest).state == "failed", 60)
            assert state_of(fleet, other, digest).reason == NOT_FETCHED
        enrol(fleet, other, Enrolment(f"{reference.rpartition(':')[0]}@{identity}"), PERSON, "b")
        assert until(lambda: report_of(fleet, other, identity) is not None, 60)


def test_an_upload_that_fails_ends(fleet, monkeypatch):
    from careen.fleet import images, uploads

    project = a_project(fleet)
    with writing(fleet.engine) as connection:
        found = uploads.read(b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}', fleet.settings)
        made = uploads.store(fleet, connection, project, found, "app:1", "tests")
    monkeypatch.setattr(uploads, "assessed", lambda *_: 1 / 0)
    job = uploads.job_of(made.identity, "tests")
    for _ in range(images.TRIES - 1):
        with pytest.raises(ZeroDivisionError):
            images.join_upload(fleet, job)
    images.join_upload(fleet, job)
    assert (_row(fleet, made.identity)["state"], _row(fleet, made.identity)["reason"]) == ("failed", "ZeroDivisionError")
