"""Turns failures of the network into NetworkError, with host, reason and next step; and decides whether a retry may
help.
"""

from typing import TYPE_CHECKING

from ..errors import NetworkError, TooManyRequestsError
from .addresses import host_of
from .pace import LongHeadersError, SlowError

if TYPE_CHECKING:
    from .settings import NetSettings


class CertificateError(NetworkError):
    """The certificate of the other side is not trusted."""


class UnreachableError(NetworkError):
    """Nothing listens at that address."""


class NotAllowedError(NetworkError):
    """The operating system does not allow this user to connect."""


_MOMENTS = 1e9  # larger numbers are seconds since 1970
PLAIN = "use --plain-http if you mean that"
_CERTIFICATE = "--ca-file FILE trusts a private authority; --insecure verifies nothing"


def may_help_to_retry(error: Exception, attempt: int) -> bool:
    """Whether another try may succeed. It may not after a wrong name or certificate; a closed port is tried twice."""
    from urllib3.exceptions import NameResolutionError, NewConnectionError, ProxyError, SSLError

    if isinstance(error, NetworkError | ValueError | NameResolutionError | SSLError | FileNotFoundError | PermissionError):
        return False
    if isinstance(error, NewConnectionError | ProxyError | ConnectionRefusedError):
        return attempt < 2
    return True


def retry_after(value: str | None, now: float) -> float | None:
    """The seconds to wait; None if unknown. Source: RFC 9110 10.2.3: a number of seconds, or a date; Docker Hub's
    X-Retry-After is a time.
    """
    from email.utils import parsedate_to_datetime

    if not value:
        return None
    if value.strip().isdigit():
        number = float(value.strip()[:10])
        return max(0.0, number - now) if number >= _MOMENTS else number
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError, TypeError):
        return None


def too_many_requests(url: str, after_s: float | None) -> TooManyRequestsError:
    when = "later" if not after_s else f"in {round(after_s)} s" if after_s < 120 else f"in {round(after_s / 60)} minutes"
    return TooManyRequestsError(f"{host_of(url)} refuses more requests for now (429: too many requests)", f"try again {when}")


def proxy_password_missing(proxy: str) -> NetworkError:
    hint = "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
    return NetworkError(f"the proxy {host_of(proxy)} requires a user name and a password", hint)


def as_network_error(error: Exception, url: str, settings: "NetSettings", proxy: str | None, got: int = 0) -> NetworkError:
    from urllib3 import exceptions

    host = host_of(url)
    if isinstance(error, SlowError | LongHeadersError):
        return type(error)(f"{host} {error}", error.hint)
    if isinstance(error, NetworkError):
        return error
    if isinstance(error, exceptions.ProxyError):
        return _proxy_failure(error, host, host_of(proxy or ""))
    if isinstance(error, exceptions.NameResolutionError):
        hint = "check the name and the network; if there is a proxy, set HTTPS_PROXY"
        return NetworkError(f"{host_of(proxy) if proxy else host}: no such host", hint)
    if isinstance(error, exceptions.SSLError):
        return _tls_failure(error, host)
    if isinstance(error, exceptions.ConnectTimeoutError) and not isinstance(error, exceptions.NewConnectionError):
        limit = min(settings.connect_timeout_s, settings.timeout_s)
        return NetworkError(f"{host} did not accept a connection within {limit:g} s", "check the network and the host")
    if isinstance(error, exceptions.ReadTimeoutError | TimeoutError):
        return NetworkError(f"{host} sent nothing for {settings.timeout_s:g} s", "try again; --timeout waits longer")
    if isinstance(error, exceptions.NewConnectionError):
        where = f"the proxy {host_of(proxy)}" if proxy else host
        return UnreachableError(f"{where} cannot be reached: {reason_of(error)}", "check name, port and network")
    partial = next((part for part in (error, *error.args) if isinstance(part, exceptions.IncompleteRead)), None)
    if got or partial:
        got += partial.partial if partial and isinstance(partial.partial, int) else 0
        return NetworkError(f"the connection to {host} broke after {got} bytes", "try again")
    if isinstance(error, exceptions.DecodeError):
        return NetworkError(f"{host} sent a body that does not have the encoding that it names", "try again")
    kind = NotAllowedError if isinstance(_innermost(error), PermissionError) else NetworkError
    return kind(f"{host} could not be reached: {reason_of(error)}", "check name, port and network")


def _proxy_failure(error: Exception, host: str, proxy: str) -> NetworkError:
    reason = reason_of(error)
    if "407" in reason:
        return proxy_password_missing(f"//{proxy}")
    return NetworkError(f"{host} cannot be reached through the proxy {proxy}: {reason}", "check HTTPS_PROXY and NO_PROXY")


def _tls_failure(error: Exception, host: str) -> NetworkError:
    reason = reason_of(error)
    if any(word in reason for word in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER", "record layer")):
        return NetworkError(f"{host} does not use TLS on this port", "use --plain-http if it uses plain HTTP")
    if any(word in reason for word in ("UNEXPECTED_EOF", "EOF occurred", "reset by peer", "Connection aborted")):
        return NetworkError(f"{host} closed the connection during the TLS handshake", "try again; check proxy and port")
    return CertificateError(f"the certificate of {host} is not trusted: {reason}", _CERTIFICATE)


def reason_of(error: BaseException) -> str:
    """The innermost reason in a few words, without addresses or objects."""
    error = _innermost(error)
    verify = getattr(error, "verify_message", None)
    if verify:
        return str(verify)
    text = getattr(error, "strerror", None) or (str(error.args[-1]) if error.args else type(error).__name__)
    return str(text).split(" (_ssl.c")[0][:200]


def _innermost(error: BaseException) -> BaseException:
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = getattr(error, "original_error", None) or error.__cause__
        inner = inner or next((part for part in error.args if isinstance(part, BaseException)), None)
        if isinstance(inner, BaseException):
            error = inner
    return error
