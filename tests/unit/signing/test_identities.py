import pytest

from careen.errors import UsageError
from careen.signing.identities import MAX_LENGTH, Identity, exact

WORKFLOW = "https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"


def test_an_exact_identity():
    assert exact(WORKFLOW, ISSUER, "here") == Identity(WORKFLOW, ISSUER)
    assert exact("ann@example.com", ISSUER, "here").name == f"ann@example.com ({ISSUER})"


@pytest.mark.parametrize(
    "identity",
    [
        "",
        " ",
        "*",
        ".*@example.com",
        "https://github.com/acme/*",
        "^x$",
        "(a|b)",
        "[a-z]+@x",
        "a b",
        "a\nb",
        "\\w+",
        "x" * (MAX_LENGTH + 1),
    ],
)
def test_whatever_could_mean_several_identities_is_refused(identity):
    with pytest.raises(UsageError, match="identity"):
        exact(identity, ISSUER, "here")


@pytest.mark.parametrize("issuer", ["", "accounts.google.com", "https://*", "https://a b", "*"])
def test_an_issuer_is_an_address(issuer):
    with pytest.raises(UsageError, match="issuer"):
        exact(WORKFLOW, issuer, "here")
