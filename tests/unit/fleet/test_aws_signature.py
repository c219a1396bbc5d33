"""The examples of AWS's documentation: their signatures come out."""

import hashlib
from datetime import UTC, datetime

import pytest

from careen.fleet.aws_signature import Access, signed

ACCESS = Access("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
NOW = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "https://examplebucket.s3.amazonaws.com"


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "signature"),
    [
        ("GET", "/test.txt", {"Range": "bytes=0-9"}, b"", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        (
            "PUT",
            "/test%24file.text",
            {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        ("GET", "/?lifecycle", {}, b"", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/?max-keys=2&prefix=J", {}, b"", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_the_examples_of_the_documentation(method, url, headers, body, signature):
    sent = signed(ACCESS, method, HOST + url, headers, hashlib.sha256(body).hexdigest(), NOW)
    assert sent["Authorization"].endswith(f"Signature={signature}")


def test_a_temporary_token_is_signed_and_no_secret_is_shown():
    access = Access("id", "a secret", "a token")
    sent = signed(access, "GET", f"{HOST}/x", {}, hashlib.sha256(b"").hexdigest(), NOW)
    assert sent["X-Amz-Security-Token"] == "a token"
    assert "x-amz-security-token" in sent["Authorization"]
    assert "a secret" not in repr(access) + str(sent)
