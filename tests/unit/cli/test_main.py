import subprocess
import sys
from pathlib import Path

import pytest

import careen
from careen.cli.main import COMMANDS
from careen.errors import DatabaseError, Error, InputError, NetworkError, UsageError


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version(careen_command, flag):
    assert careen_command(flag) == (0, f"careen {careen.__version__}\n", "")


@pytest.mark.parametrize("flag", ["--help", "-h", "help"])
def test_help_names_the_commands_and_what_to_try_first(careen_command, flag):
    code, out, err = careen_command(flag)
    assert (code, err) == (0, "")
    assert "careen scan nginx:latest" in out
    assert all(f"\n  {name} " in out for name in ("scan", "db", "config", "completion", "version"))
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_terminal_and_breaks_no_flag(careen_command, command):
    code, out, _ = careen_command(command, "--help")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert not [line for line in out.splitlines() if line.endswith("-") and not line.endswith(" -")]


def test_no_command_is_a_usage_error_that_helps(careen_command):
    code, out, err = careen_command()
    assert (code, out) == (2, "")
    assert err.startswith("usage: careen COMMAND")


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["scna"], "unknown command 'scna'", "did you mean careen scan?"),
        (["alpine"], "unknown command 'alpine'", "to scan an image: careen scan alpine"),
        (["--json"], "unknown flag --json", "careen scan IMAGE"),
        (["scan"], "missing REFERENCE", "careen scan --help"),
        (["scan", "x", "--fial-on", "high"], "unknown flag --fial-on", "did you mean --fail-on?"),
        (["serve", "--port", "80"], "unknown flag --port", "did you mean --listen?"),
        (["scan", "x", "--fail-onn=high"], "unknown flag --fail-onn", "did you mean --fail-on?"),
        (["scan", "x", "--qqqqq"], "unknown flag --qqqqq", "careen scan --help lists all"),
        (["completion", "bash", "y"], "one argument too many: 'y'", "careen completion --help"),
        (["sbom", "x", "--offline"], "careen sbom has no flag --offline", "leave it out: only other commands use this setting"),
        (["scan", "x", "--fail"], "unknown flag --fail", "did you mean --fail-on?"),
        (["scan", "x", "--fail-on"], "--fail-on: expected one argument", "careen scan --help"),
        (["scan", "x", "--registry-password", "y"], "unknown flag --registry-password", "did you mean"),
        (["db"], "missing ACTION", "careen db --help"),
        (["completion", "tcsh"], "shell: invalid choice: 'tcsh'", "careen completion --help"),
        (["\x1b[2J"], "unknown command '\\x1b[2J'", ""),
    ],
)
def test_a_wrong_command_line_is_one_line_and_a_hint(careen_command, app, arguments, error, hint):
    code, out, err = careen_command(*arguments)
    assert (code, out) == (2, "")
    first, *rest = err.splitlines()
    assert first.startswith(f"careen: error: {error}")
    assert len(rest) == 1
    assert rest[0].startswith("hint: ")
    assert hint in rest[0]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no such platform", "try another"), 2),
        (InputError("image.tar: not an archive", "docker save"), 3),
        (DatabaseError("no database"), 3),
        (NetworkError("registry.example: wrong password"), 3),
    ],
)
def test_what_stops_a_scan_is_one_line_with_its_exit_code(careen_command, app, error, code):
    app.report = error
    found, out, err = careen_command("scan", "x")
    assert (found, out) == (code, "")
    assert err.splitlines() == [f"careen: error: {error}", *([f"hint: {error.hint}"] if error.hint else [])]


def test_text_of_others_in_an_error_is_escaped(careen_command, app):
    app.report = InputError("layer \x1b[2J\nfake line", "a\u202eb")
    _, _, err = careen_command("scan", "x")
    assert err == "careen: error: layer \\x1b[2J\\nfake line\nhint: a\\u202eb\n"


def test_an_interrupt_is_quiet(careen_command, app):
    app.report = KeyboardInterrupt()
    assert careen_command("scan", "x") == (130, "", "")


def test_an_unexpected_error_is_one_line_with_a_hint(careen_command, app):
    app.report = ZeroDivisionError("oh")
    code, out, err = careen_command("scan", "x")
    assert (code, out) == (3, "")
    assert err.splitlines()[0] == "careen: error: unexpected ZeroDivisionError: oh"
    assert "--debug" in err.splitlines()[1]
    with pytest.raises(ZeroDivisionError):
        careen_command("scan", "x", "--debug")


def test_trouble_of_the_machine_is_not_called_a_bug(careen_command, app):
    app.report = PermissionError(13, "Permission denied", "/cache/x")
    code, out, err = careen_command("scan", "x")
    assert (code, out) == (3, "")
    assert err.startswith("careen: error: [Errno 13] Permission denied: '/cache/x'\nhint: ")
    assert "a bug" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">/dev/full", "2>/dev/full", ">&- 2>&-"])
def test_missing_and_full_streams_make_no_noise(closed):
    command = f"{sys.executable} -m careen --version {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode == (3 if closed == ">/dev/full" else 0)


def test_a_reader_that_leaves_early_makes_no_noise():
    script = f"{sys.executable} -m careen --help | true; {sys.executable} -m careen scan --help | head -1"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "usage: careen scan [flags] REFERENCE …\n"
    assert done.stderr == ""


def test_errors_have_the_documented_exit_codes():
    assert {error.__name__: error.exit_code for error in (Error, UsageError, InputError, DatabaseError, NetworkError)} == {
        "Error": 3,
        "UsageError": 2,
        "InputError": 3,
        "DatabaseError": 3,
        "NetworkError": 3,
    }


def test_an_image_in_the_place_of_the_command_is_scanned(careen_command, app):
    code, out, err = careen_command("./image.tar", "--quiet")
    assert (code, err) == careen_command("scan", "./image.tar", "--quiet")[::2]
    assert out
    assert "careen: read as: careen scan nginx:latest\n" in careen_command("nginx:latest")[2]


def test_help_of_a_command(careen_command):
    assert careen_command("help", "scan") == careen_command("scan", "--help")
