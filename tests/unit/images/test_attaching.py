"""Attestations beside an image in a registry that lists referrers, and in one that does not."""

import json

import pytest

from careen.errors import InputError
from careen.images.attaching import MAX_LAYERS, attach, attach_as_cosign
from careen.images.distribution import Repository
from careen.images.manifest import Descriptor
from careen.images.names import parse_reference
from careen.net import NetSettings, make_fetcher
from tests.support.images import OCI_INDEX, OCI_MANIFEST, make_image, make_layer
from tests.support.registry import Registry

IMAGE = make_image([make_layer({"etc/os-release": b"ID=debian\n"})])
SUBJECT = Descriptor(IMAGE.digest, len(IMAGE.manifest), OCI_MANIFEST)
TAG = IMAGE.digest.replace(":", "-")
NAME, KIND, NOTES = "team/app", "application/x-bundle", {"a": "b"}


@pytest.fixture(params=[True, False], ids=["referrers", "tag"])
def registry(request):
    with Registry(referrers=request.param) as registry:
        registry.push(NAME, "1", IMAGE)
        yield registry


def repository(registry):
    return Repository(parse_reference(f"{registry.host}/{NAME}:1"), make_fetcher(NetSettings()), {})


def listed(registry):
    """What a client finds as referrers of the image."""
    if registry.referrers:
        return registry.referring[IMAGE.digest]
    return json.loads(registry.manifests[NAME, TAG][0])["manifests"]


def test_an_attestation_is_listed_as_a_referrer(registry):
    digest, place = attach(repository(registry), SUBJECT, b"{}1", KIND, NOTES)
    assert place == ("referrers" if registry.referrers else TAG)
    (entry,) = listed(registry)
    assert (entry["digest"], entry["artifactType"], entry["annotations"]) == (digest, KIND, NOTES)
    manifest = json.loads(registry.manifests[NAME, digest][0])
    assert manifest["subject"] == {"mediaType": OCI_MANIFEST, "digest": IMAGE.digest, "size": len(IMAGE.manifest)}
    assert registry.blobs[manifest["layers"][0]["digest"]] == b"{}1"


def test_a_second_one_leaves_the_first(registry):
    for data in (b"1", b"2", b"2"):
        attach(repository(registry), SUBJECT, data, KIND, NOTES)
    assert len(listed(registry)) == 2


def test_the_tag_of_cosign_keeps_what_it_has(registry):
    for data in (b"1", b"2", b"2"):
        digest, place = attach_as_cosign(repository(registry), SUBJECT, data, KIND, NOTES)
    assert place == f"{TAG}.att"
    manifest = json.loads(registry.manifests[NAME, place][0])
    assert [registry.blobs[layer["digest"]] for layer in manifest["layers"]] == [b"1", b"2"]
    assert json.loads(registry.blobs[manifest["config"]["digest"]])["rootfs"]["diff_ids"] == [
        layer["digest"] for layer in manifest["layers"]
    ]
    assert (NAME, digest) in registry.manifests


def test_a_full_tag_gets_no_more(registry, monkeypatch):
    layers = [{"digest": f"sha256:{number:064x}", "size": 1, "mediaType": KIND} for number in range(MAX_LAYERS)]
    registry.manifests[NAME, f"{TAG}.att"] = (json.dumps({"layers": layers}).encode(), OCI_MANIFEST)
    with pytest.raises(InputError, match="no room"):
        attach_as_cosign(repository(registry), SUBJECT, b"1", KIND, NOTES)


def test_something_else_under_the_tags_is_not_replaced():
    with Registry(referrers=False) as registry:
        registry.push(NAME, "1", IMAGE)
        registry.manifests[NAME, TAG] = (IMAGE.manifest, OCI_MANIFEST)
        with pytest.raises(InputError, match="not a list of referrers"):
            attach(repository(registry), SUBJECT, b"1", KIND, NOTES)
        registry.manifests[NAME, f"{TAG}.att"] = (b'{"layers": [1]}', OCI_MANIFEST)
        with pytest.raises(InputError, match="malformed"):
            attach_as_cosign(repository(registry), SUBJECT, b"1", KIND, NOTES)
        registry.manifests[NAME, f"{TAG}.att"] = (b"[]", OCI_MANIFEST)
        with pytest.raises(InputError, match="malformed"):
            attach_as_cosign(repository(registry), SUBJECT, b"1", KIND, NOTES)


def test_a_list_that_another_client_overwrites_is_written_again(monkeypatch):
    """Two clients read the same list; each writes it with its own entry. The one that came first writes again."""
    with Registry(referrers=False) as registry:
        registry.push(NAME, "1", IMAGE)
        other = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [{"digest": "sha256:" + "9" * 64}]})
        made, pushes = repository(registry), []
        push = made.push_manifest

        def overwritten(name, data, media_type):
            found = push(name, data, media_type)
            if name == TAG:
                pushes.append(name)
                if len(pushes) <= losses:
                    registry.manifests[NAME, TAG] = (other.encode(), OCI_INDEX)
            return found

        monkeypatch.setattr(made, "push_manifest", overwritten)
        losses = 1
        digest, _ = attach(made, SUBJECT, b"1", KIND, NOTES)
        assert [entry["digest"] for entry in listed(registry)] == ["sha256:" + "9" * 64, digest]
        losses = 99
        with pytest.raises(InputError, match="at the same time"):
            attach(made, SUBJECT, b"2", KIND, NOTES)
