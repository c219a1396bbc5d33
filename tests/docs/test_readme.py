"""The README's example is the true output of the demonstration, and its commands are there."""

import os
import re
import subprocess
import sys

import pytest
from tests.conftest import ROOT

README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- the output of `make scan`.*?-->\n```console\n)(.*?)(```\n)", re.DOTALL)


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    home = tmp_path_factory.mktemp("demonstration")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAREEN_", "FORCE_COLOR"))}
    environ = kept | {"COLUMNS": "80", "CAREEN_CACHE_DIR": str(home / "cache"), "XDG_CONFIG_HOME": str(home), "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "examples/run.py"], cwd=ROOT, env=environ, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert done.stderr == ""
    return done.stdout


def test_the_example_is_what_the_demonstration_prints(output, update):
    text = README.read_text("utf-8")
    if update:
        text = BLOCK.sub(lambda match: match[1] + output + match[3], text)
        README.write_text(text, "utf-8")
    assert BLOCK.search(text)[2] == output, "make golden rewrites the example"


def test_the_demonstration_shows_true_findings(output):
    for id in ("CVE-2021-44228", "CVE-2023-38545", "CVE-2024-22195", "CVE-2021-44906", "CVE-2023-39325"):
        assert id in output
    assert "CVE-2023-6931" not in output  # kernel headers are summed up
    assert max(map(len, output.splitlines()[1:])) <= 80  # the command itself may be longer


def test_the_commands_are_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    commands = re.findall(r"^\$ make (\w+)", README.read_text("utf-8"), re.MULTILINE)
    assert set(commands) == {"scan", "test"}
    assert all(re.search(rf"^{command}:", makefile, re.MULTILINE) for command in commands)
