import pytest

pytest.importorskip("numpy")

from careen.origin.features import features_of
from careen.origin.source import Parsed, language_of, letters_of, tokens_of

C = """
/* What it does.
 * Its arguments. */
int first(int amount) { return call(amount, "/*"); }

/* What the second one does. */
int second(int size) { return size; /* as it is */ }
"""
PYTHON = '''
"""What the module has."""

def first(amount):
    """What it does.

    Its arguments.
    """
    return call(amount)


class Second:
    """What it has:"""

    size = 7

    def third(self):
        r"""What it does."""
'''


def letters(text, path):
    return letters_of(Parsed(text.encode(), language_of(path))).tobytes().decode()


@pytest.mark.parametrize(
    "lost", ["/* What it does.", "* Its arguments. */", "/* What the second one does. */", "/* as it is */"]
)
def test_a_comment_that_lost_its_begin_or_end_hides_no_code(lost):
    for text in (C.replace(lost, ""), C.replace(lost, lost.replace("*/", "")), C.replace(lost, lost.replace("/*", ""))):
        for path in ("a.c", "a.js"):
            found = letters(text, path)
            assert "intfirstintamountreturncallamount" in found
            assert "intsecondintsizereturnsize" in found


def test_a_comment_may_mention_where_comments_begin():
    text = "/* Of all in etc/*.conf the first.\n * And /* too. */ int first;\n/* \n * in lines /* of these\n */"
    assert letters(text, "a.c") == "intfirst"


@pytest.mark.parametrize("lost", range(6))
def test_a_docstring_that_lost_its_begin_or_end_hides_no_code(lost):
    parts = PYTHON.split('"""')
    text = '"""'.join([*parts[:lost], "\n".join(parts[lost : lost + 2]), *parts[lost + 2 :]])
    for quotes in ('"""', "'''"):
        found = letters(text.replace('"""', quotes), "a.py")
        assert "deffirstamount" in found
        assert "returncallamount" in found
        assert "size7defthirdself" in found


def test_a_docstring_may_have_code_in_it():
    text = 'def first():\n    """As this:\n\n    class Second:\n        pass\n    """\n    return 1\n'
    assert letters(text, "a.py") == "deffirstreturn1"


def test_code_after_a_lost_end_has_the_tokens_that_it_had():
    whole = "int a(int b) { return b + 1; }\n" * 9
    of_whole, of_edited = (
        tokens_of(Parsed(text.encode(), language_of("a.c"))).codes.tobytes() for text in (whole, f"/* a\n{whole}/* b */")
    )
    assert of_edited == of_whole


def test_an_edited_file_has_most_features_of_the_whole():
    functions = [
        f"/* {number} */\nint name{number}(int first) {{ return call{number}(first, {number}, second); }}\n"
        for number in range(90)
    ]
    whole = "".join(functions)
    edited = whole.replace("/* 7 */", "/* 7").replace("/* 40 */", "40 */")
    before, after = (set(features_of("a.c", text.encode())["letters"].tolist()) for text in (whole, edited))
    assert len(before & after) > 0.9 * len(before)
