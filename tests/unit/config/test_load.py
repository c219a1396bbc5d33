from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import fields

from careen.config import Settings, choices, default_cache_dir, description, load, shown
from careen.config.settings import Severity
from careen.errors import UsageError
from careen.model import advisory

HOME = {"HOME": "/home/ada"}


def file_of(tmp_path, text):
    path = tmp_path / "careen.toml"
    path.write_text(text)
    return path


def test_a_flag_beats_the_environment_beats_the_file(tmp_path):
    file = file_of(tmp_path, 'fail_on = "low"\njobs = 2\nplatform = "linux/arm64"\n')
    loaded = load({"fail_on": "high"}, HOME | {"CAREEN_FAIL_ON": "medium", "CAREEN_JOBS": "4"}, file)
    assert (loaded.settings.fail_on, loaded.settings.jobs, loaded.settings.platform) == (("high",), 4, "linux/arm64")
    assert loaded.origins["fail_on"] == "--fail-on"
    assert loaded.origins["jobs"] == "CAREEN_JOBS"
    assert loaded.origins["platform"] == str(file)
    assert loaded.origins["strict"] == "default"


def test_the_users_file_is_read_and_no_file_of_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text("strict = true")
    Path("careen.toml").write_text("strict = true")
    assert not load({}, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "none")}).settings.strict
    own = tmp_path / ".config" / "careen" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text("strict = true")
    assert load({}, {"HOME": str(tmp_path)}).origins["strict"] == str(own)


def test_the_variable_that_names_a_file(tmp_path):
    file = file_of(tmp_path, "strict = true")
    assert load({}, HOME | {"CAREEN_CONFIG": str(file)}).settings.strict


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("fail-on = 'high'", "unknown key 'fail-on'", "did you mean 'fail_on'?"),
        ("zzz = 1", "unknown key 'zzz'", "careen config show lists them"),
        ("unknown_as = 'hgih'", "unknown_as: 'hgih' is not one of critical, high,", ""),
        ("jobs = '4'", "jobs: '4' is not a whole number", ""),
        ("jobs = 0", "jobs: 0 is not a whole number above 0", ""),
        ("strict = 'yes'", "strict: 'yes' is not true or false", ""),
        ("registry_password = 'x'", "'registry_password' does not belong in a file", "set CAREEN_REGISTRY_PASSWORD"),
        ("[", "not TOML", ""),
        ('x = "\\udc00"', "not TOML", ""),
    ],
)
def test_a_wrong_file_is_named_with_key_and_cure(tmp_path, text, message, hint):
    file = file_of(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load({}, HOME, file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert caught.value.hint.startswith(hint)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"none\.toml: No such file"):
        load({}, HOME, tmp_path / "none.toml")


def test_bytes_that_are_not_text_are_refused(tmp_path):
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xff\xfe\0")
    with pytest.raises(UsageError, match="not TOML"):
        load({}, HOME, file)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"unknown_as": "hgih"}, "--unknown-as: 'hgih' is not one of critical"),
        ({"grace_days": "-1"}, "--grace-days: '-1' is not a whole number of 0 or more"),
        ({"severity": ["high,mdium"]}, "--severity: 'mdium' is not one of critical"),
        ({"jobs": "many"}, "--jobs: 'many' is not a whole number"),
        ({"timeout": "0"}, "--timeout: '0' is not a number above 0"),
        ({"output": ""}, "--output: '' is not a path"),
        ({"output": "a\0b"}, "--output: 'a\\x00b' is not a path"),
    ],
)
def test_a_wrong_flag_is_named(flags, message):
    with pytest.raises(UsageError) as caught:
        load(flags, HOME)
    assert str(caught.value).startswith(message)


def test_lists_are_separated_by_commas_but_for_names_of_files():
    loaded = load({"severity": ["high, critical", "low"], "format": ["table", "json=a,b.json"]}, HOME)
    assert loaded.settings.severity == ("high", "critical", "low")
    assert loaded.settings.format == ("table", "json=a,b.json")
    assert load({}, HOME | {"CAREEN_FORMAT": "table,json=x"}).settings.format == ("table", "json=x")


@pytest.mark.parametrize(("word", "value"), [("1", True), ("true", True), ("Yes", True), ("off", False), ("0", False)])
def test_switches_of_the_environment(word, value):
    assert load({}, HOME | {"CAREEN_STRICT": word}).settings.strict is value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("fail_on", ""),
        ("fail_on", " "),
        ("fail_on", ","),
        ("scanners", " , "),
        ("severity", ""),
        ("policy", ""),
        ("accept", ""),
    ],
)
def test_a_flag_that_names_nothing_is_refused(key, text):
    flag = "--" + key.replace("_", "-")
    for value in ([text], ["critical", text], text):
        with pytest.raises(UsageError, match=f"^{flag}: .* has no value"):
            load({key: value}, HOME)


def test_an_empty_variable_is_not_set():
    assert load({}, HOME | {"CAREEN_FAIL_ON": ""}).settings.fail_on == ()
    with pytest.raises(UsageError, match=r"^CAREEN_FAIL_ON: ',' has no value"):
        load({}, HOME | {"CAREEN_FAIL_ON": ","})


def test_a_misspelt_variable_is_noted_and_a_foreign_one_is_not():
    loaded = load({}, HOME | {"CAREEN_FAILON": "high", "CAREEN_VERSION": "1", "CAREEN_XYZ": "1"})
    assert loaded.notes == ("CAREEN_FAILON is not a setting: did you mean CAREEN_FAIL_ON?",)


def test_paths_of_a_file_are_relative_to_it_and_tilde_is_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    file = file_of(tmp_path, 'advisories = "own"\nignore_file = "~/ignore"\n')
    settings = load({"output": "~/report"}, HOME, file).settings
    assert settings.advisories == tmp_path / "own"
    assert settings.ignore_file == (Path("/home/ada/ignore"),)
    assert settings.output == Path("/home/ada/report")


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", HOME, "/home/ada/.cache/careen"),
        ("linux", HOME | {"XDG_CACHE_HOME": "/fast"}, "/fast/careen"),
        ("darwin", HOME, "/home/ada/Library/Caches/careen"),
        ("win32", HOME | {"LOCALAPPDATA": "/Users/ada/AppData/Local"}, "/Users/ada/AppData/Local/careen"),
    ],
)
def test_the_cache_is_in_the_platforms_cache_folder(monkeypatch, platform, environ, expected):
    monkeypatch.setattr("sys.platform", platform)
    assert default_cache_dir(environ) == Path(expected)


def test_without_a_home_only_the_cache_needs_to_be_named(monkeypatch):
    def no_home():
        raise RuntimeError

    monkeypatch.setattr("pathlib.Path.home", no_home)
    assert load({}, {"CAREEN_CACHE_DIR": "/cache"}).settings.cache_dir == Path("/cache")
    with pytest.raises(UsageError) as caught:
        load({}, {})
    assert "CAREEN_CACHE_DIR" in caught.value.hint


def test_secrets_are_redacted():
    assert shown("registry_password", "hunter2") == "(redacted)"
    assert shown("registry_password", None) == ""
    assert shown("severity", ("high", "low")) == "high, low"
    assert shown("strict", True) == "true"
    assert shown("db_from", "https://ann:hunter2@mirror.example/a") == "https://mirror.example/a"
    assert shown("mirrors", "a=https://ann:hunter2@mirror.example") == "a=https://mirror.example"
    assert shown("db_from", "https://mirror.example/a?sig=hunter2") == "https://mirror.example/a"
    assert shown("db_from", "http://[::1@/a") == "http:///a", "whatever it is, it is shown"
    assert shown("archive", ("https://ann:hunter2@a.example/debian", "/srv/debian")) == "https://a.example/debian, /srv/debian"


def test_every_setting_is_described():
    assert all(description(field) for field in fields(Settings))


def test_severities_are_those_of_the_model():
    assert get_args(Severity) == advisory.SEVERITIES
    (field,) = [field for field in fields(Settings) if field.name == "unknown_as"]
    assert choices(field) == advisory.SEVERITIES


def test_a_home_that_may_not_be_looked_into_has_no_file(monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.stat", refuse)
    found = load({}, {"HOME": str(tmp_path)})
    monkeypatch.undo()
    assert set(found.origins.values()) == {"default"}


def test_a_text_for_a_list_is_read_as_a_flag_is(tmp_path):
    file = file_of(tmp_path, 'severity = "high, CRITICAL"\nfail_on = "fixable:high,kev"\nformat = "json=a,b.json"\n')
    settings = load({}, HOME, file).settings
    assert (settings.severity, settings.fail_on) == (("high", "critical"), ("fixable:high", "kev"))
    assert settings.format == ("json=a,b.json",)
