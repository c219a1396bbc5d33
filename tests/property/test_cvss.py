"""A vector that is worse in one respect never scores less, and every score is a tenth from 0 to 10."""

from hypothesis import given
from hypothesis import strategies as st

from careen.formats.feeds import cvss

# From most to least severe.
LEVELS = {
    "CVSS:3.0": {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "CU", "C": "HLN", "I": "HLN", "A": "HLN"},
    "CVSS:3.1": {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "CU", "C": "HLN", "I": "HLN", "A": "HLN"},
    "CVSS:4.0": {
        "AV": "NALP", "AC": "LH", "AT": "NP", "PR": "NLH", "UI": "NPA", "VC": "HLN", "VI": "HLN", "VA": "HLN",
        "SC": "HLN", "SI": "HLN", "SA": "HLN", "E": "APU", "CR": "HML", "IR": "HML", "AR": "HML",
    },
    "": {"AV": "NAL", "AC": "LMH", "Au": "NSM", "C": "CPN", "I": "CPN", "A": "CPN"},
}  # fmt: skip


@st.composite
def vectors(draw):
    version = draw(st.sampled_from(sorted(LEVELS)))
    levels = LEVELS[version]
    values = {name: draw(st.sampled_from(words)) for name, words in levels.items()}
    return version, values, draw(st.sampled_from(sorted(levels)))


def written(version, values):
    return "/".join([version] * bool(version) + [f"{name}:{value}" for name, value in values.items()])


@given(vectors())
def test_worse_never_scores_less(case):
    version, values, changed = case
    scores = [cvss.score(written(version, {**values, changed: value}))[1] for value in LEVELS[version][changed]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 10 and round(score * 10) / 10 == score for score in scores)


@given(vectors(), st.text(alphabet="ACINVHLPRSU:/.0123456789", max_size=5), st.integers(0, 60))
def test_damaged_vectors_raise_value_errors_only(case, noise, place):
    text = written(case[0], case[1])
    try:
        version, score = cvss.score(text[:place] + noise + text[place + len(noise) :])
    except ValueError:
        return
    assert version in ("2.0", "3.0", "3.1", "4.0")
    assert 0 <= score <= 10
