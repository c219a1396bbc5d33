"""The settings of the network as one value."""

from pathlib import Path

from msgspec import Struct

from .. import HOME, __version__

USER_AGENT = f"careen/{__version__}" + (f" (+{HOME})" if HOME else "")


class NetSettings(Struct, frozen=True):
    """The settings of the network. ``insecure`` and ``plain_http`` list hosts (``name`` or ``name:port``); ``"*"``
    means every host.
    """

    timeout_s: float = 30.0  # for a response, and for each part of its body
    connect_timeout_s: float = 10.0
    grace_s: float | None = None  # before the minimum speed (``pace``) applies; None: twice the time-out
    attempts: int = 4
    ca_file: Path | None = None  # trusted in addition to the system's authorities
    client_cert: Path | None = None
    client_key: Path | None = None
    insecure: tuple[str, ...] = ()  # certificates are not verified
    plain_http: tuple[str, ...] = ()  # in addition to loopback
    inside: tuple[str, ...] = ()  # private hosts and networks that redirects may lead to (``addresses.check_step``)
    only: tuple[str, ...] | None = None  # hosts that may be contacted, at redirects too (``addresses.allowed``); None: all
    only_flag: str = "--resolve-hosts"  # the flag that lists these hosts, for hints
    max_body_bytes: int = 64 * 1024**3
    user_agent: str = USER_AGENT
    max_wait_s: float = 60.0  # in all, between the tries of one request

    @property
    def patience_s(self) -> float:
        return 2 * self.timeout_s if self.grace_s is None else self.grace_s
