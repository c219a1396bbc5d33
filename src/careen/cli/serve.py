"""``careen serve``: the service that watches registries, with its pages and its API."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from careen.errors import UsageError
from careen.output.escape import visible

from .arguments import Parser, add_common, add_settings
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.config import Settings

PLACES = 2
MODULES = ("sqlalchemy", "starlette", "uvicorn", "argon2")
CACHE_VARIABLE = "CAREEN_CACHE_DIR"
NEEDS = 'pip install "careen[server]"'


def parser() -> Parser:
    made = Parser(
        prog="careen serve",
        usage="careen serve [flags]",
        description="Watch registries: read each layer once, and assess all known images again when advisories change.",
        epilog="A single server keeps all data in one folder. For several machines: careen serve --database postgresql://… and "
        "careen worker --database postgresql://… on each of them.",
    )
    add_storage(made)
    group = made.add_argument_group("address")
    group.add_argument("--listen", metavar="HOST:PORT", default="127.0.0.1:8080", help="where to listen (127.0.0.1:8080)")
    group.add_argument("--public", metavar="URL", default="", help="the address of this server in links, if it is not --listen")
    group.add_argument(
        "--host", metavar="NAME", action="append", default=[], help="a host name that requests may use; may be repeated"
    )
    group.add_argument(
        "--behind-proxy",
        action="store_true",
        help="a proxy in front of this server handles TLS, and appends the address of the caller to X-Forwarded-For",
    )
    group.add_argument("--tls-cert", metavar="FILE", type=Path, help="certificate (PEM) of this server")
    group.add_argument("--tls-key", metavar="FILE", type=Path, help="private key (PEM) of that certificate")
    group.add_argument("--check", action="store_true", help="list what is missing, and serve nothing")
    add_fleet_settings(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    settings = started(arguments)
    from careen.server.run import Order, serve

    order = Order(
        data=arguments.data,
        database=database_of(arguments),
        key_file=arguments.key_file,
        store=arguments.store,
        cache=cache_of(arguments),
        places=arguments.places,
        listen=arguments.listen,
        public=arguments.public,
        hosts=tuple(arguments.host),
        behind_proxy=arguments.behind_proxy,
        tls_cert=arguments.tls_cert,
        tls_key=arguments.tls_key,
    )
    serve(order, settings, lambda text: print(text, file=sys.stderr, flush=True))
    return 0


def database_of(arguments: argparse.Namespace) -> str | None:
    """The address of the database; None without a flag. Raises UsageError if both flags are given, or the file with
    the address cannot be read."""
    if arguments.database_file is None:
        return cast("str | None", arguments.database)
    if arguments.database is not None:
        raise UsageError("--database and --database-file name two databases", "leave one of them out")
    try:
        return cast(str, arguments.database_file.read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{arguments.database_file} cannot be read: {error}", "a file with postgresql://USER@HOST/NAME"
        ) from None


def cache_of(arguments: argparse.Namespace) -> Path | None:
    """The cache folder of the flag; None without it. The setting of the same name is not used, which a line states: it is
    for scans on this machine, and the service has a cache of its own."""
    named = getattr(arguments, "cache_dir", None)
    if not named and os.environ.get(CACHE_VARIABLE):
        own = arguments.data / "cache"
        text = f"{CACHE_VARIABLE} is for scans: the cache of the service is {own}; --cache-dir names another"
        print(visible(text), file=sys.stderr, flush=True)
    return Path(named) if named else None


def add_storage(made: Parser) -> None:
    group = made.add_argument_group("storage")
    group.add_argument("--data", metavar="DIR", type=Path, default=Path("careen-data"), help="folder of the server's data")
    group.add_argument("--database", metavar="URL", help="postgresql://USER@HOST/NAME (default: SQLite in the folder)")
    group.add_argument(
        "--database-file", metavar="FILE", type=Path, help="file with the URL, so that no list of processes shows it"
    )
    group.add_argument("--key-file", metavar="FILE", type=Path, help="the secret key of the fleet (default: DATA/secret.key)")
    group.add_argument(
        "--store",
        metavar="URL",
        default="",
        help="s3://BUCKET/PREFIX?endpoint=URL for layers' content (default: the database)",
    )
    group.add_argument("--places", metavar="N", type=int, default=PLACES, help=f"jobs at a time ({PLACES})")


def add_fleet_settings(made: Parser) -> None:
    add_settings(made, "how images are scanned", ("platform", "scanners", "fail_on", "ignore_unfixed", "severity_from"))
    add_settings(made, "registries", ("plain_http", "insecure", "ca_file", "private_hosts", "timeout", "vex_trust"))
    add_settings(made, "advisories", ("db_from", "db_artifact", "db_root", "refresh"))
    add_settings(made, "reading", ("max_layer_bytes", "max_ratio", "max_seconds", "budget"))
    add_common(made)


def started(arguments: argparse.Namespace) -> "Settings":
    """The settings of scans. Raises UsageError if the extra is not installed."""
    from .log import start

    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    require_extra()
    if settings.vex_trust is not None:
        from careen.app.signatories import Trusted, requirement_of

        requirement_of(Trusted(policy=settings.vex_trust))  # raises UsageError for an invalid policy before the service starts
    if arguments.places < 0:
        raise UsageError("--places must be 0 or more", "2, or 0 for a server that leaves the work to careen worker")
    return settings


def require_extra() -> None:
    from importlib.util import find_spec

    missing = [name for name in MODULES if find_spec(name) is None]
    if missing:
        raise UsageError(f"the service needs more packages ({', '.join(missing)})", NEEDS)
