import pytest

from careen.output.markdown import plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, 1.2-3", "plain words, 1.2-3"),
        ("[x](http://e.example)", r"\[x\](http\://e.example)"),
        ("![x](y) <img src=x>", r"!\[x\](y) \<img src=x\>"),
        ("`code` *bold* a_b", r"\`code\` \*bold\* a\_b"),
        ("two\nlines", r"two\\nlines"),
    ],
)
def test_text_has_no_meaning_in_markdown(text, expected):
    assert plain(text) == expected
