import json

import pytest

from careen.cli.main import main
from careen.model.reasons import EFFECTS, NOT_ACCEPTED


@pytest.mark.parametrize(
    ("code", "sentences"),
    [
        (
            "stale_source",
            ["stale_source: the data", "cannot be decided: exit code 3", "--accept stale_source", "next: careen db"],
        ),
        ("UNSCORED", ["unscored: ", "cannot be decided: exit code 3", "next: --unknown-as SEVERITY"]),
        ("unreadable", ["is decided by what was assessed", "with --strict: exit code 3"]),
        ("origin_reduced", ["no gate counts it"]),
        ("end_of_life", ["has only a severity fails: exit code 1", "next: move to a supported release"]),
    ],
)
def test_what_the_code_of_a_reason_means_for_a_gate(code, sentences, capsys):
    assert main(["explain", code]) == 0
    out = capsys.readouterr().out
    assert [sentence for sentence in sentences if sentence not in out] == []


@pytest.mark.parametrize("code", sorted(EFFECTS))
def test_no_code_is_offered_for_acceptance_that_cannot_be(code, capsys):
    assert main(["explain", code]) == 0
    assert ("--accept" in capsys.readouterr().out and code in NOT_ACCEPTED) is False


def test_the_meaning_for_programs(capsys):
    assert main(["explain", "no_advisories", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["id"], found["effect"]) == ("no_advisories", "blocks")
    assert found["meaning"].startswith("no source has advisories")
