from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")


from tests.support.work import ends  # noqa: E402

from careen.origin.source import Parsed, language_of, letters_of, letters_of_numbers, literals_of, tokens_of  # noqa: E402

C = b"""
/* A comment with "text" in it. */
static const char *names[] = { "first name", "sec" "ond" };   // and 'this'
int
parse_header(const char *in, size_t n)
{
    return n > 10 ? strcmp(in, "it's \\"quoted\\"\\n") : -1;
}
"""
RENAMED = b"""
static const char *zz[] = { "first name", "sec" "ond" };
int parse_other(const char *q, size_t k) { return k > 10 ? xxx(q, "another text") : -1; }
"""
PYTHON = b'''
def find_all(text, where=None):
    """What it does."""
    return [one for one in text if one != 'a # b']  # a comment
'''


def of(text: bytes, path: str):
    language = language_of(path)
    assert language is not None
    return Parsed(text, language)


def letters(text: bytes, path: str) -> bytes:
    return letters_of(of(text, path)).tobytes()


def test_letters_are_without_comments_space_and_case():
    assert letters(b"int  A_b = 3; // x\n", "a.c") == b"intab3"
    assert letters(C, "x.c") == letters(C.replace(b"\n", b"\n\n").replace(b"{", b"\n  {").replace(b"comment", b"note"), "x.c")
    assert b"whatitdoes" not in letters(PYTHON, "a.py")
    assert b"ab" in letters(PYTHON, "a.py")  # within a string a mark of a comment is text
    assert b"acomment" not in letters(PYTHON, "a.py")


def test_tokens_are_the_same_under_other_names_and_texts():
    one, other = tokens_of(of(C, "x.c")), tokens_of(of(RENAMED, "x.c"))
    assert (one.codes.tolist(), one.links.tolist()) == (other.codes.tolist(), other.links.tolist())
    for before, after in ((b"return", b"while"), (b"10", b"99")):
        changed = tokens_of(of(RENAMED.replace(before, after), "x.c"))
        assert changed.codes.tolist() != other.codes.tolist()


def test_a_name_is_linked_to_where_it_was_last():
    tokens = tokens_of(of(b"a = b + a; // b\nreturn b(a);", "x.c"))
    assert tokens.links.tolist() == [-1, -1, -1, -1, 0, -1, -1, 2, -1, 4, -1, -1]
    very_long = b"n" * 200
    assert tokens_of(of(very_long + b" = " + very_long, "x.c")).links.tolist() == [-1, -1, 0]


def test_offsets_lead_back_to_the_file():
    tokens = tokens_of(of(C, "x.c"))
    assert C[tokens.offsets[0] :].startswith(b"static")


def test_literals_and_names():
    texts, names = literals_of(of(C, "x.c"))
    assert texts == {b"first name", b"second", b'it\'s "quoted"\n'}
    assert names == {b"parse_header"}
    texts, names = literals_of(of(PYTHON, "a.py"))
    assert (texts, names) == ({b"a # b"}, {b"find_all"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [(rb"\x41\102\n\\ ab", b"AB\n\\ ab"), (rb"plain text", b"plain text"), (rb"\q\0 the end", b" the end"), (b"five\\", b"")],
)
def test_escapes(text, expected):
    found, _ = literals_of(of(b'x = "' + text + b'";\n', "a.c"))
    assert found == ({expected} if expected else set())


def test_a_table_of_texts_with_nuls_is_the_texts_that_a_program_has():
    table = b'static const char errors[] =\n  "no error\\0"\n  "at the end of " "the pattern\\0"\n  "\\x00number too big";\n'
    assert literals_of(of(table, "errors.c"))[0] == {b"no error", b"at the end of the pattern", b"number too big"}


def test_a_large_table_of_adjacent_literals_takes_linear_time():
    count = 200_000
    found, _ = literals_of(of(b"x =" + b' "some text\\0"' * count + b";\n", "a.c"))
    assert found == {b"some text"}


def test_what_does_not_compile_is_read():
    for text in (b'"never closed', b"/* never closed", b"'''", b'f("', b"\\", b'"\\'):
        for path in ("a.c", "a.py", "a.js", "a.rb"):
            source = of(text * 3, path)
            assert letters_of(source).size <= len(text) * 3
            tokens_of(source), literals_of(source)


def test_languages_by_the_ending():
    assert [language_of(path) and language_of(path).name for path in ("a/B.CPP", "x.py", "x.tsx", "Makefile", "a.txt")] == [
        "c",
        "python",
        "script",
        None,
        None,
    ]


@pytest.mark.parametrize("path", ["a.c", "a.js", "a.py", "a.rb"])
@pytest.mark.parametrize(
    "piece",
    [
        rb"\"",
        rb"\'",
        rb"\`",
        b'"""',
        b"'''",
        b"/*",
        b" /*",
        b"*/",
        b"#",
        b"a ",
        b"\ndef a:\n'''\n\"\"\"",
        b"abc(",
        b"' ",
        b'\\"a',
    ],
)
def test_a_megabyte_of_one_line_ends(path, piece):
    source = piece * ((1 << 20) // len(piece))
    for text in (source, source[1:], b"x" + source):
        with ends(f"{piece!r} in {path}"):
            read = of(text, path)
            letters_of(read), tokens_of(read), literals_of(read)


@pytest.mark.parametrize("path", ["a.c", "a.js", "a.py", "a.sh"])
@given(text=st.text("aR #/*:\n\\\"'`", max_size=60))
def test_comments_and_strings_are_apart_and_in_order(path, text):
    source = of(text.encode(), path)
    for spans in (source.gaps, source.strings):
        assert all(start <= end for start, end in spans)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert len(source.code) == len(source.data)


def test_letters_and_tokens_of_numbers():
    source = of(b"int a1[] = { 0x1F, /* 7 */ 20ul, b_2, };", "a.c")
    text, marked = letters_of(source).tobytes(), letters_of_numbers(source)
    assert text == b"inta10x1f20ulb2"
    assert bytes(byte for byte, is_number in zip(text, marked, strict=True) if is_number) == b"0x1f20ul"
    assert int(tokens_of(source).are_numbers.sum()) == 2


def test_characters_that_are_written_as_numbers_are_numbers():
    source = of(rb"var x = /[\u0660-\u0669\xAAn\d_]|useful\u{1F600}/", "a.js")
    marked = letters_of_numbers(source)
    text = letters_of(source).tobytes()
    assert bytes(byte for byte, is_number in zip(text, marked, strict=True) if is_number) == b"u0660u0669xaan1f600"
