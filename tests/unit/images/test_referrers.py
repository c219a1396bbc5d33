import json

import pytest

from careen.errors import UsageError
from careen.images import referrers
from careen.images.referrers import answer, contents
from careen.images.registry import open_image
from careen.net import NetSettings, make_fetcher
from careen.plugins import OpenContext
from careen.signing import trust
from tests.support.attached import (
    BUNDLE,
    DSSE,
    IN_TOTO,
    Artifact,
    Key,
    Part,
    bundled,
    certificate,
    cosigned,
    needs_openssl,
    sealed,
    statement,
)
from tests.support.images import make_image, make_index, make_layer, sha256
from tests.support.registry import Registry, blob_server

SIGN = "https://sigstore.dev/cosign/sign/v1"
IMAGE = make_image([make_layer({"etc/os-release": b"ID=debian\n"})])
NAME = "team/app"
SLSA = "https://slsa.dev/provenance/v1"
OPENVEX = "https://openvex.dev/ns/v0.2.0"
VEX = {
    "@context": OPENVEX,
    "timestamp": "2026-01-01T00:00:00Z",
    "statements": [{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/a"}], "status": "not_affected"}],
}
BUILD = {"buildDefinition": {}, "runDetails": {"builder": {"id": "https://ci.example"}}}


@pytest.fixture
def look(tmp_path, monkeypatch):
    """``look(registry, image)``: what lies beside the image that is pushed there."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    fetcher = make_fetcher(NetSettings(), sleep=lambda _: None, jitter=lambda: 0.5)

    def call(registry, image=IMAGE, tag="1", **settings):
        settings = {"referrers": True, **settings}
        context = OpenContext(fetcher=fetcher, cache=tmp_path / "cache", settings=settings)
        return open_image(registry.push(NAME, tag, image), context).attached

    yield call
    fetcher.close()


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return Key(tmp_path_factory.mktemp("keys"))


def attestation(kind, predicate, digest=IMAGE.digest, media_type=IN_TOTO):
    return Artifact(media_type, [Part(statement(digest, kind, predicate), media_type)])


def asked(registry):
    return [path for part in ("/referrers/", "/manifests/sha256-") for path in registry.asked("GET", part)]


# --- where things lie ---------------------------------------------------------------------------------------------------


def test_nothing_is_asked_unless_somebody_wants_to_know(look):
    with Registry() as registry:
        assert look(registry, referrers=False) is None
        assert asked(registry) == []


def test_offline_asks_nothing_and_reports_it(look):
    with Registry() as registry:
        found = look(registry, offline=True)
        assert asked(registry) == []
    assert (found.asked, found.complete) == ((), False)
    assert "--offline" in found.troubles[0]


def test_an_image_with_nothing_beside_it(look):
    with Registry() as registry:
        found = look(registry)
        assert len(asked(registry)) == 4
    assert (found.asked, found.complete, found.signed, found.troubles) == ((IMAGE.digest,), True, (), ())


@pytest.mark.parametrize("api", [True, False])
def test_the_list_of_referrers_and_its_fallback(look, api):
    with Registry(referrers=api, page=2) as registry:
        for number in range(5):
            build = BUILD | {"runDetails": {"builder": {"id": f"https://ci.example/{number}"}}}
            registry.attach(NAME, attestation(SLSA, build), IMAGE.digest)
        found = look(registry)
    assert {one.builder for one in found.provenance} == {f"https://ci.example/{number}" for number in range(5)}
    assert found.complete
    assert not found.signed


@pytest.mark.parametrize("status", [400, 405, 501])
def test_a_registry_that_does_not_know_the_address(look, status):
    with Registry(referrers=False, referrers_status=status) as registry:
        registry.attach(NAME, attestation(SLSA, BUILD), IMAGE.digest)
        found = look(registry)
    assert len(found.provenance) == 1
    assert found.complete


def test_an_index_and_the_image_in_it_are_both_asked_about(look):
    index = make_index([IMAGE], attestations=True)
    with Registry() as registry:
        registry.attach(NAME, attestation(SLSA, BUILD, index.digest), index.digest)
        registry.attach(NAME, attestation(OPENVEX, VEX), IMAGE.digest)
        found = look(registry, index)
    assert found.asked == (IMAGE.digest, index.digest)
    assert [one.builder for one in found.provenance][-1] == "https://ci.example"
    assert [one.statements for one in found.vex] == [1]


def test_buildkit_lists_its_attestations_in_the_index(look):
    made = make_index([IMAGE], attestations=True)
    spdx = statement(IMAGE.digest, "https://spdx.dev/Document", {"name": "x"})
    slsa = statement(IMAGE.digest, SLSA, BUILD)
    parts = [
        Part(data, IN_TOTO, {"in-toto.io/predicate-type": kind})
        for data, kind in ((spdx, "https://spdx.dev/Document"), (slsa, SLSA))
    ]
    artifact = Artifact("", parts)
    manifest = artifact.manifest(None)
    entries = json.loads(made.manifest)
    entries["manifests"][-1] |= {"digest": sha256(manifest), "size": len(manifest)}
    data = json.dumps(entries).encode()
    index = type(made)(
        data, made.media_type, made.images, {sha256(manifest): (manifest, "application/vnd.oci.image.manifest.v1+json")}
    )
    with Registry() as registry:
        registry.blobs.update(artifact.blobs())
        found = look(registry, index)
        fetched = registry.asked("GET", sha256(spdx))
    assert [(one.type, one.signature) for one in found.sboms] == [("https://spdx.dev/Document", None)]
    assert [one.builder for one in found.provenance] == ["https://ci.example"]
    assert fetched == []  # its annotation names its type
    assert found.troubles == ()


# --- what is there ------------------------------------------------------------------------------------------------------


@needs_openssl
@pytest.mark.parametrize("trusted", [True, False])
def test_a_signature_of_cosign(look, key, trusted):
    with Registry() as registry:
        registry.attach(NAME, cosigned(IMAGE.digest, key), tag=f"sha256-{IMAGE.digest[7:]}.sig")
        found = look(registry, trust_key=(key.public,) if trusted else ())
    (signature,) = found.signatures
    assert signature.how == "cosign"
    assert signature.verified_by == (str(key.public) if trusted else "")
    assert found.complete


@needs_openssl
def test_a_signature_of_another_key_is_not_verified(look, key, tmp_path):
    with Registry() as registry:
        registry.attach(NAME, cosigned(IMAGE.digest, Key(tmp_path, "other")), tag=f"sha256-{IMAGE.digest[7:]}.sig")
        found = look(registry, trust_key=(key.public,))
    assert [one.verified_by for one in found.signatures] == [""]


@needs_openssl
def test_a_good_signature_of_another_image_does_not_count(look, key):
    with Registry() as registry:
        registry.attach(NAME, cosigned(IMAGE.digest, key, "sha256:" + "0" * 64), tag=f"sha256-{IMAGE.digest[7:]}.sig")
        found = look(registry, trust_key=(key.public,))
    assert found.signatures == ()
    assert "another image" in found.troubles[0]


@needs_openssl
def test_a_payload_that_was_changed_is_not_verified(look, key):
    made = cosigned(IMAGE.digest, key)
    part = made.parts[0]
    changed = Artifact("", [Part(part.data.replace(b"null", b"{}"), part.media_type, part.annotations)])
    with Registry() as registry:
        registry.attach(NAME, changed, tag=f"sha256-{IMAGE.digest[7:]}.sig")
        found = look(registry, trust_key=(key.public,))
    assert [one.verified_by for one in found.signatures] == [""]


@needs_openssl
def test_whom_a_certificate_names(look, key, tmp_path):
    pem = certificate(tmp_path, "subjectAltName=email:ann@team.example").decode()
    with Registry() as registry:
        registry.attach(NAME, cosigned(IMAGE.digest, key, certificate=pem), tag=f"sha256-{IMAGE.digest[7:]}.sig")
        found = look(registry)
    assert [one.identity for one in found.signatures] == ["ann@team.example"]


@needs_openssl
@pytest.mark.parametrize("bundle", [True, False])
def test_a_signed_attestation(look, key, bundle):
    data = statement(IMAGE.digest, OPENVEX, VEX)
    part = Part(bundled(data, key, "hint"), BUNDLE) if bundle else Part(sealed(data, key, "hint"), DSSE)
    with Registry() as registry:
        registry.attach(NAME, Artifact(part.media_type, [part]), IMAGE.digest)
        trusted = look(registry, trust_key=(key.public,))
        unknown = look(registry)
    (vex,) = trusted.vex
    assert vex.trusted
    assert (vex.signature.how, vex.signature.key) == ("sigstore" if bundle else "dsse", "hint")
    assert [one.trusted for one in unknown.vex] == [False]
    assert len(unknown.signed) == 1


@needs_openssl
def test_a_trusted_statement_about_another_image_is_passed_over(look, key):
    for subject in ("sha256:" + "0" * 64, None):
        with Registry() as registry:
            part = Part(sealed(statement(subject, OPENVEX, VEX), key), DSSE)
            registry.attach(NAME, Artifact(DSSE, [part]), IMAGE.digest)
            found = look(registry, trust_key=(key.public,))
        assert found.vex == ()
        assert "another image" in found.troubles[0]


def test_cosign_signs_images_in_bundles_too(look):
    data = bundled(statement(IMAGE.digest, "https://sigstore.dev/cosign/sign/v1", {}), None, "hint")
    with Registry() as registry:
        registry.attach(NAME, Artifact(BUNDLE, [Part(data, BUNDLE)]), IMAGE.digest)
        found = look(registry)
    assert [(one.how, one.key) for one in found.signatures] == [("sigstore", "hint")]


def test_a_signature_of_notation(look):
    kind = "application/vnd.cncf.notary.signature"
    artifact = Artifact(kind, [Part(b"{}", "application/jose+json")], {"io.cncf.notary.x509chain.thumbprint#S256": '["ab12"]'})
    with Registry() as registry:
        registry.attach(NAME, artifact, IMAGE.digest)
        found = look(registry)
    assert [(one.how, one.key) for one in found.signatures] == [("notation", "ab12")]


def test_plain_documents(look):
    cyclonedx = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "vulnerabilities": [{"id": "CVE-1", "analysis": {"state": "not_affected"}, "affects": [{"ref": "pkg:npm/a"}]}],
    }
    kinds = {
        "application/spdx+json": b"{}",
        "application/vnd.cyclonedx+json": json.dumps(cyclonedx).encode(),
        "application/openvex+json": json.dumps(VEX).encode(),
        "application/vnd.example.thing": b"x",
    }
    with Registry() as registry:
        for kind, data in kinds.items():
            registry.attach(NAME, Artifact(kind, [Part(data, kind)]), IMAGE.digest)
        registry.attach(
            NAME, Artifact("", [Part(b"SPDXVersion: SPDX-2.3", "text/spdx")]), tag=f"sha256-{IMAGE.digest[7:]}.sbom"
        )
        found = look(registry)
        fetched = registry.asked("GET", sha256(b"x"))
    assert sorted(one.type for one in found.sboms) == ["application/spdx+json", "application/vnd.cyclonedx+json", "text/spdx"]
    assert sorted(one.type for one in found.vex) == ["application/openvex+json", "application/vnd.cyclonedx+json"]
    assert (found.others, fetched) == (1, [])


# --- hostile ones -------------------------------------------------------------------------------------------------------


@needs_openssl
def test_ten_thousand_referrers_hide_no_signature(look, key):
    with Registry(page=20_000) as registry:
        crowd = registry.referring.setdefault(IMAGE.digest, [])
        crowd += [
            {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": f"sha256:{n:064x}", "size": 9}
            for n in range(10_000)
        ]
        data = bundled(statement(IMAGE.digest, "https://sigstore.dev/cosign/sign/v1", {}), key, "")
        registry.attach(NAME, Artifact(BUNDLE, [Part(data, BUNDLE)]), IMAGE.digest)
        found = look(registry, trust_key=(key.public,))
        requests = len(registry.requests)
    assert [one.verified_by for one in found.signatures] == [str(key.public)]
    assert not found.complete
    assert requests < 2 * referrers.MAX_DOCUMENTS + 20
    assert len(found.troubles) <= answer.MAX_TROUBLES + 1


def test_a_list_without_end(look):
    with Registry(page=1) as registry:
        for number in range(20):
            registry.attach(NAME, Artifact(f"x/{number}", [Part(b"x", "x/y")]), IMAGE.digest)
        found = look(registry)
        assert len(registry.asked("GET", "/referrers/")) < 10
    assert not found.complete


def test_what_refers_to_something_else_does_not_count(look):
    with Registry() as registry:
        other = attestation(SLSA, BUILD).manifest("sha256:" + "0" * 64)
        registry.manifests[NAME, sha256(other)] = (other, "application/vnd.oci.image.manifest.v1+json")
        described = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": sha256(other), "size": len(other)}
        registry.referring[IMAGE.digest] = [described]
        found = look(registry)
    assert found.provenance == ()
    assert "another subject" in found.troubles[0]


def test_other_bytes_than_the_digests_say(look):
    with Registry() as registry:
        first = registry.attach(NAME, attestation(SLSA, BUILD), IMAGE.digest)
        vex = attestation(OPENVEX, VEX)
        registry.attach(NAME, vex, IMAGE.digest)
        registry.altered = {first: b"{}", sha256(vex.parts[0].data): vex.parts[0].data.replace(b"CVE-1", b"CVE-2")}
        found = look(registry)
    assert (found.provenance, found.vex) == ((), ())
    assert len(found.troubles) == 2


def test_lists_that_list_themselves(look):
    with Registry(referrers=False) as registry:
        registry.attach(NAME, Artifact("x/y", [Part(b"x", "x/y")]), IMAGE.digest)
        tag = IMAGE.digest.replace(":", "-")
        index, kind = registry.manifests[NAME, tag]
        document = json.loads(index)
        document["manifests"] += [{"mediaType": kind, "digest": sha256(index), "size": len(index)}, *document["manifests"]]
        again = json.dumps(document).encode()
        registry.manifests[NAME, tag] = (again, kind)
        found = look(registry)
    assert (found.others, found.complete) == (2, True)


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b"null", b'{"payload": 1}', b'{"predicateType": "https://openvex.dev/ns", "predicate": {"@context": 7}}'],
)
def test_invalid_documents_are_reported(look, data):
    with Registry() as registry:
        registry.attach(NAME, Artifact(DSSE, [Part(data, DSSE)]), IMAGE.digest)
        registry.attach(NAME, attestation(SLSA, BUILD), IMAGE.digest)
        found = look(registry)
    assert len(found.provenance) == 1
    assert len(found.troubles) == 1
    assert found.signed == ()


def test_a_huge_document_is_not_fetched(look, monkeypatch):
    monkeypatch.setattr(contents, "MAX_BYTES", 1000)
    huge = Part(b"x" * 1001, DSSE)
    with Registry() as registry:
        registry.attach(NAME, Artifact(DSSE, [huge]), IMAGE.digest)
        found = look(registry)
        assert registry.asked("GET", sha256(huge.data)) == []
    assert "limit" in found.troubles[0]


def test_a_registry_that_denies_the_list(look):
    with Registry(referrers=False, referrers_status=403) as registry:
        registry.attach(NAME, attestation(SLSA, BUILD), IMAGE.digest)
        found = look(registry)
    assert not found.complete
    assert "denies" in found.troubles[0]


def test_a_blob_that_does_not_come_is_a_gap(look):
    vex = attestation(OPENVEX, VEX)
    data = vex.parts[0].data
    with Registry() as registry:
        registry.attach(NAME, vex, IMAGE.digest)
        registry.broken[sha256(data)] = [0] * 99
        found = look(registry)
    assert (found.vex, found.complete) == ((), False)


def test_gaps_stand_before_what_is_odd(look, monkeypatch):
    monkeypatch.setattr(referrers, "MAX_DOCUMENTS", 20)
    with Registry() as registry:
        for number in range(21):
            registry.attach(NAME, Artifact(DSSE, [Part(b"%d" % number, DSSE)]), IMAGE.digest)
        found = look(registry)
    assert "only 20 were read" in found.troubles[0]
    assert (len(found.troubles), found.troubles[-1]) == (answer.MAX_TROUBLES + 1, "and 11 more")


def test_credentials_stay_with_the_registry(look):
    secret = attestation(SLSA, BUILD)
    with blob_server([*secret.blobs().values(), *IMAGE.blobs().values()]) as elsewhere:
        address = f"http://{elsewhere.host.replace('127.0.0.1', 'localhost')}"
        with Registry(auth="basic", blobs_elsewhere=address) as registry:
            registry.attach(NAME, secret, IMAGE.digest)
            registry.referring[IMAGE.digest][0]["urls"] = [f"{address}/stolen"]
            found = look(registry, registry_username="ann", registry_password="s3cret")
        assert len(found.provenance) == 1, found
        assert elsewhere.requests
        assert all("authorization" not in request.headers for request in elsewhere.requests)
        assert not any("stolen" in request.path for request in elsewhere.requests)


def test_a_crowd_of_others_does_not_hide_a_bundle_if_the_registry_filters(look, key):
    """Everybody who may push can make the list long: its end is then asked for by type."""
    bundle = Artifact(BUNDLE, [Part(bundled(statement(IMAGE.digest, SIGN, {}), key, "h"), BUNDLE)])
    for filters, signatures in ((True, 1), (False, 0)):
        with Registry(page=1, filters=filters) as registry:
            for number in range(20):
                registry.attach(NAME, Artifact(f"x/{number}", [Part(b"x", "x/y")]), IMAGE.digest)
            registry.attach(NAME, bundle, IMAGE.digest)
            found = look(registry, trust_key=(key.public,))
        assert len([one for one in found.signatures if one.verified_by]) == signatures
        assert not found.complete


# --- keys ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"\xff" * 99])
def test_an_invalid_key_is_refused(look, tmp_path, content):
    path = tmp_path / "key.pub"
    path.write_bytes(content)
    with Registry() as registry, pytest.raises(UsageError, match="public key"):
        look(registry, trust_key=(path,))


@needs_openssl
def test_more_signatures_than_are_verified(look, key, tmp_path, monkeypatch):
    monkeypatch.setattr(trust, "MAX_CHECKS", 2)
    other = cosigned(IMAGE.digest, Key(tmp_path, "other")).parts[0]
    crowd = Artifact("", [other, other, *cosigned(IMAGE.digest, key).parts])
    with Registry() as registry:
        registry.attach(NAME, crowd, tag=f"sha256-{IMAGE.digest[7:]}.sig")
        found = look(registry, trust_key=(key.public,))
    assert [one.verified_by for one in found.signatures] == ["", "", ""]
    assert [one.refusal for one in found.signatures] == ["signature_mismatch", "signature_mismatch", "not_checked"]
    assert "signatures were to be verified" in found.troubles[0]
    assert not found.complete


def test_what_is_listed_and_not_there_costs_one_request_each(look):
    missing = Artifact(DSSE, [Part(b"gone", DSSE)])
    with Registry() as registry:
        registry.attach(NAME, missing, IMAGE.digest)
        del registry.blobs[sha256(b"gone")]
        registry.referring[IMAGE.digest].append({"mediaType": "x", "digest": "sha256:" + "0" * 64, "size": 9})
        found = look(registry)
        assert registry.asked("GET", "/tags/") == []
    assert len(found.troubles) == 2
    assert found.complete
