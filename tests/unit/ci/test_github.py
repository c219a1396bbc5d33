import base64
import gzip

import pytest
from tests.support import forges
from tests.support.forge_world import world
from tests.support.servers import Server

from careen.ci.github import ROBOT, GitHub
from careen.ci.pipeline import Pipeline
from careen.errors import CredentialsError


def test_findings_go_to_code_scanning_with_their_commit():
    with world("github") as (memory, client, _):
        client.upload_sarif(b"{}", Pipeline(commit="c" * 40, ref="refs/pull/7/merge"))
    (body,) = memory.scans
    assert gzip.decompress(base64.b64decode(body["sarif"])) == b"{}"
    assert (body["commit_sha"], body["ref"]) == ("c" * 40, "refs/pull/7/merge")


def test_the_token_of_a_workflow_stands_for_its_robot():
    with world("github") as (_, client, _):
        assert client.user() == ROBOT


def test_another_token_is_asked():
    memory = forges.Memory()
    with Server(forges.github(memory, user="robot-of-ours")) as server:
        client = GitHub(Pipeline(api=server.url, repository="owner/shop"), forges.TOKEN)
        assert client.user() == "robot-of-ours"


def test_a_token_without_the_right():
    with world("github") as (memory, client, _):
        memory.denied.add(("POST", "/code-scanning/sarifs"))
        with pytest.raises(CredentialsError, match="not accessible") as caught:
            client.upload_sarif(b"{}", Pipeline())
    assert "docs/pipelines.md" in caught.value.hint


def test_a_branch_with_marks_is_one_name():
    with world("github") as (memory, client, server):
        memory.add("a?b#c", "", "x", {})
        assert client.head("a?b#c") == memory.branches["a?b#c"]
        assert client.head("none") is None
    assert server.paths()[0].endswith("/git/ref/heads/a%3Fb%23c")
