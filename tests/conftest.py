"""Options and fixtures of the whole suite."""

import logging
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from careen.plugins import use_folder

ROOT = Path(__file__).resolve().parents[1]
PLUGINS = os.environ.get("CAREEN_PLUGINS")  # a folder of outside plugins, to hold them to the rules of ours
if PLUGINS:
    use_folder(Path(PLUGINS))

# No test depends on how busy the machine is. CI runs the same examples every time; `make fuzz` runs the third profile.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("usual"), derandomize=True)
settings.register_profile("nightly", settings.get_profile("usual"), max_examples=1000, derandomize=False)
settings.load_profile("ci" if os.environ.get("CI") else "usual")

# What Windows has not, or not in this form. A file of tests that names one of these is not collected there.
POSIX_ONLY = re.compile(
    r"\b(?:fcntl|pty|resource|mkfifo|fork|getuid|geteuid|chown|symlink_to|symlink|SIGKILL|SIGPROF|setitimer|AF_UNIX)\b"
    r"|\bchmod\(|st_mode\b|unix://|#!/bin/sh"
)


def pytest_ignore_collect(collection_path):
    if sys.platform == "win32" and collection_path.name.startswith("test_") and needs_posix(collection_path):
        return True
    return None


def pytest_report_header():
    if sys.platform == "win32":
        left = sum(map(needs_posix, (ROOT / "tests").rglob("test_*.py")))
        return f"not run on Windows: {left} files of tests that use pipes, links, signals, owners or permissions"
    return []


def needs_posix(path):
    return bool(POSIX_ONLY.search(path.read_text("utf-8")))


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="rewrite the expectations of golden tests, for review")


@pytest.fixture
def update(request):
    return request.config.getoption("--update")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """No test reads or writes the user's cache, credentials or settings."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("CAREEN_", "DOCKER_")) and name != "CAREEN_MUTATIONS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("CAREEN_CACHE_DIR", str(home / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("HOME", str(home))


@pytest.fixture(autouse=True)
def logging_as_before():
    """The command line sets the level for the whole process."""
    from careen.log import configure_on_load

    logger = logging.getLogger("careen")
    handlers, level = logger.handlers, logger.level
    yield
    configure_on_load(lambda: None)
    logger.handlers = handlers
    logger.setLevel(level)


@pytest.fixture(scope="session")
def feeds():
    """A mirror of real advisory feeds, if there is one beside the checkout."""
    path = ROOT / ".cache" / "feeds"
    if not (path / "MANIFEST.json").exists():
        pytest.skip("no .cache/feeds here: tests against a mirror of real feeds are skipped")
    return path


@pytest.fixture(scope="session")
def gold():
    """Evaluation cases, if they are beside the checkout."""
    path = ROOT / ".cache" / "gold"
    if not path.exists():
        pytest.skip("no .cache/gold here: tests against evaluation cases are skipped")
    return path
