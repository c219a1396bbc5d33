"""The pipeline that runs, and the change it is for: read from the variables and the event file that a runner sets.

All values may be text of strangers: names of branches and titles are never passed to a shell, and numbers are parsed.
Raises: UsageError for an event that would give the code of a fork the rights of the repository.
**Source:** GitHub, "Default environment variables" and "Webhook events and payloads" (pull_request); GitLab,
"Predefined CI/CD variables".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from careen.errors import InputError, UsageError
from careen.safety.typed import from_json

EVENT_BYTES = 32 << 20
Service = Literal["github", "gitlab", "other"]


class Pipeline(Struct, frozen=True, kw_only=True):
    """The run of a pipeline. ``request``: the number of the pull or merge request that runs; None for a branch.
    ``outside``: it comes from a fork."""

    service: Service = "other"
    api: str = ""
    server: str = ""
    repository: str = ""  # owner/name, or the number of a GitLab project
    commit: str = ""
    ref: str = ""  # as code scanning names it: refs/heads/main, refs/pull/7/merge
    request: int | None = None
    base: str = ""  # branch that a request is for
    base_commit: str = ""  # its head, if the service states it
    remote: str = "origin"  # the repository that has the base
    outside: bool = False
    output: Path | None = None
    summary: Path | None = None
    run_url: str = ""


class _Repository(Struct, frozen=True):
    full_name: str = ""


class _Side(Struct, frozen=True):
    ref: str = ""
    sha: str = ""
    repo: _Repository | None = None


class _PullRequest(Struct, frozen=True):
    number: int
    head: _Side
    base: _Side


class _Event(Struct, frozen=True):
    pull_request: _PullRequest | None = None


def pipeline_of(environ: Mapping[str, str]) -> Pipeline:
    if environ.get("GITHUB_ACTIONS") == "true":
        return _github(environ)
    if environ.get("GITLAB_CI") == "true":
        return _gitlab(environ)
    return Pipeline()


def _github(environ: Mapping[str, str]) -> Pipeline:
    if environ.get("GITHUB_EVENT_NAME") == "pull_request_target":
        raise UsageError(
            "pull_request_target gives the code of a fork the rights of this repository", "run the workflow on pull_request"
        )
    server = environ.get("GITHUB_SERVER_URL", "").rstrip("/")
    repository = environ.get("GITHUB_REPOSITORY", "")
    request = _event(environ.get("GITHUB_EVENT_PATH", "")).pull_request
    found = Pipeline(
        service="github",
        api=environ.get("GITHUB_API_URL", "").rstrip("/"),
        server=server,
        repository=repository,
        commit=environ.get("GITHUB_SHA", ""),
        ref=environ.get("GITHUB_REF", ""),
        output=_file(environ, "GITHUB_OUTPUT"),
        summary=_file(environ, "GITHUB_STEP_SUMMARY"),
        run_url=f"{server}/{repository}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}",
    )
    if request is None:
        return found
    home = request.head.repo.full_name if request.head.repo else ""  # a fork that was deleted has none
    return msgspec.structs.replace(
        found,
        request=request.number,
        base=request.base.ref,
        base_commit=request.base.sha,
        outside=home.lower() != repository.lower(),
    )


def _gitlab(environ: Mapping[str, str]) -> Pipeline:
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    home, source = (environ.get(f"CI_MERGE_REQUEST_{side}PROJECT_ID", "") for side in ("", "SOURCE_"))
    outside = bool(number) and home != source
    return Pipeline(
        service="gitlab",
        api=environ.get("CI_API_V4_URL", "").rstrip("/"),
        server=environ.get("CI_SERVER_URL", "").rstrip("/"),
        repository=home or environ.get("CI_PROJECT_ID", ""),
        commit=environ.get("CI_COMMIT_SHA", ""),
        ref=environ.get("CI_COMMIT_REF_NAME", ""),
        request=int(number) if number.isdecimal() else None,
        base=environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", ""),
        base_commit=environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ""),
        remote=f"{environ.get('CI_MERGE_REQUEST_PROJECT_URL', '')}.git" if outside else "origin",
        outside=outside,
        run_url=environ.get("CI_JOB_URL", ""),
    )


def _event(place: str) -> _Event:
    if not place:
        return _Event()
    try:
        with Path(place).open("rb") as stream:
            data = stream.read(EVENT_BYTES + 1)
        if len(data) > EVENT_BYTES:
            raise ValueError(f"it is over {EVENT_BYTES >> 20} MiB")
        return from_json(data, _Event)
    except (OSError, ValueError) as error:
        raise InputError(
            f"the event {place} cannot be read: {error}", "GITHUB_EVENT_PATH names the file of the runner"
        ) from None


def _file(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None
