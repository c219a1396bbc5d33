import io
import random
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.jars import jar

from careen.formats.archives import zip_members
from careen.formats.archives.zip_members import MemberHeads, first_name

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def zipped(members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number, (content, method) in enumerate(members):
            archive.writestr(f"{number}.bin", content, method)
    return made.getvalue()


def heads(data, sizes=(1 << 20,), most=16):
    reader, found, at, number = MemberHeads(most), [], 0, 0
    while at < len(data):
        size = sizes[number % len(sizes)]
        found += reader.feed(data[at : at + size])
        at, number = at + size, number + 1
    return [*found, *reader.close()]


@given(
    st.lists(
        st.tuples(st.binary(max_size=40).filter(lambda content: b"PK" not in content), st.sampled_from(METHODS)), max_size=6
    ),
    st.lists(st.integers(1, 70), min_size=1, max_size=4),
    st.sampled_from((b"", b"#!/usr/bin/python3\n")),
)
def test_every_member_begins_as_it_does_when_it_is_unpacked(members, sizes, before):
    found = heads(before + zipped(members), sizes)
    assert [head[: len(content)] for head, (content, _) in zip(found, members, strict=True)] == [
        content[:16] for content, _ in members
    ]


def test_archives_within_a_stored_member_are_seen_too():
    inner = zipped([(b"inner", zipfile.ZIP_DEFLATED)])
    assert [head[:5] for head in heads(zipped([(inner, zipfile.ZIP_STORED)]))] == [inner[:5], b"inner"]


def test_what_cannot_be_had_is_nothing():
    data = bytearray(zipped([(b"content" * 9, zipfile.ZIP_DEFLATED)]))
    for at, value in ((6, 1), (8, 12), (30 + 5, 7)):  # encrypted, bzip2, damaged
        changed = bytearray(data)
        changed[at] = value
        assert heads(bytes(changed)) == [b""]
    assert heads(b"PK\3\4") == heads(bytes(data[:33])) == [b""]
    assert heads(b"PK\3") == heads(random.Random(1).randbytes(5000)) == []


def test_more_members_than_are_looked_at(monkeypatch):
    monkeypatch.setattr(zip_members, "MOST_MEMBERS", 2)
    with pytest.raises(ValueError, match="more than 2 members"):
        heads(zipped([(b"", zipfile.ZIP_STORED)] * 3))


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (jar({"META-INF/MANIFEST.MF": b"x", "b": b""}), "META-INF/MANIFEST.MF"),
        (b"#!/bin/sh\nexec java\n" + jar({"a/B.class": b"x"}), "a/B.class"),
        (b"#!/bin/sh\n", ""),
        (b"no script\n" + jar({"a": b"x"}), ""),
        (b"PK\3\4" + bytes(10), ""),
        (b"", ""),
    ],
)
def test_the_name_of_the_first_member(head, name):
    assert first_name(head) == name
