"""What lies beside an image in an OCI layout: the same as in a registry, and believed no more."""

import hashlib
import json
from pathlib import Path

import pytest

from careen.app.opening import open_image as open_anything
from careen.config import Settings
from careen.images import docker_archive, layout_beside
from careen.images.oci_layout import open_image
from careen.plugins import OpenContext
from tests.support.attached import DSSE, IN_TOTO, Artifact, Key, Part, cosigned, needs_openssl, sealed, statement
from tests.support.images import OCI_INDEX, OCI_MANIFEST, make_image, make_index, make_layer, sha256, write_oci_layout

IMAGE = make_image([make_layer({"etc/os-release": b"ID=debian\n"})])
OTHER = make_image([make_layer({"etc/os-release": b"ID=alpine\n"})])
SLSA = "https://slsa.dev/provenance/v1"
OPENVEX = "https://openvex.dev/ns/v0.2.0"
VEX = {
    "@context": OPENVEX,
    "timestamp": "2026-01-01T00:00:00Z",
    "statements": [{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/a"}], "status": "not_affected"}],
}
BUILD = {"buildDefinition": {}, "runDetails": {"builder": {"id": "https://ci.example"}}}
REF_NAME = "org.opencontainers.image.ref.name"


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return Key(tmp_path_factory.mktemp("keys"))


class Layout:
    def __init__(self, folder: Path, image=IMAGE, tag: str | None = "1"):
        self.folder = write_oci_layout(folder, image, tags=(tag,))

    def blob(self, data: bytes) -> str:
        (self.folder / "blobs" / "sha256" / hashlib.sha256(data).hexdigest()).write_bytes(data)
        return sha256(data)

    def add(self, data: bytes, media_type: str = OCI_MANIFEST, blobs=(), **entry) -> str:
        """A manifest, and its entry in ``index.json``."""
        for one in blobs:
            self.blob(one)
        path = self.folder / "index.json"
        index = json.loads(path.read_text())
        digest = self.blob(data)
        index["manifests"].append({"mediaType": media_type, "digest": digest, "size": len(data), **entry})
        path.write_text(json.dumps(index))
        return digest

    def lay(self, artifact: Artifact, subject: str | None = None, **entry) -> str:
        return self.add(artifact.manifest(subject), blobs=artifact.blobs().values(), **entry)

    def look(self, name: str = "", **settings):
        context = OpenContext(settings={"referrers": True, **settings})
        return open_image(str(self.folder) + name, context).attached


@pytest.fixture
def layout(tmp_path):
    return Layout(tmp_path / "layout")


def attestation(kind, predicate, digest=IMAGE.digest):
    return Artifact(IN_TOTO, [Part(statement(digest, kind, predicate), IN_TOTO)])


def tag_of(digest: str, ending: str = "") -> str:
    return digest.replace(":", "-") + ending


def test_nothing_is_read_unless_somebody_wants_to_know(layout):
    layout.lay(attestation(SLSA, BUILD), IMAGE.digest)
    assert layout.look(":1", referrers=False) is None
    assert len(layout.look(":1").provenance) == 1


def test_an_image_that_nothing_lies_beside(layout):
    found = layout.look()
    assert (found.asked, found.complete, found.signed, found.others, found.troubles) == ((IMAGE.digest,), True, (), 0, ())
    assert layout.look(offline=True).complete  # no network is asked


def test_referrers_are_entries_with_a_subject(layout):
    vex = layout.lay(attestation(OPENVEX, VEX), IMAGE.digest, artifactType=IN_TOTO)
    layout.lay(attestation(SLSA, BUILD), IMAGE.digest)
    layout.lay(attestation(SLSA, BUILD, OTHER.digest), OTHER.digest)
    found = layout.look(":1")
    assert [(one.digest, one.trusted, one.source) for one in found.vex] == [(vex, False, f"layout:{vex}")]
    assert [one.builder for one in found.provenance] == ["https://ci.example"]
    assert found.complete


def test_the_list_under_the_tag_of_referrers(layout):
    artifact = attestation(SLSA, BUILD)
    manifest = artifact.manifest(IMAGE.digest)
    for data in (manifest, *artifact.blobs().values()):
        layout.blob(data)
    entry = {"mediaType": OCI_MANIFEST, "digest": sha256(manifest), "size": len(manifest)}
    index = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}).encode()
    layout.add(index, OCI_INDEX, annotations={REF_NAME: tag_of(IMAGE.digest)})
    assert len(layout.look().provenance) == 1


@needs_openssl
@pytest.mark.parametrize("how", ["tag", "name", "kind"])
def test_cosigns_signature_by_tag_or_kind(layout, key, how):
    annotations = {
        "tag": {REF_NAME: tag_of(IMAGE.digest, ".sig")},
        "name": {REF_NAME: f"registry.example/team/app:{tag_of(IMAGE.digest, '.sig')}"},
        "kind": {"kind": "dev.cosignproject.cosign/sigs"},
    }[how]
    layout.lay(cosigned(IMAGE.digest, key), annotations=annotations)
    found = layout.look(trust_key=(key.public,))
    assert [(one.how, one.verified_by) for one in found.signatures] == [("cosign", str(key.public))]
    assert [one.verified_by for one in layout.look().signatures] == [""]


@needs_openssl
def test_vex_counts_if_a_trusted_key_signed_it_for_this_image(layout, key, tmp_path):
    envelope = sealed(statement(IMAGE.digest, OPENVEX, VEX), key)
    layout.lay(Artifact("", [Part(envelope, DSSE)]), annotations={REF_NAME: tag_of(IMAGE.digest, ".att")})
    assert [one.trusted for one in layout.look(trust_key=(key.public,)).vex] == [True]
    other = Layout(tmp_path / "other")
    envelope = sealed(statement(OTHER.digest, OPENVEX, VEX), key)
    other.lay(Artifact("", [Part(envelope, DSSE)]), annotations={REF_NAME: tag_of(IMAGE.digest, ".att")})
    found = other.look(trust_key=(key.public,))
    assert found.vex == ()
    assert "another image" in found.troubles[0]


def test_buildkits_attestations_in_the_index(tmp_path):
    image = make_index([IMAGE])
    layout = Layout(tmp_path / "layout", image)
    found = layout.look()
    assert found.asked == (IMAGE.digest, image.digest)
    artifact = Artifact("", [Part(statement(IMAGE.digest, SLSA, BUILD), IN_TOTO, {"in-toto.io/predicate-type": SLSA})])
    annotations = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": IMAGE.digest}
    plain = Layout(tmp_path / "plain")  # a single platform: they stand in index.json itself
    plain.lay(artifact, annotations=annotations, platform={"os": "unknown", "architecture": "unknown"})
    assert [one.builder for one in plain.look().provenance] == ["https://ci.example"]


@pytest.mark.parametrize("annotations", [{REF_NAME: tag_of(IMAGE.digest, ".sbom")}, {"kind": "dev.cosignproject.cosign/atts"}])
def test_an_artifact_beside_the_image_is_not_a_second_image(tmp_path, annotations):
    layout = Layout(tmp_path / "layout", tag=None)
    layout.lay(attestation(SLSA, BUILD), annotations=annotations)
    layout.lay(attestation(OPENVEX, VEX), IMAGE.digest)
    assert open_image(str(layout.folder), OpenContext()).digest == IMAGE.digest


def test_a_tar_of_a_layout(tmp_path, layout):
    layout.lay(attestation(SLSA, BUILD), IMAGE.digest)
    files = {str(path.relative_to(layout.folder)): path.read_bytes() for path in layout.folder.rglob("*") if path.is_file()}
    (tmp_path / "image.tar").write_bytes(make_layer(files))
    settings = Settings(cache_dir=tmp_path / "cache", referrers=True)
    assert len(open_anything(str(tmp_path / "image.tar"), settings).attached.provenance) == 1


def test_an_archive_that_is_both_is_read_as_a_layout_if_referrers_are_asked_for(tmp_path, layout):
    """As Docker writes it since version 25."""
    layout.lay(attestation(SLSA, BUILD), IMAGE.digest)
    files = {str(path.relative_to(layout.folder)): path.read_bytes() for path in layout.folder.rglob("*") if path.is_file()}
    manifest = json.loads(IMAGE.manifest)
    paths = ["blobs/" + layer["digest"].replace(":", "/") for layer in manifest["layers"]]
    config = "blobs/" + manifest["config"]["digest"].replace(":", "/")
    files["manifest.json"] = json.dumps([{"Config": config, "RepoTags": ["app:1"], "Layers": paths}]).encode()
    (tmp_path / "image.tar").write_bytes(make_layer(files))
    for name in ("", ":1"):
        asked = docker_archive.open_image(f"{tmp_path / 'image.tar'}{name}", OpenContext(settings={"referrers": True}))
        assert (len(asked.attached.provenance), asked.digest) == (1, IMAGE.digest)
    plain = docker_archive.open_image(f"{tmp_path / 'image.tar'}@0", OpenContext(settings={"referrers": True}))
    assert plain.attached is None


def test_damaged_missing_and_large_documents_are_reported(layout, monkeypatch):
    artifact = attestation(SLSA, BUILD)
    layout.add(artifact.manifest(IMAGE.digest))  # its blob is not there
    absent = "sha256:" + "0" * 64
    index = json.loads((layout.folder / "index.json").read_text())
    index["manifests"].append({"mediaType": OCI_MANIFEST, "digest": absent, "size": 1})
    (layout.folder / "index.json").write_text(json.dumps(index))
    found = layout.look(":1")
    assert found.provenance == ()
    assert len(found.troubles) == 1
    forged = attestation(OPENVEX, VEX).manifest(IMAGE.digest)
    digest = layout.add(forged)
    (layout.folder / "blobs" / "sha256" / digest.removeprefix("sha256:")).write_bytes(forged + b" ")
    assert layout.look(":1").vex == ()


def test_a_crowd_is_bounded_and_that_is_reported(layout, monkeypatch):
    monkeypatch.setattr(layout_beside, "MAX_READ", 3)
    for number in range(5):
        layout.lay(attestation(SLSA, {**BUILD, "n": number}), IMAGE.digest)
    found = layout.look(":1")
    assert len(found.provenance) == 2
    assert not found.complete
