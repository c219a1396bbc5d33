"""Mirrors whose address holds a user and a password: both are sent to the mirror, and to no other host."""

import base64
import sqlite3
from contextlib import closing

import msgspec
import pytest
from tests.support.feeds import GOLDEN, SOURCES, lay_out
from tests.support.servers import Answer, Server

from careen.database.buckets import HEAD, sealed
from careen.database.file_state import names_password, rows_of
from careen.database.head import Head
from careen.database.knowledge import database_path
from careen.database.layer import Packed
from careen.database.merge import with_checks
from careen.database.publication import Group, target_of
from careen.database.shelf import Shelf
from careen.database.update import update
from careen.errors import InputError
from careen.net import NetSettings, make_fetcher
from careen.plugins import Need

PASSWORD = "S3cret-of-the-mirror"
SCORES = [source for source in SOURCES if source.name in ("kev", "epss")]


@pytest.fixture
def mirror(tmp_path):
    for name in ("kev", "epss"):
        for case in sorted((GOLDEN / name).glob("*/SOURCE")):
            lay_out(case.parent / "input", tmp_path / "mirror")
    (tmp_path / "mirror" / "MANIFEST.json").write_text('{"files": []}')
    return tmp_path / "mirror"


@pytest.fixture
def server(mirror):
    token = f"Basic {base64.b64encode(f'ann:{PASSWORD}'.encode()).decode()}"

    def respond(request):
        if request.headers.get("authorization") != token:
            return Answer(401)
        file = mirror / request.path.lstrip("/")
        return Answer(200, file.read_bytes(), {"ETag": '"1"'}) if file.is_file() else Answer(404)

    with Server(respond) as started:
        yield started


def address(server, password=PASSWORD):
    return server.url.replace("://", f"://ann:{password}@")


def fetched(cache, at):
    with make_fetcher(NetSettings(), environ={}) as fetcher:
        return update(cache, SCORES, need=Need(full=True), fetcher=fetcher, mirror_at=at)


def test_nothing_that_is_kept_has_the_password(server, tmp_path):
    result = fetched(tmp_path / "cache", address(server))
    rows = rows_of(database_path(tmp_path / "cache"))
    assert {row.url for row in rows.values()} == {f"{server.url}/{path}" for path in rows}
    assert PASSWORD not in repr(result)
    for file in (tmp_path / "cache").rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes(), file
    asked = len(server.requests)
    fetched(tmp_path / "cache", address(server))
    conditional = [one for one in server.requests[asked:] if one.headers.get("if-none-match")]
    assert conditional  # what it was known by before is still known


def test_no_message_has_the_password(server, mirror, tmp_path):
    (mirror / "MANIFEST.json").unlink()
    with pytest.raises(InputError) as caught:
        fetched(tmp_path / "cache", address(server))
    assert PASSWORD not in f"{caught.value} {caught.value.hint}"
    assert server.url in str(caught.value)


def test_what_an_earlier_version_kept_is_cleaned_when_read(server, tmp_path):
    fetched(tmp_path / "cache", address(server))
    path = database_path(tmp_path / "cache")
    with closing(sqlite3.connect(path)) as connection, connection:
        head = Shelf(connection).head()
        rows = tuple(msgspec.structs.replace(row, url=address(server) + "/" + row.path) for row in head.rows)
        body = sealed(msgspec.msgpack.encode(Head(head.built, rows, head.words, head.packed)), HEAD, 0)
        connection.execute("UPDATE head SET body = ? WHERE id = 1", (body,))
    assert PASSWORD.encode() in path.read_bytes()
    assert not [row for row in rows_of(path).values() if PASSWORD in row.url]
    path.with_name(f"{path.name}.sum").unlink()
    carried = with_checks(path, tmp_path / "carried.sqlite")
    assert PASSWORD.encode() not in carried.read_bytes()
    assert not names_password(carried)


@pytest.mark.parametrize(
    ("url", "public"),
    [
        (f"https://ann:{PASSWORD}@mirror.example/a", "https://mirror.example/a"),
        ("https://mirror.example/a", "https://mirror.example/a"),
        ("file:///home/ann/feeds/a", ""),
    ],
)
def test_what_is_published_names_addresses_alone(url, public):
    from careen.database.head import FeedRow

    row = FeedRow("a", "kev", url=url)
    (feed,) = target_of(Group("kev", Packed("sha256:00", 1, 1), (row,)), {"a": 0}).custom["feeds"]
    assert public in feed[1]
    assert url == public or url not in feed[1]
