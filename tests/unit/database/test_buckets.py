import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.database.buckets import Packer, checked, entries, look_up, opened, sealed
from careen.database.head import Section, tag_of

TAG = tag_of("feed", "record", "")
KEY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
VALUES = {f"CVE-2024-{number:04}": bytes(300) for number in range(20)}


def packed(values):
    packer = Packer(TAG, filtered=True)
    for key in sorted(values):
        packer.add(key, values[key])
    bodies, buckets, low = packer.rows()
    return bodies, Section("record", "", 1, buckets, low, packer.last, len(values), len(values))


@given(st.dictionaries(KEY, st.binary(max_size=400), min_size=1, max_size=40))
def test_buckets_have_what_was_packed(values):
    bodies, section = packed(values)
    assert list(checked(section, TAG, bodies)) == bodies
    payloads = [opened(body, TAG, number) for number, body in enumerate(bodies[-section.buckets :], 1)]
    assert dict(entry for payload in payloads for entry in entries(payload)) == values
    wanted = frozenset(key.encode() for key in [*values, "absent key"])
    assert dict(entry for payload in payloads for entry in look_up(payload, wanted)) == values


def test_a_blob_of_another_section_or_place_is_damage():
    blob = sealed(b"payload", TAG, 1)
    assert opened(blob, TAG, 1) == b"payload"
    for tag, number in ((TAG, 2), (tag_of("feed", "record", "npm"), 1)):
        with pytest.raises(ValueError, match="checksum"):
            opened(blob, tag, number)


@pytest.mark.parametrize(
    "change",
    [lambda bodies: bodies[:-1], lambda bodies: [*bodies, bodies[-1]], lambda bodies: [bodies[0], *bodies[:0:-1]]],
    ids=["one is missing", "one is there twice", "they are in another order"],
)
def test_a_section_without_its_buckets_is_refused(change):
    bodies, section = packed(VALUES)
    with pytest.raises(ValueError, match=r"bucket|checksum"):
        list(checked(section, TAG, change(bodies)))
