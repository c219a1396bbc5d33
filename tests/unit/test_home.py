"""How Careen names itself to servers."""

import tomllib
from pathlib import Path

import careen
from careen.net.settings import USER_AGENT


def test_the_address_of_the_project_is_that_of_its_metadata():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project.get("urls", {}).get("Homepage", "") == careen.HOME


def test_user_agent():
    assert f"careen/{careen.__version__}" + (f" (+{careen.HOME})" if careen.HOME else "") == USER_AGENT
