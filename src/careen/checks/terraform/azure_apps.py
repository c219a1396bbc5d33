"""What Azure makes reachable in front of containers: container apps, container groups and web apps."""

from collections.abc import Iterator
from functools import partial

from careen.checks.terraform_rules import argument, is_not_true, is_one_of, is_true, needs, place
from careen.formats.data.yaml_document import Mapping, Sequence
from careen.formats.terraform.resource import Resource, Terraform
from careen.formats.terraform.values import UnknownValue
from careen.plugins import Check, Place

_app = partial(needs, "azurerm_container_app")
_site = partial(needs, "azurerm_linux_web_app", "azurerm_windows_web_app", "azurerm_app_service")


def _open_app(document: Terraform) -> Iterator[Place]:
    for resource in document.of("azurerm_container_app"):
        is_external, path = argument(resource, "ingress", "external_enabled")
        missing = is_external if isinstance(is_external, UnknownValue) else None
        if (is_true(is_external) or missing is not None) and not _is_restricted(resource):
            yield place(resource, "answers everyone on the internet", *path, value=missing)


def _is_restricted(resource: Resource) -> bool:
    rules, _ = argument(resource, "ingress", "ip_security_restriction")
    blocks = rules if isinstance(rules, Sequence) else [rules]
    return any(isinstance(block, Mapping | UnknownValue) for block in blocks)


CHECKS = (
    Check(
        id="TFM-110",
        title="Container app accepts plain HTTP",
        severity="medium",
        why="Whoever is on the network path reads and changes requests and the credentials in them.",
        fix="Remove allow_insecure_connections (allowInsecure in a template).",
        references=("CWE-319",),
        inspect=_app(keys=("ingress", "allow_insecure_connections"), accepts=is_not_true, message="accepts plain HTTP"),
    ),
    Check(
        id="TFM-111",
        title="Container app is open to the internet",
        severity="low",
        why="Everyone reaches the program in the container, and what it does not protect itself.",
        fix="Set external_enabled = false for internal apps, or list networks in ip_security_restriction.",
        references=("CWE-284",),
        inspect=_open_app,
    ),
    Check(
        id="TFM-112",
        title="Container group has a public address",
        severity="low",
        why="Everyone reaches the ports of its containers: nothing is in front of them.",
        fix='Set ip_address_type = "Private", and put the group into a subnet.',
        references=("CWE-284",),
        inspect=needs(
            "azurerm_container_group",
            keys=("ip_address_type",),
            accepts=is_one_of("Private", "None"),
            message="has a public address",
        ),
    ),
    Check(
        id="TFM-113",
        title="Web app accepts plain HTTP",
        severity="medium",
        why="Whoever is on the network path reads and changes requests and the credentials in them.",
        fix="Set https_only = true (httpsOnly in a template).",
        references=("CWE-319",),
        inspect=_site(keys=("https_only",), accepts=is_true, message="accepts plain HTTP"),
    ),
    Check(
        id="TFM-114",
        title="Remote debugging of the web app is on",
        severity="medium",
        why="Whoever has its credentials runs code in the app, and sees the data of its requests.",
        fix="Remove remote_debugging_enabled.",
        references=("CWE-489",),
        inspect=_site(
            keys=("site_config", "remote_debugging_enabled"), accepts=is_not_true, message="can be debugged from elsewhere"
        ),
    ),
)
