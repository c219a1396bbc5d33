"""Tags of attached documents are no images; an image under such a name stays one."""

import pytest
from tests.support.attached import Artifact, Part
from tests.support.images import make_image, make_layer

from careen.errors import NetworkError
from careen.registries.attached_tags import is_attached

IMAGE = make_image([make_layer({"a": b""})])
LISTED = "sha256-" + 64 * "a"
SIGNATURE = Artifact("", [Part(b"{}", "application/vnd.dev.cosign.simplesigning.v1+json", {})]).manifest(None)
SBOM = Artifact("", [Part(b"SPDXVersion: SPDX-2.3", "text/spdx", {})]).manifest(None)
UNUSUAL = Artifact("", [Part(b"", "application/vnd.erofs.layer.v1", {})]).manifest(None)
REFERRERS = b"""{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
    {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:%s", "size": 9,
     "artifactType": "application/vnd.dev.sigstore.bundle.v0.3+json"}]}""" % (64 * b"b")


class Repository:
    def __init__(self, data):
        self.data, self.asked = data, 0

    def manifest(self, name, digest):
        self.asked += 1
        if isinstance(self.data, Exception):
            raise self.data
        return self.data, "sha256:" + 64 * "c"


@pytest.mark.parametrize(
    ("tag", "data", "attached"),
    [
        (LISTED, REFERRERS, True),
        (f"{LISTED}.sig", SIGNATURE, True),
        (f"{LISTED}.att", SIGNATURE, True),
        (f"{LISTED}.sbom", SBOM, True),
        (LISTED, IMAGE.manifest, False),
        (f"{LISTED}.sig", IMAGE.manifest, False),
        (f"{LISTED}.sig", UNUSUAL, False),
        (f"{LISTED}.sig", b"{", False),
        (f"{LISTED}.sig", b'{"schemaVersion": 2, "layers": []}', False),
        (LISTED, NetworkError("no answer", "try again"), False),
    ],
)
def test_a_document_and_not_an_image(tag, data, attached):
    assert is_attached(tag, Repository(data)) is attached


@pytest.mark.parametrize("tag", ["1.0", "latest", "sha256-abc", f"{LISTED}.exe", f"v{LISTED}", "sha-" + 40 * "a"])
def test_other_tags_cost_no_request(tag):
    repository = Repository(REFERRERS)
    assert not is_attached(tag, repository)
    assert repository.asked == 0
