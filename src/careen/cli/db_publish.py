"""``careen db publish`` and ``careen db keys``: a signed database for others, and the keys to sign it with."""

import argparse
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from careen.errors import DatabaseError, UsageError
from careen.output.escape import visible
from careen.output.lines import plural

from .db_failures import update_failure

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.plugins import Progress


def publish(arguments: argparse.Namespace, settings: "Settings", progress: "Progress") -> tuple[str, DatabaseError | None]:
    from careen.app.publishing import publish_database

    if arguments.keys is None:
        raise UsageError("there are no keys to sign with", "careen db keys DIR makes keys; --keys DIR names them")
    done = publish_database(
        arguments.names, arguments.keys, settings, progress,
        full=arguments.full, accept=arguments.accept, anew=arguments.anew, all_licences=arguments.all_licences,
    )  # fmt: skip
    lines = [f"version {done.version}: {plural(done.layers, 'layer')}, {done.bytes:,} bytes", done.digest, *done.published]
    lines += [
        f"not published, because its licence does not allow it: {name} ({licence}); --all-licences publishes it"
        for name, licence in done.withheld.items()
    ]
    text = "".join(f"{visible(line)}\n" for line in lines)
    if done.failed:
        failures = "; ".join(f"{place}: {why}" for place, why in done.failed.items())
        hint = "the other registries have it; publish again to send what is missing"
        return text, DatabaseError(f"not published at {failures}", hint)
    return text, update_failure(
        done.update, f"publish {' '.join(map(quote, arguments.names))} --keys {quote(str(arguments.keys))}"
    )


def make_keys(arguments: argparse.Namespace) -> str:
    from careen.app.publishing import make_publisher

    folder = Path(arguments.names[0])
    root = make_publisher(folder, arguments.rotate, renew=arguments.renew, root_keys=arguments.root_keys)
    secret = f"keep the other files in {visible(str(folder))} secret"
    return f"{visible(str(root))}: give it to everybody who pulls the database; {secret}\n"
