"""Which addresses a server asks: public hosts, and those in a private network that its operator lists.

Users name registries, webhooks and identity providers, and these name further hosts: token services, redirects, uploads.
Loopback, link-local, metadata and private addresses are refused unless they are listed, by name or as a network. A name is
resolved and checked before the request, and the address of each connection is checked again when it is made.
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


def listed(settings: Settings) -> tuple[str, ...]:
    """The private hosts and networks that the server's own settings list."""
    return tuple(settings.private_hosts)


def allowed(url: str, hosts: tuple[str, ...], environ: Mapping[str, str] | None = None) -> str:
    """Why an address must not be asked; "" if it may. ``hosts`` lists NAME, NAME:PORT and networks (``10.0.0.0/8``)."""
    try:
        parts = urlsplit(net_addresses.checked(url))
    except NetworkError as error:
        return str(error)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{parts.scheme or 'it'} is not http or https"
    if "@" in parts.netloc:
        return "it holds a user name or a password"
    direct = net_addresses.proxy_for(url, os.environ if environ is None else environ) is None
    return net_addresses.allowed(parts.netloc, (PUBLIC, *_without_patterns(hosts)), direct)


def check(url: str, hosts: tuple[str, ...], what: str) -> None:
    """Raises NotListedError if the address must not be asked, and logs that. ``what`` names its use: "the webhook"."""
    why = allowed(url, hosts)
    if why:
        shown = net_addresses.host_of(url)[:200]
        log.warning("%s was refused: %r: %s", what, shown, why)
        raise NotListedError(f"{what} at {shown} is not asked: {why}", "the server's operator lists it with --private-hosts")


def guarded(settings: NetSettings, hosts: tuple[str, ...]) -> NetSettings:
    """The settings with a limit for addresses that users name: only public hosts and the listed ones are contacted."""
    return replace(settings, only=(PUBLIC, *_without_patterns(hosts)))


class GuardedFetcher:
    """Logs what the settings refuse; ``who`` names the registry or subscription that led there."""

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
    """A pattern could stand for a name whose address somebody else decides."""
    return tuple(host for host in hosts if "*" not in host)
