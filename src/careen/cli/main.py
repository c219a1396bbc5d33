"""``careen``: finds the command and runs it. Its result becomes an exit code, and an error one clear line.

Nothing heavy is imported here: shells and pipelines call ``careen --version`` most. Exit codes: 0 the policy passed,
1 it failed, 2 usage, 3 could not complete, 130 interrupted, 141 the reader of the output has closed it.
"""

import gc
import importlib
import sys
from collections.abc import Sequence

from careen import __version__
from careen.errors import Error, UsageError

from .streams import forget_output, make_sure_of_streams

TYPE_CHECKING = False  # as in typing, whose import takes longer than all others here
if TYPE_CHECKING:
    import argparse
    from types import ModuleType

# name -> (module, what it does). A module has parser() -> Parser and run(arguments) -> exit code.
COMMANDS = {
    "scan": ("careen.cli.scan", "list the vulnerabilities of an image, and their fixes"),
    "check": ("careen.cli.check", "find misconfigurations in Dockerfiles, Compose files, manifests"),
    "exposure": ("careen.cli.exposure", "rank the paths that an intruder could take between containers"),
    "inventory": ("careen.cli.inventory", "list the packages of an image, or compare those of two"),
    "sbom": ("careen.cli.sbom", "write an SBOM of an image, and list what a profile misses in it"),
    "licenses": ("careen.cli.licenses", "list the licences of an image's packages; write a notice"),
    "fix": ("careen.cli.fix", "list the updates that fix most; patch the Dockerfile"),
    "explain": ("careen.cli.explain", "explain why a vulnerability is found in a package, or is not"),
    "registry": ("careen.cli.registry", "scan every image of a registry"),
    "serve": ("careen.cli.serve", "watch registries, with pages and an API"),
    "worker": ("careen.cli.worker", "work for the fleet of a server"),
    "agent": ("careen.cli.agent", "report the images that run to a server"),
    "ci": ("careen.cli.ci", "scan in a pipeline: rules of the base branch, reports, fixes"),
    "init": ("careen.cli.init", "show or write the files that run Careen in a pipeline"),
    "diff": ("careen.cli.diff", "compare the findings of two images or reports"),
    "validate": ("careen.cli.validate", "validate SBOMs, VEX and OCI documents by their schemas"),
    "convert": ("careen.cli.convert", "write a saved report in other formats"),
    "browse": ("careen.cli.browse", "walk through the findings of a report with keys and search"),
    "reconcile": ("careen.cli.reconcile", "compare with another scanner's report, and explain differences"),
    "behaviour": ("careen.cli.behaviour", "list signs of risk that no advisory names; compare two versions"),
    "origin": ("careen.cli.origin", "name the projects that source code and programs come from"),
    "query": ("careen.cli.query", "search the packages, findings and images of a server"),
    "lsp": ("careen.cli.lsp", "serve editors: findings and quick fixes while you type"),
    "mcp": ("careen.cli.mcp", "serve agents: scan, explain, fix and search, read-only"),
    "attest": ("careen.cli.attest", "sign what is known about an image, and attach it in its registry"),
    "verify": ("careen.cli.verify", "verify the signatures and attestations of an image"),
    "vex": ("careen.cli.vex", "write your decisions about findings as an OpenVEX document"),
    "db": ("careen.cli.db", "update the advisory database, or show what it holds"),
    "cache": ("careen.cli.cache", "show what is in the cache folder, and remove old entries"),
    "doctor": ("careen.cli.doctor", "look at what a scan needs here, and list what to do"),
    "config": ("careen.cli.config", "show the settings, and where each comes from"),
    "migrate": ("careen.cli.migrate", "carry settings and ignore rules of other tools over"),
    "completion": ("careen.cli.completion", "print the completion script of a shell"),
    "version": ("careen.cli.version", "print the version, or all versions as JSON"),
}

GENERAL = ("--cache-dir", "--config", "--debug", "--log-level", "--plugins")  # flags of every command

EXAMPLES = """\
start here:
  careen scan nginx:latest               from Docker, Podman or a registry
  careen scan image.tar                  an archive; - is standard input
  careen scan .                          the lock files of a source tree
  careen scan sbom.json                  an SBOM, also on standard input
  careen scan app --fail-on high         exit with 1, to stop a pipeline
  careen scan app -f json -o r.json      the report for programs; sarif, html …
  careen explain CVE-2021-44228 app      why it is found, or why not
  careen fix app                         what to upgrade first
  careen check .                         Dockerfiles, Compose, Kubernetes
  careen doctor                          when something does not work
"""


# The garbage collector starts at this many objects: the imports at start make 60,000, and no cycle.
COLLECT_FROM = 200_000


def main(argv: Sequence[str] | None = None) -> int:
    if argv is not None:
        return _run(list(argv))
    gc.set_threshold(COLLECT_FROM)
    code = _run(sys.argv[1:])
    import signal

    from .process import leave

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # else Python prints a traceback if it is interrupted on its way out
    leave(code)
    return code


def _run(arguments: list[str]) -> int:
    make_sure_of_streams()
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()  # here a closed pipe can still be handled
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
            forget_output()  # standard output may be what failed
        return print_error(error)


def _dispatch(arguments: list[str]) -> int:
    arguments = _command_first(arguments)
    if arguments[:1] == ["help"] and arguments[1:2] and arguments[1] in COMMANDS:
        arguments = [arguments[1], "--help"]
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        (sys.stdout if arguments else sys.stderr).write(_help())
        return 0 if arguments else 2
    if arguments[0] in ("-V", "--version"):
        sys.stdout.write(f"careen {__version__}\n")
        return 0
    try:
        arguments, command, found = _understood(arguments)
        return int(command.run(found))
    except SystemExit as end:  # argparse has printed a help text
        return int(end.code or 0)
    except UsageError as error:
        from .habits import corrected

        raise corrected(arguments, error) from None


def _understood(arguments: list[str]) -> "tuple[list[str], ModuleType, argparse.Namespace]":
    """Returns the command line, the module of its command, and the arguments that the command reads from it."""
    try:
        return arguments, *_read(arguments)
    except UsageError as error:
        from .habits import meant

        line = meant(arguments, error)
        if not {"-q", "--quiet"} & {*arguments}:
            from .errors import print_note

            print_note(f"read as: {line}")
        arguments = [*line.words]
        return arguments, *_read(arguments)


def _read(arguments: Sequence[str]) -> "tuple[ModuleType, argparse.Namespace]":
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        raise _unknown(name)
    from careen.safety.interrupts import interrupts_wait

    with interrupts_wait():  # msgspec inspects the settings
        command = importlib.import_module(COMMANDS[name][0])
        parser = command.parser()
    return command, parser.read(rest)


def _command_first(arguments: list[str]) -> list[str]:
    """Moves general flags behind the command: ``careen --plugins FOLDER scan IMAGE``."""
    at = 0
    while at < len(arguments) and arguments[at].partition("=")[0] in GENERAL:
        at += 1 if "=" in arguments[at] or arguments[at] == "--debug" else 2
    return [*arguments[at : at + 1], *arguments[:at], *arguments[at + 1 :]] if at < len(arguments) else arguments


def _help() -> str:
    commands = "".join(f"  {name:<12}{what}\n" for name, (_, what) in COMMANDS.items())
    return (
        "usage: careen COMMAND …\n\nInspects container images: what is vulnerable, why, which version fixes it,\n"
        f"and what could not be assessed.\n\n{EXAMPLES}\ncommands:\n{commands}\n"
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
