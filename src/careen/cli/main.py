"""``careen``: finds the subcommand, runs it, and turns every end into an exit code and, where due, one clear line.

Nothing heavy is imported here: ``careen --version`` is what shells and pipelines call most. Exit codes: 0 the policy
passed, 1 it failed, 2 usage, 3 could not complete, 130 interrupted, 141 nobody reads the output any more.
"""

import gc
import importlib
import sys
from collections.abc import Sequence

from careen import __version__
from careen.errors import Error, UsageError

from .streams import forget_output, make_sure_of_streams

# name -> (module, what it does). A module has parser() -> Parser and run(arguments) -> exit code.
COMMANDS = {
    "scan": ("careen.cli.scan", "name the vulnerabilities of an image, and what mends them"),
    "check": ("careen.cli.check", "name the faults of Dockerfiles, Compose files and manifests"),
    "exposure": ("careen.cli.exposure", "rank the ways an intruder could go between containers"),
    "inventory": ("careen.cli.inventory", "list what is in an image, or what changed between two"),
    "fix": ("careen.cli.fix", "list what mends it, and how much; the Dockerfile's diff"),
    "explain": ("careen.cli.explain", "say why a vulnerability is found in a package, or why not"),
    "registry": ("careen.cli.registry", "scan every image of a registry"),
    "diff": ("careen.cli.diff", "name what is new and gone between two images or reports"),
    "reconcile": ("careen.cli.reconcile", "compare with another scanner's report, and say why they differ"),
    "vex": ("careen.cli.vex", "write down decisions about findings as an OpenVEX document"),
    "db": ("careen.cli.db", "update the advisory database, or show what it holds"),
    "cache": ("careen.cli.cache", "show what the cache folder holds, and remove what is old"),
    "config": ("careen.cli.config", "show the settings and where each came from"),
    "completion": ("careen.cli.completion", "print the completion script of a shell"),
    "version": ("careen.cli.version", "print versions, as JSON too"),
}

GENERAL = ("--cache-dir", "--config", "--debug", "--log-level", "--plugins")  # flags that every command knows

EXAMPLES = """\
examples:
  careen scan nginx:latest               from Docker, Podman or a registry
  docker save my-image | careen scan -   an archive on standard input
  careen scan image.tar --format json    an archive, the report for programs
  careen check .                         configuration files of a source tree
  careen scan my-image --fail-on high    exit with 1 where a pipeline must stop
"""


# Objects made and not freed before cycles are looked for: what is imported at start makes 60,000 of them, and no cycle.
COLLECT_FROM = 200_000


def main(argv: Sequence[str] | None = None) -> int:
    if argv is not None:
        return _run(list(argv))
    gc.set_threshold(COLLECT_FROM)
    code = _run(sys.argv[1:])
    import signal

    from .process import leave

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # on its way out Python would print what interrupts it
    leave(code)
    return code


def _run(arguments: list[str]) -> int:
    make_sure_of_streams()
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()  # here, where a closed pipe can still be dealt with
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        forget_output()
        return 141
    except Exception as error:
        if "--debug" in arguments and not isinstance(error, Error):
            raise
        from .errors import print_error

        if isinstance(error, OSError):
            forget_output()  # it may be what cannot be written
        return print_error(error)


def _dispatch(arguments: list[str]) -> int:
    arguments = _command_first(arguments)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        (sys.stdout if arguments else sys.stderr).write(_help())
        return 0 if arguments else 2
    name, rest = arguments[0], arguments[1:]
    if name in ("-V", "--version"):
        sys.stdout.write(f"careen {__version__}\n")
        return 0
    if name not in COMMANDS:
        raise _unknown(name)
    command = importlib.import_module(COMMANDS[name][0])
    try:
        return int(command.run(command.parser().read(rest)))
    except SystemExit as end:  # argparse has printed a help text
        return int(end.code or 0)


def _command_first(arguments: list[str]) -> list[str]:
    """General flags may stand before the command: ``careen --plugins FOLDER scan IMAGE``."""
    at = 0
    while at < len(arguments) and arguments[at].partition("=")[0] in GENERAL:
        at += 1 if "=" in arguments[at] or arguments[at] == "--debug" else 2
    return [*arguments[at : at + 1], *arguments[:at], *arguments[at + 1 :]] if at < len(arguments) else arguments


def _help() -> str:
    commands = "".join(f"  {name:<12}{what}\n" for name, (_, what) in COMMANDS.items())
    return (
        "usage: careen COMMAND …\n\nInspects container images: what is vulnerable, why, which version mends it,\n"
        f"and what could not be judged.\n\ncommands:\n{commands}\n{EXAMPLES}\n"
        "careen COMMAND --help lists the flags of a command.\n"
    )


def _unknown(word: str) -> UsageError:
    from careen.config import nearest

    near = nearest(word, COMMANDS)
    if word.startswith("-"):
        return UsageError(f"unknown flag {word}", "flags follow a command: careen scan IMAGE --fail-on high")
    if near:
        return UsageError(f"unknown command {word!r}", f"did you mean careen {near}?")
    if any(mark in word for mark in ":/.@") or word == "-":
        return UsageError(f"unknown command {word!r}", f"to scan it: careen scan {word}")
    return UsageError(f"unknown command {word!r}", f"commands: {', '.join(COMMANDS)}; to scan an image: careen scan {word}")
