"""Whatever the text: a Dockerfile is read or refused with ValueError, and places lie within it."""

from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples

from careen.checks.run import run
from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.dockerfile.words import expand, split
from careen.formats.shell.syntax import read_script
from careen.plugins import Check, load

CHECKS = load("careen.checks.dockerfile", "CHECK", Check)
PIECES = st.sampled_from(
    [
        *(
            "FROM a",
            "RUN",
            "COPY",
            "ENV",
            "ARG",
            "ONBUILD",
            "USER",
            "EXPOSE",
            "LABEL",
            "SHELL",
            " ",
            "\n",
            "\\\n",
            "\\",
            '"',
            "'",
        ),
        *(
            "$",
            "${x:-",
            "}",
            "=",
            "<<E",
            "\nE\n",
            "#",
            "# careen:ignore DKR-001\n",
            "[",
            "]",
            ",",
            "--from=",
            "--mount=",
            "|",
            "&&",
        ),
        *("apt-get install", "pip install", "curl -k", "sudo", "sh -c", "$(", ")", "`", "*", "a", "b:1", "/", "é", "\t", "\r"),
    ]
)


@examples(150)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text(text):
    try:
        document = read_dockerfile(text)
    except ValueError:
        return
    outcome = run(CHECKS, document, "Dockerfile")
    assert not outcome.unknowns
    for finding in outcome.findings:
        assert 1 <= (finding.location.line or 1) <= text.count("\n") + 1


@examples(300)
@given(st.text("ab$ {}:-+?#%/*'\"\\`0", max_size=60))
def test_any_words(text):
    for read in (expand, split):
        try:
            read(text, {"a": "x y", "b": ""})
        except ValueError:
            pass


@examples(150)
@given(st.text("ab $(){}|&;<>'\"`\\\n=#![]", max_size=60))
def test_any_script(text):
    read_script(text)


@given(st.text("abc$x", max_size=30))
def test_words_without_marks_are_what_they_are(text):
    plain = text.replace("$", "")
    assert expand(plain, {"x": "y"}) == plain
    assert split(plain) == plain.split()
