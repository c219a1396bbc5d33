"""``careen query``: searches the packages, findings and images of a server, in the query language of its page."""

import argparse
import sys

from .arguments import Parser, add_common, add_settings

PAGE = 500
CELL = 200  # characters


def parser() -> Parser:
    made = Parser(
        prog="careen query",
        usage="careen query [flags] QUERY",
        description="Search the packages, findings and images of a server.",
        epilog='careen query "package:openssl<3.0.14 runs:true" --server https://careen.example\n'
        "Exit codes: 0 answered, also if nothing is found; 2 usage; 3 could not complete.",
    )
    made.add_argument("query", metavar="QUERY", help="terms such as package:openssl<3.0.14, severity:high, runs:true")
    made.add_argument("--limit", metavar="N", type=int, default=100, help="rows at most (default: 100)")
    made.add_argument(
        "-f", "--format", dest="form", metavar="FORMAT", choices=("text", "json"), default="text", help="text or json"
    )
    add_settings(made, "server", ("server", "server_token_file", "ca_file", "timeout"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.service import Service
    from careen.errors import UsageError

    from .assessing import settings_of, write_json

    if arguments.limit < 1:
        raise UsageError("--limit must be at least 1", "--limit 100")
    service = Service(settings_of(arguments))
    found = service.search(arguments.query, min(PAGE, arguments.limit))
    items = list(found.items)
    while found.next and len(items) < arguments.limit:
        found = service.search(arguments.query, min(PAGE, arguments.limit - len(items)), found.next)
        items += found.items
    if arguments.form == "json":
        write_json({"kind": found.kind, "items": items, "more": found.next is not None})
        return 0
    _write_table(items)
    if found.next:
        sys.stderr.write(f"careen: only the first {arguments.limit:,} are shown: a higher --limit shows more\n")
    return 0


def _write_table(items: list[dict[str, object]]) -> None:
    from .columns import write_columns

    if not items:
        sys.stdout.write("nothing was found\n")
        return
    names = tuple(items[0])
    rows = [tuple(_cell(item.get(name)) for name in names) for item in items]
    write_columns(tuple(name.replace("_", " ").upper() for name in names), rows, sys.stdout)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)[:CELL]
