import json

import pytest

from careen.errors import InputError
from careen.images.manifest import (
    CONFIG_BYTES,
    MANIFEST_BYTES,
    bind_layers,
    choose,
    created_by,
    is_digest,
    is_index,
    parse_config,
    parse_index,
    parse_manifest,
    platforms_offered,
    require,
)
from careen.model.image import Platform
from tests.support.images import make_image, make_index, make_layer, sha256

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64
AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")


def index_of(*entries):
    return json.dumps({"schemaVersion": 2, "manifests": list(entries)}).encode()


def config_of(**fields):
    return json.dumps({"os": "linux", "architecture": "amd64", **fields}).encode()


def test_index_lists_images_with_their_platforms_and_leaves_attestations_out():
    one = make_image([make_layer({"a": b"1"})], platform="linux/amd64")
    two = make_image([make_layer({"a": b"2"})], platform="linux/arm/v7")
    index = make_index([one, two])
    assert len(json.loads(index.manifest)["manifests"]) == 4
    found = parse_index(index.manifest)
    assert [(child.digest, str(child.platform)) for child in found] == [
        (one.digest, "linux/amd64"),
        (two.digest, "linux/arm/v7"),
    ]
    assert found[0].size_bytes == len(one.manifest)


def test_index_leaves_out_signatures_and_attestations():
    found = parse_index(
        index_of(
            {"digest": A, "size": 1, "artifactType": "application/vnd.dev.cosign.artifact.sig.v1+json"},
            {
                "digest": A,
                "size": 1,
                "platform": {"os": "unknown", "architecture": "unknown"},
                "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
            },
            {"digest": B, "size": 1, "annotations": {"org.opencontainers.image.ref.name": "v1"}},
        )
    )
    assert [child.digest for child in found] == [B]
    assert found[0].annotations == {"org.opencontainers.image.ref.name": "v1"}


@pytest.mark.parametrize("marks", [{"annotations": {"vnd.docker.reference.type": "x"}}, {"artifactType": "a/b"}])
def test_a_mark_hides_no_image_that_engines_choose_by_its_platform(marks):
    platform = {"platform": {"os": "linux", "architecture": "amd64"}}
    both = parse_index(index_of({"digest": A, "size": 1, **platform, **marks}, {"digest": B, "size": 1, **platform}))
    assert choose(both, AMD64).digest == A


def test_an_image_for_an_unknown_platform_is_offered_and_never_chosen_before_another():
    unknown = {"digest": A, "size": 1, "platform": {"os": "unknown", "architecture": "unknown"}}
    known = {"digest": B, "size": 1, "platform": {"os": "linux", "architecture": "s390x"}}
    both = parse_index(index_of(unknown, known))
    assert platforms_offered(both) == (Platform("unknown", "unknown"), Platform("linux", "s390x"))
    assert choose(both, None, host=AMD64).digest == B
    assert choose(parse_index(index_of(unknown)), None, host=AMD64).digest == A


def test_index_survives_null_and_mistyped_fields():
    found = parse_index(index_of({"digest": A, "size": None, "platform": None, "annotations": None, "mediaType": 3}, None, "x"))
    assert [(child.digest, child.size_bytes, child.platform) for child in found] == [(A, -1, None)]


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"\xff\xfe", b'{"manifests": 3}', b"[" * 100_000])
def test_malformed_index(data):
    with pytest.raises(InputError, match="index") as caught:
        parse_index(data)
    assert caught.value.hint


@pytest.mark.parametrize("digest", [None, 3, "", "sha256:../../etc/passwd", "md5:" + "a" * 32, A.upper(), A + "\n"])
def test_an_invalid_digest_is_refused(digest):
    with pytest.raises(InputError, match="is not a digest"):
        parse_index(index_of({"digest": digest, "size": 1}))
    assert not isinstance(digest, str) or not is_digest(digest)


def test_hostile_text_does_not_reach_the_message_raw():
    with pytest.raises(InputError) as caught:
        parse_index(index_of({"digest": "\x1b[2J" + "x" * 5000}))
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_documents_over_their_limit_are_not_parsed():
    with pytest.raises(InputError, match="limit"):
        parse_manifest(b" " * (MANIFEST_BYTES + 1))
    with pytest.raises(InputError, match="limit"):
        parse_config(b" " * (CONFIG_BYTES + 1))


def test_manifest():
    image = make_image([make_layer({"a": b"1"}), make_layer({"b": b"2"})])
    manifest = parse_manifest(image.manifest)
    assert manifest.config.digest == sha256(image.config)
    assert [layer.digest for layer in manifest.layers] == [sha256(layer) for layer in image.layers]
    assert [layer.size_bytes for layer in manifest.layers] == [len(layer) for layer in image.layers]
    assert not is_index(image.manifest)


def test_manifest_without_layers():
    assert parse_manifest(json.dumps({"config": {"digest": A}, "layers": None}).encode()).layers == ()


def test_an_index_is_recognised_by_its_content():
    assert is_index(index_of({"digest": A}))
    assert is_index(b'{"mediaType": "application/vnd.docker.distribution.manifest.list.v2+json"}')


def test_schema_1_is_explained():
    with pytest.raises(InputError, match="schema 1") as caught:
        parse_manifest(b'{"schemaVersion": 1, "fsLayers": []}')
    assert "push" in caught.value.hint


def test_an_artifact_is_not_an_image():
    chart = {"config": {"digest": A, "mediaType": "application/vnd.cncf.helm.config.v1+json"}, "layers": []}
    with pytest.raises(InputError, match=r"helm.*is not a container image"):
        parse_manifest(json.dumps(chart).encode())
    content = {"digest": A, "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip"}
    with pytest.raises(InputError, match=r"helm.*is not a container image"):
        parse_manifest(json.dumps({**chart, "layers": [content]}).encode())


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.in-toto+json",
        "application/vnd.dsse.envelope.v1+json",
        "application/vnd.dev.cosign.simplesigning.v1+json",
        "application/spdx+json",
    ],
)
def test_what_is_attached_to_an_image_is_not_an_image(kind):
    config = {"digest": A, "mediaType": "application/vnd.oci.image.config.v1+json"}
    with pytest.raises(InputError, match="is not a container image"):
        parse_manifest(json.dumps({"config": config, "layers": [{"digest": A, "mediaType": kind}]}).encode())


@pytest.mark.parametrize("kind", ["application/vnd.oci.image.layer.v1.tar+zstd", "application/x-tar", "application/tar+gzip"])
def test_a_configuration_of_an_unusual_type_with_layers_is_an_image(kind):
    config = {"digest": A, "mediaType": "application/vnd.acme.config.v1+json"}
    assert parse_manifest(json.dumps({"config": config, "layers": [{"digest": A, "mediaType": kind}]}).encode())


@pytest.mark.parametrize(
    "document",
    [
        {"layers": []},
        {"config": None},
        {"config": {"digest": A}, "layers": {}},
        {"config": {"digest": A}, "layers": [None]},
        {"config": {"digest": A}, "layers": [{"digest": "x"}]},
        {"config": {"digest": A, "size": "7"}, "layers": []},
        {"config": {"digest": A}, "layers": [{"digest": A, "size": -7}]},
        {"config": {"digest": A}, "layers": [{"digest": A, "size": True}]},
        {"config": {"digest": A}, "layers": [{"digest": A, "mediaType": ["x"]}]},
        {"config": {"digest": A}, "layers": [{"digest": A}] * 5000},
        {"manifests": []},
    ],
)
def test_malformed_manifest(document):
    with pytest.raises(InputError) as caught:
        parse_manifest(json.dumps(document).encode())
    assert caught.value.hint


def test_config():
    image = make_image(
        [make_layer({})],
        config={
            "User": "app",
            "Env": ["PATH=/bin"],
            "Entrypoint": ["/run"],
            "Cmd": None,
            "WorkingDir": "/srv",
            "ExposedPorts": {"80/tcp": {}},
            "Volumes": {"/data": {}},
            "Labels": {"a": "b", "c": None},
        },
        platform="linux/arm64/v8",
    )
    config, diff_ids, platform = parse_config(image.config)
    assert (config.user, config.env, config.entrypoint, config.cmd) == ("app", ("PATH=/bin",), ("/run",), ())
    assert (config.working_dir, config.exposed_ports, config.volumes) == ("/srv", ("80/tcp",), ("/data",))
    assert config.labels == {"a": "b"}
    assert config.created == "2026-01-02T03:04:05Z"
    assert diff_ids == image.diff_ids
    assert platform == Platform("linux", "arm64", "v8")


def test_config_of_null_fields_is_empty():
    config, diff_ids, platform = parse_config(
        b'{"config": null, "rootfs": null, "history": [null, {"created_by": null}], "architecture": null, "os": null}'
    )
    assert config.env == () and config.labels == {} and config.created is None
    assert diff_ids == ()
    assert platform == Platform("linux", "unknown")


@pytest.mark.parametrize(
    "data",
    [
        b"null",
        b"",
        b"{",
        b'"text"',
        config_of(rootfs=[]),
        config_of(rootfs={"diff_ids": "x"}),
        config_of(rootfs={"diff_ids": ["../../x"]}),
        config_of(os=123),
        config_of(history="x"),
        config_of(config=["x"]),
        config_of(config={"User": 1234}),
        config_of(config={"Env": [7]}),
        config_of(config={"Env": "PATH=/bin"}),
        config_of(config={"Volumes": ["/data"]}),
        config_of(config={"WorkingDir": 0.5}),
    ],
)
def test_malformed_config(data):
    with pytest.raises(InputError, match="configuration is malformed") as caught:
        parse_config(data)
    assert caught.value.hint


def test_build_steps_go_to_the_layers_they_made():
    history = [
        {"created_by": "ADD rootfs"},
        {"created_by": "ENV A=1", "empty_layer": True},
        {"created_by": "RUN apt-get install"},
        {"created_by": "CMD sh", "empty_layer": True},
    ]
    config, _, _ = parse_config(make_image([make_layer({}), make_layer({"a": b""})], history=history).config)
    assert created_by(config, 2) == ("ADD rootfs", "RUN apt-get install")
    assert created_by(config, 3) == ("ADD rootfs", "RUN apt-get install", "")
    assert created_by(config, 1) == ("ADD rootfs",)
    assert created_by(parse_config(config_of())[0], 2) == ("", "")


def test_layers_are_bound_to_their_claims():
    image = make_image([make_layer({"a": b"1"}), make_layer({"b": b"2"})])
    manifest = parse_manifest(image.manifest)
    config, diff_ids, _ = parse_config(image.config)
    opened = []
    layers = bind_layers(manifest, config, diff_ids, lambda one: lambda: opened.append(one.digest))
    assert [(layer.index, layer.diff_id, layer.created_by) for layer in layers] == [
        (0, image.diff_ids[0], "COPY layer0 /"),
        (1, image.diff_ids[1], "COPY layer1 /"),
    ]
    layers[1].open()
    assert opened == [sha256(image.layers[1])]
    with pytest.raises(InputError, match="2 layers, but its configuration lists 1"):
        bind_layers(manifest, config, diff_ids[:1], lambda one: lambda: None)
    assert bind_layers(manifest, config, (), lambda one: lambda: None)[0].diff_id == ""


def children(*platforms):
    entries = []
    for number, text in enumerate(platforms):
        entry = {"digest": "sha256:" + f"{number:064x}", "size": 1}
        if text:
            os, architecture, *variant = text.split("/")
            entry["platform"] = {"os": os, "architecture": architecture} | ({"variant": variant[0]} if variant else {})
        entries.append(entry)
    return parse_index(index_of(*entries))


@pytest.mark.parametrize(
    ("offered", "wanted", "chosen"),
    [
        (["linux/amd64", "linux/arm64"], "linux/arm64", "linux/arm64"),
        (["linux/arm64/v8", "linux/amd64"], "linux/arm64", "linux/arm64/v8"),
        (["linux/arm64", "linux/amd64"], "linux/arm64/v8", "linux/arm64"),
        (["linux/arm/v5", "linux/arm/v6", "linux/arm/v7"], "linux/arm", "linux/arm/v7"),
        (["linux/arm/v5", "linux/arm/v6"], "linux/arm/v7", "linux/arm/v6"),
        (["linux/amd64/v2", "linux/amd64"], "linux/amd64", "linux/amd64"),
        (["linux/amd64/v2", "linux/arm64"], "linux/amd64", "linux/amd64/v2"),
        (["windows/amd64", "linux/amd64"], "linux/amd64", "linux/amd64"),
    ],
)
def test_choice_of_a_platform(offered, wanted, chosen):
    os, architecture, *variant = wanted.split("/")
    assert str(choose(children(*offered), Platform(os, architecture, *variant)).platform) == chosen


@pytest.mark.parametrize(
    ("offered", "wanted"),
    [
        (["linux/amd64", "linux/arm64"], "linux/s390x"),
        (["linux/arm/v7", "linux/amd64"], "linux/arm/v6"),
        (["windows/amd64"], "linux/amd64"),
    ],
)
def test_a_platform_that_is_not_there_names_those_that_are(offered, wanted):
    os, architecture, *variant = wanted.split("/")
    with pytest.raises(InputError, match=f"not there for {wanted}") as caught:
        choose(children(*offered), Platform(os, architecture, *variant))
    assert all(name in str(caught.value) for name in offered)
    assert f"--platform {offered[0]}" in caught.value.hint


def test_the_host_decides_if_no_platform_is_asked_for():
    both = children("linux/amd64", "linux/arm64")
    assert choose(both, None, host=ARM64).platform == ARM64
    assert choose(both, None, host=AMD64).platform == AMD64
    with pytest.raises(InputError, match="not there for linux/arm64"):
        choose(children("linux/amd64", "linux/386"), None, host=ARM64)


def test_an_index_of_one_image_is_that_image_unless_asked_otherwise():
    assert choose(children("linux/s390x"), None, host=AMD64).platform == Platform("linux", "s390x")
    assert choose(children(None), AMD64).platform is None
    with pytest.raises(InputError, match="no image"):
        choose((), None)


def test_images_that_name_no_platform_are_not_guessed_at():
    with pytest.raises(InputError, match="name no platform"):
        choose(children(None, None), AMD64)


def test_an_image_without_index_must_be_of_the_platform_that_was_asked_for():
    require(None, ARM64)
    require(AMD64, AMD64)
    require(AMD64, Platform("linux", "unknown"))
    with pytest.raises(InputError, match=r"not there for linux/amd64; offered: linux/arm64"):
        require(AMD64, ARM64)
