"""The fetcher of an image source: the one in its context, else one made from the settings there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..net import NetSettings, make_fetcher
from ..plugins import Fetcher, OpenContext


def fetcher_of(context: OpenContext) -> Fetcher:
    return context.fetcher if context.fetcher is not None else make_fetcher(net_settings(context.settings))


def net_settings(settings: Mapping[str, Any]) -> NetSettings:
    def path(name: str) -> Path | None:
        return Path(settings[name]) if settings.get(name) else None

    return NetSettings(
        timeout_s=float(settings.get("timeout_s") or 30.0),
        ca_file=path("ca_file"),
        client_cert=path("client_cert"),
        client_key=path("client_key"),
        insecure=("*",) if settings.get("insecure") else (),
        plain_http=("*",) if settings.get("plain_http") else (),
        inside=tuple(settings.get("private_hosts") or ()),
    )
