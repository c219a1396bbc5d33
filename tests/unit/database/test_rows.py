from hypothesis import given
from hypothesis import strategies as st

from careen.database.rows import pack_epss, unpack_epss
from careen.model.advisory import Epss

NUMBER = st.one_of(st.integers(0, 100_000).map(lambda steps: float(f"{steps / 100_000:.5f}")), st.floats(allow_nan=False))


@given(NUMBER, NUMBER)
def test_scores_come_back_as_they_were(score: float, percentile: float) -> None:
    assert unpack_epss(pack_epss(Epss("CVE-2026-1", score, percentile))) == (score, percentile)
