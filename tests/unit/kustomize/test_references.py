"""References between objects, renamed with them; ``test_build`` compares them with Kustomize."""

import pytest

from careen.formats.data import yaml_document
from careen.kustomize.references import renamed

NAMES = {(kind, "a"): ("x-a", "default") for kind in ("Secret", "ConfigMap", "ServiceAccount", "Service", "Role")}


@pytest.mark.parametrize(
    ("text", "is_renamed"),
    [
        ("{env: [{valueFrom: {secretKeyRef: {name: a}}}]}", True),
        ("{envFrom: [{configMapRef: {name: a}}]}", True),
        ("{volumes: [{secret: {secretName: a}}]}", True),
        ("{sources: [{secret: {name: a}}]}", True),
        ("{imagePullSecrets: [{name: a}]}", True),
        ("{serviceAccountName: a}", True),
        ("{backend: {service: {name: a}}}", True),
        ("{roleRef: {kind: Role, name: a}}", True),
        ("{subjects: [{kind: ServiceAccount, name: a, namespace: default}]}", True),
        ("{subjects: [{kind: ServiceAccount, name: a, namespace: other}]}", False),
        ("{subjects: [{kind: User, name: a}]}", False),
        ("{containers: [{name: a}]}", False),
        ("{configMap: {name: b}}", False),
        ("{serviceAccountName: [a]}", False),
    ],
)
def test_renamed(text, is_renamed):
    body = yaml_document.read(text)[0]
    renamed(body, NAMES)
    assert ("x-a" in repr(body)) is is_renamed
