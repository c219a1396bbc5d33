"""The network: ``make_fetcher`` is the only way to send requests; nothing else in Careen opens a socket.

Shape: ``fetcher.request(url)`` returns a stream, whatever the HTTP status; URLs are ``https://``, ``http://`` (loopback, or
hosts that the settings list) and ``http+unix://<quoted path of the socket>/…``. Redirects are followed: to another host
without credentials, and never from a public host into a private network that is not listed. A request that may succeed later
is repeated, with growing pauses. Proxies come from the environment, trusted authorities from the system's store or the one
in the environment.
Raises: NetworkError with host, reason and next step. No message and no log contains a credential or a signed query.
**Source:** RFC 9110 (15.4 redirects, 10.2.3 Retry-After), RFC 6585 (429), RFC 7617 (basic), RFC 6890 (addresses).
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from careen.log import logger

from ..errors import NetworkError, NotListedError
from .addresses import (
    allowed,
    check_step,
    checked,
    credentials_of,
    host_of,
    is_loopback,
    joined,
    listed,
    origin,
    proxy_for,
    shown,
    without_credentials,
)
from .connections import hint_to_list, pools, proxy_manager, trust_store, unix_pool
from .failures import (
    PLAIN,
    CertificateError,
    NotAllowedError,
    UnreachableError,
    as_network_error,
    may_help_to_retry,
    proxy_password_missing,
    retry_after,
    too_many_requests,
)
from .pace import SlowError, backoff_s
from .settings import NetSettings

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager

__all__ = [
    "CertificateError",
    "HttpFetcher",
    "HttpResponse",
    "NetSettings",
    "NotAllowedError",
    "SlowError",
    "UnreachableError",
    "make_fetcher",
]

log = logger(__name__)

READ_ALL_BYTES = 256 * 1024 * 1024  # the limit of ``read()`` without a size
MAX_REDIRECTS = 8
_AGAIN = (408, 429, 500, 502, 503, 504)
_CHECK = "check the address"
_SECRETS = ("authorization", "cookie", "proxy-authorization", "x-registry-auth", "apikey")


def make_fetcher(
    settings: NetSettings | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] | None = None,
) -> "HttpFetcher":
    """A Fetcher (see ``plugins``) that threads may share. ``environ`` contains the proxies; None means the process's
    own.
    """
    if jitter is None:
        import random

        jitter = random.random
    return HttpFetcher(settings or NetSettings(), os.environ if environ is None else environ, sleep, jitter)


class HttpFetcher:
    """Pools of connections behind ``request``; ``close`` ends them."""

    def __init__(
        self,
        settings: NetSettings,
        environ: Mapping[str, str],
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
    ) -> None:
        self._settings, self._environ, self._sleep, self._jitter = settings, environ, sleep, jitter
        # By process, because a fork shares the connections that its parent opened, and each needs its own.
        self._managers: dict[tuple[int, str | None, bool, bool, bool], PoolManager] = {}
        self._sockets: dict[tuple[int, str], HTTPConnectionPool] = {}
        self._lock = threading.Lock()

    def request(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> "HttpResponse":
        """The response after redirects. Its body is decoded, unless the caller sets ``Accept-Encoding``."""
        sent = {"User-Agent": self._settings.user_agent, **(headers or {})}
        url, sent = credentials_of(checked(url), sent)
        first = url
        for _ in range(MAX_REDIRECTS + 1):
            self._refuse_unlisted(url)
            response = self._with_retries(url, method, sent, body, at_home=origin(url) == origin(first))
            location = response.headers.get("location")
            if response.status not in (301, 302, 303, 307, 308) or not location:
                return response
            response.close()
            target = joined(url, location)
            if origin(target) != origin(url):
                sent = {name: value for name, value in sent.items() if name.lower() not in _SECRETS}
                check_step(url, target, "redirects", self._environ, self._settings.inside)
                if body is not None and method not in ("GET", "HEAD") and _is_form(sent) and response.status in (307, 308):
                    raise NetworkError(f"{host_of(url)} redirects a form to {host_of(target)}", _CHECK)
            if method not in ("GET", "HEAD") and response.status in (301, 302, 303):
                method, body = "GET", None
            url = without_credentials(target)
        raise NetworkError(f"{host_of(first)} redirects without end", _CHECK)

    def close(self) -> None:
        with self._lock:
            for manager in self._managers.values():
                manager.clear()
            for pool in self._sockets.values():
                pool.close()
            self._managers.clear()
            self._sockets.clear()

    def __enter__(self) -> "HttpFetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _with_retries(
        self, url: str, method: str, headers: Mapping[str, str], body: bytes | None, at_home: bool
    ) -> "HttpResponse":
        """One response. A failed request is repeated if that may help."""
        from urllib3.exceptions import HTTPError

        waited, attempt = 0.0, 0
        while True:
            attempt += 1
            wanted = backoff_s(attempt, self._jitter())
            last = attempt >= self._settings.attempts or method not in ("GET", "HEAD") or url.startswith("http+unix:")
            try:
                raw = self._once(url, method, headers, body, at_home)
            except NetworkError as error:
                raise as_network_error(error, url, self._settings, None) from None
            except (HTTPError, OSError, ValueError) as error:
                log.debug("%s %s: %s (try %d)", method, shown(url), type(error).__name__, attempt)
                if last or not may_help_to_retry(error, attempt):
                    raise as_network_error(error, url, self._settings, proxy_for(url, self._environ)) from None
            else:
                log.debug("%s %s: %d", method, shown(url), raw.status)
                if raw.status == 407:
                    raw.close()
                    raise proxy_password_missing(proxy_for(url, self._environ) or url)
                if raw.status not in _AGAIN:
                    return HttpResponse(raw, url, self._settings)
                after_s = retry_after(raw.headers.get("retry-after") or raw.headers.get("x-retry-after"), time.time())
                wanted = max(wanted, after_s or 0.0)
                if last or waited + wanted > self._settings.max_wait_s:
                    if raw.status != 429:
                        return HttpResponse(raw, url, self._settings)
                    raw.close()
                    raise too_many_requests(url, after_s)
                raw.close()
            waited += wanted
            self._sleep(wanted)

    def _once(self, url: str, method: str, headers: Mapping[str, str], body: bytes | None, at_home: bool) -> "BaseHTTPResponse":
        from urllib3 import Timeout

        parts, settings = urlsplit(url), self._settings
        timeout = Timeout(connect=min(settings.connect_timeout_s, settings.timeout_s), read=settings.timeout_s)
        raw_body = any(name.lower() == "accept-encoding" for name in headers)
        options: dict[str, Any] = {
            "body": body,
            "headers": dict(headers),
            "timeout": timeout,
            "retries": False,
            "redirect": False,
            "preload_content": False,
            "decode_content": not raw_body,
        }
        if parts.scheme == "http+unix":
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            return self._socket(unquote(parts.netloc)).urlopen(method, target, **options)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NetworkError(f"{shown(url)} is not a web address", "write https://HOST/…")
        if parts.scheme == "http" and not is_loopback(parts.netloc) and not listed(parts.netloc, settings.plain_http):
            raise NetworkError(f"{host_of(url)} would be contacted over plain HTTP, which anyone on the way can change", PLAIN)
        insecure = parts.scheme == "https" and listed(parts.netloc, settings.insecure)
        proxy = proxy_for(url, self._environ)
        secure = parts.scheme == "https" or proxy is not None
        return self._manager(proxy, insecure, at_home, secure).urlopen(method, url, **options)

    def _manager(self, proxy: str | None, insecure: bool, at_home: bool, secure: bool) -> "PoolManager":
        """The pool manager for a connection. ``at_home``: the host is the requested one, and not a redirect's target; only then
        it gets a client certificate. ``secure``: the connection uses TLS; without it, the system's authorities are not loaded,
        because that takes longer than the request.
        """
        import logging

        import urllib3

        key = (os.getpid(), proxy, insecure, at_home and self._settings.client_cert is not None, secure)
        with self._lock:
            if key not in self._managers:
                logging.getLogger("urllib3").setLevel(logging.WARNING)  # its debug lines contain signed queries
                trust = trust_store(self._settings, insecure, key[3], self._environ) if secure else None
                options: dict[str, Any] = {"ssl_context": trust, "maxsize": 16}
                if proxy is None:
                    manager = urllib3.PoolManager(**options)
                else:
                    manager = proxy_manager(proxy, trust_store(self._settings, False, False, self._environ), options)
                manager.pool_classes_by_scheme = pools(self._settings if proxy is None else replace(self._settings, only=None))
                self._managers[key] = manager
            return self._managers[key]

    def _socket(self, path: str) -> "HTTPConnectionPool":
        with self._lock:
            key = (os.getpid(), path)
            if key not in self._sockets:
                self._sockets[key] = unix_pool(path, self._settings)
            return self._sockets[key]

    def _refuse_unlisted(self, url: str) -> None:
        """Raises NotListedError for a host that the settings do not list, if they limit hosts. A scanned file may
        contain hosts that the user never chose.
        """
        if self._settings.only is None:
            return
        why = allowed(host_of(url), self._settings.only, proxy_for(url, self._environ) is None)
        if why:
            raise NotListedError(f"{host_of(url)} was not contacted: {why}", hint_to_list(host_of(url), self._settings))


def _is_form(headers: Mapping[str, str]) -> bool:
    """Whether the request is a form, which may contain a secret for one host, such as a registry's refresh token."""
    return any(name.lower() == "content-type" and "form" in value.lower() for name, value in headers.items())


class HttpResponse:
    """A Response (see ``plugins``) over a stream."""

    def __init__(self, raw: "BaseHTTPResponse", url: str, settings: NetSettings) -> None:
        self.status, self.url = raw.status, url
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in raw.headers.items()}
        self._raw, self._settings = raw, settings
        self._got = 0

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes, fewer only at the end; without a size the rest, up to 256 MiB."""
        if size >= 0:
            return self._read(size)
        parts = []
        while part := self._read(1 << 20):
            parts.append(part)
            if len(parts) << 20 > READ_ALL_BYTES:
                raise NetworkError(f"{host_of(self.url)} sent more than {READ_ALL_BYTES} bytes", _CHECK)
        return b"".join(parts)

    def close(self) -> None:
        self._raw.close()
        self._raw.release_conn()

    def _read(self, size: int) -> bytes:
        from urllib3.exceptions import HTTPError

        try:
            data = self._raw.read(size)
        except (HTTPError, NetworkError, OSError, ValueError) as error:
            self._raw.close()
            raise as_network_error(error, self.url, self._settings, None, self._got) from None
        self._got += len(data)
        if self._got > self._settings.max_body_bytes:
            self.close()
            raise NetworkError(f"{host_of(self.url)} sent more than {self._settings.max_body_bytes} bytes", _CHECK)
        if not data and size:
            self._raw.release_conn()
        return data
