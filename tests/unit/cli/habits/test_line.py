import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.cli.habits import corrected, meant
from careen.cli.habits.commands import COMMANDS
from careen.cli.habits.flags import FLAGS
from careen.cli.main import COMMANDS as OURS
from careen.cli.main import _read
from careen.errors import UsageError

ERROR = UsageError("not understood", "try another")


def answer(line):
    """(the line to run, "") or ("", the line to type)"""
    try:
        return str(meant(shlex.split(line), ERROR)), ""
    except UsageError as error:
        return "", error.hint


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("image alpine", "careen scan alpine"),
        ("i -d alpine", "careen scan alpine --debug"),
        ("fs app", "careen scan ./app"),
        ("rootfs /", "careen scan /"),
        ("conf x", "careen check ./x"),
        ("config x", "careen check ./x"),
        ("image --ignorefile=.trivyignore alpine", "careen scan alpine --ignore-file .trivyignore"),
        ("image --exit-code 0 alpine", "careen scan alpine"),
        ("alpine:3.20 -v", "careen scan alpine:3.20 --log-level info"),
        ("alpine:3.20 dir:x", "careen scan alpine:3.20 dir:x"),
        ("scan --pkg-types os,library alpine", "careen scan alpine"),
        ("image --help", "careen scan --help"),
        ("image -- alpine", ""),
    ],
)
def test_the_same_meaning_is_run(line, runs):
    assert answer(line)[0] == runs


@pytest.mark.parametrize(
    ("line", "type_it"),
    [
        ("image --exit-code 1 alpine", "careen scan alpine --fail-on unknown"),
        ("image --exit-code=1 -s LOW,CRITICAL alpine", "careen scan alpine --fail-on low -s LOW,CRITICAL"),
        ("-o json alpine:3", "careen scan alpine:3 --format json"),
        ("alpine:3 -o template -t html.tmpl", "careen scan alpine:3 --format html"),
        ("alpine:3 -f high", "careen scan alpine:3 --fail-on high"),
        ("alpine:3 -s all-layers", "careen scan alpine:3"),
        ("image --severity HIGH --exit-code 1", "careen scan IMAGE --severity HIGH --fail-on high"),
        ("scan alpine -c .grype.yaml", "careen migrate .grype.yaml"),
        ("image 'a b' --timeout 1h", "careen scan 'a b' --max-seconds 3600"),
        ("repo https://x.example/y", "careen scan ./source"),
        ("compare a b", "careen diff a b"),
    ],
)
def test_another_meaning_is_answered_with_the_line_to_type(line, type_it):
    assert answer(line) == ("", f"type: {type_it}")


@pytest.mark.parametrize("line", ["scna x", "alpine", "scan x --fail-in high", "image --no-such-flag x", "--json", "scan x y"])
def test_what_no_scanner_has_keeps_its_error(line):
    assert answer(line) == ("", "try another")


def test_an_error_of_a_command_that_has_begun():
    assert corrected(["scan", "x"], ERROR) is ERROR
    assert corrected(["scan", "x", "--timeout", "5m"], ERROR).hint == "type: careen scan x --max-seconds 300"


@pytest.mark.parametrize("word", COMMANDS)
def test_the_answer_to_every_command_is_one_that_careen_reads(word):
    text = "".join(answer(f"{word} ./x ./y" if word == "compare" else f"{word} ./x")).removeprefix("type: ")
    words = shlex.split(text.removeprefix("careen "))
    assert words[0] in OURS
    _read(words)


@pytest.mark.parametrize("flag", FLAGS)
def test_the_answer_to_every_flag_is_one_that_careen_reads(flag):
    text = "".join(answer(f"image {flag} a.txt ./x" if FLAGS[flag].takes else f"image {flag} ./x")).removeprefix("type: ")
    if text != "try another":
        _read(shlex.split(text.removeprefix("careen ")))


WORDS = st.lists(st.sampled_from([*COMMANDS, *FLAGS, "x:1", "json", "-", "--", "", "=", "-o=", "\x1b", "HIGH"]), max_size=8)


@given(WORDS)
def test_any_line_ends_in_a_line_or_a_usage_error(words):
    try:
        assert str(meant(words, ERROR)).startswith("careen ")
    except UsageError:
        pass
