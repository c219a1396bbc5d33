"""Texts as the compiler of Rust writes them: one after the other."""

import pytest

from careen.catalogers.binary.joined_texts import MAX_JOINED, JoinedTexts
from careen.catalogers.binary.numbers import DOT, start_of


def joined(data):
    texts = JoinedTexts(frozenset(("acme",)), (b"acme", b"Acme"))
    for match in DOT.finditer(data, 1):
        texts.note(data, start_of(data, match.start()))
    return texts


def counted(text):
    return bytes((len(text),)) + text + b"\xc0"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b" commandacme1.2.3A fast search" + bytes(80) + b"Acmes0.1.9x", b"1.2.3"),
        (b" <acme@acme.example>0.27.3Search and rewrite" + bytes(80) + b"x0.27.9acme", b"0.27.3"),
        (b" --dir set without file1.44.1Some Body <some@body.example>", b"1.44.1"),
        (b" spans0.9.3configAcme", b"0.9.3"),
        (counted(b"Acme 1.5.0 is running, but the environment has another"), b"1.5.0"),
        (b" " + counted(b"Acme 1.5.0 is running"), b"1.5.0"),
        (b" deprecated since acme 1.5.0, and acme 1.6.0.", None),
        (b" cookie_storeacme/0.26.2acme/0.0.0 (test mode)", b"0.26.2"),
        (b" acme/0.26.2.7x and other/0.26.3x", None),
        (b" acme/0.26.2config acme/0.26.3config", None),
        (b" included by default on Acme 0.6.0+.\n", None),
        (b" spans0.9.3config", None),
        (b" spans0.9.3acme" + bytes(99) + b"acmes0.9.4config", None),
    ],
)
def test_stated(data, expected):
    assert joined(data).version() == expected


def test_the_only_one_of_a_program():
    assert joined(b" Correction1.29.10The following sarif2.1.0and x1.2.3y").only_version() == b"1.29.10"
    assert joined(b" Correction1.29.10The following x1.3.4y").only_version() is None
    assert joined(b" env_delete0.2.15\0\0\0\2\0\0\0\3").only_version() == b"0.2.15"
    flood = b"".join(b"x1.2.%d" % number for number in range(MAX_JOINED))
    assert joined(b" " + flood + b"x").only_version() is None
