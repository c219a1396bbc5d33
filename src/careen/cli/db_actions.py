"""The actions of ``careen db``. Each returns the text to print, and an error if a part of it failed."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from careen.app import database_transfer, databases
from careen.errors import DatabaseError, UsageError
from careen.output.escape import visible

from .db_diff import diff
from .db_failures import update_failure
from .db_mirror import mirror
from .db_publish import make_keys, publish
from .db_text import (
    as_json,
    background_text,
    forgotten_text,
    kept_text,
    list_text,
    retained_text,
    seeded_text,
    status_text,
    unpublished_text,
)

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.plugins import Progress

Done = tuple[str, DatabaseError | None]


def _update(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    result = databases.update_database(settings, progress, full=arguments.full, accept=arguments.accept, feeds=arguments.feeds)
    text = _status_text(settings) + unpublished_text(settings) + kept_text(result)
    return text, update_failure(result)


def _status(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    info = databases.database_status(settings)
    return as_json(info) if arguments.json else status_text(info, settings.verbose) + background_text(settings), None


def _list(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    found = databases.database_list(settings)
    return as_json(found) if arguments.json else list_text(found), None


def _diff(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    diff(arguments, settings, arguments.json)
    return "", None


def _forget(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    return forgotten_text(databases.forget_source(arguments.names[0], settings)), None


def _export(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    file = Path(arguments.names[0])
    export = database_transfer.export_published if arguments.signed else database_transfer.export_database
    origin, digest = export(file, settings)
    what = f"the database published at {origin}" if arguments.signed else f"the database built {origin}"
    return f"{visible(str(file))}, {file.stat().st_size:,} bytes: {visible(what)}\n{digest}\n", None


def _import(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    retained = database_transfer.import_database(Path(arguments.names[0]), settings, replace=arguments.replace)
    return _status_text(settings) + retained_text(retained), None


def _push(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    return "".join(f"{visible(name)}\n" for name in database_transfer.push_database(arguments.names[0], settings)), None


def _pull(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    reference = arguments.names[0] if arguments.names else None
    digest, retained = database_transfer.pull_database(
        reference, settings, progress, replace=arguments.replace, accept=arguments.accept
    )
    return f"{digest}\n{_status_text(settings)}{retained_text(retained)}", None


def _keys(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    return make_keys(arguments), None


def _seed(arguments: Namespace, settings: "Settings", progress: "Progress") -> Done:
    from careen.app.archives import make_facts

    if arguments.to is None:
        raise UsageError("no file to write the facts to", "careen db seed --archive URL|DIR --to FILE")
    if not arguments.to.parent.is_dir():
        raise UsageError(f"{arguments.to.parent}: no such folder", "make it first")
    return seeded_text(make_facts(settings, arguments.to, progress), arguments.to), None


def _status_text(settings: "Settings") -> str:
    return status_text(databases.database_status(settings), settings.verbose)


ACTIONS: Mapping[str, Callable[[Namespace, "Settings", "Progress"], Done]] = {
    "update": _update,
    "status": _status,
    "list": _list,
    "mirror": mirror,
    "diff": _diff,
    "forget": _forget,
    "export": _export,
    "import": _import,
    "push": _push,
    "pull": _pull,
    "publish": publish,
    "keys": _keys,
    "seed": _seed,
}
