"""After whatever a server does to a refresh, the data of before are used, one reason is given, and the next one recovers."""

import base64
import hashlib
import json

import pytest
from tests.support.faults import FileServer, portal, reset, status, with_headers, without
from tests.support.osv import NEED, OSV, fixed, record, whole
from tests.support.redirected import Redirected, aged

from careen.database import download
from careen.database.checks import read_checks
from careen.database.knowledge import database_path
from careen.database.update import refresh, update

ARCHIVE = "/npm/all.zip"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(download, "CHUNK_BYTES", 1_000)
    monkeypatch.setattr(download, "backoff_s", lambda attempt, jitter: 0.0)
    with FileServer({ARCHIVE: whole(*map(record, range(100)))}) as running:
        yield running


def short(answer):
    """A body that ends early, of which the server says that it is all."""
    return type(answer)(answer.status, answer.body[:4_000], answer.headers)


FAULTS = {
    "reset": ([reset(4_000)] + [reset(0)] * 3, "broke after", "unreachable"),
    "nothing": ([reset(0)] * 9, "broke after", "unreachable"),
    "truncated": ([short], "", "damaged"),
    "portal": ([portal], "sent a web page", "damaged"),
    "403": ([status(403)], "answered 403", "unreachable"),
    "429": ([status(429, Retry_After="7200")], "429: too many requests", "unreachable"),
    "503": ([status(503)] * 9, "answered 503", "unreachable"),
    "404": ([status(404)], "answered 404", "unreachable"),
    "206 unasked": ([status(206)], "does not continue", "unreachable"),
}


@pytest.mark.parametrize(("faults", "reason", "trouble"), FAULTS.values(), ids=FAULTS)
def test_what_was_there_stays_in_use(tmp_path, server, faults, reason, trouble):
    network = Redirected(server)
    update(tmp_path, OSV, need=NEED, fetcher=network)
    aged(tmp_path, days=2)
    server.files[ARCHIVE], server.version = whole(*map(record, range(120))), 2
    server.at[ARCHIVE] = lambda answer: left.pop(0)(answer) if left else faults[-1](answer)
    left = list(faults)
    result = refresh(tmp_path, OSV, NEED, network, patience_s=60)
    (failed,) = result.failed
    assert (failed.source, failed.trouble) == ("osv", trouble)
    assert reason in failed.detail
    assert len(failed.detail.splitlines()) == 1
    assert "docker login" not in failed.detail
    assert len(fixed(tmp_path)) == 100
    assert read_checks(database_path(tmp_path))["osv/npm/all.zip"].trouble == trouble
    del server.at[ARCHIVE]
    assert [one.state for one in refresh(tmp_path, OSV, NEED, network, patience_s=60).feeds] == ["updated"]
    assert len(fixed(tmp_path)) == 120


def test_behind_a_proxy_that_strips_ranges_and_tags(tmp_path, server):
    network = Redirected(server)
    server.ranges, server.etags = False, False
    server.at[ARCHIVE] = without("ETag", "Last-Modified")
    update(tmp_path, OSV, need=NEED, fetcher=network)
    aged(tmp_path, days=2)
    server.files[ARCHIVE] = whole(*map(record, range(120)))
    breaks = [reset(4_000)]
    server.at[ARCHIVE] = lambda answer: without("ETag", "Last-Modified")(breaks.pop()(answer) if breaks else answer)
    assert [one.state for one in refresh(tmp_path, OSV, NEED, network, patience_s=60).feeds] == ["updated"]
    assert len(fixed(tmp_path)) == 120


def test_another_version_under_the_same_tag(tmp_path, server):
    """What is joined of two versions has not the checksum that the server stated."""
    network = Redirected(server)
    update(tmp_path, OSV, need=NEED, fetcher=network)
    aged(tmp_path, days=2)
    first, second = whole(*map(record, range(120))), whole(*[record(n, "9.0.0") for n in range(120)])
    assert len(first) == len(second)
    server.files[ARCHIVE], server.version = first, 2
    checksum = with_headers(X_Goog_Hash=f"crc32c=AAAAAA==,md5={base64.b64encode(hashlib.md5(first).digest()).decode()}")

    def other(answer):
        server.files[ARCHIVE] = second
        return reset(4_000)(checksum(answer))

    answers = [other]
    server.at[ARCHIVE] = lambda answer: answers.pop()(answer) if answers else checksum(answer)
    (failed,) = refresh(tmp_path, OSV, NEED, network, patience_s=60).failed
    assert (failed.trouble, failed.detail) == ("damaged", "its checksum is not the one that the server stated")
    assert set(map(tuple, fixed(tmp_path).values())) == {("2.0.0",)}
    del server.at[ARCHIVE]
    refresh(tmp_path, OSV, NEED, network, patience_s=60)
    assert set(map(tuple, fixed(tmp_path).values())) == {("9.0.0",)}


def test_a_change_that_breaks_is_asked_for_again(tmp_path, server):
    network = Redirected(server)
    update(tmp_path, OSV, need=NEED, fetcher=network)
    aged(tmp_path, days=2)
    server.files["/npm/modified_id.csv"] = b"2026-01-04T01:00:00Z,GHSA-0007-aaaa-bbbb\n"
    server.files["/npm/GHSA-0007-aaaa-bbbb.json"] = json.dumps(record(7, "3.0.0")).encode()
    breaks = [reset(20), reset(0)]
    server.at["/npm/GHSA-0007-aaaa-bbbb.json"] = lambda answer: breaks.pop()(answer) if breaks else answer
    server.server.requests.clear()
    refresh(tmp_path, OSV, NEED, network, patience_s=60)
    assert fixed(tmp_path)["boat-7"] == ["3.0.0"]
    assert ARCHIVE not in {path for path, _ in server.asked}
