"""Which addresses a server may contact: public hosts, and those in private networks that its operator lists.

Users configure registries, webhooks and identity providers, and these lead to further hosts: token services, redirects,
uploads. Loopback, link-local, metadata and private addresses are refused unless they are listed, by name or as a network.
A name is resolved and checked before the request, and the address of each connection is checked again when it is made.
**Source:** OWASP, "Server Side Request Forgery Prevention"; RFC 6890.
"""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec.structs import replace

from careen.config import Settings
from careen.errors import NetworkError, NotListedError
from careen.log import logger
from careen.net import NetSettings
from careen.net import addresses as net_addresses
from careen.plugins import Fetcher, Response

log = logger(__name__)

PUBLIC = "*"
FLAG = "careen serve --private-hosts"  # of the server's operator


def listed(settings: Settings) -> tuple[str, ...]:
    """The private hosts and networks that the server's own settings list."""
    return tuple(settings.private_hosts)


def allowed(url: str, hosts: tuple[str, ...], environ: Mapping[str, str] | None = None) -> str:
    """Why a URL must not be contacted; "" if it may be. ``hosts`` lists NAME, NAME:PORT and networks (``10.0.0.0/8``)."""
    try:
        parts = urlsplit(net_addresses.checked(url))
    except NetworkError as error:
        return str(error)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{parts.scheme or 'it'} is not http or https"
    if "@" in parts.netloc:
        return "it contains a user name or a password"
    direct = net_addresses.proxy_for(url, os.environ if environ is None else environ) is None
    return net_addresses.allowed(parts.netloc, (PUBLIC, *_without_patterns(hosts)), direct)


def check(url: str, hosts: tuple[str, ...], what: str) -> None:
    """Raises NotListedError, and logs a warning, if the URL must not be contacted. ``what`` is its use in messages:
    "the webhook".
    """
    why = allowed(url, hosts)
    if why:
        shown = net_addresses.host_of(url)[:200]
        log.warning("%s was refused: %r: %s", what, shown, why)
        raise NotListedError(f"{what} at {shown} is refused: {why}", f"{FLAG} {shown}, if you trust it")


def guarded(settings: NetSettings, hosts: tuple[str, ...]) -> NetSettings:
    """The settings, limited to public hosts and the listed ones, for addresses that users enter."""
    return replace(settings, only=(PUBLIC, *_without_patterns(hosts)), only_flag=FLAG)


class GuardedFetcher:
    """A fetcher that logs refused addresses. ``who`` is the registry or subscription that led to the address."""

    def __init__(self, fetcher: Fetcher, who: str) -> None:
        self._fetcher, self._who = fetcher, who

    def request(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        try:
            return self._fetcher.request(url, method=method, headers=headers, body=body)
        except NotListedError as error:
            log.warning("%s: %s", self._who, error)
            raise


def _without_patterns(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """The hosts without those that contain ``*``: a pattern could match a name whose address someone else controls."""
    return tuple(host for host in hosts if "*" not in host)
