"""How the service is reached and who may log in, as one value.

Raises: UsageError for an address that other machines reach without TLS.
"""

from msgspec import Struct

from careen.errors import UsageError
from careen.net.addresses import is_loopback


class Issuer(Struct, frozen=True):
    """An identity provider (OIDC) that people log in with. ``secret`` "" is a public client."""

    address: str  # as in its tokens, "https://id.example.com"
    client_id: str
    secret: str = ""
    creates_users: bool = False  # else only users whom an administrator has added


class ServerOptions(Struct, frozen=True):
    """``hosts``: names that requests may be for, without ports. ``public``: the address in links and for OIDC."""

    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    public: str = "http://127.0.0.1:8080"
    issuers: tuple[Issuer, ...] = ()
    requests_per_minute: int = 1200  # of a caller

    @property
    def secure(self) -> bool:
        """Browsers reach it by TLS, its own or a proxy's."""
        return self.public.startswith("https://")


def refuse_open(listen: str, *, tls: bool, behind_proxy: bool) -> None:
    """``listen``: HOST:PORT. Keys and passwords never cross a network in plain text."""
    if tls or behind_proxy or is_loopback(listen):
        return
    raise UsageError(
        f"{listen} can be reached from other machines, and nothing encrypts it",
        "--tls-cert and --tls-key, --behind-proxy if a proxy does so, or --listen 127.0.0.1:8080",
    )
