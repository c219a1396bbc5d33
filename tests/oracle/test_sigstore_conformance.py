"""Signatures by certificate against Sigstore's own conformance cases: folders that end in ``_fail`` are refused, others not.

The cases are not part of the project: `.cache/cases` has them where somebody put them there.
"""

from pathlib import Path

import pytest

from careen.errors import UsageError
from careen.signing.bundles import seal_of_bundle
from careen.signing.identities import Identity
from careen.signing.public_keys import read_public_key
from careen.signing.refusals import RefusedError
from careen.signing.strict_json import strict_object
from careen.signing.trust import Trust

CASES = Path(".cache/cases/sigstore-conformance/test/assets/bundle-verify")
BEACON = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows"
SIGNER = Identity(
    f"{BEACON}/extremely-dangerous-oidc-beacon.yml@refs/heads/main", "https://token.actions.githubusercontent.com"
)
# Log entries of the type intoto, which Rekor has retired, are refused: their integrated time is not bound to the signature.
STRICTER = {"intoto-with-custom-trust-root"}
FOLDERS = sorted(path.name for path in CASES.glob("*/")) if CASES.is_dir() else []

pytest.importorskip("sigstore")
pytestmark = pytest.mark.skipif(not FOLDERS, reason="no .cache/cases here: Sigstore's conformance cases are skipped")


def accepted(folder):
    root = folder / "trusted_root.json"
    artifact = folder / "artifact" if (folder / "artifact").is_file() else CASES / "a.txt"
    data = (folder / "bundle.sigstore.json").read_bytes()
    try:
        keys = [read_public_key(folder / "key.pub")] if (folder / "key.pub").is_file() else []
        seal = seal_of_bundle(strict_object(data), data, artifact.read_bytes())
        checked = Trust(keys, [] if keys else [SIGNER], root if root.is_file() else None).check(seal)
    except (RefusedError, UsageError) as error:
        return False, str(error)
    return bool(checked.by), checked.refusal


@pytest.mark.parametrize("name", FOLDERS)
def test_a_case_is_accepted_or_refused_as_its_name_says(name):
    was_accepted, why = accepted(CASES / name)
    assert was_accepted == (not name.endswith("_fail") and name not in STRICTER), why


def test_there_are_cases_of_both_kinds():
    refused = [name for name in FOLDERS if name.endswith("_fail")]
    assert len(refused) > 30
    assert len(FOLDERS) - len(refused) > 15


def test_all_accepted_cases_are_refused_under_another_identity():
    for name in FOLDERS:
        folder = CASES / name
        if name.endswith("_fail") or name in STRICTER or (folder / "key.pub").is_file():
            continue
        data = (folder / "bundle.sigstore.json").read_bytes()
        root = folder / "trusted_root.json"
        artifact = (folder / "artifact" if (folder / "artifact").is_file() else CASES / "a.txt").read_bytes()
        seal = seal_of_bundle(strict_object(data), data, artifact)
        for listed in (Identity(SIGNER.identity + "x", SIGNER.issuer), Identity(SIGNER.identity, SIGNER.issuer + "/x")):
            checked = Trust((), [listed], root if root.is_file() else None).check(seal)
            assert (checked.by, checked.refusal) == ("", "another_identity"), name
