"""The addresses of the service and who may log in, as one value.

Raises: UsageError for an address that other machines can reach without TLS.
"""

from msgspec import Struct

from careen.errors import UsageError
from careen.net.addresses import is_loopback


class Issuer(Struct, frozen=True):
    """An identity provider (OIDC) for logins. With ``secret`` "", the server is a public client."""

    address: str  # as in its tokens: "https://id.example.com"
    client_id: str
    secret: str = ""
    creates_users: bool = False  # False: only users whom an administrator has added may log in


class ServerOptions(Struct, frozen=True):
    """The options of the server. ``hosts``: names that requests may be for, without ports. ``public``: the URL for
    links and for OIDC.
    """

    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    public: str = "http://127.0.0.1:8080"
    issuers: tuple[Issuer, ...] = ()
    requests_per_minute: int = 1200  # per caller

    @property
    def secure(self) -> bool:
        """Whether browsers use TLS, the server's own or a proxy's."""
        return self.public.startswith("https://")


def refuse_open(listen: str, *, tls: bool, behind_proxy: bool) -> None:
    """Raises UsageError if other machines can reach the address without TLS, so that keys and passwords never cross a
    network in plain text. ``listen``: HOST:PORT.
    """
    if tls or behind_proxy or is_loopback(listen):
        return
    raise UsageError(
        f"{listen} can be reached from other machines, and nothing encrypts it",
        "--tls-cert and --tls-key, --behind-proxy if a proxy does so, or --listen 127.0.0.1:8080",
    )
