import pytest

from careen.app.doctor import state_of
from careen.app.doctor.examine import guarded
from careen.app.doctor.line import note, ok
from careen.errors import InputError


@pytest.mark.parametrize(
    "error", [InputError("broken", "repair it"), OSError(13, "denied"), ZeroDivisionError("secret of a file")]
)
def test_an_examination_that_fails_is_a_line_and_what_it_found_stays(error):
    def examination():
        yield ok("x", "fine", "it is fine")
        raise error

    first, last = guarded("x", examination)
    assert (first.code, last.code, last.state) == ("fine", "failed", "problem")
    assert "secret" not in last.text
    assert state_of([first, note("x", "y", "z")]) == "note"
    assert state_of([first, last]) == "problem"
