"""Decisions in bulk, what is overdue, and what the base offers, by the API."""

import pytest
from tests.support.filled_service import with_findings
from tests.support.service import body_of
from tests.support.triage_world import DJANGO, LIBSSL, OPENSSL, a_decision, found_at


@pytest.fixture
def client(service):
    with_findings(service)
    return service.client(service.key)


def test_preview_decide_and_undo(service, client):
    wanted = {"targets": [{"vulnerability": OPENSSL, "package": LIBSSL}], "status": "not_affected", "reason": "why", "days": 9}
    found = body_of(client.post(f"{service.path}/decision-preview", json=wanted))
    assert (found["hides"], found["total"], found["images"], found["exact"]) == (2, 2, 2, True)
    made = client.post(f"{service.path}/decision-batches", json=wanted)
    assert made.status_code == 201 and body_of(made)["decisions"] == 1
    batch = body_of(made)["batch"]
    listed = body_of(client.get(f"{service.path}/decisions?batch={batch}&counts=true"))["items"]
    assert [(row["batch"], row["origin"]) for row in listed] == [(batch, "")]
    rows = body_of(client.get(f"{service.path}/triage"))["items"]
    assert [row["vulnerability"] for row in rows] == [DJANGO]
    url = f"{service.path}/decision-batches/{batch}"
    assert body_of(client.delete(url)) == {"batch": batch, "decisions": 1}
    assert client.delete(url).status_code == 404
    assert body_of(client.get(f"{service.path}/decisions?counts=true"))["items"] == []
    assert len(body_of(client.get(f"{service.path}/decisions?counts=false"))["items"]) == 1
    for wrong, code in (({"targets": [{"vulnerability": OPENSSL}]}, "about"), ({"reason": ""}, "justification")):
        refused = client.post(f"{service.path}/decision-batches", json=wanted | wrong)
        assert refused.status_code == 422 and body_of(refused)["code"] == code


def test_pages_have_each_row_once(service, client):
    rows, cursor = [], ""
    for _ in range(5):
        found = body_of(client.get(f"{service.path}/triage?limit=1" + (f"&cursor={cursor}" if cursor else "")))
        rows += [row["vulnerability"] for row in found["items"]]
        cursor = found["next"]
        if not cursor:
            break
    assert rows == [OPENSSL, DJANGO]


def test_days_of_a_project_and_what_is_overdue(service, client):
    assert body_of(client.get(f"{service.path}/overdue"))["count"] == 0
    changed = client.patch(service.path, json={"deadlines": {"owner": "blue", "critical": 7}})
    assert body_of(changed)["deadlines"]["critical"] == 7
    found_at(service.fleet, 1.0)
    found = body_of(client.get(f"{service.path}/overdue"))
    assert (found["owner"], found["count"], found["worst"][0]["vulnerability"]) == ("blue", 1, OPENSSL)
    assert client.patch(service.path, json={"deadlines": {"critical": 0}}).status_code == 400


def test_a_decision_about_the_base_is_accepted(service, client):
    number = a_decision(service.fleet, project_id=service.id, identity="sha256:1", justification="component_not_present")
    url = f"{service.path}/images/sha256:2/base-decisions"
    offers = body_of(client.get(url))["items"]
    assert [(offer["decision"], offer["applies"], offer["base"]) for offer in offers] == [(number, True, "app:1")]
    assert client.post(url, json={"decision": number, "package": LIBSSL}).status_code == 201
    assert body_of(client.get(url))["items"] == []
    assert client.post(url, json={"decision": number, "package": LIBSSL}).status_code == 404
