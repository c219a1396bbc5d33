import hashlib

import pytest

from careen.safety.digest import has_digest, hasher, is_digest, text_of

DATA = b"layer"
SHA256, SHA512 = (f"{name}:{hashlib.new(name, DATA).hexdigest()}" for name in ("sha256", "sha512"))


@pytest.mark.parametrize("digest", [SHA256, SHA512])
def test_digests_that_can_be_verified(digest):
    assert is_digest(digest) and has_digest(DATA, digest) and not has_digest(DATA + b"s", digest)
    hashed = hasher(digest)
    hashed.update(DATA)
    assert text_of(hashed) == digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256:",
        SHA256.upper(),
        SHA256 + "0",
        SHA256[:-1],
        f"md5:{'0' * 32}",
        f"sha512:{'0' * 64}",
        "sha256:" + "../" * 22,
        SHA256 + "\n",
    ],
)
def test_an_invalid_digest_names_nothing(text):
    assert not is_digest(text) and not has_digest(DATA, text)
    with pytest.raises(ValueError, match="is not a digest"):
        hasher(text)
