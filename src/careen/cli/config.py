"""``careen config show``: every setting, its value, and which file, variable or default gave it."""

import argparse
import sys

from .arguments import Parser, add_common
from .settings import loaded_settings


def parser() -> Parser:
    made = Parser(prog="careen config", description="Show the settings that a scan uses, and where each comes from.")
    made.add_argument("action", nargs="?", choices=["show"], default="show", help="show every setting")
    made.add_argument("--json", action="store_true", help="print JSON")
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.config import shown
    from careen.output.escape import visible

    loaded = loaded_settings(arguments)
    settings = {key: shown(key, value) for key, value in loaded.values().items()}
    if arguments.json:
        import json

        origins = {key: {"value": text, "origin": loaded.origins[key]} for key, text in settings.items()}
        sys.stdout.write(json.dumps(origins, indent=2) + "\n")
        return 0
    for key, text in settings.items():
        sys.stdout.write(f"{key:<18} {visible(text) or '-':<34} {visible(loaded.origins[key])}\n")
    return 0
