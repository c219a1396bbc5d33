from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from careen.database.rows import (
    pack,
    pack_advisory,
    pack_epss,
    pack_malicious,
    statements,
    unpack_advisories,
    unpack_epss,
    unpack_malicious,
)
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


@given(
    st.lists(
        st.tuples(
            st.one_of(st.from_regex(r"MAL-20[0-9]{2}-[0-9]{1,10}", fullmatch=True), st.text(max_size=20)),
            st.lists(st.text(max_size=9), max_size=3).map(tuple),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_malicious_packages_come_back_as_they_were(records: list[tuple[str, tuple[str, ...]]]) -> None:
    packed = pack_malicious([(id, pack(versions)) for id, versions in records])
    assert unpack_malicious(packed) == records
    assert [(id, bytes(body)) for id, body in statements(packed)] == [(id, pack(versions)) for id, versions in records]


def test_a_record_about_all_versions_is_short() -> None:
    assert len(pack_malicious([("MAL-2024-12345", pack(()))])) <= 5
