"""Identities and their permissions: policies of IAM, roles of Google Cloud."""

from collections.abc import Callable, Iterator

from careen.checks.terraform_rules import argument, place
from careen.formats.terraform import iam
from careen.formats.terraform.iam import Statement
from careen.formats.terraform.resource import Resource, Terraform
from careen.formats.terraform.values import UnknownValue
from careen.plugins import Check, Place

_POLICIES = ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")
_BASIC = ("roles/owner", "roles/editor")


def _statement(
    types: tuple[str, ...], key: str, is_wrong: Callable[[Statement], bool], message: str
) -> Callable[[Terraform], Iterator[Place]]:
    def inspect(document: Terraform) -> Iterator[Place]:
        for resource in document.of(*types):
            policy, path = argument(resource, key)
            found = iam.statements(policy)
            if found is None and isinstance(policy, UnknownValue):
                yield _at(resource, message, path, policy)
            elif any(is_wrong(statement) for statement in found or ()):
                yield _at(resource, message, path)

    return inspect


def _at(resource: Resource, message: str, path: tuple[str | int, ...], value: UnknownValue | None = None) -> Place:
    return place(resource, message, *path, value=value)


def _is_administrator(statement: Statement) -> bool:
    return statement.allows and "*" in statement.actions and "*" in statement.resources


def _is_wide(statement: Statement) -> bool:
    whole = any(action.endswith(":*") for action in statement.actions)
    return statement.allows and whole and "*" in statement.resources and not statement.is_conditional


def _is_for_everyone(statement: Statement) -> bool:
    return statement.allows and "*" in statement.principals and not statement.is_conditional


def _basic_role(document: Terraform) -> Iterator[Place]:
    for resource in document.of("google_project_iam_member", "google_project_iam_binding"):
        role, path = argument(resource, "role")
        if role in _BASIC or isinstance(role, UnknownValue):
            yield place(resource, f"grants {role} on the whole project", *path, value=role)


CHECKS = (
    Check(
        id="TFM-090",
        title="IAM policy allows everything",
        severity="high",
        why="Whoever gets one of its credentials controls the account.",
        fix="List the actions and resources that are needed.",
        references=("CWE-250",),
        inspect=_statement(_POLICIES, "policy", _is_administrator, "allows every action on every resource"),
    ),
    Check(
        id="TFM-091",
        title="IAM policy allows all of a service on all resources",
        severity="medium",
        why="A leaked credential deletes and reads much more than its program needs.",
        fix="List the actions that are needed, or name the resources.",
        references=("CWE-250",),
        inspect=_statement(_POLICIES, "policy", _is_wide, "allows all actions of a service on every resource"),
    ),
    Check(
        id="TFM-092",
        title="Everyone may assume the IAM role",
        severity="critical",
        why="Any account of AWS gets the permissions of the role.",
        fix="Name the accounts, roles or services in the principals of assume_role_policy.",
        references=("CWE-284",),
        inspect=_statement(("aws_iam_role",), "assume_role_policy", _is_for_everyone, "can be assumed by everyone"),
    ),
    Check(
        id="TFM-093",
        title="Basic role is granted on a whole project",
        severity="high",
        why="Owner and editor can change nearly everything in the project, and read its secrets.",
        fix="Grant predefined roles of the services that are needed.",
        references=("CWE-250",),
        inspect=_basic_role,
    ),
)
