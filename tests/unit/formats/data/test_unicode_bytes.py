import pytest

from careen.formats.data.unicode_bytes import as_utf8

TEXT = '{"a": "caf\u00e9 \U0001f6a2"}'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_is_the_same_text(encoding):
    assert as_utf8(TEXT.encode(encoding)).decode() == TEXT


@pytest.mark.parametrize("mark", [b"\xfe\xff", b"\xff\xfe"])
def test_a_declaration_no_longer_names_the_encoding_it_had(mark):
    text = """<?xml version='1.0' encoding="UTF-16" standalone="yes"?><a encoding="x"/>"""
    data = mark + text.encode("utf-16-be" if mark == b"\xfe\xff" else "utf-16-le")
    assert as_utf8(data) == b"""<?xml version='1.0' standalone="yes"?><a encoding="x"/>"""


def test_incomplete_text_and_other_bytes_are_not_an_error():
    assert as_utf8(b'\xff\xfe{\0"') == "{\ufffd".encode()
    for data in (b"", b"{\0", b"\0\0\0", b"plain", b"\x1f\x8b\x08"):
        assert as_utf8(data) == data
