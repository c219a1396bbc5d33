import json

import pytest

from careen.ci.pipeline import Pipeline, pipeline_of
from careen.errors import InputError, UsageError

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_API_URL": "https://api.forge.example",
    "GITHUB_SERVER_URL": "https://forge.example",
    "GITHUB_REPOSITORY": "owner/shop",
    "GITHUB_SHA": "c" * 40,
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_RUN_ID": "12",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://forge.example/api/v4",
    "CI_SERVER_URL": "https://forge.example",
    "CI_PROJECT_ID": "7",
    "CI_COMMIT_SHA": "c" * 40,
    "CI_COMMIT_REF_NAME": "main",
}
MERGE = {
    "CI_MERGE_REQUEST_IID": "3",
    "CI_MERGE_REQUEST_PROJECT_ID": "7",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "7",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_MERGE_REQUEST_PROJECT_URL": "https://forge.example/owner/shop",
}


def event(tmp_path, home="owner/shop", **request):
    known = {"number": 7, "head": {"ref": "$(id)`id`", "sha": "d" * 40, "repo": {"full_name": home} if home else None}}
    known |= {"base": {"ref": "main", "sha": "b" * 40, "repo": {"full_name": "owner/shop"}}, "title": "${{ x }}", **request}
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"action": "opened", "pull_request": known}))
    return {**GITHUB, "GITHUB_EVENT_PATH": str(file)}


def test_a_pull_request_of_this_repository(tmp_path):
    found = pipeline_of(event(tmp_path))
    assert (found.service, found.request, found.base, found.base_commit) == ("github", 7, "main", "b" * 40)
    assert (found.outside, found.ref, found.commit) == (False, "refs/pull/7/merge", "c" * 40)


@pytest.mark.parametrize("home", ["mallory/shop", "owner/shop2", ""])
def test_a_pull_request_of_a_fork(tmp_path, home):
    assert pipeline_of(event(tmp_path, home)).outside


def test_a_push():
    found = pipeline_of({**GITHUB, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"})
    assert (found.request, found.outside, found.ref) == (None, False, "refs/heads/main")


def test_the_rights_of_the_repository_for_code_of_a_fork_are_refused(tmp_path):
    with pytest.raises(UsageError, match="pull_request_target"):
        pipeline_of(event(tmp_path) | {"GITHUB_EVENT_NAME": "pull_request_target"})


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pull_request": {"number": "7; rm"}}', '{"pull_request": {"number": 7}}'])
def test_an_event_that_is_none(tmp_path, text):
    file = tmp_path / "event.json"
    file.write_text(text)
    with pytest.raises(InputError, match="event"):
        pipeline_of({**GITHUB, "GITHUB_EVENT_PATH": str(file)})


def test_a_merge_request():
    found = pipeline_of({**GITLAB, **MERGE})
    assert (found.service, found.repository, found.request, found.base) == ("gitlab", "7", 3, "main")
    assert (found.outside, found.remote) == (False, "origin")


def test_a_merge_request_of_a_fork_has_its_base_elsewhere():
    found = pipeline_of({**GITLAB, **MERGE, "CI_PROJECT_ID": "9", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "9"})
    assert (found.outside, found.repository, found.remote) == (True, "7", "https://forge.example/owner/shop.git")


def test_a_branch_of_gitlab():
    found = pipeline_of(GITLAB)
    assert (found.repository, found.request, found.ref, found.outside) == ("7", None, "main", False)


def test_another_service():
    assert pipeline_of({"CI": "true"}) == Pipeline()
