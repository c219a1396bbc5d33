"""``careen registry add|list|remove|test|rotate-key``: the registries that a server scans, in the server's own database."""

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import InputError, UsageError

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.fleet.asking import Login
    from careen.fleet.fleet import Fleet
    from careen.fleet.registries import Registry

SERVER_ACTIONS = ("add", "list", "remove", "test", "rotate-key")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_MAX_PASSWORD = 16 * 1024


def add_server_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("registries of a server")
    group.add_argument("--database", metavar="URL", help="the server's database: sqlite:///PATH or postgresql://…")
    group.add_argument(
        "--secret-key", metavar="FILE", type=Path,
        help="file of the server's secret key (default: secret.key beside a SQLite database; not read if CAREEN_SECRET_KEY "
        "contains the key)",
    )  # fmt: skip
    group.add_argument("--project", metavar="NAME", help="the project that the registry belongs to")
    group.add_argument(
        "--every", metavar="TIME", help="how often to list the registry's repositories: 30m, 6h, 1d (default: only on request)"
    )
    group.add_argument("--username", metavar="NAME", help="user of the registry")
    group.add_argument("--password-stdin", action="store_true", help="read the password or token from standard input")
    group.add_argument(
        "--use-helper", action="store_true",
        help="take the credentials from the server's own configuration: docker_config names it",
    )  # fmt: skip
    group.add_argument("--kind", metavar="KIND", default="", help="kind of registry (default: detected)")
    group.add_argument(
        "--per-second", metavar="N", type=float, default=10.0, help="requests a second, of all workers (default: 10)"
    )


def run(arguments: argparse.Namespace) -> int:
    from .assessing import settings_of

    settings = settings_of(arguments)
    if not arguments.database:
        raise UsageError(f"careen registry {arguments.action} needs the server's database", "--database URL")
    if arguments.action != "list" and arguments.action != "rotate-key" and arguments.target is None:
        raise UsageError("missing HOST[/NAMESPACE]", "careen registry --help")
    try:
        with _opened(arguments, settings) as fleet:
            return _ACTIONS[arguments.action](arguments, fleet)
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is not installed", "pip install 'careen[server]'") from None


def _add(arguments: argparse.Namespace, fleet: "Fleet") -> int:
    from careen.fleet.registries import Choice, add

    choice = Choice(tuple(arguments.include), tuple(arguments.exclude), arguments.newest, fleet.settings.platform or "")
    every_s = seconds(arguments.every) if arguments.every else None
    number = add(
        fleet, _project(fleet, arguments), arguments.target, choice, every_s, _login(arguments),
        kind=arguments.kind, per_second=arguments.per_second,
    )  # fmt: skip
    sys.stdout.write(f"{arguments.target} is registry {number}\n")
    return 0


def _list(arguments: argparse.Namespace, fleet: "Fleet") -> int:
    from careen.fleet.registries import listed

    from .columns import write_columns

    found = listed(fleet, _project(fleet, arguments) if arguments.project else None)
    if arguments.json:
        import msgspec

        from .assessing import write_json

        write_json([msgspec.to_builtins(each) for each in found])
        return 0
    names = _names(fleet)
    rows = [
        (
            str(each.id), names.get(each.project_id, ""), _target(each), each.kind or "-", _interval(each.every_s),
            _date(each.listed_at), "helper" if each.uses_helper else each.username or "-", each.trouble or "-",
        )
        for each in found
    ]  # fmt: skip
    write_columns(("ID", "PROJECT", "REGISTRY", "KIND", "EVERY", "LISTED", "USER", "TROUBLE"), rows, sys.stdout)
    return 0


def _remove(arguments: argparse.Namespace, fleet: "Fleet") -> int:
    from careen.fleet.registries import remove

    found = _named(arguments, fleet)
    remove(fleet, found.project_id, found.id)
    sys.stdout.write(f"{_target(found)} is removed\n")
    return 0


def _test(arguments: argparse.Namespace, fleet: "Fleet") -> int:
    from careen.fleet.registries import try_out
    from careen.output.escape import visible

    failed = False
    for seen in try_out(fleet, _named(arguments, fleet).id):
        sys.stdout.write(f"{seen.step}: {visible(seen.text, 500)}\n")
        sys.stdout.flush()
        failed = failed or seen.step == "failure"
    return 3 if failed else 0


def _rotate(arguments: argparse.Namespace, fleet: "Fleet") -> int:
    import os

    from careen.fleet import credentials

    file = _key_file(arguments)
    if os.environ.get(credentials.VARIABLE):
        keys = credentials.keyring(file)
        count = credentials.seal_anew(fleet.engine, keys)
        sys.stdout.write(f"{count} values are sealed with the first key of {credentials.VARIABLE}\n")
    else:
        count = credentials.rotate(fleet.engine, file)
        sys.stdout.write(f"{count} values are sealed with the new key of {file}\n")
    return 0


_ACTIONS = {"add": _add, "list": _list, "remove": _remove, "test": _test, "rotate-key": _rotate}


@contextmanager
def _opened(arguments: argparse.Namespace, settings: "Settings") -> "Iterator[Fleet]":
    """Opens the server's database, to change its registries and nothing else."""
    from sqlalchemy import inspect

    from careen.fleet import connection, credentials
    from careen.fleet.administration import administered

    engine = connection.connect(arguments.database)
    try:
        connection.check(engine)
        if not inspect(engine).has_table("registry"):
            raise UsageError(f"{engine.url!r} has no data of a server", "careen serve creates it")
        keys = credentials.keyring(_key_file(arguments))
        yield administered(engine, settings, keys)
    finally:
        engine.dispose()


def _key_file(arguments: argparse.Namespace) -> Path:
    import os

    from careen.fleet.credentials import VARIABLE

    if arguments.secret_key is not None:
        return Path(arguments.secret_key)
    if str(arguments.database).startswith("sqlite:///"):
        return Path(arguments.database.removeprefix("sqlite:///")).parent / "secret.key"
    if os.environ.get(VARIABLE):
        return Path("secret.key")  # not read
    raise UsageError("the server's secret key is not known", f"--secret-key FILE, or {VARIABLE}")


def _project(fleet: "Fleet", arguments: argparse.Namespace) -> int:
    if not arguments.project:
        raise UsageError("the project of the registry is missing", "--project NAME")
    found = {name: number for number, name in _names(fleet).items()}
    if arguments.project not in found:
        raise InputError(f"there is no project {arguments.project!r}", f"projects: {', '.join(sorted(found)) or 'none'}")
    return found[arguments.project]


def _names(fleet: "Fleet") -> dict[int, str]:
    from sqlalchemy import select

    from careen.fleet.tables import project

    with fleet.engine.connect() as connection:
        return {row.id: row.name for row in connection.execute(select(project.c.id, project.c.name))}


def _named(arguments: argparse.Namespace, fleet: "Fleet") -> "Registry":
    from careen.fleet.registries import listed

    ours = listed(fleet, _project(fleet, arguments) if arguments.project else None)
    found = [each for each in ours if arguments.target in (str(each.id), _target(each))]
    if len(found) != 1:
        why = "is not among the server's registries" if not found else "is a registry of several projects"
        raise InputError(f"{arguments.target} {why}", "careen registry list; name it by its ID")
    return found[0]


def _login(arguments: argparse.Namespace) -> "Login | None":
    from careen.fleet.asking import Login

    if arguments.use_helper and (arguments.username or arguments.password_stdin):
        raise UsageError(
            "--use-helper excludes a user name and a password", "leave out --use-helper, or --username and --password-stdin"
        )
    if arguments.use_helper:
        return Login(helper=True)
    if not arguments.password_stdin:
        if arguments.username:
            raise UsageError("there is a user name, but no password", "--password-stdin reads it")
        return None
    password = sys.stdin.readline(_MAX_PASSWORD).rstrip("\r\n")
    if not password:
        raise UsageError("standard input has no password", 'echo "$TOKEN" | careen registry add … --password-stdin')
    return Login(arguments.username or "", password)


def seconds(text: str) -> float:
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip().lower())
    if not found:
        raise UsageError(f"--every {text!r} is not a time", "write 30m, 6h or 1d")
    return int(found[1]) * _UNITS[found[2]]


def _interval(every_s: float | None) -> str:
    if every_s is None:
        return "-"
    unit = next(unit for unit in ("d", "h", "m", "s") if every_s % _UNITS[unit] == 0 or unit == "s")
    return f"{every_s / _UNITS[unit]:g}{unit}"


def _target(each: "Registry") -> str:
    return f"{each.host}/{each.namespace}" if each.namespace else each.host


def _date(moment: float | None) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M") if moment else "-"
