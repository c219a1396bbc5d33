"""``careen db``: updates the advisory database, shows what it holds and how old that is, and carries it elsewhere."""

import argparse
import sys
from pathlib import Path

from careen.errors import UsageError

from .arguments import NETWORK, Parser, add_common, add_settings
from .db_diff import add_flags as add_diff_flags
from .settings import loaded_settings

# How many names each action takes.
TAKES = {
    "update": (0, 0), "status": (0, 0), "list": (0, 0), "seed": (0, 0), "forget": (1, 1), "export": (1, 1), "import": (1, 1),
    "push": (1, 1), "pull": (0, 1), "diff": (1, 2), "publish": (1, 16), "keys": (1, 1), "mirror": (1, 64),
}  # fmt: skip

# The actions that each flag is for. With any other action the flag is an error, since it would have no effect.
FLAGS = {
    "written": ("--format", ("status", "list", "diff", "mirror")),
    "json": ("--json", ("status", "list", "diff", "mirror")),
    "replace": ("--replace", ("import", "pull")),
    "full": ("--full", ("update", "publish", "mirror")),
    "accept": ("--accept", ("update", "pull", "publish")),
    "feeds": ("--feeds", ("update",)),
    "signed": ("--signed", ("export",)),
    "keys": ("--keys", ("publish",)),
    "anew": ("--anew", ("publish",)),
    "rotate": ("--rotate", ("keys",)),
    "renew": ("--renew", ("keys",)),
    "root_keys": ("--root-keys", ("keys",)),
    "to": ("--to", ("seed",)),
    "namespace": ("--namespace", ("diff",)),
    "source": ("--source", ("diff",)),
    "limit": ("--limit", ("diff",)),
}


def parser() -> Parser:
    made = Parser(
        prog="careen db",
        usage="careen db ACTION [flags] [FILE | OLD [NEW] | DIR | SOURCE | oci://…]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Update the advisory database, show what it holds, or carry it elsewhere.",
        epilog="""\
actions:
  update             take the published database, then what is newer in feeds
  status             show sources and the age of their data
  list               show the database in use, and those that were kept
  mirror DIR [NEED…] download all feeds, or some, for `update --from`
  diff OLD [NEW]     compare two: files or days (default for NEW: in use)
  forget SOURCE      remove a source, or a part of one: osv/npm
  export FILE        write it to one file, for machines without a network
  import FILE        use the database in such a file
  push oci://…       copy it to a registry
  pull [oci://…]     take the published one, or a pushed one by its @digest
  publish oci://… …  update, sign and push to one or more registries
  keys DIR           make keys to publish with: see docs/publishing.md
  seed               read a Debian archive into a file: see docs/offline.md""",
    )
    made.add_argument("action", choices=list(TAKES), metavar="ACTION", help="what to do: see below")
    made.add_argument(
        "names", metavar="NAME", nargs="*", default=[], help="file, folder, day, source or registry, as the action needs it"
    )
    made.add_argument("--json", action="store_true", help="status, list, diff, mirror: the same as --format json")
    made.add_argument(
        "-f", "--format", dest="written", choices=["text", "json"], help="status, list, diff, mirror: text or json"
    )
    add_settings(
        made, "database", ("db", "db_keep", "db_artifact", "db_root"),
        {"db_keep": "--keep", "db_artifact": "--artifact", "db_root": "--root"},
    )  # fmt: skip
    group = add_settings(made, "update", ("db_from", "no_progress", "quiet", "verbose"), {"db_from": "--from"})
    made.add_argument(
        "--replace",
        action="store_true",
        help="import, pull: replace the database in use, also data that the other one lacks",
    )
    group.add_argument("--full", action="store_true", help="also fetch the large archives of vendors (see docs/database.md)")
    group.add_argument(
        "--accept",
        metavar="SOURCE",
        action="append",
        default=[],
        help="accept an update of this source, or of a file of it, that was held back: debian, osv/npm; may be repeated",
    )
    group.add_argument("--feeds", action="store_true", help="read feeds only, not the published database")
    made.add_argument("--signed", action="store_true", help="export: the published database, with its signatures")
    group = made.add_argument_group("publish, keys")
    group.add_argument("--keys", metavar="DIR", type=Path, help="publish: the folder that `careen db keys` made")
    group.add_argument("--anew", action="store_true", help="publish: do not build on the last publication")
    group.add_argument(
        "--all-licences",
        action="store_true",
        help="publish: also data whose licence does not allow it, at your own responsibility",
    )
    group.add_argument(
        "--rotate",
        metavar="ROLE",
        choices=("root", "targets", "snapshot", "timestamp"),
        help="keys: replace the keys of this role",
    )
    group.add_argument("--renew", action="store_true", help="keys: extend the validity of the root")
    group.add_argument(
        "--root-keys", metavar="N", type=int, default=1, help="keys: how many root keys to make; a majority has to sign"
    )
    made.add_argument("--to", metavar="FILE", type=Path, help="seed: the file of facts to write")
    add_settings(made, "seed", ("archive", "archive_keys"))
    add_diff_flags(made)
    add_settings(made, "registry and network", tuple(key for key in NETWORK if key != "mirrors"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from .db_actions import ACTIONS
    from .log import start
    from .progress import progress_on

    (least, most), names = TAKES[arguments.action], arguments.names
    _check_flags(arguments)
    arguments.json = arguments.json or arguments.written == "json"
    if not least <= len(names) <= most:
        raise UsageError(f"careen db {arguments.action} {_takes(arguments.action)}", "careen db --help")
    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    with progress_on(sys.stderr.isatty() and not settings.quiet and not settings.no_progress) as progress:
        text, failure = ACTIONS[arguments.action](arguments, settings, progress)
    if not settings.quiet or arguments.action in ("status", "list", "diff") or arguments.json:
        sys.stdout.write(text)
    if failure:
        raise failure
    return 0


def _check_flags(arguments: argparse.Namespace) -> None:
    usual = parser()
    for key, (flag, actions) in FLAGS.items():
        if arguments.action not in actions and getattr(arguments, key) != usual.get_default(key):
            raise UsageError(f"{flag} is for careen db {', '.join(actions)}", "careen db --help")


def _takes(action: str) -> str:
    words = {
        (0, 0): "takes no name",
        (0, 1): "takes at most one name",
        (1, 1): "takes one name",
        (1, 2): "takes an earlier database and at most one other",
        (1, 64): "takes a folder",
        (1, 16): "takes the addresses to publish at",
    }
    return words[TAKES[action]]
