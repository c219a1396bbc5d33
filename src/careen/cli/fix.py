"""``careen fix``: what to do about the findings of an image, what each action removes, and what stays."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import LICENCES, LOOKS, Parser, add_settings
from .assessing import REFERENCE, add_assessment_flags, add_format_flag, settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.model.plan import Plan
    from careen.model.report import Report

SCHEMA = "careen.plan/1"
MAX_LISTED = 12


def parser() -> Parser:
    made = Parser(
        prog="careen fix",
        usage="careen fix [flags] REFERENCE",
        description="List the smallest set of actions against the vulnerabilities of an image, what removes its other findings "
        "(secrets, misconfigurations), how many each removes, and what stays; with --dockerfile also a unified diff of the "
        "Dockerfile. Nothing is changed.",
        epilog="Exit codes: 0 done, with or without actions; 2 usage, or the image was not built from the Dockerfile; "
        "3 could not complete.",
    )
    made.add_argument("reference", metavar="REFERENCE", help=REFERENCE)
    made.add_argument(
        "--dockerfile", metavar="FILE", type=Path, help="the Dockerfile of the image; careen fix … | patch -p1 applies the diff"
    )
    made.add_argument(
        "--base-tags",
        action="store_true",
        help="also scan the base image as it is in its registry now, and up to 10 other tags of it",
    )
    made.add_argument("--base-tag", metavar="TAG", default="", help="the tag that the diff moves FROM to; implies --base-tags")
    made.add_argument(
        "--base", metavar="NAME:TAG", dest="base_name", default="", help="the base image, if no Dockerfile or label names it"
    )
    add_settings(made, "what to look for", LOOKS, {"exclude": "--skip-dirs --skip-files"})
    add_settings(made, "licences", LICENCES)
    add_format_flag(made, ("text", "json", "diff"))
    add_assessment_flags(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from msgspec.structs import replace

    from careen.app.base_images import base_name, base_tags
    from careen.app.built_from import is_built_from, named_dockerfile, why_not_built_from
    from careen.app.checking import is_checked
    from careen.app.dockerfile_patch import base_of, diff_of
    from careen.app.session import Session

    from .base_tags import base_stage, from_of, tag_lines

    if arguments.form == "diff" and arguments.dockerfile is None:
        raise UsageError("--format diff needs --dockerfile", "--dockerfile FILE names the file to patch")
    settings = settings_of(arguments)
    if is_checked(arguments.reference):
        return _of_file(arguments, settings)
    dockerfile = named_dockerfile(settings)
    text = arguments.dockerfile.read_bytes().decode() if dockerfile is not None else ""
    base = base_of(text) if dockerfile is not None else ""
    with Session(replace(settings, dockerfile=None, base=None), alone=True) as session:
        report, plan = with_progress(settings, lambda progress: session.fix(arguments.reference, base, progress))
    if dockerfile is not None and not is_built_from(report.image, dockerfile):
        raise UsageError(
            f"{dockerfile.path} cannot be patched: {why_not_built_from(report.image)}",
            "name the Dockerfile that it was built from, or leave --dockerfile out",
        )
    stage = base_stage(dockerfile) if dockerfile is not None else None
    tags = None
    if arguments.base_tags or arguments.base_tag:
        name = base_name(report, arguments.base_name or (stage.resolved if stage else ""))
        tags = with_progress(settings, lambda progress: base_tags(report, name, settings, arguments.base_tag, progress))
    diff = diff_of(report, plan, text, arguments.dockerfile, from_of(stage, tags)) if dockerfile is not None else ""
    if arguments.form == "json":
        import msgspec

        target = {"reference": report.image.reference, "digest": report.image.digest or None}
        base_image = {"base_tags": msgspec.to_builtins(tags)} if tags else {}
        write_json({"schema": SCHEMA, **target, **msgspec.to_builtins(plan), **base_image, "diff": diff or None})
    elif arguments.form == "diff":
        sys.stdout.write(diff)
    else:
        from .output import write_lines

        write_lines([*_lines(report, plan), *(tag_lines(tags) if tags else ())])
        if diff:
            sys.stdout.write("\n" + diff)
    return 3 if report.verdict.exit_code == 3 else 0


def _of_file(arguments: argparse.Namespace, settings: "Settings") -> int:
    """The plan for a Dockerfile or a Compose file: for what its build will install, and for its misconfigurations."""
    from careen.app.checking import check
    from careen.model.plan import NOTHING

    from .output import write_lines

    if arguments.dockerfile or arguments.base_tags or arguments.base_tag or arguments.base_name:
        raise UsageError(
            f"{arguments.reference} is no image", "leave out --dockerfile and --base…, or give the reference of the built image"
        )
    report = with_progress(settings, lambda progress: check([arguments.reference], settings, progress))
    plan = report.plan or NOTHING
    if arguments.form == "json":
        import msgspec

        target = {"reference": report.image.reference, "digest": None}
        write_json({"schema": SCHEMA, **target, **msgspec.to_builtins(plan), "diff": None})
    else:
        write_lines([*_lines(report, plan)])
    return 3 if report.verdict.exit_code == 3 else 0


def _lines(report: "Report", plan: "Plan") -> Iterator[str]:
    from careen.output.changes import commands_of, where_of
    from careen.output.escape import visible
    from careen.output.lines import Whole, few, plural
    from careen.output.outcome import exit_line

    codes = {reason.code for reason in report.coverage.reasons}
    if "not_asked" in codes:
        yield f"{visible(report.image.reference)}: vulnerabilities were not looked for (--scanners)"
    elif "no_database" in codes:
        yield f"{visible(report.image.reference)}: vulnerabilities were not assessed: there is no advisory database"
    else:
        vulnerabilities = plural(plan.before, "vulnerability")
        yield f"{visible(report.image.reference)}: {vulnerabilities}; {plan.after} stay after all of these actions"
    if report.verdict.exit_code == 3:
        yield exit_line(report)
    if plan.after_dockerfile != plan.after and any(action.in_dockerfile for action in plan.actions):
        yield f"  ({plan.after_dockerfile} after those in the Dockerfile alone)"
    for number, action in enumerate(plan.actions, start=1):
        yield ""
        yield f"{number}. {visible(where_of(action), 400)}: removes {action.removes}"
        yield from (Whole(f"   {visible(command, 4000)}") for command in commands_of(action))
        if action.unchecked:
            yield f"   not checked: {visible(action.unchecked, 400)}"
        for upgrade in action.upgrades[:MAX_LISTED]:
            of = f"{visible(upgrade.package)} {visible(upgrade.version)}".rstrip()
            yield f"   {upgrade.removes:>5}  {of} -> {visible(upgrade.to)}"
        if len(action.upgrades) > MAX_LISTED:
            rest = action.upgrades[MAX_LISTED:]
            yield f"   {sum(upgrade.removes for upgrade in rest):>5}  {plural(len(rest), 'more package')}"
    if not plan.actions and codes.isdisjoint(("not_asked", "no_database")):
        yield ""
        yield "Nothing in this image can be upgraded to a version that fixes anything."
    for number, repair in enumerate(plan.repairs, start=len(plan.actions) + 1):
        yield ""
        yield f"{number}. {visible(repair.title, 400)}: removes {repair.removes}"
        yield from (f"   {visible(step, 1000)}" for step in repair.steps)
        yield from (Whole(f"   {visible(line, 4000)}") for line in repair.lines[:MAX_LISTED])
        if len(repair.lines) > MAX_LISTED:
            yield f"   and {plural(len(repair.lines) - MAX_LISTED, 'more line')} (--format json lists them)"
    if plan.stays:
        yield ""
        yield f"What stays ({plan.after})"
        yield from (f"   {rest.findings:>5}  {visible(rest.why)}" for rest in plan.stays)
    if plan.advice:
        yield ""
        yield "What else may help"
        yield from (f"   {advice.findings or '':>5}  {visible(advice.text)}" for advice in plan.advice)
    elsewhere = [path for reason in report.coverage.reasons if reason.code == "container_files" for path in reason.subjects]
    if elsewhere:
        yield ""
        yield f"Not in this plan: {few([visible(path) for path in elsewhere])} (careen fix FILE, for each)"
