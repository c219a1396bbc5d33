import pytest

from careen.matching.risk import risk_of
from careen.model.advisory import Cvss, Epss


def cvss(score):
    return Cvss("nvd", "3.1", "", score)


def epss(score):
    return Epss("CVE-1", score, 0.5)


@pytest.mark.parametrize(
    ("severity", "score", "probability", "exploited", "fixable", "risk"),
    [
        ("critical", 10.0, None, True, True, 100.0),
        ("critical", 9.8, 1.0, False, True, 98.0),
        ("critical", None, 1.0, False, True, 95.0),
        ("low", 9.8, 1.0, False, True, 25.0),
        ("high", 7.5, 0.5, False, True, 38.2),
        ("high", 7.5, 0.0, False, True, 1.5),
        ("high", 7.5, None, False, True, 3.8),
        ("high", 7.5, 0.0, True, False, 67.5),
        ("unknown", None, None, True, True, 50.0),
    ],
)
def test_impact_times_likelihood(severity, score, probability, exploited, fixable, risk):
    scored = None if score is None else cvss(score)
    likely = None if probability is None else epss(probability)
    assert risk_of(severity, scored, likely, exploited, fixable) == risk
