from careen.formats.dockerfile.variables import resolved_words


def test_words_of_known_variables():
    assert resolved_words(("install", "$LIST", "x=$V", "$(a $V)", "$NO"), {"LIST": "a b", "V": "1"}) == (
        "install", "a", "b", "x=1", "$(a $V)", "$NO",
    )  # fmt: skip


def test_what_variables_add_is_bounded():
    long = "b" * 1000
    words = resolved_words(["$V"] * 10, {"V": long}, 2500)
    assert words == (*[long] * 3, *["$V"] * 7)
