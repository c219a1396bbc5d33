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


def test_the_gravest_reason_is_first():
    paths = tuple(f"/{number}" for number in range(900))
    reasons = (
        Reason("refresh_failed", "information", 5000),
        Reason("unidentified_files", "900 files", subjects=paths),
        Reason("unassessed_package", "3 packages", 3),
        Reason("no_advisories", "7 packages", 7),
        Reason("end_of_life", "a release", 1000),
        Reason("no_advisories", "99 packages", 99),
        Reason("unreadable", "2 files", subjects=("/a", "/b")),
        Reason("unreadable", "a layer", subjects=("layer-1",)),
    )
    found = ASSESSED.with_reasons(*reasons).gravest_first()
    assert [reason.detail for reason in found.reasons] == [
        "a layer", "99 packages", "7 packages", "a release", "900 files", "3 packages", "2 files", "information",
    ]  # fmt: skip
    assert found.verdict == "partially_assessed" and set(found.reasons) == set(reasons)
