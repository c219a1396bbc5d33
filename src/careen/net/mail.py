"""Sends mail through the server that a user names, over TLS, with the same rules about addresses as requests.

A server in a private network is refused unless it is listed: its name is checked before, and its address after connecting.
Passwords are only sent over TLS. A server's responses are limited in size and time.
Raises: NetworkError; MailRefusedError if the server refuses the mail, CredentialsError for a wrong password.
**Source:** RFC 5321; RFC 3207 (STARTTLS); RFC 8314 (TLS from the start).
"""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from ..errors import CredentialsError, NetworkError, NotListedError
from .addresses import allowed, is_loopback, listed
from .connections import hint_to_list, refuse_inside, trust_store
from .failures import CertificateError, reason_of
from .settings import NetSettings

if TYPE_CHECKING:
    import smtplib

Security = Literal["tls", "starttls", "none"]
ANSWER_BYTES = 1 << 20  # responses of a whole session
SESSION_S = 120.0


class MailRefusedError(NetworkError):
    """The server refuses the mail. ``lasting``: another try would fail too. ``some_have_it``: other recipients have got
    it.
    """

    def __init__(self, message: str, *, lasting: bool, some_have_it: bool = False) -> None:
        super().__init__(message, "see the addresses, and the log of the mail server")
        self.lasting, self.some_have_it = lasting, some_have_it


class MailServer(Struct, frozen=True):
    """A mail server. ``security``: TLS from the start, STARTTLS, or none, which is only allowed for this machine and
    hosts of ``plain_http``.
    """

    host: str
    port: int = 587
    security: Security = "starttls"
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port}, {self.security})"  # the password stays out of logs

    @property
    def place(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def send_mail(
    server: MailServer,
    sender: str,
    recipients: Sequence[str],
    message: bytes,
    settings: NetSettings,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Sends a message. ``message`` is complete, with its headers."""
    import smtplib

    _check(server, settings)
    try:
        with _connected(server, settings, environ or {}) as client:
            if server.username:
                client.login(server.username, server.password)
            refused = client.sendmail(sender, list(recipients), message)
    except smtplib.SMTPAuthenticationError:
        raise CredentialsError(f"{server.place} does not accept the user name or the password") from None
    except smtplib.SMTPResponseException as error:
        raise MailRefusedError(f"{server.place} answers {error.smtp_code}", lasting=500 <= error.smtp_code < 600) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        lasting = all(500 <= code < 600 for code in codes)
        raise MailRefusedError(f"{server.place} refuses the recipients: {_codes(codes)}", lasting=lasting) from None
    except smtplib.SMTPException as error:
        raise NetworkError(f"{server.place}: {type(error).__name__}", "check host, port and security") from None
    except OSError as error:
        raise _unreachable(server, error) from None
    if refused:
        codes = [code for code, _ in refused.values()]
        what = f"{server.place} refuses {len(refused)} of {len(recipients)} recipients: {_codes(codes)}"
        raise MailRefusedError(what, lasting=True, some_have_it=True)


def _check(server: MailServer, settings: NetSettings) -> None:
    if settings.only is not None and (why := allowed(server.place, settings.only, True)):
        raise NotListedError(f"{server.place} was not contacted: {why}", hint_to_list(server.place, settings))
    if server.security == "none":
        if not is_loopback(server.place) and not listed(server.place, settings.plain_http):
            raise NetworkError(f"{server.place} would get mail without TLS, which anyone on the way can read", "use starttls")
        if server.username and not is_loopback(server.place):
            raise NetworkError(f"{server.place} would get a password without TLS", "use starttls or tls")


def _connected(server: MailServer, settings: NetSettings, environ: Mapping[str, str]) -> "smtplib.SMTP":
    import smtplib
    import socket

    trust = None
    if server.security != "none":
        trust = trust_store(settings, listed(server.place, settings.insecure), False, environ)

    class Client(smtplib.SMTP):
        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
            refuse_inside(made, host, port, settings)
            if server.security != "tls" or trust is None:
                return made
            try:
                return trust.wrap_socket(made, server_hostname=host)
            except BaseException:
                made.close()
                raise

        def getreply(self) -> tuple[int, bytes]:
            if self.file is None and self.sock is not None:
                self.file = _Bounded(self.sock.makefile("rb"))
            return super().getreply()

    name = socket.gethostname()
    client = Client(timeout=settings.timeout_s, local_hostname=name if "." in name else "[127.0.0.1]")
    client._host = server.host  # type: ignore[attr-defined]  # the name that STARTTLS verifies
    try:
        code, _ = client.connect(server.host, server.port)
        if code != 220:
            raise MailRefusedError(f"{server.place} answers {code}", lasting=500 <= code < 600)
        if server.security == "starttls":
            client.starttls(context=trust)  # raises if the server does not support it: nothing is sent without TLS
    except BaseException:
        client.close()
        raise
    return client


class _Bounded:
    """Reads a server's lines. Raises an error if they are too many or come too slowly."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._left, self._until = stream, ANSWER_BYTES, time.monotonic() + SESSION_S

    def readline(self, size: int) -> bytes:
        if self._left <= 0 or time.monotonic() > self._until:
            raise NetworkError("the mail server sends too much, or too slowly", "try again later")
        line: bytes = self._stream.readline(size)
        self._left -= len(line)
        return line

    def close(self) -> None:
        self._stream.close()


def _codes(codes: Sequence[int]) -> str:
    return ", ".join(sorted({str(code) for code in codes}))


def _unreachable(server: MailServer, error: OSError) -> NetworkError:
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateError(f"the certificate of {server.place} is not trusted: {reason_of(error)}", "see ca_file")
    return NetworkError(f"{server.place} could not be reached: {reason_of(error)}", "check host, port and security")
