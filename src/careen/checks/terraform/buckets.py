"""Storage: buckets of S3 and of Google Cloud, storage accounts of Azure."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from careen.checks.terraform_rules import (
    argument,
    is_false,
    is_none_of,
    is_not_false,
    is_one_of,
    is_set,
    is_true,
    needs,
    place,
    texts,
    unknown_in,
)
from careen.formats.terraform import iam
from careen.formats.terraform.resource import Terraform
from careen.formats.terraform.values import UnknownValue
from careen.plugins import Check, Place

_PUBLIC = ("public-read", "public-read-write", "website", "authenticated-read")
_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_EVERYONE = ("allUsers", "allAuthenticatedUsers")
_azure = partial(needs, "azurerm_storage_account")


def _beside(
    type: str, keys: tuple[str, ...], accepts: Callable[[Any], bool], message: str
) -> Callable[[Terraform], Iterator[Place]]:
    """An ``inspect`` for a setting of a bucket that is a resource of its own; older configurations have it in the
    bucket (``keys``)."""

    def inspect(document: Terraform) -> Iterator[Place]:
        for bucket in document.of("aws_s3_bucket"):
            value, path = argument(bucket, *keys)
            linked, unclear = document.linked(bucket, "bucket", type)
            found = [argument(resource, *_BESIDE[type])[0] for resource in linked] or [value]
            if any(accepts(value) for value in found):
                continue
            missing = next((value for value in found if isinstance(value, UnknownValue)), None)
            yield place(bucket, message, *path, value=missing or (None if linked else unclear))

    return inspect


_BESIDE = {
    "aws_s3_bucket_versioning": ("versioning_configuration", "status"),
    "aws_s3_bucket_logging": ("target_bucket",),
    "aws_s3_bucket_server_side_encryption_configuration": (
        "rule",
        "apply_server_side_encryption_by_default",
        "kms_master_key_id",
    ),
}


def _public_acl(document: Terraform) -> Iterator[Place]:
    for resource in document.of("aws_s3_bucket", "aws_s3_bucket_acl"):
        acl, path = argument(resource, "acl")
        if acl in _PUBLIC or isinstance(acl, UnknownValue):
            yield place(resource, f"has the access list {acl}", *path, value=acl)


def _not_blocked(document: Terraform) -> Iterator[Place]:
    for bucket in document.of("aws_s3_bucket"):
        linked, unclear = document.linked(bucket, "bucket", "aws_s3_bucket_public_access_block")
        if not linked:
            yield place(bucket, "does not block public access", value=unclear)
    for resource in document.of("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"):
        for key in _BLOCKS:
            value, path = argument(resource, key)
            if not is_true(value):
                yield place(resource, f"does not set {key}", *path, value=value)


def _open_policy(document: Terraform) -> Iterator[Place]:
    for resource in document.of("aws_s3_bucket_policy", "aws_s3_bucket"):
        policy, path = argument(resource, "policy")
        found = iam.statements(policy)
        if found is None and isinstance(policy, UnknownValue):
            yield place(resource, "has a policy for everyone", *path, value=policy)
        for statement in found or ():
            if statement.allows and "*" in statement.principals and not statement.is_conditional:
                yield place(resource, "has a policy for everyone", *path)


def _public_gcs(document: Terraform) -> Iterator[Place]:
    for resource in document.of("google_storage_bucket_iam_member", "google_storage_bucket_iam_binding"):
        key = "member" if "member" in resource.values else "members"
        value, path = argument(resource, key)
        if any(text in _EVERYONE for text in texts(value)) or unknown_in(value):
            missing = None if any(text in _EVERYONE for text in texts(value)) else unknown_in(value)
            yield place(resource, "lets everyone use the bucket", *path, value=missing)


def _public_container(document: Terraform) -> Iterator[Place]:
    for resource in document.of("azurerm_storage_container"):
        access, path = argument(resource, "container_access_type")
        if access not in (None, "private"):
            yield place(resource, "can be read by everyone", *path, value=access)


CHECKS = (
    Check(
        id="TFM-070",
        title="Bucket has a public access list",
        severity="high",
        why="Everyone lists and reads the objects, or writes them.",
        fix='Use acl = "private", or no access list at all.',
        references=("CWE-732",),
        inspect=_public_acl,
    ),
    Check(
        id="TFM-071",
        title="Bucket does not block public access",
        severity="high",
        why="One wrong policy or access list makes the objects public.",
        fix="Add aws_s3_bucket_public_access_block with its four settings true.",
        references=("CWE-732",),
        inspect=_not_blocked,
    ),
    Check(
        id="TFM-072",
        title="Bucket policy lets everyone in",
        severity="high",
        why="Any account uses the objects with the actions of the statement.",
        fix="Name the principals, or add a condition.",
        references=("CWE-732",),
        inspect=_open_policy,
    ),
    Check(
        id="TFM-073",
        title="Bucket is not encrypted with its own key",
        severity="low",
        why="With the default key of S3, access to the key can neither be limited nor revoked.",
        fix="Add aws_s3_bucket_server_side_encryption_configuration with kms_master_key_id.",
        references=("NIST SP 800-53 SC-28",),
        inspect=_beside(
            "aws_s3_bucket_server_side_encryption_configuration",
            ("server_side_encryption_configuration", "rule", "apply_server_side_encryption_by_default", "kms_master_key_id"),
            is_set,
            "is not encrypted with a key of its own",
        ),
    ),
    Check(
        id="TFM-074",
        title="Bucket keeps no earlier versions",
        severity="low",
        why="What is overwritten or deleted, by mistake or by an attacker, is gone.",
        fix='Add aws_s3_bucket_versioning with status = "Enabled".',
        references=("NIST SP 800-53 CP-9",),
        inspect=_beside(
            "aws_s3_bucket_versioning",
            ("versioning", "enabled"),
            is_one_of("Enabled", True, "true"),
            "keeps no earlier versions",
        ),
    ),
    Check(
        id="TFM-075",
        title="Bucket does not record who reads it",
        severity="low",
        why="After a leak nothing shows which objects were read, and by whom.",
        fix="Add aws_s3_bucket_logging, or record data events with CloudTrail.",
        references=("CWE-778",),
        inspect=_beside("aws_s3_bucket_logging", ("logging", "target_bucket"), is_set, "does not record who reads it"),
    ),
    Check(
        id="TFM-076",
        title="Bucket of Google Cloud is public",
        severity="high",
        why="Everyone uses the objects with the role of the binding.",
        fix="Replace allUsers and allAuthenticatedUsers by the members that need access.",
        references=("CWE-732",),
        inspect=_public_gcs,
    ),
    Check(
        id="TFM-077",
        title="Bucket of Google Cloud has access lists",
        severity="low",
        why="Access lists of single objects grant what the policy of the bucket does not show.",
        fix="Set uniform_bucket_level_access = true.",
        references=("CWE-732",),
        inspect=needs(
            "google_storage_bucket",
            keys=("uniform_bucket_level_access",),
            accepts=is_true,
            message="has access lists of objects",
        ),
    ),
    Check(
        id="TFM-078",
        title="Storage container of Azure is public",
        severity="high",
        why="Everyone reads the objects without an account.",
        fix='Set container_access_type = "private".',
        references=("CWE-732",),
        inspect=_public_container,
    ),
    Check(
        id="TFM-079",
        title="Storage account allows public objects",
        severity="medium",
        why="One wrong setting of a container makes its objects public.",
        fix="Set allow_nested_items_to_be_public = false.",
        references=("CWE-732",),
        inspect=_azure(
            keys=("allow_nested_items_to_be_public",),
            older=("allow_blob_public_access",),
            accepts=is_false,
            message="allows public objects",
        ),
    ),
    Check(
        id="TFM-080",
        title="Storage account accepts plain HTTP",
        severity="high",
        why="Whoever is on the network path reads and changes the data and the credentials.",
        fix="Remove https_traffic_only_enabled = false.",
        references=("CWE-319",),
        inspect=_azure(
            keys=("https_traffic_only_enabled",),
            older=("enable_https_traffic_only",),
            accepts=is_not_false,
            message="accepts plain HTTP",
        ),
    ),
    Check(
        id="TFM-081",
        title="Storage account accepts old versions of TLS",
        severity="medium",
        why="TLS 1.0 and 1.1 have known weaknesses.",
        fix='Set min_tls_version = "TLS1_2".',
        references=("CWE-326",),
        inspect=_azure(
            keys=("min_tls_version",), accepts=is_none_of("TLS1_0", "TLS1_1"), message="accepts old versions of TLS"
        ),
    ),
)
