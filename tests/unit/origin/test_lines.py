import pytest

np = pytest.importorskip("numpy")

from careen.origin.lines import Grams, grams_of  # noqa: E402
from careen.origin.source import language_of  # noqa: E402

C = language_of("x.c")
CODE = b"""int parse(struct input *in)
{
    size_t length = read_length(in);
    /* a comment
       of two lines */
    if (length > in->left)
        return -1;
    copy(in->target, in->data, length);   // all of it
    return 0;
}
"""


def test_white_space_comments_and_braces_do_not_matter():
    other = CODE.replace(b"    ", b"\t").replace(b"{\n", b"").replace(b"/* a comment\n       of two lines */", b"")
    assert Grams(CODE, C).hashes == Grams(other.replace(b"// all of it", b""), C).hashes
    assert len(grams_of(CODE, C)) == 4


def test_code_in_a_comment_is_no_code():
    hidden = b"/*\n" + CODE.replace(b"/*", b"").replace(b"*/", b"") + b"*/\nint other(void) { return 1; }\n"
    assert not Grams(CODE, C).hashes & Grams(hidden, C).hashes


@pytest.mark.parametrize(
    "text", [CODE.replace(b"*/", b""), b"\n /* of the other\n" + CODE.replace(b"/*", b"//").replace(b"*/", b"")]
)
def test_a_comment_may_hide_the_begin_of_another(text):
    assert not Grams(b"/*\n" + text + b"*/\n", C).hashes


def test_the_stretches_that_have_part_of_some_lines():
    changed = CODE.replace(b"in->left", b"in->size")
    grams = Grams(CODE, C)
    assert grams.within(range(5, 6)) == grams.hashes - Grams(changed, C).hashes
    assert grams.within(range(3, 5)) < grams.hashes
