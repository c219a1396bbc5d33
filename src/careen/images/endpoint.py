"""Requests to the registry of one repository, with the credentials that it and the hosts behind it require.

Raises: InputError for a denied request, NetworkError otherwise.
"""

import os
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from careen.log import logger

from ..errors import Error, InputError, NetworkError, TooManyRequestsError
from ..net import CertificateError, UnreachableError
from ..net.addresses import check_step, is_loopback
from ..plugins import Fetcher, Response
from .authorization import Authorizer, Challenge, parse_challenges, wrong_password
from .credentials import Found, find, find_for_others
from .names import Reference

log = logger(__name__)


class Endpoint:
    """The endpoint of a repository; threads may share it. If the settings have ``credential`` (a SharedCredential), it
    replaces the user's own files.
    """

    def __init__(self, reference: Reference, fetcher: Fetcher, settings: Mapping[str, Any]) -> None:
        self.reference, self._fetcher = reference, fetcher
        self._plain = bool(settings.get("plain_http"))
        self._inside = tuple(settings.get("private_hosts") or ())
        self._settings = settings
        self._others: dict[str, Authorizer] = {}  # for hosts to which the registry redirects
        self._authorizer = Authorizer(
            fetcher,
            reference.registry,
            reference.repository,
            settings.get("credential") or (lambda _: find(reference.registry, reference.repository, settings)),
        )
        self._lock = threading.Lock()
        self._base: str | None = None

    def ask(
        self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        root = self.root()
        url = urljoin(f"{root}/v2/{self.reference.repository}/", path)
        if urlsplit(url).netloc != urlsplit(root).netloc:  # uploads may go to another host, which gets no credentials
            check_step(root, url, "sends uploads", os.environ, self._inside)
            return self._fetcher.request(url, method=method, headers=headers or {}, body=body)
        try:
            return self._asked(url, method, headers or {}, body)
        except TooManyRequestsError as error:
            if self._authorizer.credential:
                raise
            login = "logged-in users often have a higher limit (docker login, CAREEN_REGISTRY_USERNAME)"
            raise TooManyRequestsError(str(error), f"{error.hint}; {login}") from None

    def _asked(self, url: str, method: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        sent, response = self._send(url, method, headers, body)
        if response.status == 403 and self._authorizer.renew_expired(sent):
            response.close()
            return self._send(url, method, headers, body)[1]
        if response.status != 401:
            return response
        if urlsplit(response.url).netloc != urlsplit(url).netloc:
            return self._asked_elsewhere(response, method, headers) if method in ("GET", "HEAD") else response
        if _renewed(self._authorizer, sent, response):
            _, response = self._send(url, method, headers, body)
        return response

    def _asked_elsewhere(self, response: Response, method: str, headers: Mapping[str, str]) -> Response:
        """Repeats a request to a host to which the registry redirects, with the credentials that are meant for this
        host.
        """
        url, sent = response.url, None
        host = urlsplit(url).netloc
        with self._lock:
            authorizer = self._others.setdefault(
                host,
                Authorizer(
                    self._fetcher, host, self.reference.repository,
                    lambda _: (
                        Found(None)
                        if self._settings.get("credential")
                        else find_for_others(host, self.reference.repository, self._settings)
                    ),
                ),
            )  # fmt: skip
        for _ in range(2):  # our token may have expired
            if response.status != 401 or not _renewed(authorizer, sent, response):
                break
            sent = authorizer.header
            response = self._fetcher.request(url, method=method, headers={**headers, "Authorization": sent or ""})
            if urlsplit(response.url).netloc != host:
                break
        return response

    def _send(self, url: str, method: str, headers: Mapping[str, str], body: bytes | None) -> tuple[str | None, Response]:
        sent = self._authorizer.header
        with_leave = {**headers, "Authorization": sent} if sent else headers
        return sent, self._fetcher.request(url, method=method, headers=with_leave, body=body)

    def challenge(self) -> Challenge | None:
        """The login that the registry requires; None if it requires none, or does not state how."""
        response = self._fetcher.request(f"{self.root()}/v2/")
        response.close()
        found = parse_challenges(response.headers.get("www-authenticate", "")) if response.status == 401 else ()
        return next((each for each in found if each.scheme == "bearer"), found[0] if found else None)

    def root(self) -> str:
        """``https://HOST``; for hosts on this machine ``http://HOST`` if there is no TLS, as Docker does."""
        with self._lock:
            if self._base is None:
                host = self.reference.host
                self._base = f"http://{host}" if self._plain else f"https://{host}"
                if is_loopback(host) and not self._plain:
                    self._base = _probe(self._fetcher, host)
            return self._base

    def hint(self) -> str:
        """Advice for the user if the registry denies a request."""
        return self._authorizer.hint()

    def denial(self, response: Response) -> Error | None:
        """The error for an answer of 401 or 403; None for other answers."""
        reference, status = self.reference, response.status
        if status not in (401, 403):
            return None
        host = urlsplit(response.url).netloc
        if host in self._others:
            why = f"{host}, to which {reference.registry} redirects for {reference.name}, denies access"
            return InputError(why, self._others[host].hint())
        credential = self._authorizer.credential
        if status == 401 and credential and (self._authorizer.header or "").startswith("Basic "):
            return wrong_password(reference.registry, credential)
        who = f" for {credential.username}" if credential and credential.username else ""
        return InputError(
            f"{reference.registry} denies access to {reference.name}{who}: there is no such repository, or it is private",
            self._authorizer.hint(),
        )


def _renewed(authorizer: Authorizer, sent: str | None, response: Response) -> bool:
    """Whether there is another header to send; if so, the response is closed."""
    try:
        renewed = authorizer.renew(sent, response)
    except Error:
        response.close()
        raise
    if renewed:
        response.close()
    return renewed


def _probe(fetcher: Fetcher, host: str) -> str:
    try:
        fetcher.request(f"https://{host}/v2/").close()
    except (CertificateError, UnreachableError):
        raise
    except NetworkError as error:
        try:
            response = fetcher.request(f"http://{host}/v2/")
        except NetworkError as second:
            raise second from None  # the first error only means that the server uses HTTP instead of TLS
        response.close()
        if response.status == 400:  # a server that uses TLS
            raise error from None
        log.debug("%s uses plain HTTP", host)
        return f"http://{host}"
    return f"https://{host}"
