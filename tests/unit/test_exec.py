import fcntl
import os
import sys

import pytest

from careen import exec as programs
from careen.exec import detach, run

PATH = {"PATH": os.environ["PATH"]}


@pytest.fixture
def program(tmp_path):
    """A Python program of the given text, in a folder of PATH."""

    def make(text, name="helper"):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!{sys.executable}\n{text}")
        path.chmod(0o755)
        return {"PATH": str(path.parent)}

    return make


def test_what_a_program_answers(program):
    environ = program("import sys; sys.stdout.write(sys.stdin.read().upper()); sys.stderr.write('!'); sys.exit(3)")
    finished = run(["helper", "get"], input=b"text", environ=environ)
    assert (finished.code, finished.stdout, finished.stderr) == (3, b"TEXT", b"!")


def test_arguments_do_not_pass_through_a_shell(program):
    environ = program("import sys; print(sys.argv[1:])")
    assert run(["helper", "$(id)", "; ls"], environ=environ).stdout == b"['$(id)', '; ls']\n"


def test_the_password_is_not_handed_on(program):
    environ = program("import os; print(sorted(os.environ))")
    found = run(["helper"], environ={**environ, "CAREEN_REGISTRY_PASSWORD": "x", "AWS_PROFILE": "y"}).stdout
    assert b"AWS_PROFILE" in found and b"CAREEN_REGISTRY_PASSWORD" not in found


def test_no_program_of_the_working_folder(program, tmp_path, monkeypatch):
    program("print(1)")
    monkeypatch.chdir(tmp_path / "bin")
    for path in ("", ".", ":", "bin"):
        with pytest.raises(FileNotFoundError):
            run(["helper"], environ={"PATH": path})
    with pytest.raises(FileNotFoundError):
        run(["./helper"], environ=PATH)
    with pytest.raises(FileNotFoundError):
        run(["../bin/helper"], environ=PATH)


def test_a_program_that_is_not_there():
    with pytest.raises(FileNotFoundError, match="no such program"):
        run(["docker-credential-absent"], environ=PATH)


def test_a_program_that_does_not_end_is_ended_with_its_children(program, tmp_path):
    lock = tmp_path / "lock"  # both hold it for as long as they live
    text = f"import fcntl, os, time\nlock = open({str(lock)!r}, 'w')\nfcntl.flock(lock, fcntl.LOCK_EX)\nos.fork()\n"
    environ = program(f"{text}time.sleep(60)\nlock.write('I ended by myself')")
    with pytest.raises(TimeoutError, match=r"helper did not end within 0\.5 s"):
        run(["helper"], timeout_s=0.5, environ=environ)
    with lock.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    assert lock.read_text() == ""


def test_a_program_that_writes_without_end_is_ended(program):
    environ = program("import sys\nwhile True: sys.stdout.write('x' * 65536)")
    with pytest.raises(OSError, match="more than 100000 bytes"):
        run(["helper"], max_output_bytes=100_000, timeout_s=60, environ=environ)


def test_a_program_that_does_not_read_its_input(program):
    assert run(["helper"], input=b"x" * 1_000_000, environ=program("")).code == 0


def test_what_is_detached_has_its_own_session_and_writes_to_its_log_alone(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("CAREEN_REGISTRY_PASSWORD", "s3cret")
    code = (
        "import os, sys; print(sys.stdin.read(), os.getsid(0) == os.getpid(), os.getcwd(), os.isatty(0),"
        "'CAREEN_REGISTRY_PASSWORD' in os.environ); print('oops', file=sys.stderr)"
    )
    log = tmp_path / "log"
    detach([sys.executable, "-c", code], b"order", log)
    (pid,) = programs._detached
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # the end of it, which is left to be cleared away
    assert sorted(log.read_text().splitlines()) == ["oops", f"order True {tmp_path} False False"]
    assert capfd.readouterr() == ("", "")
    detach([sys.executable, "-c", "pass"], b"", log)
    assert pid not in programs._detached
    os.waitpid(programs._detached.pop(), 0)
