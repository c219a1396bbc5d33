import pytest

np = pytest.importorskip("numpy")

from careen.origin.javascript.code import Code  # noqa: E402
from careen.origin.javascript.lexer import lexed  # noqa: E402


def code_of(text):
    return Code(text.encode(), lexed(text.encode()))


def at(text, mark):
    return np.array([text.index(mark)])


def test_what_stands_beside_a_word():
    text = "a /* ; */ . word\n ( ) 'x'"
    code = code_of(text)
    start, end = at(text, "word"), at(text, "word") + 4
    assert (code.before(start).tolist(), code.before(start, 2).tolist()) == ([ord(".")], [ord("a")])
    assert (code.after(end).tolist(), code.after(end, 2).tolist()) == ([ord("(")], [ord(")")])


def test_nothing_stands_before_the_first_and_after_the_last_word():
    code = code_of("word")
    assert (code.before(np.array([0])).tolist(), code.after(np.array([4])).tolist()) == ([0], [0])


@pytest.mark.parametrize(
    ("text", "expected"), [("call(a, (b)) {}", "{"), ("call(a); b", ";"), ("call(a, (b", "\0"), ("call()", "\0")]
)
def test_what_stands_behind_parentheses(text, expected):
    assert code_of(text).after_parentheses(np.array([4])).tolist() == [ord(expected)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x = {a, here}", True), ("x = {a: 1, here}", True), ("{ a = 1, here }", False), ("f(a, here)", False)],
)
def test_whether_a_word_is_in_an_object(text, expected):
    assert code_of(text).in_object(at(text, "here")).tolist() == [expected]
