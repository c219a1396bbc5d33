import pytest

from careen.cli.reconcile import OURS, REASONS, _lines, _other
from careen.errors import InputError
from careen.matching.reconcile import Disagreement, Reconciled


def only(side, code, id="CVE-1", package="a"):
    return Disagreement(side, id, package, "1", code, "detail")


def test_differences_by_reason():
    found = Reconciled(
        "trivy",
        5,
        (only("theirs", "range"),),
        (only("theirs", "range", "CVE-2", "b"), only("theirs", "range"), only("theirs", "no_fix")),
        (only("ours", "not_named"),),
    )
    assert list(_lines("shop:1", found)) == [
        "shop:1: careen and trivy",
        "  5 agreed (1 under another name), 3 in trivy alone, 1 here alone",
        "",
        "In trivy alone: a source names it, and this version is not affected (2)",
        "  CVE-1                a 1",
        "    detail",
        "  CVE-2                b 1",
        "    detail",
        "",
        "In trivy alone: without a fix (1)",
        "  CVE-1                a 1",
        "    detail",
        "",
        "Here alone: they do not report it (1)",
        "  CVE-1                a 1",
        "    detail",
    ]


def test_both_sides_have_words_for_every_reason():
    assert set(OURS) == set(REASONS)


def test_a_report_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        _other(tmp_path / "none.json")
    (tmp_path / "odd.json").write_text("[]")
    with pytest.raises(InputError, match=r"odd\.json: ") as caught:
        _other(tmp_path / "odd.json")
    assert "reads JSON of Trivy" in caught.value.hint
