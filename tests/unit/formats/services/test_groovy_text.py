"""Literal texts of Groovy."""

from careen.formats.services.groovy_text import literals


def test_texts_are_numbers_and_comments_are_gone():
    found = literals('a \'x\' // \'no\'\nb(/* "no"\n */ """y\nz""", c)')
    assert found.code == "a \x000\x00  \nb( \n \x001\x00\n, c)"
    assert [(text.value, text.line) for text in found.texts] == [("x", 1), ("y\nz", 3)]
    assert found.line(found.code.index("c)")) == 4
    assert found.text("1") is found.texts[1] and found.text(None) is None


def test_escapes():
    assert [text.value for text in literals(r"'it\'s' " + r'"a \"b\""').texts] == ["it's", 'a "b"']
