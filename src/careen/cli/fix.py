"""``careen fix``: what to do about the vulnerabilities of an image, what each action removes, and what stays."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import InputError, UsageError

from .arguments import Parser
from .assessing import REFERENCE, add_assessment_flags, add_format_flag, settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.matching.remedy import Plan
    from careen.model.report import Report

SCHEMA = "careen.plan/1"
MAX_LISTED = 12


def parser() -> Parser:
    made = Parser(
        prog="careen fix",
        usage="careen fix [flags] REFERENCE",
        description="List the smallest set of actions against the vulnerabilities of an image, how many findings each "
        "removes, and what stays; with --dockerfile ends in a unified diff of it. Nothing is changed.",
        epilog="Exit codes: 0 told, whatever there is to do; 2 usage, or the image was not built from the Dockerfile; 3 could "
        "not complete.",
    )
    made.add_argument("reference", metavar="REFERENCE", help=REFERENCE)
    made.add_argument(
        "--dockerfile", metavar="FILE", type=Path, help="the Dockerfile of the image; careen fix … | patch -p1 applies the diff"
    )
    add_format_flag(made, ("text", "json", "diff"))
    add_assessment_flags(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from msgspec.structs import replace

    from careen.app.built_from import named_dockerfile, why_not_built_from
    from careen.app.session import Session
    from careen.predict.built import with_instructions

    from .dockerfile_patch import base_of

    if arguments.form == "diff" and arguments.dockerfile is None:
        raise UsageError("--format diff needs --dockerfile", "--dockerfile FILE names what to change")
    settings = settings_of(arguments)
    dockerfile = named_dockerfile(settings)
    text = arguments.dockerfile.read_bytes().decode() if dockerfile is not None else ""
    base = base_of(text) if dockerfile is not None else ""
    with Session(replace(settings, dockerfile=None)) as session:
        report, plan = with_progress(settings, lambda progress: session.fix(arguments.reference, base, progress))
    if dockerfile is not None and with_instructions(report.image, dockerfile) is None:
        raise UsageError(
            f"no diff of {dockerfile.path}: {why_not_built_from(report.image)}",
            "name the Dockerfile that it was built from, or leave --dockerfile out",
        )
    diff = _diff(report, plan, text, arguments.dockerfile) if dockerfile is not None else ""
    if arguments.form == "json":
        import msgspec

        target = {"reference": report.image.reference, "digest": report.image.digest or None}
        write_json({"schema": SCHEMA, **target, **msgspec.to_builtins(plan), "diff": diff or None})
    elif arguments.form == "diff":
        sys.stdout.write(diff)
    else:
        from .output import write_lines

        write_lines(_lines(report, plan))
        if diff:
            sys.stdout.write("\n" + diff)
    return 0


def _diff(report: "Report", plan: "Plan", text: str, path: Path) -> str:
    from .dockerfile_patch import Line, patch

    programs = {"pip": "pip", "npm": "npm", "npm overrides": "npm", "npm -g": "npm"}
    # What is installed first can be named by what overrides it.
    actions = sorted(plan.actions, key=lambda one: one.manager == "npm overrides")
    lines = [Line(programs.get(one.manager, ""), one.command) for one in actions if one.where == "dockerfile"]
    name = path.as_posix().lstrip("/") if not path.is_absolute() else path.name
    try:
        return patch(text, name, lines, "" if "USER" in text.upper() else report.image.config.user)
    except ValueError as error:
        raise InputError(f"{path} is no Dockerfile: {error}", "check --dockerfile") from None


def _lines(report: "Report", plan: "Plan") -> Iterator[str]:
    from careen.output.escape import visible
    from careen.output.lines import Whole

    yield f"{visible(report.image.reference)}: {plan.before} findings; {plan.after} stay when all of this is done"
    if plan.after_dockerfile != plan.after:
        yield f"  ({plan.after_dockerfile} when only the lines for the Dockerfile are added)"
    for number, action in enumerate(plan.actions, start=1):
        yield ""
        place = f" in {visible(action.place, 200)}" if action.place else ""
        yield f"{number}. {visible(action.manager)}{place}: removes {action.removes}"
        yield Whole(f"   {visible(action.command, 4000)}")
        for one in action.upgrades[:MAX_LISTED]:
            yield f"   {one.removes:>5}  {visible(one.package)} {visible(one.version)} -> {visible(one.to)}"
        if len(action.upgrades) > MAX_LISTED:
            rest = action.upgrades[MAX_LISTED:]
            yield f"   {sum(one.removes for one in rest):>5}  {len(rest)} more packages"
    if not plan.actions:
        yield ""
        yield "Nothing in this image can be upgraded to a version that mends anything."
    if plan.stays:
        yield ""
        yield f"What stays ({plan.after})"
        yield from (f"   {one.findings:>5}  {visible(one.why)}" for one in plan.stays)
    if plan.advice:
        yield ""
        yield "What may help besides"
        yield from (f"   {one.findings or '':>5}  {visible(one.text)}" for one in plan.advice)
