"""Against the distribution project's own registry, where Debian's package ``docker-registry`` is installed."""

import hashlib
import http.client
from urllib.parse import urlsplit

import pytest
from tests.support.images import make_image, make_index, make_layer
from tests.support.real_registry import start_registry, stop_registry

from careen.errors import InputError, NetworkError
from careen.images.registry import open_image, platforms
from careen.model.image import Platform
from careen.net import make_fetcher
from careen.plugins import OpenContext

IMAGE = make_image([make_layer({"etc/os-release": b"ID=debian\n"}), make_layer({"srv/app": b"x" * 300_000})])
ARM = make_image([make_layer({"arm": b"1"})], platform="linux/arm64/v8")
S3CRET = "$2y$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK"  # bcrypt of s3cret
INDEX = make_index([IMAGE, ARM])


@pytest.fixture
def registry(tmp_path):
    process, host = start_registry(tmp_path)
    yield host
    stop_registry(process)


@pytest.fixture
def fetcher():
    with make_fetcher(environ={}, sleep=lambda seconds: None) as made:
        yield made


def push(host, name, tag, image):
    connection = http.client.HTTPConnection(host, timeout=10)

    def ask(method, path, body=None, **headers):
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        assert response.status in (201, 202), (method, path, response.status)
        return response

    for digest, data in image.blobs().items():
        place = ask("POST", f"/v2/{name}/blobs/uploads/").headers["Location"]
        parts = urlsplit(place)
        ask("PUT", f"{parts.path}?{parts.query}&digest={digest}", data, **{"Content-Type": "application/octet-stream"})
    for digest, (data, media_type) in reversed(image.manifests().items()):  # an index comes after what it lists
        names = [digest, tag] if digest == image.digest else [digest]
        for wanted in names:
            ask("PUT", f"/v2/{name}/manifests/{wanted}", data, **{"Content-Type": media_type})
    connection.close()
    return f"{host}/{name}:{tag}"


def content(image):
    found = []
    for layer in image.layers:
        with layer.open() as file:
            found.append(file.read())
    return found


def test_an_image(registry, fetcher, tmp_path):
    reference = push(registry, "team/app", "1.0", IMAGE)
    context = OpenContext(fetcher=fetcher, cache=tmp_path / "cache")
    image = open_image(reference, context)
    assert (image.digest, image.platform) == (IMAGE.digest, Platform("linux", "amd64"))
    assert content(image) == list(IMAGE.layers)
    assert content(open_image(f"{registry}/team/app@{IMAGE.digest}", context)) == list(IMAGE.layers)


def test_an_index(registry, fetcher):
    reference = push(registry, "team/app", "1.0", INDEX)
    arm = Platform("linux", "arm64", "v8")
    assert platforms(reference, OpenContext(fetcher=fetcher)) == (Platform("linux", "amd64"), arm)
    assert open_image(reference, OpenContext(fetcher=fetcher, platform=arm)).digest == ARM.digest


def test_typos(registry, fetcher):
    push(registry, "team/app", "1.0", IMAGE)
    with pytest.raises(InputError, match=r"has no tag '1\.1'") as caught:
        open_image(f"{registry}/team/app:1.1", OpenContext(fetcher=fetcher))
    assert f"{registry}/team/app:1.0" in caught.value.hint
    with pytest.raises(InputError, match="has no repository team/ap"):
        open_image(f"{registry}/team/ap:1.0", OpenContext(fetcher=fetcher))
    absent = "sha256:" + hashlib.sha256(b"absent").hexdigest()
    with pytest.raises(InputError, match="nothing with the digest"):
        open_image(f"{registry}/team/app@{absent}", OpenContext(fetcher=fetcher))


def test_a_broken_download_goes_on_by_a_range(registry, fetcher, tmp_path):
    reference = push(registry, "app", "1", IMAGE)
    image = open_image(reference, OpenContext(fetcher=fetcher))
    url = f"http://{registry}/v2/app/blobs/{image.layers[1].digest}"
    response = fetcher.request(url, headers={"Range": "bytes=100-"})
    assert (response.status, response.read()) == (206, IMAGE.layers[1][100:])


def test_passwords(tmp_path, fetcher):
    (tmp_path / "users").write_text(f"ann:{S3CRET}\n")
    process, host = start_registry(tmp_path, f"auth: {{htpasswd: {{realm: x, path: {tmp_path / 'users'}}}}}\n")
    try:
        with pytest.raises(InputError, match="denies access"):
            open_image(f"{host}/app:1", OpenContext(fetcher=fetcher))
        settings = {"registry_username": "ann", "registry_password": "s3cret"}
        with pytest.raises(InputError, match="has no repository app"):
            open_image(f"{host}/app:1", OpenContext(fetcher=fetcher, settings=settings))
        with pytest.raises(NetworkError, match="does not accept the user 'ann'"):
            open_image(f"{host}/app:1", OpenContext(fetcher=fetcher, settings={**settings, "registry_password": "no"}))
    finally:
        stop_registry(process)
