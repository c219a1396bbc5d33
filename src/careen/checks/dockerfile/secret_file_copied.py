"""Credential file is copied into the image."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_SECRET = re.compile(
    r"(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.env(?:\.(?:local|production|prod|staging))?|\.npmrc|\.pypirc|\.netrc|\.git-credentials|"
    r"\.aws/credentials|\.aws|\.ssh|\.docker/config\.json|\.dockercfg|\.kube/config|kubeconfig|\.htpasswd|[^/]+\.(?:pfx|p12|jks|keystore|ppk|kdbx)|"
    r"(?:tls|ssl|server|client|private|privkey)\.key|(?:priv)?key\.pem|\.terraform\.d|terraform\.tfstate|\.vault-token|"
    r"service-account[^/]*\.json|[^/]*private[-_]?key[^/]*\.(?:pem|key))$"
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("COPY", "ADD"):
        if step.instruction.flag("from") is not None:
            continue
        for source in step.instruction.words[:-1]:
            path = source.strip("'\"").rstrip("/")
            if _SECRET.search(path) and not path.endswith((".pub", ".example", ".sample", ".template", ".dist")):
                yield of_step(step, f"{step.keyword} {source}")


CHECK = Check(
    id="DKR-026",
    title="Credential file is copied into the image",
    severity="critical",
    why="The layer keeps the file forever, even if a later step deletes it.",
    fix="Mount it for the step that needs it (RUN --mount=type=secret), and add it to .dockerignore.",
    references=(
        "CIS Docker 1.6, 4.10",
        "CWE-538",
        "CWE-522",
    ),
    inspect=inspect,
)
