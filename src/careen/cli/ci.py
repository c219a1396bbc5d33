"""``careen ci``: the steps of a pipeline. The steps that read an image have no token; the steps with a token read
only reports."""

import argparse
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import Parser, add_common, add_settings, given
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.ci.pipeline import Pipeline
    from careen.config import Settings

COMMANDS = {"scan": "careen.cli.scan", "check": "careen.cli.check"}
RULES = ("ignore_file", "policy", "vex", "checks", "behaviour_rules")  # settings that name files a request may not change
FORMATS = ("json", "sarif", "markdown", "junit")
ENDINGS = {"markdown": "md", "junit": "junit.xml"}
GITLAB = {"gitlab": "gl-container-scanning-report.json", "gitlab-secrets": "gl-secret-detection-report.json"}
FORK = "the request comes from a fork, whose token may only read: nothing was written"
OUTCOMES = {
    "opened": "a request is open",
    "updated": "the open request was updated",
    "unchanged": "the open request is up to date",
    "nothing": "there is nothing to change in the Dockerfile",
    "declined": "the request with this fix was closed before: it stays closed",
    "taken": "the branch has commits of others: it stays as it is",
}
SEVERITIES = ("critical", "high", "medium", "low", "negligible", "unknown")


class _WithCommand(Parser):
    """A parser that stops at ``--``, and keeps the words after it as another command of Careen."""

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        at = arguments.index("--") if "--" in arguments else len(arguments)
        found = super().read(arguments[:at])
        found.command = list(arguments[at + 1 :])
        return found


def parser() -> Parser:
    made = _WithCommand(
        prog="careen ci",
        usage="careen ci rules --to DIR [PATH …]\n"
        "       careen ci run [--rules DIR] [--reports DIR] -- scan|check …\n"
        "       careen ci publish --reports DIR [--comment] [--code-scanning]\n"
        "       careen ci propose --plan FILE --dockerfile PATH\n"
        "       careen ci hook [--fail-on CONDITION] KIND FILE …",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Run Careen in a pipeline of GitHub, GitLab or another service.",
        epilog="""\
actions:
  rules     copy the rule files of the branch that a request is for
  run       scan or check with these rules, and write all reports
  publish   write the comment of the request, and code scanning
  propose   open or update a request with the diff of careen fix
  hook      check the files of a commit: files, secrets or locks

publish and propose take their token from CAREEN_CI_TOKEN.
docs/pipelines.md has a whole pipeline for each service.""",
    )
    made.add_argument("action", choices=("rules", "run", "publish", "propose", "hook"), help="what this step does")
    made.add_argument(
        "paths", metavar="PATH", nargs="*", help="rules: files or folders (default: those that the settings name)"
    )
    group = made.add_argument_group("step")
    group.add_argument("--to", metavar="DIR", type=Path, help="rules: a new folder for the rule files of the base branch")
    group.add_argument("--rules", metavar="DIR", type=Path, help="run: the folder that `careen ci rules` wrote")
    group.add_argument("--reports", metavar="DIR", type=Path, default=Path("careen-reports"), help="folder of the reports")
    group.add_argument("--comment", action="store_true", help="publish: write the report into a single comment on the request")
    group.add_argument("--code-scanning", action="store_true", help="publish: upload the findings to code scanning (GitHub)")
    group.add_argument("--name", metavar="NAME", default="", help="publish: distinguishes comments of several scans")
    group.add_argument(
        "--fail-on", metavar="CONDITION", dest="stops", default="", help="hook: the condition that stops the commit"
    )
    group.add_argument("--plan", metavar="FILE", type=Path, help="propose: the plan that careen fix --format json wrote")
    group.add_argument("--dockerfile", metavar="PATH", dest="file", help="propose: the Dockerfile's path in the repository")
    group.add_argument(
        "--base", metavar="BRANCH", default="", help="propose: the branch to change (default: the branch of the pipeline)"
    )
    add_settings(made, "network", ("plain_http", "ca_file", "timeout"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "hook":
        from .hooks import hook

        return hook([*arguments.paths, *arguments.command], arguments.stops)
    if arguments.paths and arguments.action != "rules":
        raise UsageError(f"careen ci {arguments.action} takes no PATH", "careen ci --help")
    if bool(arguments.command) != (arguments.action == "run"):
        raise UsageError("only careen ci run takes a command, which follows --", "careen ci run -- scan IMAGE")
    from careen.ci.pipeline import pipeline_of

    return {"rules": _rules, "run": _run, "publish": _publish, "propose": _propose}[arguments.action](
        arguments, pipeline_of(os.environ)
    )


def _rules(arguments: argparse.Namespace, pipeline: "Pipeline") -> int:
    from careen.ci.base_files import write_base_files
    from careen.ci.connected import TOKEN
    from careen.output.escape import visible

    if arguments.to is None:
        raise UsageError("there is no folder for the rules", "--to DIR names a new one")
    settings = loaded_settings(arguments).settings
    paths = arguments.paths or [path.as_posix() for _, path in _named(settings) if not path.is_absolute()]
    found = write_base_files(paths, arguments.to, pipeline, Path.cwd(), os.environ.get(TOKEN, ""))
    for path in found:
        print(f"rules: {visible(path, 300)} of the base branch", file=sys.stderr)
    return 0


def _run(arguments: argparse.Namespace, pipeline: "Pipeline") -> int:
    name, *rest = arguments.command
    if name not in COMMANDS:
        raise UsageError(f"careen ci run runs {' and '.join(COMMANDS)}, not {name!r}", "careen ci run -- scan IMAGE")
    command = importlib.import_module(COMMANDS[name])
    inner = command.parser().read(rest)
    arguments.reports.mkdir(parents=True, exist_ok=True)
    for old in arguments.reports.glob("careen.*"):  # of an earlier run, or of the repository itself
        old.unlink()
    inner.format = [*given(inner).get("format", ()), *_formats(name, arguments.reports, pipeline)]
    for key, paths in _rule_paths(inner, arguments.rules, pipeline).items():
        setattr(inner, key, paths[0] if key == "baseline" else paths)
    code = int(command.run(inner))
    _hand_over(arguments.reports, code, pipeline)
    return code


def _formats(command: str, reports: Path, pipeline: "Pipeline") -> list[str]:
    shown = "annotations" if pipeline.service == "github" else "table"
    files = [f"{name}={reports / f'careen.{ENDINGS.get(name, name)}'}" for name in FORMATS]
    if pipeline.service == "gitlab" and command == "scan":
        files += [f"{name}={reports / file}" for name, file in GITLAB.items()]
    return [shown, *files]


def _rule_paths(inner: argparse.Namespace, rules: Path | None, pipeline: "Pipeline") -> dict[str, list[str]]:
    """The settings that name rules, by key, with paths of the base branch's copies in ``rules``; {} without
    ``rules``.

    A file that is only in the request must not decide what passes: one that suppresses findings is ignored, any other
    is a UsageError.
    """
    from careen.ci.base_files import at_base
    from careen.log import logger
    from careen.output.escape import visible

    from .log import start

    settings = loaded_settings(inner).settings
    start(settings.log_level, settings.quiet)
    log = logger(__name__)
    named = list(_named(settings))
    if rules is None:
        own = next((path for _, path in named if not path.is_absolute()), None)
        if own is not None and pipeline.request is not None:
            log.warning("the request can change %s: careen ci rules takes it from the base branch", visible(str(own), 200))
        return {}
    found: dict[str, list[str]] = {key: [] for key, _ in named}
    for key, path in named:
        copy = at_base(path, rules)
        if copy is not None:
            found[key].append(str(copy))
        elif key in ("ignore_file", "vex"):
            log.warning("%s is not in the base branch, so it suppresses nothing", visible(str(path), 200))
        else:
            raise UsageError(f"{visible(str(path), 200)} is not in the base branch", "merge it there first")
    return found


def _named(settings: "Settings") -> Iterator[tuple[str, Path]]:
    """(setting, path) of each file that decides what passes. A baseline may be an image instead."""
    for key in RULES:
        yield from ((key, path) for path in getattr(settings, key))
    if settings.baseline and Path(settings.baseline).is_file():
        yield "baseline", Path(settings.baseline)


def _hand_over(reports: Path, code: int, pipeline: "Pipeline") -> None:
    """Writes the outputs for the next steps, and the summary on the page of the run."""
    from careen.ci.runner_files import add_outputs, add_summary

    if pipeline.output:
        counts = _counts(reports / "careen.json")
        add_outputs(pipeline.output, {"exit-code": str(code), "reports": str(reports), **counts})
    if pipeline.summary and (reports / "careen.md").is_file():
        add_summary(pipeline.summary, (reports / "careen.md").read_text("utf-8"))


def _counts(file: Path) -> dict[str, str]:
    import json

    try:
        severities = [finding.get("severity") for finding in json.loads(file.read_bytes())["findings"]]
    except (OSError, ValueError, KeyError):
        return {}
    return {
        "findings": str(len(severities)),
        **{name: str(severities.count(name)) for name in SEVERITIES if name in severities},
    }


def _publish(arguments: argparse.Namespace, pipeline: "Pipeline") -> int:
    from careen.ci.connected import TOKEN, connected

    if pipeline.outside:
        print(FORK, file=sys.stderr)
        return 0
    forge = connected(pipeline, os.environ.get(TOKEN, ""), loaded_settings(arguments).settings)
    if arguments.code_scanning:
        from careen.ci.github import GitHub

        if not isinstance(forge, GitHub):
            raise UsageError("--code-scanning is a service of GitHub", "GitLab reads the reports as artifacts")
        forge.upload_sarif(_read(arguments.reports / "careen.sarif"), pipeline)
    if arguments.comment and pipeline.request is not None:
        from careen.ci.comments import put_comment

        new = put_comment(forge, pipeline.request, arguments.name, _read(arguments.reports / "careen.md").decode())
        print("comment written" if new else "comment is up to date", file=sys.stderr)
    return 0


def _propose(arguments: argparse.Namespace, pipeline: "Pipeline") -> int:
    import msgspec

    from careen.ci.connected import TOKEN, connected
    from careen.ci.proposals import FixPlan, propose
    from careen.safety.typed import from_json

    if arguments.plan is None or arguments.file is None:
        raise UsageError("careen ci propose needs a plan and a Dockerfile", "careen ci propose --plan FILE --dockerfile PATH")
    if pipeline.request is not None:
        raise UsageError("the pipeline of a request cannot open another request", "run this step on the branch itself")
    base = arguments.base or pipeline.ref.removeprefix("refs/heads/")
    try:
        plan = from_json(_read(arguments.plan), FixPlan)
    except msgspec.DecodeError as error:
        raise UsageError(f"{arguments.plan} is not a plan: {error}", "careen fix --format json writes one") from None
    forge = connected(pipeline, os.environ.get(TOKEN, ""), loaded_settings(arguments).settings)
    done = propose(forge, plan, arguments.file, base)
    print(f"{OUTCOMES[done.outcome]}{f': {done.url}' if done.url else ''}", file=sys.stderr)
    if pipeline.output:
        from careen.ci.runner_files import add_outputs

        add_outputs(pipeline.output, {"fix": done.outcome, "fix-url": done.url})
    return 0


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", "careen ci run --reports DIR writes the reports") from None
