"""Clusters of EKS."""

from collections.abc import Iterator

from careen.checks.terraform_rules import argument, is_everyone, is_false, is_set, needs, place, texts, unknown_in
from careen.formats.terraform.resource import Terraform
from careen.plugins import Check, Place

_LOGS = ("api", "audit", "authenticator")


def _public_to_everyone(document: Terraform) -> Iterator[Place]:
    for resource in document.of("aws_eks_cluster"):
        public, path = argument(resource, "vpc_config", "endpoint_public_access")
        networks, at = argument(resource, "vpc_config", "public_access_cidrs")
        if is_false(public):
            continue
        message = "answers everyone on the internet"
        if networks is None or is_everyone(networks):
            yield place(resource, message, *(at if networks is not None else path), value=public)
        elif missing := unknown_in(networks):
            yield place(resource, message, *at, value=missing)


def _logs_missing(document: Terraform) -> Iterator[Place]:
    for resource in document.of("aws_eks_cluster"):
        value, path = argument(resource, "enabled_cluster_log_types")
        missing = [name for name in _LOGS if name not in texts(value)]
        if missing:
            yield place(resource, f"does not record {', '.join(missing)}", *path, value=unknown_in(value))


CHECKS = (
    Check(
        id="TFM-020",
        title="API server of the EKS cluster is open to the internet",
        severity="high",
        why="Everyone can try stolen credentials and vulnerabilities of the API server.",
        fix="Set endpoint_public_access = false, or list the networks of administrators in public_access_cidrs.",
        references=("CWE-284", "CIS Kubernetes 5.4"),
        inspect=_public_to_everyone,
    ),
    Check(
        id="TFM-021",
        title="EKS cluster does not record its control plane",
        severity="medium",
        why="After an attack nothing shows who called the API, with which identity, and what was changed.",
        fix='Set enabled_cluster_log_types to at least "api", "audit" and "authenticator".',
        references=("CWE-778",),
        inspect=_logs_missing,
    ),
    Check(
        id="TFM-022",
        title="EKS cluster does not encrypt Secrets with its own key",
        severity="medium",
        why="Access to the key of the Secrets can neither be limited nor revoked.",
        fix='Add encryption_config with resources = ["secrets"] and a key of KMS.',
        references=("CWE-311", "CIS Kubernetes 1.2.27"),
        inspect=needs(
            "aws_eks_cluster",
            keys=("encryption_config", "resources"),
            accepts=is_set,
            message="does not encrypt Secrets with a key of its own",
        ),
    ),
)
