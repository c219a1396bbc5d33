"""Registries of container images in the cloud: ECR, Azure Container Registry and Artifact Registry."""

from collections.abc import Iterator
from functools import partial

from careen.checks.terraform_rules import argument, is_false, is_not_true, is_one_of, is_true, needs, place
from careen.formats.terraform import iam
from careen.formats.terraform.resource import Terraform
from careen.formats.terraform.values import UnknownValue
from careen.plugins import Check, Place

_ecr = partial(needs, "aws_ecr_repository")
_acr = partial(needs, "azurerm_container_registry")


def _open_to_everyone(document: Terraform) -> Iterator[Place]:
    for resource in document.of("aws_ecr_repository_policy", "aws_ecrpublic_repository_policy"):
        policy, path = argument(resource, "policy")
        found = iam.statements(policy)
        if found is None and isinstance(policy, UnknownValue):
            yield place(resource, "lets everyone use the repository", *path, value=policy)
        for statement in found or ():
            if statement.allows and "*" in statement.principals and not statement.is_conditional:
                yield place(resource, "lets everyone use the repository", *path)
    members = ("allUsers", "allAuthenticatedUsers")
    for resource in document.of(
        "google_artifact_registry_repository_iam_member", "google_artifact_registry_repository_iam_binding"
    ):
        given = resource.values.texts("members") + resource.values.texts("member")
        if any(member in given for member in members):
            yield place(resource, "lets everyone use the repository", "members" if "members" in resource.values else "member")


CHECKS = (
    Check(
        id="TFM-001",
        title="ECR repository does not scan images on push",
        severity="low",
        why="Vulnerable images reach clusters before anyone knows of their vulnerabilities.",
        fix="Set scan_on_push = true in image_scanning_configuration, or scan in the pipeline that pushes.",
        references=("CWE-1104",),
        inspect=_ecr(
            keys=("image_scanning_configuration", "scan_on_push"), accepts=is_true, message="does not scan images on push"
        ),
    ),
    Check(
        id="TFM-002",
        title="Image tags of the ECR repository can be moved",
        severity="medium",
        why="Whoever can push replaces the image behind a tag, and the next deployment runs another program.",
        fix='Set image_tag_mutability = "IMMUTABLE".',
        references=("CWE-345",),
        inspect=_ecr(
            keys=("image_tag_mutability",),
            accepts=is_one_of("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"),
            message="lets tags be moved to another image",
        ),
    ),
    Check(
        id="TFM-003",
        title="ECR repository is not encrypted with a key of KMS",
        severity="negligible",
        why="With AES256, access to the key can neither be limited nor recorded, and the key cannot be revoked.",
        fix='Set encryption_type = "KMS" and kms_key in encryption_configuration.',
        references=("NIST SP 800-53 SC-28",),
        inspect=_ecr(
            keys=("encryption_configuration", "encryption_type"),
            accepts=is_one_of("KMS", "KMS_DSSE"),
            message="is not encrypted with a key of KMS",
        ),
    ),
    Check(
        id="TFM-004",
        title="Registry policy lets everyone use the repository",
        severity="high",
        why="Any account pulls the images, with the code and the secrets in them, or pushes its own.",
        fix="Name the accounts and roles in the principals of the policy, or the members of the binding.",
        references=("CWE-284",),
        inspect=_open_to_everyone,
    ),
    Check(
        id="TFM-005",
        title="Azure container registry has its admin account enabled",
        severity="medium",
        why="Everyone shares one password, which has all permissions and leaves no trace of a person.",
        fix="Remove admin_enabled, and give identities the roles AcrPull and AcrPush.",
        references=("CWE-250",),
        inspect=_acr(keys=("admin_enabled",), accepts=is_not_true, message="has its admin account enabled"),
    ),
    Check(
        id="TFM-006",
        title="Azure container registry allows anonymous pulls",
        severity="high",
        why="Everyone on the network reads the images, with the code and the secrets in them.",
        fix="Remove anonymous_pull_enabled.",
        references=("CWE-306",),
        inspect=_acr(keys=("anonymous_pull_enabled",), accepts=is_not_true, message="allows anonymous pulls"),
    ),
    Check(
        id="TFM-007",
        title="Azure container registry answers on the internet",
        severity="medium",
        why="Stolen credentials are enough to read and replace images from anywhere.",
        fix="Set public_network_access_enabled = false, and use a private endpoint.",
        references=("CWE-284",),
        inspect=_acr(keys=("public_network_access_enabled",), accepts=is_false, message="answers on the internet"),
    ),
)
