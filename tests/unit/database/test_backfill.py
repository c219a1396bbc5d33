"""Scores of single CVEs, fetched for one report and kept."""

import json
import random
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from tests.support.feeds import UNREACHABLE, FakeNetwork

from careen.database.backfill import API, CONNECTIONS, MAX_REQUESTS, backfill, parse
from careen.errors import TooManyRequestsError
from careen.safety.sealed import sealed, unsealed

HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"


def cve(id, cna=(), adp=()):
    def container(name, metrics):
        return {"providerMetadata": {"shortName": name}, "metrics": list(metrics)}

    own = {**container("vendor", cna), "descriptions": [{"lang": "en", "value": f"What {id} is."}]}
    own["problemTypes"] = [{"descriptions": [{"lang": "en", "type": "CWE", "cweId": "CWE-79", "description": "XSS"}]}]
    return json.dumps(
        {
            "cveMetadata": {"cveId": id, "datePublished": "2025-02-03T00:00:00Z"},
            "containers": {"cna": own, "adp": [container("CISA-ADP", adp)]},
        }
    ).encode()


def network(**records):
    return FakeNetwork({f"{API}/{id.replace('_', '-')}": record for id, record in records.items()})


def scores(knowledge, *ids):
    return {id: [(one.source, one.score) for one in found[0].cvss] for id, found in knowledge.records(ids).items()}


def test_vendor_and_enricher_score_apart(tmp_path):
    metrics = [{"format": "CVSS", "cvssV3_1": {"vectorString": HIGH}}, {"other": {"type": "ssvc"}}]
    online = network(CVE_2025_1001=cve("CVE-2025-1001", metrics, [{"cvssV3_1": {"vectorString": LOW}}]))
    knowledge = backfill(tmp_path, ["CVE-2025-1001"], online)
    (record,) = knowledge.records(["CVE-2025-1001"])["CVE-2025-1001"]
    assert scores(knowledge, "CVE-2025-1001") == {"CVE-2025-1001": [("vendor", 9.8), ("CISA-ADP", 1.8)]}
    assert (record.summary, record.cwes, record.published) == ("What CVE-2025-1001 is.", ("CWE-79",), "2025-02-03")


def test_what_was_fetched_is_kept(tmp_path):
    online = network(CVE_2025_1001=cve("CVE-2025-1001", [{"cvssV3_1": {"vectorString": HIGH}}]))
    backfill(tmp_path, ["CVE-2025-1001"], online)
    assert scores(backfill(tmp_path, ["CVE-2025-1001"], online), "CVE-2025-1001") == {"CVE-2025-1001": [("vendor", 9.8)]}
    assert scores(backfill(tmp_path, ["CVE-2025-1001"], None), "CVE-2025-1001") == {"CVE-2025-1001": [("vendor", 9.8)]}
    assert len(online.asked) == 1


def test_without_a_score_it_is_asked_for_again_after_a_day(tmp_path):
    online = network(CVE_2025_1001=cve("CVE-2025-1001"))
    backfill(tmp_path, ["CVE-2025-1001"], online)
    backfill(tmp_path, ["CVE-2025-1001"], online)
    assert len(online.asked) == 1
    then = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    connection = sqlite3.connect(tmp_path / "database" / "cve.sqlite")
    with connection:
        ((fetched, body),) = connection.execute("SELECT fetched, body FROM record").fetchall()
        body = sealed(f"CVE-2025-1001 {then}", unsealed(f"CVE-2025-1001 {fetched}", body))
        connection.execute("UPDATE record SET fetched = ?, body = ?", (then, body))
    connection.close()
    online.answers[f"{API}/CVE-2025-1001"] = cve("CVE-2025-1001", [{"cvssV3_1": {"vectorString": HIGH}}])
    assert scores(backfill(tmp_path, ["CVE-2025-1001"], online), "CVE-2025-1001") == {"CVE-2025-1001": [("vendor", 9.8)]}


def test_a_kept_record_that_was_edited_is_fetched_anew(tmp_path, caplog):
    online = network(CVE_2025_1001=cve("CVE-2025-1001", [{"cvssV3_1": {"vectorString": HIGH}}]))
    backfill(tmp_path, ["CVE-2025-1001"], online)
    connection = sqlite3.connect(tmp_path / "database" / "cve.sqlite")
    with connection:
        ((body,),) = connection.execute("SELECT body FROM record").fetchall()
        connection.execute("UPDATE record SET body = ?", (body.replace(b"AV:N", b"AV:P"),))
    connection.close()
    assert scores(backfill(tmp_path, ["CVE-2025-1001"], None), "CVE-2025-1001") == {}
    assert scores(backfill(tmp_path, ["CVE-2025-1001"], online), "CVE-2025-1001") == {"CVE-2025-1001": [("vendor", 9.8)]}
    assert "CVE-2025-1001 is damaged" in caplog.text


def test_only_cves_are_asked_for(tmp_path):
    online = network()
    backfill(tmp_path, ["GHSA-aaaa-bbbb-cccc", "TEMP-1", "CVE-2025-1001/../../x", "CVE-2025-1001", "cve-2025-2001"], online)
    assert [url for url, _ in online.asked] == [f"{API}/CVE-2025-1001"]


@pytest.mark.parametrize(
    "answer", [UNREACHABLE, (404,), (500,), (200, b"<html>"), (200, cve("CVE-1999-1001")), (200, b"[" * 99_999)]
)
def test_what_cannot_be_had_is_not_there(tmp_path, answer):
    online = network(CVE_2025_1001=answer, CVE_2025_2001=cve("CVE-2025-2001", [{"cvssV3_1": {"vectorString": HIGH}}]))
    assert scores(backfill(tmp_path, ["CVE-2025-1001", "CVE-2025-2001"], online), "CVE-2025-1001", "CVE-2025-2001").keys() == {
        "CVE-2025-2001"
    }


def test_bounded_in_connections_and_time(tmp_path, monkeypatch):
    lock, together, running, most, now = threading.Lock(), threading.Barrier(CONNECTIONS), 0, 0, 0.0

    def slow(id):
        def answer(headers):
            nonlocal running, most, now
            with lock:
                running += 1
                most = max(most, running)
            if not now:
                together.wait(60)  # so many are asked for at once
            with lock:
                running -= 1
                now += 2
            return cve(id, [{"cvssV3_1": {"vectorString": HIGH}}])

        return answer

    monkeypatch.setattr("careen.database.backfill.time", SimpleNamespace(monotonic=lambda: now))

    ids = [f"CVE-2025-{number}" for number in range(1000, 1100)]
    online = FakeNetwork({f"{API}/{id}": slow(id) for id in ids})
    knowledge = backfill(tmp_path, ids, online, budget_s=20)
    assert most == CONNECTIONS
    assert 10 <= len(knowledge.records(ids)) < 10 + CONNECTIONS  # answers that fit into the time, and those then under way


def test_few_are_asked_for_at_a_time_the_first_of_them_first(tmp_path):
    """What is not there is remembered too, so that the next scan gets to the others."""
    ids = [f"CVE-2025-{number}" for number in range(9999, 9900, -1)]
    scored = cve(ids[40], [{"cvssV3_1": {"vectorString": HIGH}}])
    online = FakeNetwork({f"{API}/{ids[40]}": scored})
    assert scores(backfill(tmp_path, ids, online), *ids) == {}
    assert sorted(url.rpartition("/")[2] for url, _ in online.asked) == sorted(ids[:MAX_REQUESTS])
    online.asked.clear()
    assert scores(backfill(tmp_path, ids, online), *ids) == {ids[40]: [("vendor", 9.8)]}
    assert sorted(url.rpartition("/")[2] for url, _ in online.asked) == sorted(ids[MAX_REQUESTS : 2 * MAX_REQUESTS])


def test_what_is_not_there_is_asked_for_again_after_some_days(tmp_path):
    now = datetime.now(UTC)
    online = network()
    for days, asked in ((0, 1), (1, 1), (4, 2), (5, 2), (-9, 3)):  # the last: a clock that was wrong
        backfill(tmp_path, ["CVE-2025-1001"], online, now=now + timedelta(days=days))
        assert len(online.asked) == asked


def test_without_a_score_it_stands_behind_what_was_never_asked(tmp_path):
    now = datetime.now(UTC)
    ids = [f"CVE-2025-{number}" for number in range(9999, 9900, -1)][: MAX_REQUESTS + 1]
    online = FakeNetwork({f"{API}/{id}": cve(id) for id in ids})
    backfill(tmp_path, ids[:MAX_REQUESTS], online)
    online.asked.clear()
    backfill(tmp_path, ids, online, now=now + timedelta(days=2))
    assert f"{API}/{ids[-1]}" in [url for url, _ in online.asked]
    assert len(online.asked) == MAX_REQUESTS


@pytest.mark.parametrize("refusal", [(403,), (429,), TooManyRequestsError("429")])
def test_a_refusal_is_heeded_for_an_hour(tmp_path, refusal):
    now = datetime.now(UTC)
    ids = [f"CVE-2025-{number}" for number in range(1000, 1100)]
    online = FakeNetwork({f"{API}/{id}": refusal for id in ids})
    backfill(tmp_path, ids, online, now=now)
    assert len(online.asked) <= CONNECTIONS
    online.asked.clear()
    backfill(tmp_path, ids, online, now=now + timedelta(minutes=59))
    assert online.asked == []
    online.answers = {f"{API}/{id}": cve(id, [{"cvssV3_1": {"vectorString": HIGH}}]) for id in ids}
    assert scores(backfill(tmp_path, ids[:1], online, now=now + timedelta(minutes=61)), ids[0])


def test_an_api_that_nobody_reaches_is_left_alone_for_ten_minutes(tmp_path):
    now = datetime.now(UTC)
    ids = [f"CVE-2025-{number}" for number in range(1000, 1100)]
    online = FakeNetwork({f"{API}/{id}": UNREACHABLE for id in ids})
    backfill(tmp_path, ids, online, now=now)
    assert CONNECTIONS <= len(online.asked) < 2 * CONNECTIONS  # those that were under way
    online.asked.clear()
    backfill(tmp_path, ids, online, now=now + timedelta(minutes=9))
    assert online.asked == []
    online.answers = {f"{API}/{id}": cve(id, [{"cvssV3_1": {"vectorString": HIGH}}]) for id in ids}
    assert scores(backfill(tmp_path, ids[:1], online, now=now + timedelta(minutes=11)), ids[0])


def test_a_few_failures_stop_nothing(tmp_path):
    ids = [f"CVE-2025-{number}" for number in range(9999, 9980, -1)]
    scored = {f"{API}/{id}": cve(id, [{"cvssV3_1": {"vectorString": HIGH}}]) for id in ids[CONNECTIONS - 1 :]}
    online = FakeNetwork({f"{API}/{id}": UNREACHABLE for id in ids} | scored)
    assert len(scores(backfill(tmp_path, ids, online), *ids)) == len(scored)
    online.asked.clear()
    backfill(tmp_path, ids, online)
    assert len(online.asked) == CONNECTIONS - 1


def test_a_damaged_store_is_begun_anew(tmp_path):
    (tmp_path / "database").mkdir()
    (tmp_path / "database" / "cve.sqlite").write_bytes(b"not a database" * 500)
    online = network(CVE_2025_1001=cve("CVE-2025-1001", [{"cvssV3_1": {"vectorString": HIGH}}]))
    assert scores(backfill(tmp_path, ["CVE-2025-1001"], online), "CVE-2025-1001")
    assert scores(backfill(tmp_path, ["CVE-2025-1001"], None), "CVE-2025-1001")


def test_hostile_records_raise_value_errors_only():
    good = cve(
        "CVE-2025-1001",
        [{"cvssV3_1": {"vectorString": HIGH}}, {"cvssV4_0": {"vectorString": "CVSS:4.0/x"}}],
        [{"cvssV2_0": {}}],
    )
    seed = random.Random(3)
    assert parse(good).cvss
    for _ in range(600):
        data = bytearray(good)
        for _ in range(seed.choice((1, 2, 6))):
            at = seed.randrange(len(data))
            data[at : at + seed.randrange(3)] = seed.choice((b"", b"null", b"[", b"{", b'"', b"7", b"\xff", b"[" * 3000))
        try:
            parse(bytes(data))
        except ValueError:
            pass
