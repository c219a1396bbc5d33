import pytest
from tests.support.valid_documents import DIGEST, oci_manifest

pytest.importorskip("jsonschema_rs")

from careen.validation.oci import oci_problems

DESCRIPTOR = {"mediaType": "text/plain", "digest": DIGEST, "size": 1}
HELLO = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
CONFIG = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [DIGEST]}}


def places(kind, document):
    return [problem.place for problem in oci_problems(kind, document)]


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("oci-manifest", oci_manifest()),
        ("oci-manifest", oci_manifest(mediaType="application/vnd.docker.distribution.manifest.v2+json")),
        (
            "oci-index",
            {"schemaVersion": 2, "manifests": [{**DESCRIPTOR, "platform": {"os": "linux", "architecture": "amd64"}}]},
        ),
        ("oci-config", {**CONFIG, "config": {"Env": ["A=", "B=x=y\nz"], "Cmd": None}}),
        ("oci-layout", {"imageLayoutVersion": "1.0.0"}),
        ("oci-descriptor", {**DESCRIPTOR, "digest": "own+algorithm:abc="}),
        ("oci-descriptor", {**DESCRIPTOR, "digest": HELLO, "data": "aGVsbG8=", "size": 5}),
    ],
)
def test_what_the_specification_allows(kind, document):
    assert places(kind, document) == []


@pytest.mark.parametrize(
    ("kind", "document", "place"),
    [
        ("oci-manifest", oci_manifest(schemaVersion=1), "/schemaVersion"),
        ("oci-manifest", oci_manifest(layers=[]), "/layers"),
        ("oci-manifest", oci_manifest(subject={**DESCRIPTOR, "size": -1}), "/subject/size"),
        ("oci-manifest", oci_manifest(config={**DESCRIPTOR, "mediaType": "invalid"}), "/config/mediaType"),
        (
            "oci-index",
            {"schemaVersion": 2, "manifests": [{**DESCRIPTOR, "platform": {"os": "linux"}}]},
            "/manifests/0/platform",
        ),
        ("oci-config", {**CONFIG, "config": {"Env": ["=x"]}}, "/config/Env/0"),
        ("oci-config", {**CONFIG, "rootfs": {"type": "layers", "diff_ids": ["sha256:x"]}}, "/rootfs/diff_ids/0"),
        ("oci-layout", {"imageLayoutVersion": "2"}, "/imageLayoutVersion"),
        ("oci-descriptor", {**DESCRIPTOR, "digest": "sha256:" + "A" * 64}, "/digest"),
        ("oci-descriptor", {**DESCRIPTOR, "digest": HELLO, "data": "aGVsbG8", "size": 5}, "/data"),
        ("oci-descriptor", {**DESCRIPTOR, "digest": HELLO, "data": "aGVsbG8=", "size": 4}, "/data"),
        ("oci-descriptor", {**DESCRIPTOR, "data": "aGVsbG8=", "size": 5}, "/data"),
    ],
)
def test_what_it_does_not_allow(kind, document, place):
    assert places(kind, document) == [place]
