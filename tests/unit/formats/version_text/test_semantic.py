from careen.formats.version_text.semantic import identifiers, key_of, parse_semantic, semantic_key


def test_parts():
    assert parse_semantic("v1.2.3-rc.1+build-5.x") == ((1, 2, 3), "rc.1", "build-5.x")
    assert parse_semantic("1.2rc1") == ((1, 2), "rc1", None)


def test_key_is_flat_and_drops_zeros():
    assert semantic_key("1.2.0.0") == ((1, 2), 1)
    assert semantic_key("1.0-rc.2") == ((1,), 0, 1, "rc", 0, 2)
    assert key_of((0, 0), None) == ((), 1)


def test_identifiers_of_digits_are_numbers():
    assert identifiers("a.010.-1") == (1, "a", 0, 10, 1, "-1")
