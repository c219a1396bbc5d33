"""Words that a flag, a variable or the file chooses from are known in any case."""

import pytest

from careen.cli.completion import parser as completion_parser
from careen.cli.vex import STATUS
from careen.cli.vex import parser as vex_parser
from careen.config import choices, field_by_key, is_list, load
from careen.errors import UsageError
from careen.policy.load import load_policy

CHOSEN = sorted(key for key, field in field_by_key().items() if choices(field))


@pytest.mark.parametrize("key", CHOSEN)
@pytest.mark.parametrize("case", [str.upper, str.title, str.lower])
def test_every_word_of_a_setting_in_any_case(key, case, tmp_path):
    field = field_by_key()[key]
    for word in choices(field):
        wanted = (word,) if is_list(field) else word
        file = tmp_path / "config.toml"
        file.write_text(f"{key} = {[case(word)] if is_list(field) else case(word)!r}\n".replace("'", '"'))
        for loaded in (
            load({key: case(word)}, {"HOME": "/"}),
            load({}, {"HOME": "/", f"CAREEN_{key.upper()}": case(word)}),
            load({}, {"HOME": "/"}, file),
        ):
            assert getattr(loaded.settings, field.name) == wanted


def test_another_word_is_refused_still():
    with pytest.raises(UsageError, match="HGIH"):
        load({"severity": "HGIH"}, {"HOME": "/"})


def test_formats(careen_command, app):
    assert careen_command("scan", "x", "--format", "JSON")[1].startswith("{")
    assert careen_command("scan", "x", "--format", "Json=Report.json")[0] == 1
    assert careen_command("scan", "x", "--format", "JSN")[0] == 2


def test_words_of_commands():
    assert completion_parser().read(["Bash"]).shell == "bash"
    for status in STATUS:
        assert vex_parser().read(["create", "--status", status.upper(), "x"]).status == status


def test_severities_and_their_sources():
    assert load_policy(severity_from=["NVD,Vendor"]).severity_from == ("nvd", "vendor")
