import pytest

from careen.versions.upstream import key


@pytest.mark.parametrize(
    "ordered",
    [
        ("1.0dev", "1.0-alpha", "1.0-beta.2", "1.0rc1", "1.0", "1.0p1", "1.0.1"),
        ("1.0.2", "1.0.2a", "1.0.2z", "1.0.2za", "1.0.2zb", "1.1.0"),
        ("9.5p2", "9.6", "9.6p1", "9.6p2", "9.7"),
        ("7.1.0-9", "7.1.0-20", "7.1.1-1"),
        ("1.8.0_40", "1.8.0_392", "1.8.1"),
        ("3.9.0a1", "3.9.0b1", "3.9.0rc2", "3.9.0", "3.9.1"),
        ("15beta2", "15rc1", "15", "15.1", "15.10"),
        ("2.0.0~rc1", "2.0.0"),
        ("1.0.0-a", "1.0.0-b", "1.0.0", "1.0.0-post1", "1.0.0-post2"),
        ("1.13.15", "1.14.0-0", "1.14beta1", "1.14rc1", "1.14", "1.14.1"),
    ],
)
def test_order(ordered):
    keys = [key(text) for text in ordered]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0", "1.0.0"),
        ("v1.2.3", "1.2.3"),
        ("16.7.0-ce.0", "16.7.0"),
        ("18.06.3~ce~3", "18.06.3"),
        ("1.2.3+ent", "1.2.3"),
        ("2.0.0~rc1", "2.0.0-rc1"),
        ("1.0.2k-fips", "1.0.2k"),
    ],
)
def test_builds_of_one_release_are_equal(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize("text", ["", "latest", "RELEASE.2024-01-01", "\x00"])
def test_text_without_a_number_is_refused(text):
    with pytest.raises(ValueError, match="version"):
        key(text)
