"""Both services with the same repository: a Dockerfile on main."""

from contextlib import contextmanager

from careen.ci.github import GitHub
from careen.ci.gitlab import GitLab
from careen.ci.pipeline import Pipeline
from tests.support import forges
from tests.support.servers import Server

DOCKERFILE = b"FROM debian:12\nRUN make\n"
SERVICES = {"github": (forges.github, GitHub, "owner/shop"), "gitlab": (forges.gitlab, GitLab, "7")}


@contextmanager
def world(service):
    """The server's memory, the client, and the server itself."""
    respond, client, repository = SERVICES[service]
    memory = forges.Memory()
    memory.add("main", "", "begin", {"Dockerfile": DOCKERFILE, "a b/Dockerfile": DOCKERFILE})
    with Server(respond(memory)) as server:
        pipeline = Pipeline(service=service, api=server.url, repository=repository, commit="c" * 40, ref="refs/heads/main")
        yield memory, client(pipeline, forges.TOKEN), server
