import pytest
from tests.support.signing import new_key, public_pem

from careen.errors import UsageError
from careen.signing.requirement import MAX_BYTES, MAX_ENTRIES, kinds_of, read_requirement

WORKFLOW = "https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"


@pytest.fixture
def read(tmp_path):
    (tmp_path / "cosign.pub").write_bytes(public_pem(new_key()))

    def call(text):
        file = tmp_path / "policy.toml"
        file.write_text(text)
        return read_requirement(file)

    call.folder = tmp_path
    return call


def test_keys_and_identities(read):
    found = read(f"""
require = ["signature", "cyclonedx", "https://slsa.dev/provenance/v1"]
trusted_root = "root.json"
[[signed_by]]
key = "cosign.pub"
[[signed_by]]
identity = "{WORKFLOW}"
issuer = "{ISSUER}"
""")
    assert found.kinds == ("signature", "https://cyclonedx.org/bom", "https://slsa.dev/provenance/v1")
    assert found.names == {str(read.folder / "cosign.pub"), f"{WORKFLOW} ({ISSUER})"}
    assert found.root == read.folder / "root.json"


def test_without_more_words_the_image_has_to_be_signed(read):
    found = read('signed_by = [{key = "cosign.pub"}]')
    assert (found.kinds, found.root) == (("signature",), None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no key or identity"),
        ("signed_by = []", "names no key or identity"),
        ("signed_by = [1]", "names no key or identity"),
        ("signed_by = [{}]", "neither a key nor an identity"),
        (f'signed_by = [{{issuer = "{ISSUER}"}}]', "neither a key nor an identity"),
        (f'signed_by = [{{identity = "{WORKFLOW}"}}]', "neither a key nor an identity"),
        (f'signed_by = [{{identity = "*", issuer = "{ISSUER}"}}]', "is a pattern"),
        (f'signed_by = [{{identity = ".*", issuer = "{ISSUER}"}}]', "is a pattern"),
        (f'signed_by = [{{identity = "", issuer = "{ISSUER}"}}]', "is not a single name"),
        (f'signed_by = [{{identity = "{WORKFLOW}", issuer = ".*"}}]', "is not an issuer"),
        (f'signed_by = [{{identity_regexp = ".*", issuer = "{ISSUER}"}}]', "unknown key 'identity_regexp'"),
        (f'signed_by = [{{key = "cosign.pub", issuer = "{ISSUER}"}}]', "neither a key nor an identity"),
        ('signed_by = [{key = "absent.pub"}]', "No such file"),
        ('signed_by = [{key = "policy.toml"}]', "is not a public key"),
        ("signed_by = [{key = 1}]", "its values must be texts"),
        ('signed_by = [{key = "cosign.pub"}]\nrequire = []', "require is not a list"),
        ('signed_by = [{key = "cosign.pub"}]\nrequire = "signature"', "require is not a list"),
        ('signed_by = [{key = "cosign.pub"}]\nrequire = ["sbom"]', "neither 'signature' nor a type"),
        ('signed_by = [{key = "cosign.pub"}]\nmode = "warn"', "unknown key 'mode'"),
        ('signed_by = [{key = "cosign.pub"}]\ntrusted_root = 1', "trusted_root is not a path"),
        ("signed_by = [" + '{key = "cosign.pub"},' * (MAX_ENTRIES + 1) + "]", "more than"),
        ("a = 1\na = 2", "not TOML"),
        ("#" * (MAX_BYTES + 1), "larger than"),
    ],
)
def test_a_policy_that_would_accept_more_than_it_names_is_refused(read, text, why):
    with pytest.raises(UsageError, match=why):
        read(text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read_requirement(tmp_path / "absent")


def test_short_names_of_predicate_types():
    assert kinds_of(["vuln", "vuln", "https://x.example/y"], "--type") == (
        "https://cosign.sigstore.dev/attestation/vuln/v1",
        "https://x.example/y",
    )
