"""Firewalls: security groups of AWS, firewalls of Google Cloud, security rules of Azure."""

from collections.abc import Iterator
from typing import Any

from careen.checks.terraform_rules import blocks, is_everyone, is_set, missing_blocks, place, texts, unknown_in
from careen.formats.data.yaml_document import Mapping
from careen.formats.terraform.resource import Resource, Terraform
from careen.formats.terraform.values import UnknownValue
from careen.plugins import Check, Place

_GROUPS = ("aws_security_group", "aws_default_security_group")
_NETWORKS = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6")
_ADMINISTRATION = (22, 2375, 2376, 2379, 3389, 5985, 5986, 6443, 10250)
_WEB = (80, 443)
Rule = tuple[Resource, Mapping, tuple[str | int, ...]]  # resource, rule, and the path to it


def _rules(document: Terraform, direction: str) -> Iterator[Rule]:
    """The rules of security groups, in whatever kind of resource they are written."""
    for resource in document.of(*_GROUPS):
        yield from ((resource, block, path) for block, path in blocks(resource, direction))
    for resource in document.of("aws_security_group_rule"):
        if resource.values.get("type") == direction:
            yield resource, resource.values, ()
    for resource in document.of(f"aws_vpc_security_group_{direction}_rule"):
        yield resource, resource.values, ()


def _open(document: Terraform, direction: str, ports: tuple[int, ...] | None, message: str) -> Iterator[Place]:
    """Yields rules that admit everyone to these ports. ``ports`` None: to any port other than those of the web."""
    for resource, rule, path in _rules(document, direction):
        key = next((key for key in _NETWORKS if is_everyone(rule.get(key))), None)
        given = [rule.get(name) for name in ("from_port", "to_port", "protocol", "ip_protocol")]
        missing = next((value for value in given if isinstance(value, UnknownValue)), None)
        if key is not None and (missing is not None or _allows(rule, ports)):
            yield place(resource, message, *path, key, value=missing)
        elif key is None:
            value = next((found for name in _NETWORKS if (found := unknown_in(rule.get(name)))), None)
            if value is not None and not value.owner and _allows(rule, ports):
                yield place(resource, message, *path, value=value)
    for resource in document.of(*_GROUPS):
        for value, path in missing_blocks(resource, direction):
            yield place(resource, message, *path, value=value)


def _allows(rule: Mapping, ports: tuple[int, ...] | None) -> bool:
    protocol = rule.get("protocol", rule.get("ip_protocol"))
    first, last = _port(rule.get("from_port")), _port(rule.get("to_port"))
    everything = str(protocol) in ("-1", "all") or first is None or last is None
    if ports is None:
        return everything or not (first == last and first in _WEB)
    return everything or any((first or 0) <= port <= (last or 0) for port in ports)


def _port(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdigit() and len(value) < 6 else None


def _administration_open(document: Terraform) -> Iterator[Place]:
    message = "lets the whole internet reach ports of administration"
    yield from _open(document, "ingress", _ADMINISTRATION, message)
    for resource, ports, key, sources in _elsewhere(document):
        if ports & set(_ADMINISTRATION) or not ports:
            yield place(resource, message, *key, value=unknown_in(sources))


def _everything_open(document: Terraform) -> Iterator[Place]:
    yield from _open(document, "ingress", None, "lets the whole internet reach other ports than those of the web")


def _exit_open(document: Terraform) -> Iterator[Place]:
    yield from _open(document, "egress", None, "lets traffic out to the whole internet")


def _without_description(document: Terraform) -> Iterator[Place]:
    for direction in ("ingress", "egress"):
        for resource, rule, path in _rules(document, direction):
            if not is_set(rule.get("description")):
                yield place(resource, f"has a rule of {direction} without a description", *path, value=rule.get("description"))
    for resource in document.of("aws_security_group"):
        if not is_set(resource.values.get("description")):
            yield place(resource, "has no description", value=resource.values.get("description"))


def _elsewhere(document: Terraform) -> Iterator[tuple[Resource, set[int], tuple[str | int, ...], Any]]:
    """Rules of Google Cloud and Azure that admit everyone: (resource, ports or none for all of them, path, sources)."""
    for resource in document.of("google_compute_firewall"):
        sources = resource.values.get("source_ranges")
        if resource.values.get("direction", "INGRESS") != "INGRESS" or not (is_everyone(sources) or unknown_in(sources)):
            continue
        for block, path in blocks(resource, "allow"):
            protocol = block.get("protocol")
            if protocol in ("tcp", "udp", "6", "17", "all"):
                yield resource, _ports(texts(block.get("ports"))), (*path, "ports"), sources
    rules = [(resource, resource.values, ()) for resource in document.of("azurerm_network_security_rule")]
    groups = document.of("azurerm_network_security_group")
    within = [(resource, block, path) for resource in groups for block, path in blocks(resource, "security_rule")]
    for resource, rule, path in [*rules, *within]:
        if rule.get("access") != "Allow" or rule.get("direction") != "Inbound":
            continue
        sources = rule.get("source_address_prefixes", rule.get("source_address_prefix"))
        if is_everyone(sources) or unknown_in(sources):
            written = rule.get("destination_port_ranges", rule.get("destination_port_range"))
            named = [text for text in texts(written) if text != "*"]
            if named or written == "*":
                yield resource, _ports(named), (*path, "source_address_prefix"), sources


def _ports(written: list[str]) -> set[int]:
    found: set[int] = set()
    for text in written:
        first, dash, last = text.partition("-")
        low, high = _port(first), _port(last if dash else first)
        if low is not None and high is not None:
            found.update(port for port in (*_ADMINISTRATION, low) if low <= port <= high)
    return found


CHECKS = (
    Check(
        id="TFM-060",
        title="Ports of administration are open to the internet",
        severity="critical",
        why="Remote logins, engines, kubelets and etcd are attacked within minutes after they appear.",
        fix="Name the networks of administrators, or use a session manager or a bastion.",
        references=("CWE-284",),
        inspect=_administration_open,
    ),
    Check(
        id="TFM-061",
        title="Security group is open to the internet",
        severity="high",
        why="Everyone reaches services that were meant for a few.",
        fix="Name the networks or security groups that need the ports; only 80 and 443 are for everyone.",
        references=("CWE-284",),
        inspect=_everything_open,
    ),
    Check(
        id="TFM-062",
        title="Security group lets traffic out to the internet",
        severity="low",
        why="A compromised program can send data anywhere and fetch tools from anywhere.",
        fix="Name the networks that the program needs to reach.",
        references=("CWE-923",),
        inspect=_exit_open,
    ),
    Check(
        id="TFM-063",
        title="Rule of a security group has no description",
        severity="negligible",
        why="Without a reason, rules that are no longer needed are kept because one does not dare to remove them.",
        fix="Add a description that states who needs the rule.",
        references=("CWE-1116",),
        inspect=_without_description,
    ),
)
