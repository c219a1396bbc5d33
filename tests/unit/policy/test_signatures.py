from careen.model.attached import Attached, AttachedSbom, Refusal, Signature
from careen.model.report import Verdict
from careen.policy.signatures import Required, missing, with_required

KEY, SBOM = "cosign.pub", "https://cyclonedx.org/bom"
PASSED = Verdict(True, 0)


def required(*kinds):
    return Required("policy.toml", kinds or ("signature",), frozenset([KEY]))


def beside(*signatures, **fields):
    return Attached(**{"asked": ("sha256:1",), "signatures": signatures, **fields})


def signature(kind="signature", by=KEY, **fields):
    return Signature("sha256:2", "cosign", verified_by=by, predicate=kind, **fields)


def verdict(attached, *kinds, before=PASSED):
    found = with_required(before, attached, required(*kinds))
    return found.passed, found.exit_code, found.rules[-1]


def test_signed_by_somebody_that_the_policy_names():
    passed, code, rule = verdict(beside(signature()))
    assert (passed, code, rule.passed) == (True, 0, True)
    assert rule.rule == "signatures required by policy.toml"


def test_signed_by_nobody_or_by_others():
    for attached, why in (
        (beside(), "no such signature was found"),
        (beside(signature(by="", refusal="signature_mismatch")), "signature_mismatch"),
        (beside(signature(by="another.pub")), "no such signature was found"),
        (beside(refusals=(Refusal("sha256:3", "another_subject", ""),)), "another_subject"),
    ):
        passed, code, rule = verdict(attached)
        assert (passed, code, rule.passed) == (False, 1, False)
        assert why in rule.why
        assert rule.failed_by.first == ("signature",)


def test_what_was_not_looked_up_is_not_passed():
    for attached in (None, Attached(), beside(complete=False)):
        passed, code, rule = verdict(attached)
        assert (passed, code) == (False, 3)
        assert rule.why


def test_a_list_that_is_not_whole_passes_with_a_signature_that_counts():
    assert verdict(beside(signature(), complete=False))[:2] == (True, 0)


def test_an_attestation_is_not_a_signature_of_the_image():
    """Whoever may sign SBOMs does not vouch for the image."""
    attached = beside(sboms=(AttachedSbom("sha256:2", SBOM, "sha256:3", 1, signature(SBOM)),))
    assert missing(attached, required()) == ("signature",)
    assert missing(attached, required(SBOM)) == ()
    assert missing(attached, required("signature", SBOM)) == ("signature",)


def test_the_worse_code_stays():
    assert verdict(beside(), before=Verdict(False, 3))[1] == 3
    assert verdict(beside(signature()), before=Verdict(False, 1))[:2] == (False, 1)
