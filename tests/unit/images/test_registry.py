import base64
import json
import logging
import sys
import threading

import pytest

from careen.errors import InputError, NetworkError
from careen.images.distribution import Names
from careen.images.registry import IMAGE_SOURCE, accepts, connected, open_image, platforms
from careen.model.image import Platform
from careen.net import NetSettings, make_fetcher
from careen.plugins import OpenContext
from tests.support.certificates import Authority
from tests.support.images import make_image, make_index, make_layer, sha256
from tests.support.registry import Registry, blob_server
from tests.support.servers import Answer, Proxy, Server, free_port

TARS = [make_layer({"etc/os-release": b"ID=debian\n"}), make_layer({"srv/app": b"x" * 50_000})]
IMAGE = make_image(TARS, config={"User": "app"})
ARM = make_image([make_layer({"arm": b"1"})], platform="linux/arm64/v8")
AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """``scene(reference)`` opens with a fetcher of its own, which does not really sleep."""
    made = []
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def context(platform=None, cache=True, settings=None, **net):
        fetcher = make_fetcher(NetSettings(**net), sleep=context.slept.append, jitter=lambda: 0.5)
        made.append(fetcher)
        return OpenContext(
            platform=platform, fetcher=fetcher, cache=tmp_path / "cache" if cache else None, settings=settings or {}
        )

    def call(reference, platform=None, cache=True, settings=None, **net):
        return open_image(reference, context(platform, cache, settings, **net))

    context.slept = call.slept = []
    call.context = context
    call.cache = tmp_path / "cache"
    yield call
    for fetcher in made:
        fetcher.close()


def content(image):
    found = []
    for layer in image.layers:
        with layer.open() as file:
            found.append(file.read())
    return found


# --- opening ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cache", [True, False])
def test_an_image(scene, cache):
    with Registry() as registry:
        image = scene(registry.push("team/app", "1.0", IMAGE), cache=cache)
        before = len(registry.asked("GET", "/blobs/"))
        assert content(image) == list(IMAGE.layers)
        assert content(image) == list(IMAGE.layers)
    assert (image.reference, image.kind, image.digest) == (f"{registry.host}/team/app:1.0", "image", IMAGE.digest)
    assert (image.platform, image.config.user) == (AMD64, "app")
    assert [layer.digest for layer in image.layers] == [sha256(layer) for layer in IMAGE.layers]
    assert [layer.diff_id for layer in image.layers] == list(IMAGE.diff_ids)
    assert [layer.size_bytes for layer in image.layers] == [len(layer) for layer in IMAGE.layers]
    assert [layer.created_by for layer in image.layers] == ["COPY layer0 /", "COPY layer1 /"]
    assert before == 1  # the configuration: layers come when they are opened
    assert len(registry.asked("GET", "/blobs/")) == 3


def test_docker_media_types(scene):
    image = make_image(TARS, docker=True)
    with Registry() as registry:
        assert content(scene(registry.push("app", "1", image))) == list(image.layers)


def test_the_digest_is_asked_for_first_and_then_fetched_by_it(scene):
    with Registry() as registry:
        scene(registry.push("app", "1", IMAGE))
    requests = [(request.method, request.path) for request in registry.requests if "/manifests/" in request.path]
    assert requests == [("HEAD", "/v2/app/manifests/1"), ("GET", f"/v2/app/manifests/{IMAGE.digest}")]


def test_nothing_is_downloaded_twice(scene):
    with Registry() as registry:
        reference = registry.push("app", "1", IMAGE)
        content(scene(reference))
        first = len(registry.requests)
        assert content(scene(reference)) == list(IMAGE.layers)
        again = [request for request in registry.requests[first:] if request.path != "/v2/"]
    assert [(request.method, request.path) for request in again] == [("HEAD", "/v2/app/manifests/1")]


def test_a_known_digest_needs_no_registry(scene):
    with Registry() as registry:
        registry.push("app", "1", IMAGE)
        reference = f"{registry.host}/app@{IMAGE.digest}"
        content(scene(reference))
    assert content(scene(reference)) == list(IMAGE.layers)
    assert scene(reference).digest == IMAGE.digest


@pytest.mark.parametrize("switches", [{"head": False}, {"tell_digest": False}])
def test_registries_without_head_or_without_its_digest(scene, switches):
    with Registry(**switches) as registry:
        image = scene(registry.push("app", "1", IMAGE))
        assert image.digest == IMAGE.digest
        assert content(image) == list(IMAGE.layers)


def test_a_tag_with_a_digest_means_the_digest(scene):
    with Registry() as registry:
        registry.push("app", "1", ARM)
        registry.push("app", None, IMAGE)
        assert scene(f"{registry.host}/app:1@{IMAGE.digest}").digest == IMAGE.digest
    assert registry.asked("HEAD", "/manifests/") == []


def test_layers_are_downloaded_by_several_threads_at_once(scene):
    with Registry(auth="bearer") as registry:
        image = scene(registry.push("app", "1", make_image([make_layer({str(n): b"x" * n}) for n in range(8)])))
        registry.tokens.clear()
        found = {}

        def work(layer):
            with layer.open() as file:
                found[layer.index] = sha256(file.read())

        threads = [threading.Thread(target=work, args=(layer,)) for layer in image.layers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {layer.index: layer.digest for layer in image.layers}
    assert len(registry.asked("GET", "/token")) == 2  # one thread got the new token for all


# --- platforms --------------------------------------------------------------------------------------------------------


def test_an_index(scene, monkeypatch):
    with Registry() as registry:
        reference = registry.push("app", "1", make_index([IMAGE, ARM]))
        assert scene(reference, platform=AMD64).digest == IMAGE.digest
        arm = scene(reference, platform=ARM64)
        assert (arm.digest, arm.platform) == (ARM.digest, Platform("linux", "arm64", "v8"))
        monkeypatch.setattr("platform.machine", lambda: "aarch64")
        assert scene(reference).digest == ARM.digest
        with pytest.raises(InputError, match="not there for linux/s390x; offered: linux/amd64, linux/arm64/v8"):
            scene(reference, platform=Platform("linux", "s390x"))
        assert platforms(reference, scene.context()) == (AMD64, Platform("linux", "arm64", "v8"))


def test_an_image_of_one_platform(scene):
    with Registry() as registry:
        reference = registry.push("app", "1", ARM)
        assert platforms(reference, scene.context()) == ()
        assert scene(reference, platform=ARM64).digest == ARM.digest
        assert scene(reference).digest == ARM.digest
        with pytest.raises(InputError, match="not there for linux/amd64; offered: linux/arm64/v8"):
            scene(reference, platform=AMD64)


def test_indexes_in_indexes(scene):
    media_type = "application/vnd.oci.image.index.v1+json"
    with Registry() as registry:
        registry.push("app", None, IMAGE)
        inner, references = make_index([IMAGE]).manifest, []
        for depth in range(6):
            registry.manifests["app", sha256(inner)] = registry.manifests["app", str(depth)] = (inner, media_type)
            references.append(f"{registry.host}/app:{depth}")
            child = {"digest": sha256(inner), "size": len(inner), "mediaType": media_type}
            inner = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": [child]}).encode()
        assert scene(references[2]).digest == IMAGE.digest
        with pytest.raises(InputError, match="nested more than"):
            scene(references[5])


# --- who may read -----------------------------------------------------------------------------------------------------


def test_basic(scene, monkeypatch):
    with Registry(auth="basic") as registry:
        reference = registry.push("app", "1", IMAGE)
        with pytest.raises(InputError, match="denies access") as caught:
            scene(reference)
        assert f"docker login {registry.host}" in caught.value.hint
        monkeypatch.setenv("CAREEN_REGISTRY_USERNAME", "ann")
        monkeypatch.setenv("CAREEN_REGISTRY_PASSWORD", "s3cret")
        assert content(scene(reference)) == list(IMAGE.layers)
        monkeypatch.setenv("CAREEN_REGISTRY_PASSWORD", "wr0ng")
        with pytest.raises(NetworkError, match=r"does not accept the user 'ann' or the password") as caught:
            scene(f"{registry.host}/app:2")
    assert "wr0ng" not in str(caught.value) + caught.value.hint
    assert caught.value.exit_code == 3


def test_bearer_anonymously(scene):
    with Registry(auth="bearer") as registry:
        assert content(scene(registry.push("team/app", "1", IMAGE))) == list(IMAGE.layers)
    (asked,) = registry.asked("GET", "/token")  # one token for everything
    assert "scope=repository%3Ateam%2Fapp%3Apull" in asked
    assert "service=registry.example.test" in asked


def test_bearer_with_a_password(scene):
    with Registry(auth="bearer", anonymous=False) as registry:
        reference = registry.push("app", "1", IMAGE)
        with pytest.raises(InputError, match="requires a login"):
            scene(reference)
        settings = {"registry_username": "ann", "registry_password": "s3cret"}
        assert content(scene(reference, settings=settings)) == list(IMAGE.layers)
        with pytest.raises(NetworkError, match="does not accept the user 'ann'"):
            scene(reference, settings={**settings, "registry_password": "wr0ng"})


def test_a_token_that_expires_is_renewed(scene):
    with Registry(auth="bearer") as registry:
        image = scene(registry.push("app", "1", IMAGE))
        registry.tokens.clear()
        assert content(image) == list(IMAGE.layers)
        assert len(registry.asked("GET", "/token")) == 2


def test_a_token_that_opens_nothing(scene):
    with Registry(auth="bearer") as registry:
        reference = registry.push("app", "1", IMAGE)
        registry.tokens = type("Refused", (set,), {"add": lambda self, token: None})()
        with pytest.raises(InputError, match="denies access"):
            scene(reference)
    assert len(registry.requests) < 8


def test_an_identity_token_is_exchanged(scene, tmp_path):
    with Registry(auth="bearer", anonymous=False, refresh_tokens=("refresh",)) as registry:
        reference = registry.push("app", "1", IMAGE)
        (tmp_path / "config.json").write_text(json.dumps({"auths": {registry.host: {"identitytoken": "refresh"}}}))
        assert content(scene(reference, settings={"docker_config": tmp_path})) == list(IMAGE.layers)
    assert [request.path for request in registry.requests if request.method == "POST"] == ["/token"]


def test_the_files_of_docker(scene, tmp_path, monkeypatch):
    with Registry(auth="basic") as registry:
        reference = registry.push("app", "1", IMAGE)
        pair = base64.b64encode(b"ann:s3cret").decode()
        (tmp_path / "config.json").write_text(json.dumps({"auths": {registry.host: {"auth": pair}}}))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        assert scene(reference).digest == IMAGE.digest


@pytest.mark.parametrize("way", ["credHelpers", "credsStore"])
def test_credential_helpers_of_docker(scene, tmp_path, monkeypatch, way):
    program = tmp_path / "bin" / "docker-credential-careentest"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        "print(json.dumps({'ServerURL': sys.stdin.read(), 'Username': 'ann', 'Secret': 's3cret'}))\n"
    )
    program.chmod(0o755)
    with Registry(auth="basic") as registry:
        reference = registry.push("app", "1", IMAGE)
        config = {"credHelpers": {registry.host: "careentest"}} if way == "credHelpers" else {"credsStore": "careentest"}
        (tmp_path / "config.json").write_text(json.dumps(config))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        with pytest.raises(InputError, match="denies access") as caught:
            scene(reference)
        assert "docker-credential-careentest cannot be used" in caught.value.hint
        monkeypatch.setenv("PATH", str(program.parent))
        assert scene(reference).digest == IMAGE.digest


def test_no_helper_is_asked_if_no_credentials_are_wanted(scene, tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "../../evil"}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with Registry() as registry:
        assert scene(registry.push("app", "1", IMAGE)).digest == IMAGE.digest


def test_credentials_are_not_sent_to_the_host_of_blobs(scene):
    with blob_server(IMAGE.blobs().values()) as elsewhere, Registry(auth="basic", blobs_elsewhere=elsewhere.url) as registry:
        settings = {"registry_username": "ann", "registry_password": "s3cret"}
        assert content(scene(registry.push("app", "1", IMAGE), settings=settings)) == list(IMAGE.layers)
    assert len(elsewhere.requests) == 3
    assert all("authorization" not in request.headers for request in elsewhere.requests)
    assert all("authorization" in request.headers for request in registry.requests if "/blobs/" in request.path)


def test_another_host_gets_no_credentials_by_asking_for_them(scene):
    challenge = Answer(401, headers={"WWW-Authenticate": "Basic realm=x"})
    with Server(lambda request: challenge) as thief, Registry(auth="basic", blobs_elsewhere=thief.url) as registry:
        settings = {"registry_username": "ann", "registry_password": "s3cret"}
        with pytest.raises((InputError, NetworkError)):
            scene(registry.push("app", "1", IMAGE), settings=settings)
    assert thief.requests and all("authorization" not in request.headers for request in thief.requests)


def docker_config(folder, monkeypatch, **users):
    known = {host: {"auth": base64.b64encode(f"{user}".encode()).decode()} for host, user in users.items()}
    (folder / "config.json").write_text(json.dumps({"auths": known}))
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))


@pytest.mark.parametrize("auth", ["basic", "bearer"])
@pytest.mark.parametrize("known", [True, False])
def test_where_a_redirect_leads_one_logs_in_with_what_is_meant_for_it(scene, tmp_path, monkeypatch, auth, known):
    """A front end that leads to a registry with a token service of its own: the credentials of the first stay there."""
    with (
        Registry(auth=auth, users={"bob": "0ther"}) as behind,
        Registry(auth="basic", blobs_elsewhere=f"{behind.url}/v2/app/blobs") as registry,
    ):
        behind.push("app", "1", IMAGE)
        reference = registry.push("app", "1", IMAGE)
        docker_config(tmp_path, monkeypatch, **({behind.host: "bob:0ther"} if known else {}))
        settings = {"registry_username": "ann", "registry_password": "s3cret"}
        if auth == "basic" and not known:
            with pytest.raises(InputError, match=f"{behind.host}, to which .* redirects"):
                content(scene(reference, settings=settings))
        else:
            assert content(scene(reference, settings=settings)) == list(IMAGE.layers)
        first = base64.b64encode(b"ann:s3cret").decode()
        assert not any(first in request.headers.get("authorization", "") for request in behind.requests)
        second = base64.b64encode(b"bob:0ther").decode()
        assert any(second in request.headers.get("authorization", "") for request in behind.requests) == known
        assert not any(second in request.headers.get("authorization", "") for request in registry.requests)


def test_a_token_for_the_target_of_a_redirect_is_renewed(scene):
    with (
        Registry(auth="bearer") as behind,
        Registry(blobs_elsewhere=f"{behind.url}/v2/app/blobs") as registry,
    ):
        behind.push("app", "1", IMAGE)
        image = scene(registry.push("app", "1", IMAGE))
        behind.tokens.clear()
        assert content(image) == list(IMAGE.layers)


def test_too_many_requests_may_be_for_want_of_a_login(scene):
    with Registry() as registry:
        reference = registry.push("app", "1", IMAGE)
        registry.busy = [Answer(200)] + [Answer(429, headers={"Retry-After": "1800"})] * 2
        with pytest.raises(NetworkError, match="429") as caught:
            scene(reference)
    assert "docker login" in caught.value.hint


def test_a_logged_in_user_is_not_advised_to_log_in(scene):
    with Registry() as registry:
        reference = registry.push("app", "1", IMAGE)
        challenge = Answer(401, headers={"WWW-Authenticate": "Basic realm=x"})
        registry.busy = [Answer(200), challenge] + [Answer(429, headers={"Retry-After": "1800"})] * 2
        with pytest.raises(NetworkError, match="429") as caught:
            scene(reference, settings={"registry_username": "ann", "registry_password": "s3cret"})
    assert caught.value.hint == "try again in 30 minutes"


def test_no_password_goes_from_tls_to_a_plain_token_service(scene, tmp_path):
    authority = Authority.make(tmp_path / "authority")
    with Registry(auth="bearer", tls=authority.issue("127.0.0.1")) as registry:
        reference = registry.push("app", "1", IMAGE)
        registry._server.scheme = "http"  # as the challenge names the token service
        settings = {"registry_username": "ann", "registry_password": "s3cret"}
        with pytest.raises(NetworkError, match="plain HTTP"):
            scene(reference, settings=settings, ca_file=authority.root.cert)
    assert registry.asked("GET", "/token") == []


def test_no_secret_is_logged(scene, caplog):
    caplog.set_level(logging.DEBUG)
    with blob_server(IMAGE.blobs().values()) as elsewhere, Registry(auth="bearer", blobs_elsewhere=elsewhere.url) as registry:
        settings = {"registry_username": "ann", "registry_password": "s3cret"}
        content(scene(registry.push("app", "1", IMAGE), settings=settings))
    assert "/v2/app/manifests/1" in caplog.text
    basic = base64.b64encode(b"ann:s3cret").decode()
    assert not any(secret in caplog.text for secret in ("s3cret", basic, "s1gned", *registry.tokens))


# --- trust and ways ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.make(tmp_path_factory.mktemp("authority"))


def test_tls_with_a_private_authority(scene, authority):
    with Registry(auth="bearer", tls=authority.issue("127.0.0.1")) as registry:
        reference = registry.push("app", "1", IMAGE)
        with pytest.raises(NetworkError, match="not trusted") as caught:
            scene(reference)
        assert "--ca-file" in caught.value.hint and "--insecure" in caught.value.hint
        assert content(scene(reference, ca_file=authority.root.cert)) == list(IMAGE.layers)
        assert scene(f"{registry.host}/app:1", insecure=("*",)).digest == IMAGE.digest


def test_without_a_fetcher_the_settings_make_one(authority, tmp_path):
    with Registry(tls=authority.issue("127.0.0.1")) as registry:
        reference = registry.push("app", "1", IMAGE)
        for settings in ({"ca_file": str(authority.root.cert)}, {"insecure": True}):
            assert open_image(reference, OpenContext(settings=settings)).digest == IMAGE.digest
        with pytest.raises(NetworkError):
            open_image(reference, OpenContext())


def test_plain_http_on_request_and_through_a_proxy(scene, monkeypatch):
    with Registry(name="registry.example.test") as registry, Proxy({"registry.example.test": registry.port}) as proxy:
        reference = registry.push("team/app", "1", IMAGE)
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.host}")
        plain = {"settings": {"plain_http": True}, "plain_http": ("registry.example.test",)}
        assert content(scene(reference, **plain)) == list(IMAGE.layers)
        assert set(proxy.asked) == {"HEAD registry.example.test", "GET registry.example.test"}
        monkeypatch.setenv("NO_PROXY", "example.test")
        with pytest.raises(NetworkError, match=r"registry\.example\.test: no such host"):
            scene(reference, **plain)


def test_tls_through_a_proxy(scene, authority, monkeypatch):
    certificate = authority.issue("registry.example.test")
    with (
        Registry(auth="bearer", name="registry.example.test", tls=certificate) as registry,
        Proxy({"registry.example.test": registry.port}, password="u:p") as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://u:p@{proxy.host}")
        image = scene(registry.push("app", "1", IMAGE), ca_file=authority.root.cert)
        assert content(image) == list(IMAGE.layers)
    assert set(proxy.asked) == {"CONNECT registry.example.test"}


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_a_typo_in_the_tag(scene):
    with Registry(page=2) as registry:
        for tag in ("1.0", "1.25-alpine", "1.25-bookworm", "latest"):
            reference = registry.push("team/app", tag, IMAGE)
        with pytest.raises(InputError, match=r"team/app has no tag '1.25-alpne'") as caught:
            scene(reference.replace(":latest", ":1.25-alpne"))
        assert f"did you mean {registry.host}/team/app:1.25-alpine" in caught.value.hint
        registry.list_tags = False
        with pytest.raises(InputError, match="has no tag"):
            scene(reference.replace(":latest", ":1.25-alpne"))


def test_a_typo_in_the_name(scene):
    with Registry() as registry:
        registry.push("team/app", "1", IMAGE)
        with pytest.raises(InputError, match="has no repository team/ap") as caught:
            scene(f"{registry.host}/team/ap:1")
        assert caught.value.exit_code == 3 and caught.value.hint
    with Registry(auth="basic") as registry, pytest.raises(InputError, match="no such repository, or it is private"):
        scene(f"{registry.host}/team/ap:1")


def test_a_digest_that_is_not_there(scene):
    with Registry() as registry:
        registry.push("app", "1", IMAGE)
        with pytest.raises(InputError, match=f"nothing with the digest {ARM.digest}"):
            scene(f"{registry.host}/app@{ARM.digest}")


def test_a_registry_that_is_not_there(scene):
    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(NetworkError, match="refused") as caught:
        scene(f"{host}/app:1")
    assert host in str(caught.value) and caught.value.exit_code == 3


def test_a_blob_that_is_not_there(scene):
    with Registry() as registry:
        image = scene(registry.push("app", "1", IMAGE))
        del registry.blobs[image.layers[1].digest]
        with pytest.raises(InputError, match=image.layers[1].digest):
            content(image)


@pytest.mark.parametrize("part", ["manifest", "config", "layer"])
def test_bytes_that_do_not_match_the_digest_are_refused(scene, part):
    digest = {"manifest": IMAGE.digest, "config": sha256(IMAGE.config), "layer": sha256(IMAGE.layers[0])}[part]
    with Registry() as registry:
        reference = registry.push("app", "1", IMAGE)
        original = registry.blobs.get(digest, IMAGE.manifest)
        registry.altered[digest] = original[:-1] + b" "
        registry.tell_digest = True
        with pytest.raises(InputError, match=r"other bytes|another manifest") as caught:
            content(scene(reference.replace(":1", f"@{IMAGE.digest}")))
        assert digest in str(caught.value)
        registry.altered.clear()
        assert content(scene(reference)) == list(IMAGE.layers)  # nothing wrong was kept


def test_a_broken_download_goes_on(scene):
    digest = sha256(IMAGE.layers[1])
    with Registry() as registry:
        registry.broken[digest] = [100, 50]
        assert content(scene(registry.push("app", "1", IMAGE)))[1] == IMAGE.layers[1]
    ranges = [request.headers.get("range") for request in registry.requests if digest in request.path]
    assert ranges == [None, "bytes=100-", "bytes=150-"]


def test_a_busy_registry_is_waited_for(scene):
    with Registry() as registry:
        reference = registry.push("app", "1", IMAGE)
        scene.slept.clear()
        registry.busy = [Answer(200), Answer(429, headers={"Retry-After": "3"}), Answer(503)]
        assert scene(reference).digest == IMAGE.digest
        assert scene.slept == [3.0, 1.0]
        registry.busy = [Answer(200)] + [Answer(429, headers={"Retry-After": "1800"})] * 2
        with pytest.raises(NetworkError, match="429") as caught:
            scene(reference)
    assert "30 minutes" in caught.value.hint


def test_a_registry_in_trouble(scene):
    with Registry() as registry:
        reference = registry.push("app", "1", IMAGE)
        body = b'{"errors": [{"code": "UNKNOWN", "message": "disk\\u001b[2J full"}]}'
        registry.busy = [Answer(200)] + [Answer(500, body)] * 20
        with pytest.raises(NetworkError, match=r"answered 500 for .*disk") as caught:
            scene(reference)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{", b'{"schemaVersion": 1}', b'{"config": {"digest": "sha256:../../etc/passwd"}}', b"x" * 5_000_000],
)
def test_malformed_manifests(scene, body):
    with Registry() as registry:
        reference = registry.push("app", "1", IMAGE)
        registry.manifests["app", sha256(body)] = registry.manifests["app", "1"] = (body, IMAGE.media_type)
        with pytest.raises(InputError) as caught:
            scene(reference)
    assert caught.value.hint


def test_a_configuration_that_is_null(scene):
    image = make_image(TARS, raw_config=b"null")
    with Registry() as registry, pytest.raises(InputError, match="configuration is malformed"):
        scene(registry.push("app", "1", image))


def test_names_that_are_ours():
    assert IMAGE_SOURCE.name == "registry"
    assert accepts("nginx") and accepts("//ghcr.io/a/b:1")
    assert not accepts("./image.tar") and not accepts("Nginx") and not accepts("")


# --- the whole registry -----------------------------------------------------------------------------------------------


def test_the_catalogue_is_read_page_by_page_with_a_token_of_its_own(scene):
    with Registry(auth="bearer", page=2) as registry:
        for name in ("a", "b/c", "d", "e", "f"):
            registry.push(name, "1", IMAGE)
        repository, _ = connected(f"{registry.host}/x", scene.context())
        assert repository.catalogue() == Names(("a", "b/c", "d", "e", "f"))
        assert len(registry.asked("GET", "/v2/_catalog?last=")) == 2
        assert registry.asked("GET", "scope=registry%3Acatalog%3A%2A")


def test_a_registry_may_keep_its_catalogue_to_itself(scene):
    with Registry(list_repositories=False) as registry:
        registry.push("a", "1", IMAGE)
        assert connected(f"{registry.host}/x", scene.context())[0].catalogue() is None


def test_a_page_that_names_itself_as_the_next_ends_the_list(scene):
    again = Answer(200, b'{"repositories": ["a"]}', {"Link": '</v2/_catalog?n=1000>; rel="next"'})
    with Registry() as registry:
        registry.busy = [again, again]
        repository, _ = connected(f"{registry.host}/x", scene.context(plain_http=("*",), settings={"plain_http": True}))
        assert repository.catalogue(pages=5) == Names(("a",), whole=False)


@pytest.mark.parametrize("kind", ["repositories", "tags"])
@pytest.mark.parametrize("page", [lambda n: n % 3, lambda n: n])  # in a circle, or on and on
def test_a_list_without_end_is_left_and_marked_as_incomplete(scene, kind, page):
    path = "/v2/_catalog" if kind == "repositories" else "/v2/x/tags/list"
    answers = [
        Answer(200, b'{"%b": ["a", "b"]}' % kind.encode(), {"Link": f'<{path}?page={page(number)}>; rel="next"'})
        for number in range(500)
    ]
    with Registry() as registry:
        registry.busy = list(answers)
        repository, _ = connected(f"{registry.host}/x", scene.context(plain_http=("*",), settings={"plain_http": True}))
        found = repository.catalogue(2000) if kind == "repositories" else repository.tags(2000)
        assert found == Names(("a", "b"), whole=False)
        assert len(registry.busy) > 350  # it was not asked for all of them


def test_empty_pages_are_passed_over(scene):
    pages = [Answer(200, b'{"tags": []}', {"Link": f'</v2/x/tags/list?page={number}>; rel="next"'}) for number in range(50)]
    with Registry() as registry:
        registry.busy = [*pages, Answer(200, b'{"tags": ["a"]}')]
        repository, _ = connected(f"{registry.host}/x", scene.context(plain_http=("*",), settings={"plain_http": True}))
        assert repository.tags(2000) == Names(("a",))


def test_referrers_in_a_circle_are_not_all(scene):
    pages = [
        Answer(200, b'{"manifests": []}', {"Link": f'</v2/x/referrers/d?page={number % 2}>; rel="next"'}) for number in range(9)
    ]
    with Registry() as registry:
        registry.busy = list(pages)
        repository, _ = connected(f"{registry.host}/x", scene.context(plain_http=("*",), settings={"plain_http": True}))
        found = repository.referrers("sha256:" + "0" * 64)
    assert found is not None and len(found[0]) == 3 and found[1] is False
