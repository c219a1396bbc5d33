"""Connects to the service that runs the pipeline, with the token of the step.

Raises: UsageError without a token, or in a pipeline of another service.
"""

from careen.config import Settings
from careen.errors import UsageError
from careen.net import NetSettings

from .github import GitHub
from .gitlab import GitLab
from .pipeline import Pipeline

TOKEN = "CAREEN_CI_TOKEN"  # noqa: S105 (the name of the variable)


def connected(pipeline: Pipeline, token: str, settings: Settings) -> GitHub | GitLab:
    if not token:
        raise UsageError("there is no token", f"{TOKEN} has one with the rights of docs/pipelines.md")
    if pipeline.service == "other":
        raise UsageError("this is not a pipeline of GitHub or GitLab", "other services can use the files in careen-reports")
    plain = ("*",) if settings.plain_http else ()
    net = NetSettings(timeout_s=settings.timeout_s, attempts=3, ca_file=settings.ca_file, plain_http=plain)
    return GitHub(pipeline, token, net) if pipeline.service == "github" else GitLab(pipeline, token, net)
