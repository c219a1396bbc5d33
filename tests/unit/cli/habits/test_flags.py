import pytest

from careen.cli.habits.flags import FLAGS, flag_meaning, takes_value


@pytest.mark.parametrize("flag", ["--password", "--token", "--registry-token"])
def test_a_secret_is_in_no_answer(flag):
    meaning = flag_meaning(flag, "hunter2", ())
    assert "hunter2" not in str(meaning)
    assert "CAREEN_" in meaning.why


@pytest.mark.parametrize(
    ("value", "seconds"), [("5m", "300"), ("1h2m3s", "3723"), ("90s", "90"), ("30", None), ("", None), ("x", None), ("m", None)]
)
def test_durations(value, seconds):
    meaning = flag_meaning("--timeout", value, ())
    assert (meaning and meaning.words[1]) == seconds


def test_who_takes_a_value():
    assert takes_value("--exit-code")
    assert not takes_value("--only-fixed")
    assert not takes_value("--unknown")
    assert flag_meaning("--unknown", None, ()) is None
    assert all(name.startswith("-") for name in FLAGS)
