"""``careen migrate``: settings and ignore rules of other tools as Careen's own, and what could not be carried over."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import Parser, add_common

if TYPE_CHECKING:
    from .migration import Carried

RULES, SETTINGS = ".careen.yaml", "careen.toml"
MAX_FILES = 100


def parser() -> Parser:
    made = Parser(
        prog="careen migrate",
        usage="careen migrate [flags] FILE …",
        description="Carry the settings and ignore rules of other tools over: .trivyignore, .trivyignore.yaml, trivy.yaml, "
        ".grype.yaml, osv-scanner.toml, .snyk, .hadolint.yaml. Prints what it would write, and a line for everything that "
        "Careen has no place for.",
        epilog=f"--write makes {RULES} (ignore rules) and {SETTINGS} (settings) in the working folder.\nNothing is applied by "
        "itself:\n  careen scan IMAGE --config careen.toml --ignore-file .careen.yaml\n"
        "Exit codes: 0 carried over, or reported as left out; 2 usage.",
    )
    made.add_argument(
        "files", metavar="FILE", nargs="+", type=Path, help="a file of another tool, recognised by name or content"
    )
    made.add_argument("--write", action="store_true", help="write the files; an existing file is not replaced")
    made.add_argument("--force", action="store_true", help="with --write: replace existing files")
    made.add_argument("--output-dir", metavar="DIR", type=Path, default=Path(), help="write them into this folder")
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from .errors import print_note
    from .migration import carried
    from .output import write_file

    if len(arguments.files) > MAX_FILES:
        raise UsageError(f"more than {MAX_FILES} files", "carry them over in several runs")
    found = [(path, carried(path)) for path in arguments.files]
    texts = _texts(found)
    if arguments.write:
        _refuse_replacing([arguments.output_dir / name for name in texts], arguments.force)
        for name, text in texts.items():
            write_file(arguments.output_dir / name, lambda stream, text=text: stream.write(text))  # type: ignore[misc]
            print_note(f"wrote {arguments.output_dir / name}")
    else:
        sys.stdout.write("\n".join(text if len(texts) < 2 else f"# ---- {name} ----\n{text}" for name, text in texts.items()))
    for _, parts in found:
        for text in parts.left:
            print_note(f"not carried over: {text}")
        for text in parts.notes:
            print_note(f"carried over, with a difference: {text}")
    _say_next(texts, written=arguments.write)
    return 0


def _texts(found: "Sequence[tuple[Path, Carried]]") -> dict[str, str]:
    """The content of each file to write, by its name."""
    from careen.app.ignore_rules import ignore_file

    texts = {}
    if any(parts.rules for _, parts in found):
        rules = [rule for _, parts in found for rule in parts.rules]
        texts[RULES] = _heading(found) + ignore_file(rules)
    settings = {key: value for _, parts in found for key, value in parts.settings.items()}
    if settings:
        texts[SETTINGS] = _heading(found) + _toml(settings)
    return texts


def _heading(found: "Sequence[tuple[Path, Carried]]") -> str:
    """Comments at the top of a file: from which files it was made, and which entries it lacks."""
    from careen.output.escape import visible

    lines = [f"# careen migrate {' '.join(visible(str(path), 200) for path, _ in found)}"]
    lines += [f"# not carried over: {visible(text, 300)}" for _, parts in found for text in parts.left]
    return "\n".join([*lines, "", ""])


def _toml(settings: Mapping[str, object]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in settings.items())


def _value(value: object) -> str:
    from careen.formats.data.quoted import quoted

    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return str(value).lower() if isinstance(value, bool | int | float) else quoted(str(value))


def _refuse_replacing(paths: Sequence[Path], force: bool) -> None:
    there = [path for path in paths if path.exists()]
    if there and not force:
        raise UsageError(f"{there[0]} exists already", "--force replaces it; without --write it is only shown")


def _say_next(texts: Mapping[str, str], *, written: bool) -> None:
    from .errors import print_note

    if not texts:
        print_note("there is nothing to carry over")
        return
    flags = [f"--config {SETTINGS}" if SETTINGS in texts else "", f"--ignore-file {RULES}" if RULES in texts else ""]
    use = f"careen scan IMAGE {' '.join(filter(None, flags))}"
    print_note(f"next: {use}" if written else f"next: --write makes {' and '.join(texts)}; then {use}")
