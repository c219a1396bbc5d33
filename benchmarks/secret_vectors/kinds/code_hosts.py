"""Hosts of source code: GitHub, GitLab, Bitbucket and Atlassian, Gitea."""

import base64
from collections.abc import Callable

from ..checksums import BASE36, crc32_base36, crc32_base62, crc32_hex, number
from ..draws import Draws
from ..kind import Kind
from ..places import ANYWHERE, places
from .making import ALIEN, CHECKED, CROSSED, RECASED, named, token

_PLACES = (*ANYWHERE, *places("git-remotes"))
_GITHUB_SAMPLE = "ghp_16C7e42F292c6912" + "E7710c838347Ae178B4a"


def github(prefixes: str, size: int) -> Callable[[Draws], str]:
    """The last six characters are the checksum of those before them."""

    def made(draws: Draws) -> str:
        body = draws.named("alnum", size)
        return draws.filled(f"({prefixes})_") + body + crc32_base62(body)

    return made


def gitlab_routable(draws: Draws) -> str:
    """The payload names the cell, the organization and the user; a length and a checksum follow it."""
    owner = draws.filled("c:1\no:{digits3}\nu:{digits5}\n").encode()
    payload = base64.urlsafe_b64encode(owner + draws.bytes(16) + b"\x10").decode().rstrip("=")
    text = f"glpat-{payload}.01.{number(len(payload), BASE36, 2)}"
    return text + crc32_base36(text)


def bitbucket_password(draws: Draws) -> str:
    body = draws.filled("ATBB{alnum24}")
    return body + crc32_hex(body)


def atlassian(prefix: str) -> Callable[[Draws], str]:
    """As in an app password of Bitbucket, the checksum is that of everything before it."""

    def made(draws: Draws) -> str:
        body = f"{prefix}{draws.named('urlsafe', 171)}="
        return body + crc32_hex(body)

    return made


def data_center(draws: Draws) -> str:
    """The base64 text of a number of twelve digits, a colon and twenty random bytes."""
    return base64.b64encode(draws.named("digits", 12).encode() + b":" + draws.bytes(20)).decode()


KINDS: tuple[Kind, ...] = (
    token(
        "github-classic-token",
        github("ghp", 30),
        "GITHUB_TOKEN GH_TOKEN GITHUB_PAT GITHUB_API_TOKEN",
        CHECKED,
        "ghp_",
        (_GITHUB_SAMPLE,),
        places=_PLACES,
    ),
    token(
        "github-app-token",
        github("ghs|ghu|gho", 30),
        "GITHUB_TOKEN GH_APP_TOKEN GITHUB_OAUTH_TOKEN",
        CHECKED,
        "ghs_",
        places=_PLACES,
    ),
    token("github-refresh-token", github("ghr", 70), "GITHUB_REFRESH_TOKEN", CHECKED, "ghr_"),
    token(
        "github-fine-grained-token",
        "github_pat_{upper22}_{alnum59}",
        "GITHUB_TOKEN GH_PAT RELEASE_TOKEN",
        places=_PLACES,
    ),
    token("gitlab-personal-token", "glpat-{urlsafe20}", "GITLAB_TOKEN GITLAB_PRIVATE_TOKEN CI_PUSH_TOKEN", places=_PLACES),
    token(
        "gitlab-routable-token",
        gitlab_routable,
        "GITLAB_TOKEN GITLAB_PRIVATE_TOKEN",
        CHECKED,
        "glpat-",
        places=_PLACES,
    ),
    token("gitlab-deploy-token", "gldt-{urlsafe20}", "GITLAB_DEPLOY_TOKEN CI_DEPLOY_PASSWORD", places=_PLACES),
    token("gitlab-runner-token", "glrt-{urlsafe20}", "RUNNER_TOKEN CI_SERVER_TOKEN REGISTRATION_TOKEN"),
    token("gitlab-trigger-token", "glptt-{hex40}", "GITLAB_TRIGGER_TOKEN CI_TRIGGER"),
    token("gitlab-job-token", "glcbt-{digits2}_{urlsafe20}", "CI_JOB_TOKEN"),
    token(
        "gitlab-feed-token",
        lambda draws: draws.filled(draws.one(("gl(ft|soat)-{urlsafe20}", "glimt-{urlsafe25}"))),
        "GITLAB_FEED_TOKEN GITLAB_SCIM_TOKEN GITLAB_INCOMING_MAIL_TOKEN",
        (ALIEN, RECASED, CROSSED),
        "glft-",
    ),
    token("gitlab-agent-token", "glagent-{urlsafe50}", "GITLAB_AGENT_TOKEN KAS_TOKEN"),
    token("gitlab-oauth-secret", "gloas-{hex64}", "GITLAB_OAUTH_SECRET GITLAB_CLIENT_SECRET"),
    token(
        "bitbucket-app-password",
        bitbucket_password,
        "BITBUCKET_APP_PASSWORD BITBUCKET_TOKEN",
        CHECKED,
        "ATBB",
        places=_PLACES,
    ),
    token(
        "bitbucket-access-token",
        atlassian("ATCTT3xFfGN0"),
        "BITBUCKET_TOKEN BITBUCKET_ACCESS_TOKEN",
        CHECKED,
        "ATCTT3",
    ),
    token(
        "atlassian-api-token",
        atlassian("ATATT3xFfGF0"),
        "JIRA_API_TOKEN CONFLUENCE_TOKEN ATLASSIAN_TOKEN",
        CHECKED,
        "ATATT3",
    ),
    named("atlassian-legacy-api-token", "{alnum24}", "JIRA_API_TOKEN ATLASSIAN_API_TOKEN CONFLUENCE_API_TOKEN"),
    named("atlassian-data-center-token", data_center, "JIRA_TOKEN JIRA_PAT CONFLUENCE_PAT BITBUCKET_HTTP_TOKEN"),
    named("gitea-token", "{hex40}", "GITEA_TOKEN FORGEJO_TOKEN GITEA_API_TOKEN GITEA_ACCESS_TOKEN"),
    token("sourcegraph-token", "sgp_{hex16}_{hex40}", "SOURCEGRAPH_TOKEN SRC_ACCESS_TOKEN"),
)
