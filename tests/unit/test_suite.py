"""What tests/conftest.py decides for the whole suite."""

import os
import subprocess
import sys

import pytest
from hypothesis import settings

from tests.conftest import ROOT, needs_posix
from tests.support.generated import examples


def test_there_is_no_deadline():
    assert all(settings.get_profile(name).deadline is None for name in ("usual", "ci", "nightly"))


@pytest.mark.parametrize(("profile", "expected"), [("usual", 30), ("ci", 30), ("nightly", 300)])
def test_a_test_has_examples_in_proportion_to_its_profile(profile, expected):
    before = settings.get_current_profile_name()
    settings.load_profile(profile)
    try:
        assert examples(30).max_examples == expected
    finally:
        settings.load_profile(before)


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [((), {}, "usual"), ((), {"CI": "true"}, "ci"), (("--hypothesis-profile", "nightly"), {"CI": "true"}, "nightly")],
)
def test_the_profile_of_a_run(arguments, environ, expected):
    command = [sys.executable, "-m", "pytest", "-vv", "--collect-only", *arguments, "tests/unit/versions/test_apk.py"]
    environ = {**{name: value for name, value in os.environ.items() if name != "CI"}, **environ}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True, timeout=600)
    assert f"hypothesis profile '{expected}'" in done.stdout


def test_which_files_windows_leaves():
    assert needs_posix(ROOT / "tests" / "unit" / "images" / "test_directory.py")
    assert not needs_posix(ROOT / "tests" / "unit" / "versions" / "test_apk.py")


def test_no_test_sets_what_the_profile_does():
    setting = "deadline" + "="
    assert [path.name for path in (ROOT / "tests").rglob("*.py") if setting in path.read_text("utf-8")] == ["conftest.py"]
