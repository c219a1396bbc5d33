"""Hosts of source code: GitHub, GitLab, Bitbucket and Atlassian, Gitea."""

import base64

from ..checksums import crc32_base36, crc32_base62, crc32_hex, number
from ..decoys import swapped
from ..draws import ALNUM, Draws
from ..places import ANYWHERE, templates
from ..vectors import Kind
from .making import CROSSED, FIXED, named, token

_REMOTES = templates((
    ("app/.git/config", "[remote \"origin\"]\n\turl = https://oauth2:@@value@@@@@host@@/@@word@@/@@word2@@.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n"),
    ("root/.git-credentials", "https://@@user@@:@@value@@@@@host@@\n"),
    ("srv/build.sh", "#!/bin/sh\ngit clone https://x-access-token:@@value@@@@@host@@/@@word@@/@@word2@@.git\n"),
    ("root/.netrc", "machine @@host@@\n  login @@user@@\n  password @@value@@\n"),
))  # fmt: skip
_PLACES = (*ANYWHERE, *_REMOTES)
_CHECKED = (*FIXED, ("a wrong checksum", swapped))


def _github(prefix: str, size: int):
    def made(draws: Draws) -> str:
        body = draws.alnum(size)
        return f"{draws.one(prefix.split())}_{body}{crc32_base62(body)}"

    return made


def _gitlab(prefixes: str, size: int):
    return lambda draws: f"{draws.one(prefixes.split())}-{draws.urlsafe(size)}"


def _routable(draws: Draws) -> str:
    """The payload names the cell, the organization and the user; a length and a checksum follow it."""
    named_parts = f"c:1\no:{draws.digits(3)}\nu:{draws.digits(5)}\n".encode()
    payload = base64.urlsafe_b64encode(named_parts + draws.bytes(16) + b"\x10").decode().rstrip("=")
    text = f"glpat-{payload}.01." + number(len(payload), "0123456789abcdefghijklmnopqrstuvwxyz", 2)
    return text + crc32_base36(text)


def _trigger(draws: Draws) -> str:
    return "glptt-" + draws.hex(40)


def _job(draws: Draws) -> str:
    return f"glcbt-{draws.digits(2)}_{draws.urlsafe(20)}"


def _app_password(draws: Draws) -> str:
    body = "ATBB" + draws.alnum(24)
    return body + crc32_hex(body)


def _atlassian(prefix: str):
    def made(draws: Draws) -> str:
        body = prefix + draws.of(ALNUM + "-_", 171)
        return f"{body}={crc32_hex(body)}"

    return made


def _data_center(draws: Draws) -> str:
    """The base64 text of a number of twelve digits, a colon and twenty random bytes."""
    return base64.b64encode(draws.digits(12).encode() + b":" + draws.bytes(20)).decode()


KINDS: tuple[Kind, ...] = (
    token("github-classic-token", _github("ghp", 30), "GITHUB_TOKEN GH_TOKEN GITHUB_PAT GITHUB_API_TOKEN", "ghp_", _CHECKED, ("ghp_16C7e42F292c6912" + "E7710c838347Ae178B4a",), places=_PLACES),
    token("github-app-token", _github("ghs ghu gho", 30), "GITHUB_TOKEN GH_APP_TOKEN GITHUB_OAUTH_TOKEN", "ghs_", _CHECKED, places=_PLACES),
    token("github-refresh-token", _github("ghr", 70), "GITHUB_REFRESH_TOKEN", "ghr_"),
    token("github-fine-grained-token", lambda draws: f"github_pat_{draws.upper(22)}_{draws.alnum(59)}", "GITHUB_TOKEN GH_PAT RELEASE_TOKEN", "github_pat_", places=_PLACES),
    token("gitlab-personal-token", _gitlab("glpat", 20), "GITLAB_TOKEN GITLAB_PRIVATE_TOKEN CI_PUSH_TOKEN", "glpat-", places=_PLACES),
    token("gitlab-routable-token", _routable, "GITLAB_TOKEN GITLAB_PRIVATE_TOKEN", "glpat-", (FIXED[0], *FIXED[3:]), places=_PLACES),
    token("gitlab-deploy-token", _gitlab("gldt", 20), "GITLAB_DEPLOY_TOKEN CI_DEPLOY_PASSWORD", "gldt-", places=_PLACES),
    token("gitlab-runner-token", _gitlab("glrt", 20), "RUNNER_TOKEN CI_SERVER_TOKEN REGISTRATION_TOKEN", "glrt-"),
    token("gitlab-trigger-token", _trigger, "GITLAB_TRIGGER_TOKEN CI_TRIGGER", "glptt-"),
    token("gitlab-job-token", _job, "CI_JOB_TOKEN", "glcbt-"),
    token("gitlab-feed-token", _gitlab("glft glsoat glimt", 20), "GITLAB_FEED_TOKEN GITLAB_SCIM_TOKEN", "glft-", FIXED[3:]),
    token("gitlab-agent-token", _gitlab("glagent", 50), "GITLAB_AGENT_TOKEN KAS_TOKEN", "glagent-"),
    token("gitlab-oauth-secret", _gitlab("gloas", 64), "GITLAB_OAUTH_SECRET GITLAB_CLIENT_SECRET", "gloas-"),
    token("bitbucket-app-password", _app_password, "BITBUCKET_APP_PASSWORD BITBUCKET_TOKEN", "ATBB", (*FIXED[:4], CROSSED), places=_PLACES),
    token("bitbucket-access-token", _atlassian("ATCTT3xFfGN0"), "BITBUCKET_TOKEN BITBUCKET_ACCESS_TOKEN", "ATCTT3", (FIXED[0], *FIXED[3:])),
    token("atlassian-api-token", _atlassian("ATATT3xFfGF0"), "JIRA_API_TOKEN CONFLUENCE_TOKEN ATLASSIAN_TOKEN", "ATATT3", (FIXED[0], *FIXED[3:])),
    named("atlassian-legacy-api-token", lambda draws: draws.alnum(24), "JIRA_API_TOKEN ATLASSIAN_API_TOKEN CONFLUENCE_API_TOKEN"),
    named("atlassian-data-center-token", _data_center, "JIRA_TOKEN JIRA_PAT CONFLUENCE_PAT BITBUCKET_HTTP_TOKEN"),
    named("gitea-token", lambda draws: draws.hex(40), "GITEA_TOKEN FORGEJO_TOKEN GITEA_API_TOKEN GITEA_ACCESS_TOKEN"),
    token("sourcegraph-token", lambda draws: f"sgp_{draws.hex(16)}_{draws.hex(40)}", "SOURCEGRAPH_TOKEN SRC_ACCESS_TOKEN", "sgp_"),
)  # fmt: skip
