"""``careen scan --server``: takes the server's rules before the scan, and sends the report after it.

A server that is not reachable is a warning, unless ``--server-required``.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from careen.errors import NetworkError
from careen.log import logger

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.model.report import Report

log = logger(__name__)

FLAGS = ("server", "server_token_file", "server_required")
Send = Callable[["Sequence[Report]", str], None]


def connected(settings: "Settings") -> "tuple[Settings, Send]":
    """The settings with the server's rules, and the function that sends the reports of a reference."""
    if settings.server is None:
        return settings, _nowhere
    from careen.app.service import Service

    service = Service(settings)
    try:
        ruled = service.with_rules()
    except NetworkError as error:
        if settings.server_required:
            raise
        log.warning("%s: the rules of this command line apply, and the report is not sent", error)
        return settings, _nowhere

    def send(reports: "Sequence[Report]", reference: str) -> None:
        try:
            for report in reports:
                service.send(report, reference)
        except NetworkError as error:
            if settings.server_required:
                raise
            log.warning("%s: the report was not sent", error)

    return ruled, send


def _nowhere(_: "Sequence[Report]", __: str) -> None:
    pass
