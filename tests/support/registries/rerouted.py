"""A fetcher whose requests to known hosts go to servers on loopback, as name servers would lead them."""

from collections.abc import Mapping
from urllib.parse import urlsplit


class Rerouted:
    """``routes`` maps hosts to servers; ``asked`` is what was asked for, by method and address."""

    def __init__(self, fetcher, routes: Mapping[str, object]) -> None:
        self._fetcher, self._routes = fetcher, routes
        self.asked: list[str] = []

    def request(self, url, *, method="GET", headers=None, body=None):
        self.asked.append(f"{method} {url}")
        parts = urlsplit(url)
        server = self._routes.get(parts.netloc)
        if server is None:
            raise AssertionError(f"nobody expected a request to {url}")
        target = f"{server.url}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        response = self._fetcher.request(target, method=method, headers=headers, body=body)
        response.url = url
        return response
