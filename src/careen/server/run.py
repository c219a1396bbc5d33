"""Starts the service: the pages and the API in this process, a worker in another one.

Raises: UsageError for an address or a folder that cannot be used, DatabaseError if the database does not answer.
"""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from msgspec import Struct

from careen.config import Settings
from careen.errors import UsageError
from careen.fleet.notifications import links
from careen.fleet.start import opened
from careen.fleet.worker import run_worker
from careen.log import logger

from .assembled import assembled
from .connections import protocol
from .options import Issuer, ServerOptions, refuse_open
from .proxied import Proxied
from .setup import setup_link

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

log = logger(__name__)

LOOK_S = 1.0
RESTART_S = 5.0  # before a worker that died is replaced
HEADER_BYTES = 64 * 1024
KEEP_ALIVE_S = 30
GRACEFUL_S = 60


class Order(Struct, frozen=True, kw_only=True):
    """How to serve. ``database`` None: a SQLite file in the folder ``data``. ``places``: jobs at a time; 0: no worker
    here.
    """

    data: Path
    database: str | None = None
    key_file: Path | None = None
    store: str = ""
    cache: Path | None = None
    listen: str = "127.0.0.1:8080"
    public: str = ""
    hosts: tuple[str, ...] = ()
    behind_proxy: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    issuers: tuple[Issuer, ...] = ()
    places: int = 2


def serve(order: Order, settings: Settings, report: Callable[[str], None]) -> None:
    """Serves until it is interrupted. ``report`` gets the lines to print for the operator."""
    host, port = address_of(order.listen)
    refuse_open(order.listen, tls=order.tls_cert is not None, behind_proxy=order.behind_proxy)
    options = options_of(order)
    with opened(
        order.database,
        order.data,
        settings,
        max(1, order.places),
        alone=order.database is None,
        key_file=order.key_file,
        store=order.store,
        cache=order.cache,
    ) as fleet:
        app = assembled(fleet, options)
        server = _Server(
            uvicorn.Config(
                Proxied(app) if order.behind_proxy else app,
                host=host,
                port=port,
                http=protocol(),
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ssl_certfile=order.tls_cert,
                ssl_keyfile=order.tls_key,
                h11_max_incomplete_event_size=HEADER_BYTES,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACEFUL_S,
            )
        )

        links.publish(fleet.engine, options.public)

        def started() -> None:
            report(f"careen serves {options.public}")
            if link := setup_link(fleet, options.public):
                report(f"create the first user at {link}")

        server.on_start = started
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: None)  # the server handles them while it runs, and raises them again at its end
        with _worker(order, settings):
            server.run()


def address_of(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"{listen!r} is not an address", "write HOST:PORT: 127.0.0.1:8080")
    return host.strip("[]") or "127.0.0.1", int(port)


def options_of(order: Order) -> ServerOptions:
    scheme = "https" if order.tls_cert or order.behind_proxy else "http"
    public = order.public or f"{scheme}://{order.listen}"
    known = ServerOptions()
    named = public.partition("://")[2].partition("/")[0].rpartition(":")
    hosts = dict.fromkeys((*known.hosts, *order.hosts, named[0] or named[2]))
    return ServerOptions(hosts=tuple(hosts), public=public, issuers=order.issuers)


class _Server(uvicorn.Server):
    """A server that calls ``on_start`` when it accepts connections."""

    on_start: Callable[[], None]

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_start()


@contextmanager
def _worker(order: Order, settings: Settings) -> Iterator[None]:
    """A worker process for the block, replaced by another one if it dies. It also ends if this process dies."""
    if order.places < 1:
        yield
        return
    context = multiprocessing.get_context("spawn")
    ended = threading.Event()

    def started() -> "tuple[BaseProcess, Connection]":
        theirs, ours = context.Pipe(duplex=False)
        process = context.Process(target=_work_beside, args=(order, settings, theirs))
        process.start()
        theirs.close()
        return process, ours

    def watch() -> None:
        while not ended.wait(LOOK_S):
            process, ours = running[0]
            if not process.is_alive():
                log.warning("the worker ended with code %s, and is started again", process.exitcode)
                ours.close()
                if not ended.wait(RESTART_S):
                    running[0] = started()

    running = [started()]
    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()
        process, ours = running[0]
        ours.close()
        process.join(GRACEFUL_S)
        if process.is_alive():
            process.kill()
            process.join()


def _work_beside(order: Order, settings: Settings, server: "Connection") -> None:
    """Works until the other end of the pipe is closed: by the server, or by its death. A lock that both share would stay
    locked when one of them is killed.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # a service manager sends them to both; the server stops the worker
        signal.signal(number, signal.SIG_IGN)

    def stop() -> bool:
        try:
            return server.poll()
        except OSError:
            return True

    run_worker(
        order.database,
        order.data,
        settings,
        order.places,
        stop,
        key_file=order.key_file,
        store=order.store,
        cache=order.cache,
    )
