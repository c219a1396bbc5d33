"""``careen worker``: runs jobs of a server's fleet, on another machine or beside the server."""

import argparse
import signal
import threading

from careen.errors import UsageError

from .arguments import Parser
from .serve import add_fleet_settings, add_storage, cache_of, database_of, started


def parser() -> Parser:
    made = Parser(
        prog="careen worker",
        usage="careen worker --database URL [flags]",
        description="Read layers and assess images for careen serve, which uses the same database.",
        epilog="It ends with Ctrl-C or SIGTERM, when the jobs that it runs are done. Any number may run: jobs of a worker that "
        "is killed are done by others.",
    )
    add_storage(made)
    add_fleet_settings(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    settings = started(arguments)
    if arguments.places < 1:
        raise UsageError("a worker with 0 places does nothing", "--places 2")
    from careen.fleet.worker import run_worker

    stopped = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopped.set())
    address = database_of(arguments)
    run_worker(
        address,
        arguments.data,
        settings,
        arguments.places,
        stopped.is_set,
        key_file=arguments.key_file,
        store=arguments.store,
        cache=cache_of(arguments),
    )
    return 0
