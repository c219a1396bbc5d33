"""Credentials or tool history are left in the image."""

import re
from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for entry in document.filesystem.entries:
        what = LEFT.get(entry.path)
        if (
            what is None
            and entry.path.endswith("/.git/HEAD")
            and not re.search(r"(?:^|/)(?:node_modules|site-packages|\.cargo|pkg/mod)/", entry.path)
        ):
            what = "a repository with all that was ever committed"
        if what is not None and not entry.owned:
            yield Place(f"/{entry.path} is {what}", path=entry.path)


LEFT = {
    "root/.docker/config.json": "the log-in to image registries",
    "root/.kube/config": "the log-in to a cluster",
    "etc/kubernetes/admin.conf": "the log-in of a cluster's administrator",
    "root/.aws/credentials": "the log-in to AWS",
    "root/.azure/accessTokens.json": "the log-in to Azure",
    "root/.azure/msal_token_cache.json": "the log-in to Azure",
    "root/.config/gcloud/credentials.db": "the log-in to Google Cloud",
    "root/.config/gcloud/application_default_credentials.json": "the log-in to Google Cloud",
    "root/.git-credentials": "passwords that git stored",
    "root/.netrc": "passwords by host",
    "root/.ssh/id_rsa": "a private key",
    "root/.ssh/id_ecdsa": "a private key",
    "root/.ssh/id_ed25519": "a private key",
    "etc/krb5.keytab": "a Kerberos key",
    "root/.bash_history": "what somebody typed",
}


CHECK = Check(
    id="IMG-021",
    title="Credentials or tool history are left in the image",
    severity="medium",
    why="Anyone who can pull the image gets them: logins to a cluster, cloud or registry, or the whole Git history.",
    fix="Exclude the files in .dockerignore, use RUN --mount=type=secret, and revoke what was published.",
    references=("CIS Docker 1.6, 4.10", "CWE-538", "CWE-540"),
    inspect=inspect,
)
