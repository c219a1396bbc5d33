"""What lies in the working folder is not imported, however Careen is started; where Python itself looks there, -P helps."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONSOLE = Path(sys.executable).with_name("careen")
PLANTED = "import sys\nsys.stderr.write('planted ' + __name__)\nraise SystemExit(99)\n"
MODULES = ("msgspec", "urllib3", "rich", "yaml", "tomllib", "sqlite3", "hyperscan", "json", "logging", "difflib", "cli")


@pytest.fixture
def folder(tmp_path):
    for name in MODULES:
        (tmp_path / f"{name}.py").write_text(PLANTED)
    return tmp_path


def run(folder, *command):
    environment = {"HOME": str(folder), "CAREEN_CACHE_DIR": str(folder / "cache"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600, check=False
    )
    return done.returncode, done.stdout, done.stderr


COMMANDS = [
    (sys.executable, "-m", "careen"),
    (sys.executable, "-P", "-m", "careen"),
    pytest.param((str(CONSOLE),), marks=pytest.mark.skipif(not CONSOLE.exists(), reason="careen is not installed here")),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_modules_of_the_working_folder_are_not_imported(folder, command):
    (folder / "lock").mkdir()
    (folder / "lock" / "package-lock.json").write_text('{"name": "a", "lockfileVersion": 3, "packages": {}}')
    for arguments in (("version",), ("config", "show"), ("scan", "./lock", "--offline", "--format", "json")):
        code, _, err = run(folder, *command, *arguments)
        assert "planted" not in err
        assert code != 99


@pytest.mark.parametrize("command", COMMANDS[1:])
def test_a_folder_called_careen_is_not_run(folder, command):
    (folder / "careen").mkdir()
    (folder / "careen" / "__init__.py").write_text(PLANTED)
    (folder / "careen" / "__main__.py").write_text(PLANTED)
    code, out, err = run(folder, *command, "--version")
    assert (code, out.split()[0], err) == (0, "careen", "")


def test_python_finds_a_folder_called_careen_before_us(folder):
    """Python's own doing, and why the documentation names ``careen`` and ``python -P -m careen``."""
    (folder / "careen").mkdir()
    (folder / "careen" / "__init__.py").write_text(PLANTED)
    code, _, err = run(folder, sys.executable, "-m", "careen", "--version")
    assert (code, err) == (99, "planted careen")
