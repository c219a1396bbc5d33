from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from careen.database.rows import pack, pack_advisory, pack_epss, unpack_advisories, unpack_epss
from careen.model.advisory import Advisory, Epss, Range

NUMBER = st.one_of(st.integers(0, 100_000).map(lambda steps: float(f"{steps / 100_000:.5f}")), st.floats(allow_nan=False))


@given(NUMBER, NUMBER)
def test_scores_come_back_as_they_were(score: float, percentile: float) -> None:
    assert unpack_epss(pack_epss(Epss("CVE-2026-1", score, percentile))) == (score, percentile)


def test_an_advisory_comes_back_as_it_was() -> None:
    ranges = (Range("1", "2", None, True),)
    whole = Advisory(
        "CVE-2098-1", "x", "npm", "p", ranges, ("1",), "open", ("GHSA-1",), "low", ("3",), "m:1", ("arm64",), "likely", "u",
        ("windows",), "1[.].*",
    )  # fmt: skip
    packed = pack_advisory(whole, "p", lambda word: 0, 0)
    (found,) = unpack_advisories("npm", "p", pack([(whole.id, Raw(packed))]), ["x"], lambda numbers: {})
    assert found == whole
