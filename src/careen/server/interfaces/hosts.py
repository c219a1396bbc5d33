"""Which hosts the data in a request may make the server contact: hosts of the project's registries, and others in the
project's settings.

Hosts in private networks, the server's own machine and metadata addresses must also be listed by the operator, by name
(``--private-hosts``).
"""

import os
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct
from sqlalchemy import select

from careen.errors import NetworkError
from careen.fleet.fleet import Fleet
from careen.fleet.tables import registry
from careen.log import logger
from careen.net.addresses import checked, inwardness, named, proxy_for

from .answers import Failure
from .project_settings import settings_of

log = logger(__name__)

REFUSED = 403  # not 400, after which Quay marks an image as unsupported for ever


class Hosts(Struct, frozen=True):
    """The allowed hosts: ``listed`` by the project, ``private`` by the operator."""

    listed: tuple[str, ...]
    private: tuple[str, ...] = ()


Host = Annotated[str, Meta(max_length=255, pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?\Z")]


class OfProject(Struct, frozen=True):
    hosts: tuple[str, ...] = ()  # beside registries: hosts of storage to which the links of layers lead


def hosts_of(fleet: Fleet, project_id: int) -> Hosts:
    more = settings_of(fleet, project_id, OfProject).hosts
    with fleet.engine.connect() as connection:
        known = connection.execute(select(registry.c.host).where(registry.c.project_id == project_id)).scalars()
        return Hosts((*known, *more), fleet.settings.private_hosts)


def check_address(url: str, hosts: Hosts, what: str, status: int = REFUSED) -> str:
    """The host of a URL, with its port. Raises Failure, and logs a warning, if the server must not contact it. The
    messages contain no more of the URL than the host.
    """
    try:
        parts = urlsplit(checked(url))
        port = parts.port
    except (NetworkError, ValueError):
        raise Failure(status, f"{what} is not an address") from None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    netloc = f"{host}:{port}" if port else host
    if why := _why_not(url, parts.scheme, "@" in parts.netloc, netloc, hosts):
        log.warning("%s was refused: %r: %s", what, netloc[:200], why)
        raise Failure(status, f"{what} is at {netloc[:200]}: {why}")
    return netloc


def _why_not(url: str, scheme: str, has_user: bool, netloc: str, hosts: Hosts) -> str:
    if scheme not in ("http", "https") or not netloc:
        return "it is not http or https"
    if has_user:
        return "it contains a user name or a password"
    if not _has(hosts.listed, netloc):
        return "the project does not list this host: add its registry"
    if inwardness(netloc, proxy_for(url, os.environ) is None) and not _has(hosts.private, netloc):
        return "it is in a private network: the server's operator lists it with --private-hosts"
    return ""


def _has(hosts: Sequence[str], netloc: str) -> bool:
    """Whether the hosts list this one by name. Patterns do not count: they could match a name that leads to any
    address.
    """
    return named(netloc, tuple(host for host in hosts if "*" not in host))
