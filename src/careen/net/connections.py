"""Connections: trusted certificates, and the pools behind a proxy or a unix socket.

Raises: NetworkError if a certificate or a proxy that the user named cannot be used.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ..errors import NetworkError, NotListedError
from .addresses import depth_of, host_of, in_networks, named, shown
from .failures import reason_of
from .pace import paced
from .settings import NetSettings

if TYPE_CHECKING:
    import socket
    import ssl

    from urllib3 import HTTPConnectionPool, PoolManager


# If Python was built for another system than it runs on, its OpenSSL looks for the store in the wrong place.
_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def trust_store(settings: NetSettings, insecure: bool, with_certificate: bool, environ: Mapping[str, str]) -> "ssl.SSLContext":
    """The system's store of certificates, or the one in the environment; ``ca_file`` is trusted in addition."""
    import ssl
    import warnings

    context = _named_store(environ)
    is_named, context = context is not None, context or ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not is_named and paths.cafile is None and paths.capath is None and os.name == "posix":
        for store in _STORES:
            if Path(store).is_file():
                context.load_verify_locations(cafile=store)
                break
    if settings.ca_file:
        try:
            context.load_verify_locations(cafile=str(settings.ca_file))
        except OSError as error:  # ssl.SSLError is one
            raise NetworkError(
                f"{settings.ca_file}: no certificates: {reason_of(error)}", "--ca-file names a PEM file"
            ) from None
    if with_certificate and settings.client_cert:
        try:
            context.load_cert_chain(settings.client_cert, settings.client_key, password=lambda: b"")
        except OSError as error:
            hint = "--client-cert and --client-key name PEM files; the key has no password"
            raise NetworkError(f"{settings.client_cert}: no client certificate: {reason_of(error)}", hint) from None
    if insecure:
        from urllib3.exceptions import InsecureRequestWarning

        warnings.simplefilter("ignore", InsecureRequestWarning)  # the user allowed it
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _named_store(environ: Mapping[str, str]) -> "ssl.SSLContext | None":
    """The store in the variables of requests(3) and curl(1); None if there is none. SSL_CERT_FILE and SSL_CERT_DIR,
    which OpenSSL itself reads, take precedence.
    """
    import ssl

    if environ.get("SSL_CERT_FILE") or environ.get("SSL_CERT_DIR"):
        return None
    name = next((name for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if environ.get(name)), None)
    if name is None:
        return None
    place = environ[name]
    try:
        is_folder = Path(place).is_dir()
        return ssl.create_default_context(cafile=None if is_folder else place, capath=place if is_folder else None)
    except OSError as error:  # ssl.SSLError is one
        raise NetworkError(
            f"{place}: no certificates: {reason_of(error)}", f"{name} names a PEM file, or a folder of them"
        ) from None


def proxy_manager(proxy: str, trust: "ssl.SSLContext", options: Mapping[str, Any]) -> "PoolManager":
    import urllib3

    parts = urlsplit(proxy)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NetworkError(f"the proxy {shown(proxy)} cannot be used", "HTTPS_PROXY=http://HOST:PORT")
    headers = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = urllib3.make_headers(proxy_basic_auth=pair)
    return urllib3.ProxyManager(f"{parts.scheme}://{host_of(proxy)}", proxy_headers=headers, proxy_ssl_context=trust, **options)


def pools(settings: NetSettings) -> dict[str, Any]:
    """The classes of connection pools whose responses need a minimum speed (``pace``).

    With ``settings.only``, a connection is closed if it leads into a private network that is not listed. The address of the
    connection itself is checked, so that a later answer of a name server has no effect.
    """
    import socket

    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    def checked(connection: HTTPConnection, made: socket.socket) -> socket.socket:
        refuse_inside(made, connection.host, connection.port, settings)
        return made

    answers = paced(settings.patience_s)

    class Plain(HTTPConnection):
        response_class = answers

        def _new_conn(self) -> socket.socket:
            return checked(self, super()._new_conn())

    class Secure(HTTPSConnection):
        response_class = answers

        def _new_conn(self) -> socket.socket:
            return checked(self, super()._new_conn())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def refuse_inside(made: "socket.socket", host: str, port: int, settings: NetSettings) -> None:
    """Closes a connection that leads into a private network that ``settings.only`` does not list, and raises NotListedError."""
    if settings.only is None:
        return
    try:
        address = str(made.getpeername()[0])
    except OSError:  # the other side ended the connection at once
        made.close()
        raise
    if not depth_of(address) or named(f"{host}:{port}", settings.only) or in_networks(address, settings.only):
        return
    made.close()
    why = f"{host} was not contacted: it is {address}, in a private network"
    raise NotListedError(why, hint_to_list(f"{host}:{port}", settings))


def hint_to_list(host: str, settings: NetSettings) -> str:
    return f"{settings.only_flag} {host}, if you trust it"


def unix_pool(path: str, settings: NetSettings) -> "HTTPConnectionPool":
    import socket

    import urllib3
    from urllib3.connection import HTTPConnection

    class Connection(HTTPConnection):
        response_class = paced(settings.patience_s)

        def _new_conn(self) -> socket.socket:
            family = getattr(socket, "AF_UNIX", None)
            if family is None:
                raise OSError("this system has no unix sockets")
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(self.timeout if isinstance(self.timeout, int | float) else None)
                connection.connect(path)
            except OSError:
                connection.close()
                raise
            return connection

    class Pool(urllib3.HTTPConnectionPool):
        ConnectionCls = Connection

    return Pool("localhost", maxsize=4)
