"""careen behaviour names."""

import json

import pytest

from careen.cli.behaviour_names import parser, run
from careen.errors import UsageError


def _run(*arguments):
    return run(parser().read(arguments))


def test_an_imitation_is_named_and_ends_with_1(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert _run("reqeusts", "numpy") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("reqeusts: medium MAL-002 reqeusts imitates requests")
    assert lines[-3].startswith("  fix: Install the package that is meant.")
    assert lines[-2] == "numpy: imitates no popular package of PyPI"
    assert lines[-1] == "(compared with names of PyPI; --ecosystem compares with those of npm, Go, RubyGems)"


def test_json_of_another_ecosystem(capsys):
    assert _run("lodahs", "--ecosystem", "npm", "--format", "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["names"]["lodahs"]["id"]) == ("careen.names/1", "MAL-002")


def test_what_is_known_counts(capsys):
    assert _run("reqeusts", "--downloads", "9000000") == 0
    assert _run("reqeusts", "--first-release", "2000-01-01") == 0


@pytest.mark.parametrize("arguments", [(), ("x", "--ecosystem", "CPAN"), ("x", "--first-release", "yesterday")])
def test_what_is_wrong_is_a_usage_error(arguments):
    with pytest.raises(UsageError):
        _run(*arguments)
