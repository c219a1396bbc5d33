import json

from careen.output.embedding import hash_source, json_block, shown


def test_no_parser_of_html_takes_data_for_markup():
    data = ["</script><script>alert(1)</script>", "<!--", "&lt;", "\u2028"]
    text = json_block(data)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == data


def test_every_text_is_made_visible():
    assert shown({"a\u202e": ["\x1b[2J", ("\n", 1, None)]}) == {"a\\u202e": ["\\x1b[2J", ["\\n", 1, None]]}
    assert len(shown("x" * 1000, 10)) == 10


def test_the_hash_of_a_script():  # the digest of the empty string
    assert hash_source("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
