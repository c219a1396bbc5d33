import pytest

from careen.cli.arguments import Parser, add_common, add_settings, given
from careen.errors import UsageError


def parser(several=True):
    made = Parser(prog="careen x")
    made.add_argument("paths", nargs="*" if several else None)
    add_settings(made, "a", ("format", "quiet", "no_progress", "jobs", "fail_on"))
    add_common(made)
    return made


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        ([], {}),
        (["--quiet"], {"quiet": True}),
        (["--no-quiet"], {"quiet": False}),
        (["--progress"], {"no_progress": False}),
        (["--debug"], {"log_level": "debug"}),
        (["--debug", "--log-level", "info"], {"log_level": "info"}),
        (["--fail-on", "high", "--fail-on", "kev"], {"fail_on": ["high", "kev"]}),
    ],
)
def test_settings_among_the_arguments(arguments, settings):
    assert given(parser().read(arguments)) == settings


def test_arguments_on_both_sides_of_a_flag():
    assert parser().read(["a", "--quiet", "b"]).paths == ["a", "b"]


def with_optional_arguments():
    made = Parser(prog="careen x")
    made.add_argument("action", choices=["add", "list"])
    made.add_argument("first", nargs="?")
    made.add_argument("second", nargs="?", type=int)
    made.add_argument("--files", nargs="?", const="all", default="", choices=["all", "modified"])
    add_settings(made, "a", ("quiet",))
    return made


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "host/a", "5", "--quiet"],
        ["--quiet", "add", "host/a", "5"],
        ["add", "--quiet", "host/a", "5"],
        ["add", "host/a", "--quiet", "5"],
    ],
)
def test_optional_arguments_on_both_sides_of_a_flag(arguments):
    found = with_optional_arguments().read(arguments)
    assert (found.action, found.first, found.second, found.quiet) == ("add", "host/a", 5, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "host/a", "5", "--quiet", "6"], "one argument too many: '6'"),
        (["add", "host/a", "--quiet", "many"], "second: invalid int value: 'many'"),
        (["add", "--files", "modfied"], "--files: invalid choice: 'modfied'"),
    ],
)
def test_an_argument_after_a_flag_that_does_not_fit(arguments, message):
    with pytest.raises(UsageError) as caught:
        with_optional_arguments().read(arguments)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("arguments", "files", "first"),
    [
        (["add", "--files", "./all"], "all", "./all"),
        (["add", "--files", "modified", "./a"], "modified", "./a"),
        (["add", "--files", "host/a:1"], "all", "host/a:1"),
        (["add", "a", "--files"], "all", "a"),
    ],
)
def test_a_flag_without_a_value_leaves_the_next_argument(arguments, files, first):
    found = with_optional_arguments().read(arguments)
    assert (found.files, found.first) == (files, first)


@pytest.mark.parametrize(
    ("arguments", "several", "message", "hint"),
    [
        (["--quite"], True, "unknown flag --quite", "did you mean --quiet?"),
        (["--qui"], True, "unknown flag --qui", "did you mean --quiet?"),
        (["--xyzzy=1"], True, "unknown flag --xyzzy", "careen x --help lists all"),
        (["a", "b"], False, "one argument too many: 'b'", "careen x --help"),
        ([], False, "missing paths", "careen x --help"),
    ],
)
def test_one_clear_line_for_a_wrong_argument(arguments, several, message, hint):
    with pytest.raises(UsageError) as caught:
        parser(several).read(arguments)
    assert (str(caught.value), caught.value.hint) == (message, hint)
