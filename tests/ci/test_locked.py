"""The part of the lock file that an action or an image installs."""

import re
import runpy

import pytest
from tests.conftest import ROOT

LOCKED = runpy.run_path(str(ROOT / ".ci" / "locked.py"))
PROJECT = """[project]
dependencies = ["one>=1"]
[project.optional-dependencies]
more = ["Two_B[fast]>=2; sys_platform != 'win32'"]
"""
LOCK = """one==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:ab
    # via careen (pyproject.toml)
three==3.0 ; sys_platform != 'win32' \\
    --hash=sha256:cc
    # via
    #   careen (pyproject.toml)
    #   one
four==4.0 \\
    --hash=sha256:dd
    # via three
test-tool==9 \\
    --hash=sha256:ee
    # via careen (pyproject.toml)
two-b==2.0 \\
    --hash=sha256:bb
    # via careen (pyproject.toml)
"""


def names(text):
    return [line.split("==")[0] for line in text.splitlines() if "==" in line]


def test_it_has_what_the_project_needs_and_what_that_needs():
    text = LOCKED["part"](LOCK, PROJECT)
    assert names(text) == ["four", "one", "three"]
    assert text.startswith("four==4.0 \\\n    --hash=sha256:dd\none==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:ab\n")
    assert "#" not in text


def test_extras_and_single_packages_are_added():
    assert names(LOCKED["part"](LOCK, PROJECT, ["more"], ["test-tool"])) == ["four", "one", "test-tool", "three", "two-b"]


def test_a_package_that_is_not_locked():
    with pytest.raises(ValueError, match="lacks five"):
        LOCKED["part"](LOCK, PROJECT, also=["five"])


def test_that_of_this_project_has_hashes_for_everything():
    lock, project = ((ROOT / name).read_text("utf-8") for name in ("requirements.lock", "pyproject.toml"))
    text = LOCKED["part"](lock, project, ["server"], ["hatchling"])
    assert {"msgspec", "urllib3", "starlette", "hatchling", "markupsafe"} <= set(names(text))
    assert not {"pytest", "ruff", "mypy", "textual"} & set(names(text))
    requirements = re.split(r"(?m)^(?=\w)", text)[1:]
    assert all("--hash=sha256:" in requirement for requirement in requirements)
