from pathlib import Path

import pytest

from careen.config import field_by_key, nearest, settings_of
from careen.config.fields import is_list, is_path, is_switch
from careen.config.values import value_of
from careen.errors import UsageError


def read(key, value, lenient=True):
    return value_of("place", field_by_key()[key], value, lenient=lenient)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("strict", "on", True), ("strict", "No", False), ("strict", "true", True), ("jobs", "8", 8), ("timeout", "2.5", 2.5),
        ("severity", "HIGH, critical", ("high", "critical")), ("severity", ["high", "low,medium"], ("high", "low", "medium")),
        ("format", ["json=a,b"], ("json=a,b",)), ("format", "json,table", ("json", "table")), ("fail_on", "", ()),
        ("vex", ["a,b"], (Path("a,b"),)), ("vex", Path("a"), (Path("a"),)), ("vex", "a,b", (Path("a"), Path("b"))),
        ("db_max_age", "off", "off"), ("db_max_age", "3", 3), ("refresh", "WAIT", "wait"), ("output", "a/x", Path("a/x")),
    ],
)  # fmt: skip
def test_texts_are_read_as_what_they_mean(key, text, value):
    assert read(key, text) == value


@pytest.mark.parametrize(
    ("key", "value"), [("strict", "true"), ("jobs", "8"), ("severity", "high"), ("jobs", True), ("vex", [1])]
)
def test_values_of_a_file_have_their_types(key, value):
    with pytest.raises(UsageError):
        read(key, value, lenient=False)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("jobs", "0", "place: '0' is not a whole number above 0"),
        ("grace_days", "-1", "place: '-1' is not a whole number of 0 or more"),
        ("strict", "maybe", "place: 'maybe' is not true or false"),
        (
            "severity",
            "hgih",
            "place: 'hgih' is not one of critical, high, medium, low, negligible, unknown: did you mean high?",
        ),
        ("cache_max_size", "much", "place: 'much' is not a size such as 20G"),
        ("output", "a\0b", "place: 'a\\x00b' is not a path"),
    ],
)
def test_a_wrong_value_is_named(key, value, message):
    with pytest.raises(UsageError) as caught:
        read(key, value)
    assert str(caught.value) == message
    assert caught.value.hint.startswith(f"{key}: ")


def test_the_settings_of_a_program(monkeypatch, tmp_path):
    monkeypatch.setenv("CAREEN_FAIL_ON", "low")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    settings = settings_of({"timeout": 5, "scanners": ["secret"], "base": None})
    assert (settings.timeout_s, settings.scanners, settings.fail_on, settings.base) == (5.0, ("secret",), (), None)
    assert settings.cache_dir == tmp_path / "careen"
    with pytest.raises(UsageError, match="unknown setting 'timeot'") as caught:
        settings_of({"timeot": 5})
    assert caught.value.hint == "did you mean 'timeout'?"


def test_kinds_of_fields():
    fields = field_by_key()
    assert "timeout" in fields
    assert [key for key in ("strict", "jobs", "vex", "output") if is_switch(fields[key])] == ["strict"]
    assert [key for key in ("strict", "severity", "vex", "output") if is_list(fields[key])] == ["severity", "vex"]
    assert [key for key in ("strict", "severity", "vex", "output") if is_path(fields[key])] == ["vex", "output"]


def test_the_nearest_word():
    assert nearest("hgih", ("low", "high")) == "high"
    assert nearest("xyz", ("low", "high")) is None
