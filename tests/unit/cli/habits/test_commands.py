import pytest

from careen.cli.habits.commands import as_paths, command_meaning, our_command_meaning


@pytest.mark.parametrize(
    ("word", "path"), [("app", "./app"), ("./app", "./app"), ("/", "/"), (".", "."), ("dir:app", "dir:app")]
)
def test_paths(word, path):
    assert as_paths((word,)) == (path,)


@pytest.mark.parametrize(
    ("word", "is_target"), [("alpine", False), ("alpine:3", True), ("./x", True), ("-", True), ("a@b", True)]
)
def test_a_target_in_the_place_of_a_command(word, is_target):
    assert (command_meaning(word, ()) is not None) is is_target


def test_our_own_commands_stay_ours():
    assert our_command_meaning("config", ("show",)) is None
    assert our_command_meaning("scan", ("x",)) is None
    assert our_command_meaning("db", ("status",)) is None
    assert our_command_meaning("db", ("check",)).words == ("status",)


@pytest.mark.parametrize(
    ("command", "words", "action"),
    [
        ("registry", ("localhost:5000",), ("scan", "localhost:5000")),
        ("registry", ("registry.example/team",), ("scan", "registry.example/team")),
        ("registry", ("list",), None),
        ("registry", ("scan", "localhost:5000"), None),
        ("origin", ("src/",), ("identify", "src/")),
        ("origin", ("stats",), None),
        ("origin", ("show", "a.b"), None),
    ],
)
def test_the_action_that_goes_without_saying(command, words, action):
    found = our_command_meaning(command, words)
    assert (found and found.words, found.command if found else command) == (action, command)
    assert not found or not found.why
