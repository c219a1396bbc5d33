"""The store in a bucket: what was put comes back, a damaged object is absent and made again, and nothing is written twice."""

import pytest
from tests.support.bucket import ENVIRON, a_bucket

from careen.errors import NetworkError, UsageError
from careen.fleet.bucket import bucket
from careen.net import NetSettings, make_fetcher


@pytest.fixture
def world():
    with a_bucket() as made, make_fetcher(NetSettings(attempts=1)) as fetcher:
        yield made, bucket(made.address, fetcher, ENVIRON)


def test_what_was_put_comes_back(world):
    made, store = world
    assert store.get("delta a") is None
    store.put("delta a", b"one" * 5000)
    store.put("inventory b", b"")
    assert store.get("delta a") == b"one" * 5000
    assert store.get("inventory b") == b""
    assert sorted(path.split("/")[2:4] for path in made.objects) == [["careen", "delta"], ["careen", "inventory"]]
    assert all(len(body) < 1000 for body in made.objects.values())


def test_what_is_there_is_not_written_again_unless_it_is_damaged(world):
    made, store = world
    store.put("delta a", b"one")
    (path,) = made.objects
    before = made.objects[path]
    store.put("delta a", b"other")
    assert made.objects[path] == before
    made.objects[path] = before[:-1] + bytes([before[-1] ^ 1])
    assert store.get("delta a") is None
    store.put("delta a", b"one")
    assert store.get("delta a") == b"one"


def test_an_object_under_the_name_of_another_is_absent(world):
    made, store = world
    store.put("delta a", b"one")
    store.put("delta b", b"other")
    first, second = made.objects
    made.objects[first] = made.objects[second]
    assert [store.get("delta a"), store.get("delta b")] == [None, b"other"]


def test_matches_of_a_day_are_not_kept(world):
    made, store = world
    store.put("matched x", b"1")
    assert made.objects == {}


def test_a_store_that_refuses_is_no_empty_one(world):
    made, store = world
    made.down = True
    with pytest.raises(NetworkError, match="403"):
        store.get("delta a")
    with pytest.raises(NetworkError, match="403"):
        store.put("delta a", b"one")


def test_a_wrong_secret_is_refused():
    wrong = {**ENVIRON, "AWS_SECRET_ACCESS_KEY": "another"}
    with a_bucket() as made, make_fetcher(NetSettings(attempts=1)) as fetcher, pytest.raises(NetworkError, match="403"):
        bucket(made.address, fetcher, wrong).get("delta a")


@pytest.mark.parametrize("address", ["https://host/bucket", "s3://", "s3://bucket?acl=public", "s3:bucket"])
def test_other_addresses_are_refused(address):
    with pytest.raises(UsageError, match="address of a bucket"):
        bucket(address, None, ENVIRON)


def test_credentials_are_needed():
    with pytest.raises(UsageError, match="no credentials"):
        bucket("s3://bucket", None, {})
