"""Policies: what one would fail, before it counts."""

import pytest
from msgspec.structs import replace
from tests.support.reports import usual
from tests.support.service import body_of, with_fakes

from careen.fleet.fleet import BACKGROUND
from careen.fleet.project_verdicts import decide, job_of
from careen.model.report import Reason


def test_a_preview_is_the_verdict_that_a_scan_would_have(service):
    service.add_image("sha256:" + "1" * 64, service.id, risk=9, exit_code=0)
    service.add_image("sha256:" + "2" * 64, service.id, state="reading")
    client = service.client(service.key)
    found = body_of(client.post(f"{service.path}/policy-preview", json={"fail_on": ["vuln:critical"]}))
    assert (found["evaluated"], found["total"], found["failing"]) == (1, 1, 1)
    assert found["images"][0]["exit_code"] == 1 and found["images"][0]["exit_code_now"] == 0
    assert found["images"][0]["failed"] == ["fail-on vuln:critical"]
    calm = body_of(client.post(f"{service.path}/policy-preview", json={}))
    assert calm["failing"] == 0
    assert body_of(client.get(f"{service.path}/policies"))["items"] == [], "a preview stores nothing"


def test_the_exit_code_of_an_image_is_by_the_policy_of_the_project(service):
    identity = "sha256:" + "1" * 64
    number = service.add_image(identity, service.id, exit_code=0)
    client = service.client(service.key)

    def codes():
        (listed,) = body_of(client.get(f"{service.path}/images"))["items"]
        return listed["exit_code"], body_of(client.get(f"{service.path}/images/{identity}"))["exit_code"]

    assert codes() == (0, 0)
    client.put(f"{service.path}/policies/default", json={"fail_on": ["vuln:critical"]})
    assert codes() == (None, None), "it is not decided yet"
    decide(service.fleet, job_of(service.id, number, BACKGROUND, "policy"))
    assert codes() == (1, 1)


@pytest.mark.parametrize("gate", ["vuln:critical", "kev"])
def test_what_was_not_looked_for_passes_no_preview(service, monkeypatch, gate):
    """A report of another scan, which a user uploaded: it may have looked for secrets alone."""
    coverage = replace(usual().coverage, verdict="not_assessed", reasons=(Reason("not_asked", "not looked for"),))
    with_fakes(monkeypatch, service, replace(usual(), database=None, coverage=coverage, findings=(), suppressed=()))
    service.add_image("sha256:" + "1" * 64, service.id)
    found = body_of(service.client(service.key).post(f"{service.path}/policy-preview", json={"fail_on": [gate]}))
    assert [(entry["exit_code"], entry["failed"]) for entry in found["images"]] == [(3, ["vulnerabilities looked for"])]


def test_a_decision_counts_in_a_preview(service):
    service.add_image("sha256:" + "1" * 64, service.id)
    client, rules = service.client(service.key), {"fail_on": ["vuln:critical"]}
    findings = body_of(client.get(f"{service.path}/images/sha256:{'1' * 64}/findings"))
    assert findings["listed"] == sum(len(group["findings"]) for group in findings["groups"])
    for group in findings["groups"]:
        for finding in group["findings"]:
            decided = {"vulnerability": finding["id"], "status": "not_affected", "package": finding["package"], "reason": "no"}
            assert client.post(f"{service.path}/decisions", json=decided).status_code == 201
    assert body_of(client.post(f"{service.path}/policy-preview", json=rules))["failing"] == 0
    first = body_of(client.get(f"{service.path}/decisions"))["items"]
    for entry in first:
        url = f"{service.path}/decisions/{entry['id']}"
        assert body_of(client.delete(url))["revoked_at"] is not None
        assert client.delete(url).status_code == 409
        assert client.get(url).status_code == 200, "it stays on record"
    assert body_of(client.post(f"{service.path}/policy-preview", json=rules))["failing"] == 1
    assert body_of(client.get(f"{service.path}/vex"))["statements"] == []


def test_rules_that_cannot_be_followed_are_refused(service):
    client = service.client(service.key)
    for rules in ({"fail_on": ["odd"]}, {"accept": ["odd"]}, {"fail_on": ["secret:kev"]}):
        assert client.put(f"{service.path}/policies/default", json=rules).status_code == 422
        assert client.post(f"{service.path}/policy-preview", json=rules).status_code == 422


def test_a_policy_of_what_is_overdue_needs_days(service):
    client, where = service.client(service.key), f"{service.path}/policies/default"
    assert client.put(where, json={"fail_on": ["overdue:high"]}).json()["code"] == "overdue"
    assert client.patch(service.path, json={"deadlines": {"critical": 7}}).status_code == 200
    assert client.put(where, json={"fail_on": ["overdue:high"]}).status_code == 200
    assert body_of(client.get(f"{service.path}/gate"))["overdue"] == []
    client.put(where, json={"fail_on": ["high"]})
    assert body_of(client.get(f"{service.path}/gate"))["overdue"] is None


def test_the_gate_of_a_scan_elsewhere(service):
    client = service.client(service.key)
    assert body_of(client.get(f"{service.path}/gate"))["policy"] == ""
    client.put(f"{service.path}/policies/default", json={"fail_on": ["high"], "grace_days": 3})
    found = body_of(client.get(f"{service.path}/gate"))
    assert (found["policy"], found["version"], found["rules"]["grace_days"]) == ("default", 1, 3)
    assert found["vex"]["@context"].startswith("https://openvex.dev")
