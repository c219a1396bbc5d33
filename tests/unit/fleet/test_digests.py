"""Digests of findings: equal only for equal findings, and stored in one form whatever their order is."""

from hypothesis import given
from hypothesis import strategies as st

from careen.fleet.digests import SIZE, digest_of, joined, parted

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)
findings = st.tuples(texts, st.just("pkg:deb/a@1"), st.binary(max_size=9))


@given(findings, findings)
def test_only_equal_findings_have_one_digest(first, second):
    assert (digest_of(first) == digest_of(second)) == (first == second)
    assert len(digest_of(first)) == SIZE


@given(st.lists(findings, unique=True))
def test_stored_digests_are_read_back_in_any_order(found):
    digests = [digest_of(finding) for finding in found]
    assert joined(digests) == joined(reversed(digests))
    assert parted(joined(digests)) == frozenset(digests)
