import pytest

from careen.errors import InputError
from careen.registries.state import PREVIOUS, STATE, Done, Found, Run, State, previous

RUN = Run("2026-11-24T12:00:00Z", "abc")
LATER = "2026-11-25T11:00:00Z"


def done(digest, *prints):
    return Done(
        digest, (f"r.example/{digest}:1",), f"images/{digest}.json", found=tuple(Found(p, "CVE", "high") for p in prints)
    )


def kept(folder, run=RUN, restart=False):
    state = State(folder, run, restart)
    state.close()
    return state


def test_what_was_done_is_there_after_a_kill(tmp_path):
    state = State(tmp_path, RUN)
    state.add(done("a", "f1"))
    state._file.write(b'{"kind":"image","digest":"b","refe')  # cut short, as by a kill
    state._file.flush()
    state.close()
    again = State(tmp_path, Run(LATER, "abc"))
    assert (again.resumed, again.run.started, list(again.done)) == (True, RUN.started, ["a"])
    again.add(done("c"))
    again.close()
    assert list(kept(tmp_path).done) == ["a", "c"]


def test_a_run_of_days_ago_is_not_gone_on_with(tmp_path):
    first = State(tmp_path, RUN)
    first.add(done("a"))
    first.close()
    assert kept(tmp_path, Run("2026-11-26T12:00:00Z", "abc")).done == {}


def test_another_question_or_a_restart_begins_anew(tmp_path):
    first = State(tmp_path, RUN)
    first.add(done("a"))
    first.close()
    assert kept(tmp_path, Run(LATER, "other")).done == {}
    second = State(tmp_path, Run(LATER, "other"))
    second.add(done("b"))
    second.close()
    assert kept(tmp_path, Run(LATER, "other"), restart=True).done == {}


def test_a_run_that_ended_is_what_the_next_is_compared_with(tmp_path):
    assert previous(tmp_path) is None
    state = State(tmp_path, RUN)
    state.add(done("a", "f1", "f2"))
    state.end("2026-11-24T13:00:00Z")
    state.close()
    assert kept(tmp_path).done == {}
    assert previous(tmp_path) == {"r.example/a:1": frozenset({"f1", "f2"})}


def test_damage_is_not_believed(tmp_path):
    (tmp_path / STATE).write_bytes(b'{"kind": "image"}\n')
    assert kept(tmp_path).resumed is False
    (tmp_path / PREVIOUS).write_bytes(b"\xff\n")
    assert previous(tmp_path) is None


@pytest.mark.parametrize("place", range(3))
def test_an_edited_line_and_what_follows_is_scanned_again(tmp_path, caplog, place):
    state = State(tmp_path, RUN)
    for name in "abc":
        state.add(done(name, "f1"))
    state.close()
    lines = (tmp_path / STATE).read_bytes().splitlines(keepends=True)
    lines[place + 1] = lines[place + 1].replace(b'"high"', b'"none"')
    (tmp_path / STATE).write_bytes(b"".join(lines))
    again = kept(tmp_path)
    assert (again.resumed, list(again.done)) == (True, list("abc"[:place]))
    assert "is damaged" in caplog.text


def test_a_line_of_another_run_is_not_believed(tmp_path, caplog):
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        state = State(tmp_path / str(number), Run(f"2026-11-24T12:00:0{number}Z", "abc"))
        state.add(done(f"of {number}"))
        state.close()
    first, second = ((tmp_path / str(number) / STATE).read_bytes().splitlines(keepends=True) for number in (1, 2))
    (tmp_path / STATE).write_bytes(first[0] + second[1])
    assert kept(tmp_path, Run("2026-11-24T12:00:03Z", "abc")).done == {} and "is damaged" in caplog.text


def test_a_state_file_of_a_killed_run_is_read(tmp_path, caplog):
    kept(tmp_path)
    with (tmp_path / STATE).open("ab") as file:
        file.write(b'{"kind":"image"')
    assert kept(tmp_path).resumed and caplog.text == ""


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        State(tmp_path / "none", RUN)
