from careen.model.attached import Attached, AttachedSbom, AttachedVex, Provenance, Signature
from careen.reports.table.attached import attached_lines

ASKED = ("sha256:1",)
KEYLESS = Signature("sha256:2", "cosign", identity="ann@team.example", issuer="https://accounts.example")


def lines_of(**beside):
    return list(attached_lines(Attached(ASKED, **beside)))


def test_nothing_there():
    assert lines_of() == ["not signed"]
    assert lines_of(complete=False) == ["no signature was found"]


def test_without_a_request_there_are_no_lines():
    assert list(attached_lines(Attached(complete=False, troubles=("--offline",)))) == []


def test_unverified_signatures_are_marked():
    assert lines_of(signatures=(KEYLESS, Signature("sha256:3", "notation", "ab12"))) == [
        "signed by ann@team.example (https://accounts.example), the key ab12 (cosign, notation), not verified"
    ]


def test_a_trusted_key():
    made = Signature("sha256:2", "dsse", verified_by="cosign.pub")
    build = Provenance("sha256:2", "https://slsa.dev/provenance/v1", "https://ci", "https://f/a", "c0ffee", signature=made)
    assert lines_of(provenance=(build,)) == [
        "signed by cosign.pub",
        "built by https://ci from https://f/a at c0ffee, signed by cosign.pub",
    ]


def test_unsigned_provenance_and_the_rest():
    builds = tuple(Provenance(f"sha256:{n}", "t", "") for n in range(4))
    sboms = (AttachedSbom("sha256:5", "text/spdx", "sha256:6", 9),)
    lines = lines_of(provenance=builds, sboms=sboms, vex=(AttachedVex("sha256:7", "x", 1, "{}"),), others=2)
    assert lines[1:4] == ["built by an unnamed builder, not signed"] * 3
    assert lines[4] == "attached: 1 SBOM, 1 VEX document, 4 attestations of provenance, 2 other artifacts"
