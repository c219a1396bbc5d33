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
