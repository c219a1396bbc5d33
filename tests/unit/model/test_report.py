import pytest

from careen.model.report import Coverage, Reason

ASSESSED = Coverage("assessed", (), 1, 0)


@pytest.mark.parametrize(
    ("coverage", "codes", "verdict"),
    [
        ("assessed", [], "assessed"),
        ("assessed", ["fixed_only"], "assessed"),
        ("assessed", ["fixed_only", "unpinned"], "partially_assessed"),
        ("not_assessed", ["unpinned"], "not_assessed"),
    ],
)
def test_a_reason_lowers_the_verdict_unless_it_is_information(coverage, codes, verdict):
    reasons = [Reason(code, "") for code in codes]
    found = Coverage(coverage, (), 1, 0).with_reasons(*reasons)
    assert (found.verdict, [reason.code for reason in found.reasons]) == (verdict, codes)


def test_reasons_are_added():
    first, second = Reason("unpinned", "a"), Reason("unpinned", "b")
    assert ASSESSED.with_reasons(first).with_reasons(second).reasons == (first, second)
