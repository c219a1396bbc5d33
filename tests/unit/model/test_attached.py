from careen.model.attached import Attached, AttachedSbom, AttachedVex, Signature


def test_the_signature_of_a_document_that_is_sbom_and_vex_is_listed_once():
    first, second = (Signature(f"sha256:{name}", "dsse", verified_by="our.pub", predicate="cyclonedx") for name in "ab")
    sboms = tuple(AttachedSbom(made.digest, "cyclonedx", "sha256:c", 1, made) for made in (first, second))
    vex = (AttachedVex(first.digest, "cyclonedx", 1, "{}", first),)
    assert Attached(sboms=sboms, vex=vex).signed == (first, second)
