"""The webhooks as an API server calls them, over HTTP."""

import base64
import json
import time

import httpx2 as httpx
import pytest
from sqlalchemy.exc import OperationalError
from tests.support.fake_fleet import make_fleet
from tests.support.served import served
from tests.support.waiting import until

from careen.errors import InputError, NetworkError
from careen.fleet.fleet import PUSH
from careen.fleet.tables import image, project_image, registry, repository, tag
from careen.server.interfaces import admission

GOOD, BAD, NEW, HIDDEN = (f"sha256:{number:064x}" for number in (1, 2, 3, 4))
APP = "registry.example/shop/app"
RULES = {"mode": "enforce", "deny": ["verdict", "critical"], "unknown": "warn", "tags": "refuse"}


@pytest.fixture
def fake(tmp_path, monkeypatch):
    monkeypatch.setattr(admission, "DEADLINE_S", 60.0)  # on a busy machine, too
    found = make_fleet(tmp_path, monkeypatch, settings=settings(RULES))
    found.add_key("k", "admission")
    add_image(found, 1, GOOD)
    add_image(found, 2, BAD, exit_code=1, critical=2)
    add_image(found, 4, HIDDEN, project=2)
    return found


def settings(rules, **more) -> bytes:
    return json.dumps({"admission": {"rules": rules, **more}}).encode()


def add_image(fake, number, identity, project=1, **more):
    row = {"identity": identity, "digest": identity, "reference": "x", "state": "ready", "enrolled_at": 1.0, "exit_code": 0}
    fake.put(image, id=number, **{**row, "coverage": "complete", "assessed_at": time.time(), **more})
    fake.put(project_image, project_id=project, image_id=number, seen_at=1.0)


@pytest.fixture
def address(fake):
    with served(admission.routes(fake.fleet)) as found:
        yield f"{found}/admission/v1"


def pod(*images, namespace="shop", **more):
    return review({"spec": {"containers": [{"name": "a", "image": name} for name in images]}}, namespace, **more)


def review(object, namespace="shop", operation="CREATE", **more):
    request = {"uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "kind": {"group": "", "version": "v1", "kind": "Pod"}}
    request |= {"namespace": namespace, "operation": operation, "object": object, "oldObject": None, "dryRun": False, **more}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def asked(address, body, place="validate", key="k"):
    response = httpx.post(f"{address}/{place}", json=body, headers={"Authorization": f"Bearer {key}"} if key else {})
    assert response.status_code == 200, response.text
    found = response.json()
    assert (found["apiVersion"], found["kind"]) == ("admission.k8s.io/v1", "AdmissionReview")
    assert found["response"]["uid"] == body["request"]["uid"]
    assert all(len(text) <= 256 for text in found["response"].get("warnings", ()))
    return found["response"]


def test_an_image_that_passed_may_run(address):
    answer = asked(address, pod(f"{APP}@{GOOD}"))
    assert answer == {"uid": answer["uid"], "allowed": True, "auditAnnotations": {"verdict": "passed"}}


def test_an_image_that_failed_may_not(address):
    answer = asked(address, pod(f"{APP}@{GOOD}", f"{APP}@{BAD}"))
    assert answer["allowed"] is False
    assert answer["status"]["code"] == 403
    assert answer["status"]["message"] == f"Careen: {APP}@{BAD}: its policy failed"


def test_an_unknown_image_is_a_warning_and_is_enrolled(fake, address):
    answer = asked(address, pod(f"{APP}:1@{NEW}"))
    assert answer["allowed"] is True
    assert answer["warnings"] == [f"{APP}:1@{NEW} is not assessed yet"]
    until(lambda: fake.enrolled, 10)
    ((project, wanted, lane, by),) = fake.enrolled
    assert (project, wanted.reference, lane, by) == (1, f"{APP}:1@{NEW}", PUSH, "admission")
    asked(address, pod(f"{APP}:1@{NEW}"))
    assert len(fake.enrolled) == 1


def test_an_unknown_image_may_be_refused(fake, tmp_path, monkeypatch, address):
    set_rules(fake, {**RULES, "unknown": "refuse"})
    assert asked(address, pod(f"{APP}@{NEW}"))["allowed"] is False


def set_rules(fake, rules, **more):
    from sqlalchemy import update

    from careen.fleet.tables import project

    with fake.fleet.engine.begin() as connection:
        connection.execute(update(project).where(project.c.id == 1).values(settings=settings(rules, **more)))


def test_an_image_of_another_project_is_unknown(address):
    assert "not assessed yet" in asked(address, pod(f"{APP}@{HIDDEN}"))["warnings"][0]


@pytest.mark.parametrize("more", [{"state": "reading"}, {"kind": "uploaded"}, {"identity": f"clair:1:{NEW}", "digest": NEW}])
def test_what_does_not_count_as_assessed(fake, address, more):
    add_image(fake, 5, **{"identity": NEW, **more})
    assert "not assessed yet" in asked(address, pod(f"{APP}@{NEW}"))["warnings"][0]


def test_an_unknown_host_is_not_asked(fake, address):
    asked(address, pod(f"evil.example/app@{NEW}"))
    asked(address, pod(f"{APP}@{'sha256:' + '7' * 64}"))
    until(lambda: fake.enrolled, 10)
    assert [wanted.reference for _, wanted, _, _ in fake.enrolled] == [f"{APP}@sha256:{'7' * 64}"]


def test_a_dry_run_enrols_nothing(fake, address):
    asked(address, pod(f"{APP}@{NEW}", dryRun=True))
    asked(address, pod(f"{APP}@{GOOD}"))
    assert fake.enrolled == []


@pytest.mark.parametrize("error", [NetworkError("x"), InputError("x"), RuntimeError("x")])
def test_an_image_that_cannot_be_enrolled_changes_no_answer(fake, address, error):
    fake.trouble = error
    assert asked(address, pod(f"{APP}@{NEW}"))["allowed"] is True


def test_a_tag_is_never_answered_from_a_verdict(fake, address):
    add_tag(fake, "1", 1)
    answer = asked(address, pod(f"{APP}:1"))
    assert (answer["allowed"], answer["status"]["message"]) == (
        False,
        f"Careen: {APP}:1 has no digest: its verdict is unknown",
    )
    set_rules(fake, {**RULES, "tags": "warn"})
    assert asked(address, pod(f"{APP}:1"))["allowed"] is True


def add_tag(fake, name, number, place=(1, "shop/app")):
    from sqlalchemy import select

    with fake.fleet.engine.connect() as connection:
        id = connection.execute(select(registry.c.id).where(registry.c.project_id == place[0])).scalar()
        found = connection.execute(select(repository.c.id).where(repository.c.name == place[1])).scalar()
    found = found or fake.put(repository, registry_id=id, name=place[1])
    fake.put(tag, repository_id=found, name=name, image_id=number, seen_at=1.0)


def test_a_tag_is_pinned_to_the_digest_that_was_assessed(fake, address):
    add_tag(fake, "1", 1)
    add_tag(fake, "hidden", 4)
    body = pod(f"{APP}:1", f"{APP}:unknown", f"{APP}@{BAD}", f"{APP}:hidden")
    answer = asked(address, body, "mutate")
    assert (answer["allowed"], answer["patchType"]) == (True, "JSONPatch")
    assert json.loads(base64.b64decode(answer["patch"])) == [
        {"op": "replace", "path": "/spec/containers/0/image", "value": f"{APP}:1@{GOOD}"}
    ]


def test_without_a_known_tag_nothing_is_patched(address):
    assert "patch" not in asked(address, pod(f"{APP}:1"), "mutate")


def test_an_image_of_an_index_counts_by_the_digest_of_the_index(fake, address):
    index = "sha256:" + "9" * 64
    add_image(fake, 8, "sha256:" + "8" * 64, digest=index)
    assert asked(address, pod(f"{APP}@{index}"))["allowed"] is True
    add_image(fake, 9, "sha256:" + "a" * 64, digest=index, exit_code=1)
    assert asked(address, pod(f"{APP}@{index}"))["allowed"] is False


CONTAINER = [{"name": "a", "image": f"{APP}@{BAD}"}]
POD_SPEC = {"containers": CONTAINER}


@pytest.mark.parametrize(
    "object",
    [
        {"spec": {"containers": [], "initContainers": CONTAINER}},
        {"spec": {"containers": [], "ephemeralContainers": CONTAINER}},
        {"spec": {"containers": [], "volumes": [{"name": "v", "image": {"reference": f"{APP}@{BAD}"}}]}},
        {"template": {"spec": POD_SPEC}},
        {"spec": {"template": {"spec": POD_SPEC}}},
        {"spec": {"jobTemplate": {"spec": {"template": {"spec": POD_SPEC}}}}},
    ],
)
def test_every_place_of_an_image(address, object):
    assert asked(address, review(object))["allowed"] is False


@pytest.mark.parametrize(
    "object", [None, [], "x", 1, {}, {"spec": None}, {"spec": []}, {"spec": {"containers": {"image": 1}}},
               {"spec": {"containers": [None, 1, [], {"image": 1}, {"image": ""}], "volumes": [{"image": "x"}]}}]
)  # fmt: skip
def test_objects_without_images(address, object):
    assert asked(address, review(object))["allowed"] is True


@pytest.mark.parametrize("name", ["UPPER/case", "a b", "@", "x@sha256:1", "::", "a" * 5000, "\x1b[2J", "http://x/y"])
def test_hostile_names_are_unknown(address, name):
    answer = asked(address, pod(name))
    assert answer["allowed"] is False
    assert "\x1b" not in answer["status"]["message"]


def test_what_runs_already_is_not_asked_about(address):
    old = {"spec": {"containers": CONTAINER}}
    assert asked(address, review(old, operation="UPDATE", oldObject=old))["allowed"] is True
    new = {"spec": {"containers": [{"image": f"{APP}@{BAD}"}, {"image": f"{APP}:1"}]}}
    assert asked(address, review(new, operation="UPDATE", oldObject=old))["allowed"] is False


@pytest.mark.parametrize("operation", ["DELETE", "CONNECT"])
def test_other_operations_pass(address, operation):
    assert asked(address, pod(f"{APP}@{BAD}", operation=operation))["allowed"] is True


def test_rules_of_a_namespace(fake, address):
    set_rules(fake, RULES, namespaces={"kube-*": {"mode": "off"}, "dev": {"mode": "warn"}})
    bad = f"{APP}@{BAD}"
    assert asked(address, pod(bad, namespace="kube-system")) == {"uid": pod()["request"]["uid"], "allowed": True}
    warned = asked(address, pod(bad, namespace="dev"))
    assert (warned["allowed"], warned["auditAnnotations"]) == (True, {"verdict": "would be refused"})
    assert asked(address, pod(bad, namespace="prod"))["allowed"] is False


@pytest.mark.parametrize("key", ["wrong", ""])
def test_without_a_key_nothing_is_answered(address, key):
    response = httpx.post(f"{address}/validate", json=pod(), headers={"Authorization": f"Bearer {key or 'x'}"})
    assert response.status_code == 401


def test_a_key_in_the_path(address):
    assert asked(address, pod(f"{APP}@{GOOD}"), "k/validate", key="")["allowed"] is True
    assert httpx.post(f"{address}/wrong/validate", json=pod()).status_code == 401


def test_a_key_is_not_checked_at_every_call(fake, address):
    for _ in range(5):
        asked(address, pod(f"{APP}@{GOOD}"))
    assert fake.required == 1


@pytest.mark.parametrize(("on_error", "allowed"), [("allow", True), ("refuse", False)])
def test_a_database_that_is_away(fake, address, monkeypatch, on_error, allowed):
    set_rules(fake, RULES, on_error=on_error)
    asked(address, pod(f"{APP}@{GOOD}"))

    def away(*_):
        raise OperationalError("x", {}, Exception("gone"))

    monkeypatch.setattr(admission, "settings_of", away)
    answer = asked(address, pod(f"{APP}@{BAD}"))
    assert (answer["allowed"], answer["auditAnnotations"]) == (allowed, {"verdict": "undecided"})


def test_a_database_that_is_away_stops_nothing_that_needs_no_verdict(fake, address, monkeypatch):
    modes = {"kube-*": {**RULES, "mode": "off"}, "dev": {**RULES, "mode": "warn"}}
    set_rules(fake, RULES, on_error="refuse", namespaces=modes)
    asked(address, pod(f"{APP}@{GOOD}"))
    monkeypatch.setattr(admission, "settings_of", lambda *_: 1 / 0)
    assert asked(address, pod(f"{APP}@{BAD}"))["allowed"] is False
    assert asked(address, pod(f"{APP}@{BAD}", namespace="kube-system"))["allowed"] is True
    assert "cannot decide" in asked(address, pod(f"{APP}@{BAD}", namespace="dev"))["warnings"][0]
    assert asked(address, review({"metadata": {"labels": {}}}, operation="UPDATE"))["allowed"] is True


def test_settings_that_were_never_read_allow_nothing(fake, address, monkeypatch):
    set_rules(fake, RULES, on_error="refuse")
    monkeypatch.setattr(admission, "settings_of", lambda *_: 1 / 0)
    response = httpx.post(f"{address}/validate", json=pod(f"{APP}@{BAD}"), headers={"Authorization": "Bearer k"})
    assert response.status_code == 503


def test_a_slow_database_is_one_that_is_away(fake, address, monkeypatch):
    asked(address, pod(f"{APP}@{GOOD}"))
    monkeypatch.setattr(admission, "DEADLINE_S", 0.05)
    monkeypatch.setattr(admission, "settings_of", lambda *_: time.sleep(0.5))
    assert asked(address, pod(f"{APP}@{BAD}"))["auditAnnotations"] == {"verdict": "undecided"}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000,
        json.dumps({**pod(), "apiVersion": "admission.k8s.io/v1beta1"}).encode(),
        json.dumps({**pod(), "request": None}).encode(),
        json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": 1}}).encode(),
        json.dumps(pod(*["x"] * 1001)).encode(),
    ],
)  # fmt: skip
def test_hostile_bodies(address, body):
    response = httpx.post(f"{address}/validate", content=body, headers={"Authorization": "Bearer k"})
    assert response.status_code == 400
    assert response.json()["message"]
