import pytest

pytest.importorskip("numpy")

from careen.origin.source import language_of
from careen.origin.vocabulary import is_vocabulary

C, PYTHON = language_of("a.c"), language_of("a.py")


@pytest.mark.parametrize(
    "text",
    [b"diffie-hellman-group14-sha256", b"hmac-sha2-256-etm@openssh.com", b"TLS_AES_128_GCM_SHA256", b"ECDHE-RSA-AES128-SHA",
     b"Content-Length", b"Not Found", b"application/json", b"HTTP/1.1", b"prime256v1", b"accept-encoding", b"subjectAltName"],
)  # fmt: skip
def test_names_of_protocols(text):
    assert is_vocabulary(text, C) and is_vocabulary(text, PYTHON)


def test_a_single_word_in_c():
    assert is_vocabulary(b"SQLITE_CORRUPT", C) and not is_vocabulary(b"SQLITE_CORRUPT", PYTHON)


@pytest.mark.parametrize(
    "text", [b"invalid distance too far back", b"cannot open %s", b"%s: not found", b"key=value;", b"a" * 30]
)
def test_messages_are_a_project_s_own(text):
    assert not is_vocabulary(text, C)
    assert not is_vocabulary(text, PYTHON)
