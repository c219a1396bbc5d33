"""What each part of a document beside an image is."""

import json
import math

import pytest
from tests.support.attached import statement
from tests.support.images import sha256

from careen.errors import InputError
from careen.images.referrers import contents
from careen.images.referrers.answer import Answer
from careen.images.referrers.contents import Contents
from careen.images.referrers.documents import Document
from careen.images.referrers.kinds import NOTATION, SIMPLE_SIGNING, THUMBPRINT
from careen.signing.trust import Trust

DIGEST, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
IN_TOTO = "application/vnd.in-toto+json"
VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "timestamp": "2026-01-01T00:00:00Z",
    "statements": [{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/a"}], "status": "not_affected"}],
}


class Store:
    """Blobs and manifests by digest."""

    def __init__(self, *data):
        self.data = {sha256(one): one for one in data}
        self.kept = {}

    def known(self, digest):
        return self.kept.get(digest)

    def keep(self, digest, data):
        self.kept[digest] = data

    def document(self, descriptor, limit_bytes):
        return self.data[descriptor.digest]

    def manifest_if_there(self, digest):
        return self.data.get(digest)


def manifest(*parts, subject=DIGEST, **fields):
    """A manifest of (media type, data) parts; the annotations of a part may follow."""
    layers = [
        {"mediaType": kind, "digest": sha256(data), "size": len(data), "annotations": more[0] if more else {}}
        for kind, data, *more in parts
    ]
    document = {"schemaVersion": 2, "layers": layers, **fields}
    return json.dumps(document | ({"subject": {"digest": subject, "size": 1}} if subject else {})).encode()


def read(*parts, bound=False, end=None, **fields):
    answer = Answer()
    data = manifest(*parts, **fields)
    store = Store(*(part[1] for part in parts))
    made = Contents(store, store, (DIGEST,), Trust(), "registry", math.inf if end is None else end, answer)
    made.read(Document(sha256(data), data, DIGEST, bound))
    return answer


def troubles(answer):
    return answer.attached((), ()).troubles


def test_cosigns_signature():
    payload = {"critical": {"type": "cosign container image signature", "image": {"docker-manifest-digest": DIGEST}}}
    (signature,) = read((SIMPLE_SIGNING, json.dumps(payload).encode())).signatures
    assert (signature.how, signature.verified_by) == ("cosign", "")
    payload["critical"]["image"]["docker-manifest-digest"] = OTHER
    answer = read((SIMPLE_SIGNING, json.dumps(payload).encode()))
    assert answer.signatures == []
    assert troubles(answer)[0].endswith("a signature of another image")
    payload["critical"]["type"] = "x"
    assert troubles(read((SIMPLE_SIGNING, json.dumps(payload).encode())))[0].endswith("not a signature of an image")


@pytest.mark.parametrize(("thumbprint", "key"), [('["ab"]', "ab"), ("[]", ""), ("[1]", ""), ("{", "")])
def test_notation(thumbprint, key):
    (signature,) = read(artifactType=NOTATION, annotations={THUMBPRINT: thumbprint}).signatures
    assert (signature.how, signature.key) == ("notation", key)


def test_attestations_about_this_image():
    provenance = statement(DIGEST, "https://slsa.dev/provenance/v1", {"runDetails": {"builder": {"id": "ci"}}})
    (found,) = read((IN_TOTO, provenance)).provenance
    assert (found.builder, found.signature) == ("ci", None)
    (vex,) = read((IN_TOTO, statement(DIGEST, "https://openvex.dev/ns/v0.2.0", VEX))).vex
    assert (vex.statements, vex.place) == (1, "registry")
    (sbom,) = read((IN_TOTO, statement(DIGEST, "https://spdx.dev/Document", {}))).sboms
    assert sbom.type == "https://spdx.dev/Document"
    assert read((IN_TOTO, statement(DIGEST, "https://x.example", {}))).others == 1


def test_attestations_about_another_image():
    answer = read((IN_TOTO, statement(OTHER, "https://x.example", {})))
    assert troubles(answer)[0].endswith("it is about another image")
    unbound = statement(None, "https://x.example", {})
    assert len(troubles(read((IN_TOTO, unbound)))) == 1
    assert troubles(read((IN_TOTO, unbound), bound=True)) == ()


def test_documents_by_their_media_type():
    (sbom,) = read(("application/spdx+json", b"{}")).sboms
    assert (sbom.type, sbom.size_bytes) == ("application/spdx+json", 2)
    (vex,) = read(("application/vnd.openvex+json", json.dumps(VEX).encode())).vex
    assert vex.statements == 1
    both = read(("application/vnd.cyclonedx.vex+json", json.dumps(VEX).encode()))
    assert (both.sboms, len(both.vex)) == ([], 1)
    assert read(("application/x", b"{}")).others == 1
    assert read(("application/x", b"{}"), ("application/spdx+json", b"{}")).others == 0


def test_a_vex_document_that_cannot_be_read_and_an_sbom_that_is_none():
    assert len(troubles(read(("application/vnd.openvex+json", b"{}")))) == 1
    answer = read(("application/vnd.cyclonedx+json", b"{}"))
    assert (len(answer.sboms), answer.vex, troubles(answer)) == (1, [], ())


def test_a_large_vex_document(monkeypatch):
    monkeypatch.setattr(contents, "MAX_VEX_BYTES", 10)
    answer = read(("application/vnd.openvex+json", json.dumps(VEX).encode()))
    assert (answer.vex, len(troubles(answer))) == ([], 1)


def test_only_the_first_parts_are_read(monkeypatch):
    monkeypatch.setattr(contents, "MAX_PARTS", 1)
    answer = read(("application/spdx+json", b"1"), ("application/spdx+json", b"2"))
    assert len(answer.sboms) == 1
    assert troubles(answer)[0].endswith("it has 2 parts; the first 1 were read")


def test_bounds_of_bytes_and_time(monkeypatch):
    vex = json.dumps(VEX).encode()
    assert "not read: " in troubles(read(("application/vnd.openvex+json", vex), end=-math.inf))[0]
    monkeypatch.setattr(contents, "MAX_TOTAL_BYTES", len(vex))
    assert troubles(read(("application/vnd.openvex+json", vex))) == ()
    monkeypatch.setattr(contents, "MAX_TOTAL_BYTES", len(vex) - 1)
    assert len(troubles(read(("application/vnd.openvex+json", vex)))) == 1


def test_a_referrer_of_another_subject():
    with pytest.raises(ValueError, match="names another subject"):
        read(subject=OTHER)


def listed(digest, store):
    Contents(store, store, (DIGEST,), Trust(), "registry", math.inf, Answer()).read(Document(digest))


def test_a_listed_document_is_verified_and_kept():
    data = manifest()
    store = Store(data)
    listed(sha256(data), store)
    assert store.kept == {sha256(data): data}
    with pytest.raises(ValueError, match="it is listed, but missing"):
        listed(OTHER, store)
    store.data[OTHER] = data
    with pytest.raises(ValueError, match="another digest"):
        listed(OTHER, store)


def test_a_part_without_a_size():
    data = json.dumps({"schemaVersion": 2, "layers": [{"mediaType": IN_TOTO, "digest": OTHER}]}).encode()
    answer = Answer()
    try:
        Contents(Store(), Store(), (DIGEST,), Trust(), "registry", math.inf, answer).read(Document("x", data))
    except InputError:
        return
    assert len(troubles(answer)) == 1
