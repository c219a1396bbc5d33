"""CVSS scores of all versions, and invalid vectors."""

import gzip
import json

import pytest

from careen.formats.feeds import cvss


@pytest.mark.parametrize(
    ("vector", "version", "expected"),
    [
        # Examples of the guide, and vectors scored with the equations of the specifications.
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0", 10.0),
        ("(AV:N/AC:L/Au:N/C:C/I:C/A:C)", "2.0", 10.0),
        ("AV:L/AC:H/Au:M/C:N/I:N/A:N", "2.0", 0.0),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", "2.0", 6.4),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", "2.0", 9.2),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C/CDP:H/TD:N", "2.0", 0.0),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "3.0", 10.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.1", 9.8),
        ("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", "3.1", 9.8),  # any order is allowed in 3.x
        ("CVSS:3.1/AV:A/AC:L/PR:L/UI:R/S:C/C:H/I:L/A:N", "3.1", 6.9),
        ("CVSS:3.1/AV:L/AC:H/PR:N/UI:R/S:C/C:N/I:N/A:N", "3.1", 0.0),
        ("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:L/E:P/RL:W", "3.1", 4.9),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:P/CR:L/IR:L/AR:L", "3.1", 5.0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "4.0", 10.0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 9.3),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "4.0", 0.0),
        ("CVSS:4.0/AV:L/AC:H/AT:P/PR:L/UI:P/VC:L/VI:H/VA:N/SC:N/SI:L/SA:N/MSA:S/RE:L", "4.0", 7.0),
        ("CVSS:4.0/AV:A/AC:L/AT:N/PR:L/UI:N/VC:H/VI:L/VA:H/SC:L/SI:N/SA:N/E:P", "4.0", 5.6),
    ],
)
def test_score(vector, version, expected):
    assert cvss.score(vector) == (version, expected)
    assert str(cvss.score(vector)[1]) == str(expected)  # not "-0.0" either


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "7.5",
        "(AV:N/AC:L/Au:N/C:C/I:C/A:C",
        "AV:N/AC:L/Au:N/C:N/I:N",
        "AV:N/AC:L/Au:N/A:C/I:C/C:C",
        "CVSS:2.0/AV:N/AC:L/Au:N/C:C/I:C/A:C",
        "CVSS:3.1",
        "CVSS:3.1/",
        "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A-H",
        "CVSS:3.1/CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N",
        "CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:HL/VI:H/VA:H/SC:N/SI:N/SA:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:S/SI:N/SA:N",
        "CVSS:3.1/" + "AV:N/" * 1000,
    ],
)
def test_not_a_vector(vector):
    with pytest.raises(ValueError, match="CVSS"):
        cvss.score(vector)


@pytest.mark.parametrize(
    ("score", "version", "word"),
    [
        (9.0, "3.1", "critical"), (8.9, "4.0", "high"), (4.0, "3.0", "medium"), (3.9, "3.1", "low"), (0.0, "3.1", "negligible"),
        (10.0, "2.0", "high"), (6.9, "2.0", "medium"), (0.0, "2.0", "low"),
    ],
)  # fmt: skip
def test_rating(score, version, word):
    assert cvss.rating(score, version) == word


def test_cases_of_others(gold):
    for line in gzip.open(gold / "cvss" / "cvss.jsonl.gz", "rt"):
        case = json.loads(line)
        try:
            version, score = cvss.score(case["vector"])
        except ValueError:
            version, score = "", None
        if case["op"] == "score":
            assert score == pytest.approx(case["expected"], abs=0.05), case
        elif score is None or version.startswith(case["version"][1]):
            assert (score is not None) is case["expected"], case
