"""The query language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples

from careen.errors import UsageError
from careen.fleet.query import FIELDS, MAX_LENGTH, VALUES, Term, completions, parsed, written


def test_terms():
    assert parsed('package:openssl<3.0.14 runs:true -severity:low "team/app"') == (
        Term("package", "openssl", "<", "3.0.14"),
        Term("runs", "true"),
        Term("severity", "low", "=", "low", negated=True),
        Term("reference", "team/app"),
    )
    assert parsed("package:@acme/web@1.2") == (Term("package", "@acme/web", "=", "1.2"),)
    assert parsed("package:@acme/web package:org.x:y>=2 risk:40 severity:>=high") == (
        Term("package", "@acme/web"),
        Term("package", "org.x:y", ">=", "2"),
        Term("risk", "40", ">=", "40"),
        Term("severity", "high", ">=", "high"),
    )
    assert parsed("  ") == ()


@pytest.mark.parametrize(
    "text",
    ['package:"open', "colour:red", "runs:maybe", "severity:bad", "severity:>=unknown", "risk:high", "disclosed:today",
     "coverage:green", "x" * (MAX_LENGTH + 1), "a " * 30, "licence:", "type:*"],
)  # fmt: skip
def test_what_is_no_query(text):
    with pytest.raises(UsageError):
        parsed(text)


@examples(200)
@given(st.text(max_size=200))
def test_any_text_is_a_query_or_refused(text):
    try:
        terms = parsed(text)
    except UsageError:
        return
    assert parsed(written(terms)) == terms


@examples(200)
@given(
    st.lists(
        st.sampled_from([f"{name}:" for name in FIELDS] + ["<", ">=", "1.2", "true", "high", '"', "-", " ", "*", "@", "\\"])
    )
)
def test_any_mixture_of_its_parts_is_a_query_or_refused(parts):
    try:
        terms = parsed("".join(parts))
    except UsageError:
        return
    assert parsed(written(terms)) == terms


@pytest.mark.parametrize("text", ["package:openssl@", 'package:"image:@@"'])
def test_a_package_with_a_sign_but_no_version_is_refused(text):
    with pytest.raises(UsageError, match="has no version"):
        parsed(text)


def test_completions():
    assert completions("sev") == ("severity:",)
    assert completions("runs:true severity:h") == ("high",)
    assert completions("-coverage:p") == ("partially_assessed",)
    assert set(completions("")) == {f"{name}:" for name in FIELDS}
    assert VALUES.keys() <= FIELDS.keys()


def test_a_star_alone_means_any_secret():
    assert parsed("secret:* -secret:aws*") == (Term("secret", "*"), Term("secret", "aws*", negated=True))
    with pytest.raises(UsageError):
        parsed('secret:""')


def test_values_that_a_fleet_knows_complete_a_field():
    assert completions("runs:true -secret:aws", {"secret": ("aws-access-key-id", "github-oauth-token")}) == (
        "aws-access-key-id",
    )
    assert completions("secret:aws") == ()
