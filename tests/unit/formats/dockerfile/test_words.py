import pytest
from tests.support.work import ends

from careen.formats.dockerfile.words import expand, split, unset_names

ENV = {"HOME": "/home/me", "EMPTY": "", "FILE": "a/b/c.tar.gz", "ONE": "1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$HOME/x", "/home/me/x"),
        ("${HOME}x", "/home/mex"),
        ("'$HOME'", "$HOME"),
        ('"$HOME"', "/home/me"),
        (r"\$HOME", "$HOME"),
        (r'"a\"b\n"', r'a"b\n'),
        ("$NONE|", "|"),
        ("${NONE:-x}${EMPTY:-y}${EMPTY-z}", "xy"),
        ("${ONE:+set}${NONE:+set}${EMPTY:+set}${EMPTY+there}", "setthere"),
        ("${NONE:-${HOME}/y}", "/home/me/y"),
        ("${FILE##*/} ${FILE#*/} ${FILE%.*} ${FILE%%.*}", "c.tar.gz b/c.tar.gz a/b/c.tar a/b/c"),
        ("${FILE/a/X} ${FILE//[/X}", "X/b/c.tar.gz a/b/c.tar.gz"),
        ("${FILE//a/}", "/b/c.tr.gz"),
        ("${ONE?must be set}", "1"),
        ("$1$@", ""),
        ("a$", "a$"),
    ],
)
def test_one_word(text, expected):
    assert expand(text, ENV) == expected


@pytest.mark.parametrize(
    "text", ["'open", '"open', "${", "${HOME", "${}", "${:-x}", "${HOME:=x}", "${NONE:?}", "${HOME^}", "${HOME/a", "${HOME:#a}"]
)
def test_what_cannot_be_resolved_is_an_error(text):
    with pytest.raises(ValueError):
        expand(text, ENV)


def test_what_is_not_known_may_stay_as_it_is_written():
    assert expand("$NONE ${NONE} ${NONE:-x} $ONE", ENV, keep_unset=True) == "$NONE ${NONE} ${NONE:-x} 1"


def test_the_escape_of_windows():
    assert expand("C:\\dir\\`$x", {}, "`") == "C:\\dir\\$x"


def test_words_are_divided_outside_quotes():
    assert split('a "b c" d\\ e $HOME', ENV) == ["a", "b c", "d e", "/home/me"]
    assert split("$LIST x", {"LIST": "a  b"}) == ["a", "b", "x"]
    assert split('"$LIST" x', {"LIST": "a  b"}) == ["a  b", "x"]
    assert split("<<'EOF' \"x\"", raw=True) == ["<<'EOF'", '"x"']


def test_unset_names():
    assert unset_names("$a ${b:-x} ${c} $ONE", ENV) == ["a", "c"]


@pytest.mark.parametrize(
    "text",
    [
        "${a:-" * 5000,
        "${a:-" * 40 + "}" * 40,
        "$" * 100_000,
        '"' * 99_999,
        "${x#" + "*a" * 500 + "}",
        "${x//*a*b*c*d/}",
        "\\" * 100_001,
    ],
)
def test_hostile_words_end_soon(text):
    with ends():
        try:
            expand(text, {"x": "a" * 5000})
        except ValueError:
            pass


def test_values_that_double_stop_growing():
    value = "x" * 200_000
    with pytest.raises(ValueError, match="too large"):
        expand("$x$x$x", {"x": value})
