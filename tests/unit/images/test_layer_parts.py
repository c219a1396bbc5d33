import re

import pytest

from careen.errors import NetworkError, TableError
from careen.images.layer_parts import LayerParts, Room
from careen.images.registry import open_image
from careen.net import make_fetcher
from careen.plugins import OpenContext
from tests.support.images import sha256
from tests.support.registry import Registry
from tests.support.servers import Answer
from tests.support.table_layers import chunked, image_of, stargz

LAYER = stargz({"etc/os-release": b"ID=debian\n", "srv/app": b"x" * 5000})
IMAGE = image_of(LAYER, chunked({"a": b"1"}))
DIGEST = sha256(LAYER.stored)


@pytest.fixture
def opened(tmp_path):
    with make_fetcher(environ={}, sleep=lambda seconds: None) as fetcher:

        def call(reference, cache=None, **settings):
            context = OpenContext(fetcher=fetcher, cache=cache, settings={"read_toc": True, **settings})
            return open_image(reference, context)

        yield call


def test_parts_of_a_layer(opened):
    with Registry() as registry:
        parts = opened(registry.push("app", "1", IMAGE)).layers[0].parts
        document, begin = parts.document()
        assert sha256(document) == next(iter(LAYER.annotations.values()))
        assert parts.read(5, 90) == LAYER.stored[5:90]
        assert parts.document() == (document, begin)
        assert registry.sent_bytes[DIGEST] == len(LAYER.stored) - begin + 85


def test_parts_are_kept_for_a_second_look():
    asked = []

    class Response:
        status, url = 206, ""

        def __init__(self, start, stop):
            self.headers = {"content-range": f"bytes {start}-{stop - 1}/{len(LAYER.stored)}"}
            self.data = LAYER.stored[start:stop]

        def read(self, size):
            data, self.data = self.data[:size], self.data[size:]
            return data

        def close(self):
            pass

    def download(digest, offset, stop=None):
        asked.append((offset, stop))
        return Response(offset, stop)

    described = type("Descriptor", (), {"digest": DIGEST, "annotations": LAYER.annotations, "size_bytes": len(LAYER.stored)})
    parts = LayerParts(described, download, Room(100))
    for start, stop in ((0, 90), (10, 80), (0, 90), (80, 95), (80, 95)):
        assert parts.read(start, stop) == LAYER.stored[start:stop]
    assert asked == [(0, 90), (80, 95), (80, 95)]  # there was room for the first only


def test_only_on_request_only_with_a_table_and_only_if_it_is_not_kept(opened, tmp_path):
    with Registry() as registry:
        reference = registry.push("app", "1", IMAGE)
        assert not opened(reference, read_toc=False).layers[0].parts
        image = opened(reference, tmp_path)
        with image.layers[0].open() as file:
            file.read()
        again = opened(reference, tmp_path)
    assert [bool(layer.parts) for layer in image.layers] == [True, True]
    assert [bool(layer.parts) for layer in again.layers] == [False, True]


def test_a_registry_without_ranges(opened):
    with Registry(ranges=False) as registry:
        parts = opened(registry.push("app", "1", IMAGE)).layers[0].parts
        with pytest.raises(TableError, match="does not serve parts"):
            parts.document()


@pytest.mark.parametrize("stated", ["", "bytes 0-84/9999", "bytes 5-90/9999"])
def test_another_part_than_was_asked_for(opened, stated):
    with Registry() as registry:
        parts = opened(registry.push("app", "1", IMAGE)).layers[0].parts
        registry.busy.append(Answer(206, LAYER.stored[5:90], {"Content-Range": stated} if stated else {}))
        with pytest.raises(TableError, match="served another part"):
            parts.read(5, 90)


def test_a_connection_that_breaks_is_tried_again(opened):
    with Registry() as registry:
        parts = opened(registry.push("app", "1", IMAGE)).layers[0].parts
        registry.broken[DIGEST] = [10, 20]
        assert parts.read(0, 90) == LAYER.stored[:90]
        registry.broken[DIGEST] = [10] * 3
        with pytest.raises(NetworkError):
            parts.read(90, 180)


def test_a_table_of_another_digest(opened):
    with Registry() as registry:
        reference = registry.push("app", "1", IMAGE)
        registry.altered[DIGEST] = re.sub(rb"\A(.*)(.{400})\Z", lambda m: m[1][:-1] + b"?" + m[2], LAYER.stored, flags=re.S)
        with pytest.raises(TableError):
            opened(reference).layers[0].parts.document()


def test_layers_share_large_contents_while_there_is_room():
    room = Room(50_000)
    lower, upper = (LayerParts(None, None, room) for _ in range(2))
    for digest, size in (("a", 20_000), ("a", 20_000), ("small", 100), ("b", 40_000), ("c", 30_000)):
        lower.keep(digest, bytes(size))
    assert [digest for digest in ("a", "small", "b", "c") if upper.known(digest) is not None] == ["a", "c"]
