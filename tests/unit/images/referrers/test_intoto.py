import json

import pytest
from tests.support.attached import sealed, statement

from careen.images.referrers.intoto import MAX_SUBJECTS, read_attestation
from careen.images.referrers.provenance import built
from careen.signing.refusals import RefusedError

DIGEST = "sha256:" + "1" * 64


def test_a_bare_statement():
    attestation = read_attestation(statement(DIGEST, "https://slsa.dev/provenance/v1", {"a": 1}))
    found = attestation.statement
    assert (found.subjects, found.predicate_type, found.predicate) == ({DIGEST}, "https://slsa.dev/provenance/v1", {"a": 1})
    assert attestation.seal is None


def test_an_envelope_has_the_signed_statement():
    """By DSSE: lengths in bytes, one blank between the parts."""
    data = statement(DIGEST, "x", {})
    attestation = read_attestation(sealed(data, None, keyid="k1"))
    seal = attestation.seal
    assert attestation.statement.data == seal.payload == data
    assert seal.message == b"DSSEv1 28 application/vnd.in-toto+json %d " % len(data) + data
    assert (seal.signatures, seal.key, attestation.is_bundle) == ((b"none",), "k1", False)


def test_a_bundle_names_its_key():
    envelope = json.loads(sealed(statement(DIGEST, "x", {}), None))
    document = {"verificationMaterial": {"publicKey": {"hint": "aGludA=="}}, "dsseEnvelope": envelope}
    found = read_attestation(json.dumps(document).encode())
    assert (found.seal.key, found.is_bundle, found.seal.by_certificate) == ("aGludA==", True, False)


def test_an_envelope_without_signatures_is_unsigned():
    document = json.loads(sealed(statement(DIGEST, "x", {}), None)) | {"signatures": []}
    assert read_attestation(json.dumps(document).encode()).seal is None


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "predicateType"),
        ({"payload": "!", "payloadType": "application/vnd.in-toto+json"}, "base64"),
        ({"payload": "e30=", "payloadType": "text/plain"}, "not a statement"),
        ({"payload": 7}, "not a statement"),
        ({"verificationMaterial": {"a": 1}, "messageSignature": {}}, "without an envelope"),
        ({"predicateType": "x", "subject": [{}] * (MAX_SUBJECTS + 1)}, "subjects"),
    ],
)
def test_an_invalid_attestation_is_refused(document, why):
    with pytest.raises(ValueError, match=why):
        read_attestation(json.dumps(document).encode())


def test_odd_shapes_are_empty():
    found = read_attestation(b'{"predicateType": "x", "subject": [7, {"digest": {"sha256": 9}}], "predicate": []}').statement
    assert (found.subjects, found.predicate) == (frozenset(), {})


def test_names_that_occur_twice_are_refused():
    """Readers differ in which of them counts."""
    twice = statement(DIGEST, "x", {}).replace(b'"subject":', b'"subject": [], "subject":')
    for document in (twice, sealed(twice, None)):
        with pytest.raises(RefusedError, match="occurs twice") as error:
            read_attestation(document)
        assert error.value.code == "malformed"


# --- provenance ---------------------------------------------------------------------------------------------------------


def test_slsa_1_of_a_workflow():
    found = built(
        {
            "buildDefinition": {
                "externalParameters": {"workflow": {"repository": "https://forge.example/team/app", "ref": "refs/tags/v1"}},
                "resolvedDependencies": [
                    {"uri": "git+https://forge.example/team/app@refs/tags/v1", "digest": {"gitCommit": "abc"}},
                    {"uri": "pkg:docker/golang@1.26", "digest": {"sha256": "2" * 64}},
                ],
            },
            "runDetails": {"builder": {"id": "https://forge.example/runner"}},
        }
    )
    assert (found.builder, found.source) == ("https://forge.example/runner", "https://forge.example/team/app")
    assert found.revision == "abc"
    assert found.materials[1] == ("pkg:docker/golang@1.26", "sha256:" + "2" * 64)


def test_slsa_0_2_of_buildkit():
    found = built(
        {
            "builder": {"id": ""},
            "invocation": {"configSource": {"entryPoint": "Dockerfile"}},
            "materials": [{"uri": "pkg:docker/alpine@3.22?platform=linux%2Famd64", "digest": {"sha256": "3" * 64}}],
            "metadata": {
                "https://mobyproject.org/buildkit@v1#metadata": {"vcs": {"source": "https://f.example/a", "revision": "c0"}}
            },
        }
    )
    assert (found.builder, found.source, found.revision) == ("", "https://f.example/a", "c0")
    assert len(found.materials) == 1


def test_slsa_1_of_buildkit():
    found = built(
        {
            "buildDefinition": {
                "externalParameters": {"configSource": {"uri": "https://f.example/a.git#main", "digest": {"sha1": "c1"}}}
            },
            "runDetails": {"builder": {"id": "b"}},
        }
    )
    assert (found.source, found.revision) == ("https://f.example/a.git#main", "c1")


def test_a_source_among_the_materials_only():
    found = built({"builder": {"id": "b"}, "materials": [{"uri": "git+https://f.example/a@v1", "digest": {"sha1": "c2"}}]})
    assert (found.source, found.revision) == ("git+https://f.example/a@v1", "c2")


@pytest.mark.parametrize(
    "predicate", [{}, {"builder": 7, "materials": "x"}, {"buildDefinition": [], "runDetails": {"builder": []}}]
)
def test_a_provenance_of_another_shape(predicate):
    assert built(predicate).builder == ""
