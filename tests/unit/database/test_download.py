"""Downloads of feeds against a server that fails: what came is continued, and two versions are never joined."""

import hashlib
import os
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.faults import FileServer, portal, reset, status, with_headers, without
from tests.support.feeds import FakeNetwork
from tests.support.generated import examples

from careen.database import download, partial
from careen.database.download import Downloads, FetchError, Unchanged
from careen.database.head import FeedRow
from careen.database.partial import prune
from careen.database.workers import Gate, GateClosedError
from careen.errors import NetworkError
from careen.net import NetSettings, make_fetcher
from careen.plugins import Feed

CHUNK = 1000
OLD, NEW = (random.Random(seed).randbytes(10_500) for seed in (1, 2))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(download, "CHUNK_BYTES", CHUNK)


class Scene:
    """A feed on a server, and what one run after another makes of it."""

    def __init__(self, server, folder):
        self.server, self.folder, self.slept = server, folder, []
        self.feed = Feed("a/feed.bin", server.url("/feed"))

    def run(self, row=None, gate=None, progress=lambda *_: None):
        fetcher = make_fetcher(NetSettings(timeout_s=0.3), environ={}, sleep=self.slept.append)
        downloads = Downloads(fetcher, self.folder, gate, progress, sleep=self.slept.append, jitter=lambda: 0.5)
        try:
            return downloads.fetch(self.feed.url, self.feed, row, self.feed.url)
        finally:
            fetcher.close()

    @property
    def ranges(self):
        return [asked for _, asked in self.server.asked]


@pytest.fixture
def scene(tmp_path):
    with FileServer({"/feed": OLD}) as server:
        yield Scene(server, tmp_path / "partial")


def check(found, data):
    assert found.file.read_bytes() == data
    assert found.sha256 == hashlib.sha256(data).hexdigest()


def row(scene, etag):
    return FeedRow("a/feed.bin", "a", "", scene.feed.url, "2026-01-01", "", etag)


def test_what_breaks_goes_on_where_it_broke(scene):
    scene.server.faults = [reset(4_500), None]
    check(scene.run(), OLD)
    assert scene.ranges == ["", "bytes=4500-"]
    assert len(scene.slept) == 1


def test_it_may_break_at_every_tenth(scene):
    scene.server.faults = [reset(1_100)] * 10
    check(scene.run(), OLD)
    assert scene.ranges == ["", *(f"bytes={size}-" for size in range(1_100, 10_500, 1_100))]


def test_what_brings_nothing_is_not_tried_for_ever(scene):
    scene.server.faults = [reset(4_500)] + [reset(0)] * 9
    with pytest.raises(NetworkError, match="broke"):
        scene.run()
    assert scene.ranges == ["", "bytes=4500-", "bytes=4500-", "bytes=4500-"]
    assert scene.slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("etags", [True, False])
def test_the_next_run_continues(scene, etags):
    """By the ETag, or where there is none by a date that was old enough."""
    scene.server.etags = etags
    scene.server.faults = [with_headers(Date="Sat, 03 Jan 2026 03:04:05 GMT")] if not etags else []
    scene.server.faults = [_both(reset(4_500), *scene.server.faults), *[_both(reset(0))] * 3]
    with pytest.raises(NetworkError):
        scene.run()
    check(scene.run(), OLD)
    assert scene.ranges[-1] == "bytes=4500-"


def _both(*faults):
    def both(answer):
        for fault in faults:
            answer = fault(answer)
        return answer

    return both


def test_a_stall_is_given_up_and_continued(scene):
    scene.server.faults = [scene.server.stall(4_500), None]
    check(scene.run(), OLD)
    assert scene.ranges == ["", "bytes=4000-"]


def broken_off(scene, size=4_500):
    scene.server.faults = [reset(size), *[reset(0)] * 3]
    with pytest.raises(NetworkError):
        scene.run()
    scene.server.server.requests.clear()


def changed(scene):
    scene.server.files["/feed"], scene.server.version = NEW, 2


@pytest.mark.parametrize(
    "fault",
    [
        None,  # the server says 200
        with_headers(ETag='"another"'),
        with_headers(Content_Range="bytes 0-6499/10500"),
        with_headers(Content_Range="bytes 4500-10499/99999"),
        with_headers(Content_Range=""),
        with_headers(Content_Encoding="gzip"),
        without("ETag"),
        without("ETag", "Content-Range"),
    ],
)
@pytest.mark.parametrize("ignores_if_range", [False, True])
def test_two_versions_are_never_joined(scene, fault, ignores_if_range):
    broken_off(scene)
    changed(scene)
    server = scene.server
    if ignores_if_range:  # a proxy that strips it, so that the rest of the new version comes for the old one
        sound = server._sound

        def blind(request):
            headers = {name: value for name, value in request.headers.items() if name != "if-range"}
            return sound(type(request)(request.method, request.path, headers))

        server._sound = blind
    server.faults = [fault]
    check(scene.run(), NEW)


def test_a_server_without_ranges_starts_anew(scene):
    scene.server.ranges = False
    scene.server.faults = [reset(4_500), None]
    check(scene.run(), OLD)
    assert [size for _, size in scene.server.asked] == ["", "bytes=4500-"]


@pytest.mark.parametrize(
    "fault", [without("ETag", "Last-Modified"), with_headers(ETag='W/"weak"'), with_headers(Accept_Ranges="none")]
)
def test_without_a_strong_validator_nothing_is_continued(scene, fault):
    scene.server.faults = [_both(reset(4_500), fault), None]
    check(scene.run(), OLD)
    assert scene.ranges == ["", ""]


def test_a_part_beyond_the_end_is_begun_anew(scene):
    broken_off(scene)
    scene.server.files["/feed"] = OLD[:3_000]
    scene.server.faults = [status(416)]
    check(scene.run(), OLD[:3_000])


@pytest.mark.parametrize("code", [403, 404, 429, 500, 503])
def test_a_refusal_keeps_the_part(scene, code):
    broken_off(scene)
    scene.server.faults = [status(code, Retry_After="7200")] * 4
    with pytest.raises((FetchError, NetworkError)):
        scene.run()
    scene.server.faults = []
    check(scene.run(), OLD)
    assert scene.ranges[-1] == "bytes=4500-"


def test_a_page_for_people_replaces_nothing(scene):
    scene.server.faults = [portal]
    with pytest.raises(FetchError, match="web page") as caught:
        scene.run()
    assert caught.value.damaged
    assert not scene.folder.exists()
    broken_off(scene)
    scene.server.faults = [portal]
    with pytest.raises(FetchError, match="web page"):
        scene.run()
    check(scene.run(), OLD)
    assert scene.ranges == ["bytes=4500-", "bytes=4500-"]


@pytest.mark.parametrize(
    ("name", "head", "what"),
    [
        ("a/all.zip", b"PK\3\4", ""),
        ("a/all.zip", b"{}", "a file that is not a zip archive"),
        ("a/x.json", b"\xef\xbb\xbf {", ""),
        ("a/x.json", b"\x1f\x8b", ""),
        ("a/x.json", b"Access denied", "a file that is not JSON"),
        ("a/x.xml", b"<?xml version='1.0'?>\n<oval_definitions>", ""),
        ("a/x.xml", b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC", "a web page"),
        ("a/x.gz", b"\n <HTML>", "a web page"),
        ("a/x.md", b"about <html>", ""),
    ],
)
def test_forms(name, head, what):
    assert download.unexpected_content(name, head) == what


def test_unchanged_needs_no_part(scene):
    broken_off(scene)
    changed(scene)
    assert scene.run(row(scene, '"2-10500"')) == Unchanged()
    assert not list(scene.folder.iterdir())


def test_what_came_whole_and_was_not_read_is_used_if_it_is_still_current(scene):
    first = scene.run()
    again = scene.run(row(scene, '"older"'))
    assert (again, len(scene.server.server.requests)) == (first, 2)
    assert scene.server.server.requests[1].headers["if-none-match"] == first.etag
    changed(scene)
    check(scene.run(), NEW)


def test_what_is_not_as_it_was_written_is_not_used(scene):
    broken_off(scene, 6_000)
    (data,) = scene.folder.glob("*.part")
    damaged = bytearray(data.read_bytes())
    damaged[3_500] ^= 1
    data.write_bytes(damaged + b"more")
    check(scene.run(), OLD)
    assert scene.ranges == ["bytes=3000-"]


@pytest.mark.parametrize("journal", [b"", b"{}\n", b"null\n1000 x\n", b"\xff\n", b"[" * 99_999 + b"\n"])
def test_a_journal_that_says_nothing(scene, journal):
    broken_off(scene)
    next(scene.folder.glob("*.journal")).write_bytes(journal)
    check(scene.run(), OLD)
    assert scene.ranges == [""]


@examples(60)
@given(st.data())
def test_damage_to_what_is_kept_costs_bytes_and_nothing_else(data):
    """Whatever happened to the files, what is given is a version that the server had."""
    import tempfile
    from pathlib import Path

    with FileServer({"/feed": OLD}) as server, tempfile.TemporaryDirectory() as folder:
        scene = Scene(server, Path(folder, "partial"))
        broken_off(scene)
        for file in sorted(scene.folder.iterdir()):
            content = bytearray(file.read_bytes())
            at = data.draw(st.integers(0, len(content)))
            content[at : at + data.draw(st.integers(0, 3))] = data.draw(
                st.sampled_from([b"", b"9", b"\n", b"\0\0", b" whole\n"])
            )
            file.write_bytes(content)
        check(scene.run(), OLD)


def test_nobody_writes_once_the_gate_is_closed(scene):
    gate = Gate()
    with pytest.raises(GateClosedError):
        scene.run(gate=gate, progress=lambda what, done, total: gate.close() if done > 3_000 else None)
    (data,) = scene.folder.glob("*.part")
    assert data.stat().st_size == 4_000
    check(scene.run(), OLD)
    assert scene.ranges[-1] == "bytes=4000-"


def test_kept_parts_are_bounded(tmp_path, monkeypatch):
    now = time.time()
    monkeypatch.setattr(partial, "MAX_PARTS", 3)
    monkeypatch.setattr(partial, "MAX_BYTES", 250)

    def part(name, age_s, size=100, journal=True):
        (tmp_path / f"{name}.part").write_bytes(bytes(size))
        os.utime(tmp_path / f"{name}.part", (now - age_s, now - age_s))
        if journal:
            (tmp_path / f"{name}.journal").write_bytes(b"")

    part("old", partial.MAX_AGE_S + 1)
    part("future", -partial.MAX_AGE_S - 1)
    part("alone", 1, journal=False)
    (tmp_path / "other.journal").write_bytes(b"")
    for number, name in enumerate(("first", "second", "third", "fourth")):
        part(name, number + 1)
    prune(tmp_path, now)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.journal", "first.part", "second.journal", "second.part"]
    monkeypatch.setattr(partial, "MAX_PARTS", 1)
    prune(tmp_path, now)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.journal", "first.part"]
    prune(tmp_path, now + partial.MAX_AGE_S)
    assert not tmp_path.exists()
    prune(tmp_path, now)  # nothing there is nothing to do


def test_a_body_shorter_than_it_says_is_not_taken(tmp_path):
    network = FakeNetwork({"https://example.test/x": (200, b"abc", {"content-length": "5"})})
    downloads = Downloads(network, tmp_path, sleep=lambda s: None)
    with pytest.raises(FetchError, match="cut short: 3 of 5"):
        downloads.fetch("https://example.test/x", Feed("x", ""), None, "")
    assert len(network.asked) == 4
