import pytest
from msgspec.structs import replace

from careen.errors import InputError, NetworkError, UsageError
from careen.images.names import parse_reference
from careen.images.registry import mirrors_of, open_image, platforms
from careen.model.image import Platform
from careen.plugins import OpenContext
from tests.support.images import make_image, make_index, make_layer, sha256
from tests.support.registry import Registry
from tests.support.servers import free_port

TARS = [make_layer({"etc/os-release": b"ID=debian\n"}), make_layer({"srv/app": b"x" * 5000})]
IMAGE = make_image(TARS)


def context(*mirrors):
    return OpenContext(platform=Platform("linux", "amd64"), settings={"mirrors": mirrors})


def test_a_mirror_is_asked_first_and_alone():
    with Registry() as origin, Registry() as mirror:
        reference = origin.push("team/app", "1", IMAGE)
        mirror.push("cache/team/app", "1", IMAGE)
        image = open_image(reference, context(f"{origin.host}={mirror.host}/cache"))
        assert image.reference == reference
        assert [sha256(layer.open().read()) for layer in image.layers] == [layer.digest for layer in image.layers]
        assert not origin.requests


def test_where_the_mirror_has_nothing_the_registry_is_asked():
    with Registry() as origin, Registry() as mirror:
        reference = origin.push("app", "1", IMAGE)
        nobody = f"127.0.0.1:{free_port()}"
        image = open_image(reference, context(f"{origin.host}={nobody}", f"{origin.host}={mirror.host}"))
        assert image.digest == IMAGE.digest
        assert mirror.asked("HEAD", "/manifests/1")


def test_a_blob_that_the_mirror_lost_comes_from_the_registry():
    with Registry() as origin, Registry() as mirror:
        reference = origin.push("app", "1", IMAGE)
        mirror.push("app", "1", IMAGE)
        lost = sha256(IMAGE.layers[1])
        del mirror.blobs[lost]
        image = open_image(reference, context(f"{origin.host}={mirror.host}"))
        with image.layers[1].open() as file:
            assert sha256(file.read()) == lost
        assert origin.asked("GET", lost)
        assert not origin.asked("GET", sha256(IMAGE.layers[0]))


def test_a_blob_that_the_mirror_changed_is_refused():
    with Registry() as origin, Registry() as mirror:
        reference = origin.push("app", "1", IMAGE)
        mirror.push("app", "1", IMAGE)
        mirror.altered[sha256(IMAGE.layers[0])] = bytes(len(IMAGE.layers[0]))
        image = open_image(reference, context(f"{origin.host}={mirror.host}"))
        with pytest.raises(InputError, match="other bytes"), image.layers[0].open() as file:
            file.read()


def test_platforms_come_from_the_mirror_too():
    index = make_index([IMAGE, make_image(TARS, platform="linux/arm64/v8")])
    with Registry() as origin, Registry() as mirror:
        reference = origin.push("app", "1", index)
        mirror.push("app", "1", index)
        assert len(platforms(reference, context(f"{origin.host}={mirror.host}"))) == 2
        assert not origin.requests


def test_what_fails_everywhere_is_reported_of_the_registry():
    with Registry() as origin, Registry() as mirror:
        origin.push("app", "1", IMAGE)
        with pytest.raises((InputError, NetworkError)) as caught:
            open_image(f"{origin.host}/app:2", context(f"{origin.host}={mirror.host}"))
        assert origin.host in str(caught.value)


def test_names_at_mirrors():
    nginx = parse_reference("nginx:1")
    assert mirrors_of(nginx, ["docker.io=mirror.example/hub/", "quay.io=other.example"]) == [
        replace(nginx, registry="mirror.example", repository="hub/library/nginx")
    ]


@pytest.mark.parametrize("pair", ["docker.io", "=x", "docker.io=", "docker.io=http://x"])
def test_an_invalid_mirror_is_refused(pair):
    with pytest.raises(UsageError):
        mirrors_of(parse_reference("nginx"), [pair])
