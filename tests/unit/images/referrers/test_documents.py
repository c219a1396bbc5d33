"""How the documents beside an image are found."""

import json

from careen.errors import InputError, NetworkError
from careen.images.referrers.answer import Answer
from careen.images.referrers.documents import Documents
from careen.images.referrers.kinds import BUNDLE, NOTATION

INDEX_DIGEST, DIGEST = "sha256:" + "1" * 64, "sha256:" + "2" * 64
OTHER = "sha256:" + "3" * 64
TAG = DIGEST.replace(":", "-")
MANIFEST, INDEX = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"


class Manifests:
    """``tags``: bytes, or an error, by name. ``lists``: pages of referrers by digest; without any, the registry has no list."""

    def __init__(self, tags=(), lists=None, whole=True):
        self.tags, self.lists, self.whole, self.asked = dict(tags), lists, whole, []

    def manifest_if_there(self, name):
        self.asked.append(name)
        found = self.tags.get(name)
        if isinstance(found, Exception):
            raise found
        return found

    def referrers(self, digest, kind=""):
        return None if self.lists is None else (self.lists.get(digest, []), self.whole)


def page(*entries):
    return json.dumps(
        {"schemaVersion": 2, "manifests": [{"mediaType": MANIFEST, "size": 1, **entry} for entry in entries]}
    ).encode()


def found(manifests, chain=((DIGEST, b"{}"),)):
    answer = Answer()
    return list(Documents(manifests, chain, answer).all()), answer


def test_cosigns_tags():
    documents, _ = found(Manifests({f"{TAG}.sig": b"a", f"{TAG}.sbom": b"b"}))
    assert [document.data for document in documents] == [b"a", b"b"]
    assert documents[0].digest == "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


def test_attestations_of_the_index_that_lists_the_image():
    kind = "vnd.docker.reference.type"
    entries = (
        {"digest": OTHER, "annotations": {kind: "attestation-manifest", "vnd.docker.reference.digest": DIGEST}},
        {"digest": OTHER, "annotations": {kind: "attestation-manifest", "vnd.docker.reference.digest": OTHER}},
        {"digest": OTHER, "annotations": {kind: "other", "vnd.docker.reference.digest": DIGEST}},
    )
    documents, _ = found(Manifests(), ((INDEX_DIGEST, page(*entries)), (DIGEST, b"{}")))
    assert [(document.digest, document.bound) for document in documents] == [(OTHER, True)]


def referring(*entries, **options):
    documents, answer = found(Manifests(lists={DIGEST: [page(*entries)]}, **options))
    return [document.digest[-1] for document in documents], answer


def entry(number, kind):
    return {"digest": "sha256:" + str(number) * 64, "artifactType": kind}


def test_referrers_with_signatures_first():
    order, _ = referring(
        entry(1, "spdx"), entry(2, "x"), entry(3, NOTATION), entry(4, "in-toto"), entry(5, "openvex"), entry(6, BUNDLE)
    )
    assert order == ["3", "6", "4", "5", "1", "2"]


def test_referrers_name_their_subject():
    documents, _ = found(Manifests(lists={DIGEST: [page(entry(1, "x"))]}))
    assert [document.subject for document in documents] == [DIGEST]


def test_an_index_among_the_referrers_is_not_read():
    order, answer = referring({**entry(1, "x"), "mediaType": INDEX}, entry(2, "x"))
    assert (order, answer.others) == (["2"], 1)


def test_without_a_list_there_may_be_a_tag():
    documents, _ = found(Manifests({TAG: page(entry(1, "x"))}))
    assert [document.digest[-1] for document in documents] == ["1"]


def test_a_list_that_is_not_whole():
    _, answer = referring(entry(1, "x"), whole=False)
    assert not answer.attached((), ()).complete
    _, answer = referring(entry(1, "x"))
    assert answer.attached((), ()).complete


def test_a_server_that_is_not_there_is_asked_once():
    manifests = Manifests({f"{TAG}.sig": NetworkError("gone", "")}, {DIGEST: [page(entry(1, "x"))]})
    documents, answer = found(manifests)
    assert (documents, manifests.asked, answer.attached((), ()).complete) == ([], [f"{TAG}.sig"], False)


def test_a_refusal_does_not_end_the_questions():
    manifests = Manifests({f"{TAG}.sig": InputError("denied", ""), f"{TAG}.att": b"a"})
    documents, answer = found(manifests)
    assert ([document.data for document in documents], answer.attached((), ()).complete) == ([b"a"], False)
