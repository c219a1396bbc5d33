"""Instances that run containers."""

from collections.abc import Iterator

from careen.checks.terraform_rules import argument, blocks, is_true, place
from careen.formats.terraform.resource import Terraform
from careen.plugins import Check, Place

_TYPES = ("aws_instance", "aws_launch_template", "aws_launch_configuration")


def _old_metadata(document: Terraform) -> Iterator[Place]:
    for resource in document.of(*_TYPES):
        endpoint, _ = argument(resource, "metadata_options", "http_endpoint")
        tokens, path = argument(resource, "metadata_options", "http_tokens")
        if endpoint != "disabled" and tokens != "required":
            yield place(resource, "gives credentials without a session token (IMDSv1)", *path, value=tokens)


def _plain_disk(document: Terraform) -> Iterator[Place]:
    for resource in document.of("aws_instance", "aws_launch_configuration"):
        for block, path in blocks(resource, "root_block_device", "ebs_block_device"):
            if not is_true(block.get("encrypted")):
                yield place(resource, "has a disk that is not encrypted", *path, "encrypted", value=block.get("encrypted"))
        if not list(blocks(resource, "root_block_device")) and resource.values.get("root_block_device") is None:
            yield place(resource, "has a disk that is not encrypted")
    for resource in document.of("aws_ebs_volume"):
        value, path = argument(resource, "encrypted")
        if not is_true(value):
            yield place(resource, "is not encrypted", *path, value=value)


CHECKS = (
    Check(
        id="TFM-100",
        title="Instance metadata is served without a token (IMDSv1)",
        severity="high",
        why="A request that an attacker makes a program send gets the credentials of the instance.",
        fix='Set http_tokens = "required" in metadata_options.',
        references=("CWE-918",),
        inspect=_old_metadata,
    ),
    Check(
        id="TFM-101",
        title="Disk of an instance is not encrypted",
        severity="medium",
        why="Snapshots and discarded disks can be read by whoever gets them.",
        fix="Set encrypted = true in root_block_device and ebs_block_device, or switch encryption on for the region.",
        references=("CWE-311",),
        inspect=_plain_disk,
    ),
)
