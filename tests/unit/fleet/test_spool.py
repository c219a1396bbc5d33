"""The spool: layers that are kept until a worker reads them, within bounds."""

import hashlib
import os
import time

import pytest
from msgspec.structs import replace
from tests.support.fake_fleet import make_fleet
from tests.support.servers import Answer, Server

from careen.errors import Error, InputError, NetworkError, OverBudgetError
from careen.fleet import spool
from careen.fleet.enrolment import LayerSource

BLOB = b"layer" * 1000
DIGEST = f"sha256:{hashlib.sha256(BLOB).hexdigest()}"


@pytest.fixture
def server():
    with Server(lambda request: Answer(200, BLOB)) as found:
        yield found


@pytest.fixture
def fleet(tmp_path, monkeypatch, server):
    return make_fleet(tmp_path, monkeypatch, private=(server.host,)).fleet


def kept(fleet) -> list[str]:
    return sorted(os.listdir(fleet.settings.cache_dir / "spool"))


def test_a_layer_is_fetched_once_and_read(fleet, server):
    for _ in range(2):
        spool.fetch(fleet, LayerSource(DIGEST, f"{server.url}/x"))
    assert len(server.requests) == 1
    with spool.open_spooled(fleet, DIGEST) as file:
        assert file.read() == BLOB
    spool.forget(fleet, DIGEST)
    spool.forget(fleet, DIGEST)
    assert spool.open_spooled(fleet, DIGEST) is None
    assert kept(fleet) == []


def test_other_bytes_are_not_kept(fleet, server):
    with pytest.raises(InputError, match="other bytes"):
        spool.fetch(fleet, LayerSource("sha256:" + "0" * 64, f"{server.url}/x"))
    assert kept(fleet) == []


@pytest.mark.parametrize("digest", ["", "sha256:x", "../../etc/passwd", "sha256:../x", "md5:" + "0" * 32])
def test_what_is_no_digest_is_no_file(fleet, server, digest):
    with pytest.raises(InputError, match="not a digest"):
        spool.fetch(fleet, LayerSource(digest, f"{server.url}/x"))
    with pytest.raises(InputError, match="not a digest"):
        spool.open_spooled(fleet, digest)


def test_a_full_spool_takes_no_more(fleet, server):
    spool.fetch(fleet, LayerSource(DIGEST, f"{server.url}/x"))
    other = b"other" * 1000
    digest = f"sha256:{hashlib.sha256(other).hexdigest()}"
    with Server(lambda request: Answer(200, other)) as second:
        settings = replace(fleet.settings, private_hosts=(second.host,))
        wanted = LayerSource(digest, f"{second.url}/x")
        with pytest.raises(OverBudgetError, match="full"):
            spool.fetch(replace(fleet, settings=settings), wanted, max_bytes=len(BLOB) + len(other) - 1)
        assert len(kept(fleet)) == 1
        spool.fetch(replace(fleet, settings=settings), wanted, max_bytes=len(BLOB) + len(other))
    assert len(kept(fleet)) == 2


def test_old_files_go(fleet, server):
    spool.fetch(fleet, LayerSource(DIGEST, f"{server.url}/x"))
    folder = fleet.settings.cache_dir / "spool"
    (folder / ".killed.building").write_bytes(b"x")
    assert spool.forget_old(fleet) == 0
    for path in folder.iterdir():
        os.utime(path, (time.time() - spool.MAX_AGE_S - 1,) * 2)
    assert spool.forget_old(fleet) == 2
    assert kept(fleet) == []


def test_only_listed_private_hosts_are_asked(fleet, server):
    unlisted = replace(fleet, settings=replace(fleet.settings, private_hosts=("*",)))
    with pytest.raises(Error, match="private network"):
        spool.fetch(unlisted, LayerSource(DIGEST, f"{server.url}/x"))
    assert server.requests == []


def test_a_refusal_names_neither_query_nor_header(fleet):
    with Server(lambda request: Answer(403)) as refusing:
        settings = replace(fleet.settings, private_hosts=(refusing.host,))
        source = LayerSource(DIGEST, f"{refusing.url}/x?signature=s3cr3t", {"Authorization": "Bearer t0ken"})
        with pytest.raises(NetworkError) as raised:
            spool.fetch(replace(fleet, settings=settings), source)
    assert "s3cr3t" not in str(raised.value)
    assert "t0ken" not in str(raised.value)
    assert "403" in str(raised.value)
