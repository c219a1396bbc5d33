from pathlib import Path

import pytest

from careen.ci.connected import connected
from careen.ci.github import GitHub
from careen.ci.gitlab import GitLab
from careen.ci.pipeline import Pipeline
from careen.config import Settings
from careen.errors import UsageError

SETTINGS = Settings(cache_dir=Path("/nowhere"))


@pytest.mark.parametrize(("service", "kind"), [("github", GitHub), ("gitlab", GitLab)])
def test_each_service_has_its_client(service, kind):
    pipeline = Pipeline(service=service, api="https://forge.example", repository="owner/shop")
    assert isinstance(connected(pipeline, "token", SETTINGS), kind)


@pytest.mark.parametrize(("service", "token", "text"), [("github", "", "no token"), ("other", "token", "not a pipeline")])
def test_what_is_missing(service, token, text):
    with pytest.raises(UsageError, match=text):
        connected(Pipeline(service=service), token, SETTINGS)
