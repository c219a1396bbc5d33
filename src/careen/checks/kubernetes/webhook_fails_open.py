"""Admission webhook fails open (failurePolicy: Ignore)."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for index, webhook in enumerate(resource.body.seq("webhooks")):
            if isinstance(webhook, Mapping) and webhook.get("failurePolicy") == "Ignore":
                yield at(resource, f"lets all pass when {webhook.text('name')} fails", "webhooks", index, "failurePolicy")


CHECK = Check(
    id="K8S-108",
    title="Admission webhook fails open (failurePolicy: Ignore)",
    severity="medium",
    why="An attacker who keeps the webhook from answering disables its rules.",
    fix="Set failurePolicy: Fail, and run the webhook with more than one replica.",
    references=("CWE-636",),
    inspect=inspect,
)
