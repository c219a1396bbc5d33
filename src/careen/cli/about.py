"""``careen explain ID`` without an image: shows the data about a vulnerability, or describes a check or the code of what
was not assessed."""

import argparse
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from careen.errors import InputError
from careen.model.reasons import EFFECTS, MADE_BY_GATES, NOT_ACCEPTED, Effect, effect_of, fails_strict

from .assessing import settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.app.explaining import About
    from careen.model.advisory import Advisory
    from careen.plugins import Check

SCHEMA = "careen.about/1"
# What the reason for a gap in the coverage does to a gate, as docs/gates.md has it in its table.
_IN_WORDS: dict[Effect, str] = {
    "blocks": "a gate that counts vulnerabilities cannot be decided: exit code 3",
    "fails": "a gate that has only a severity fails: exit code 1",
    "note": "a gate is decided by what was assessed, and the report lists what was not",
    "information": "the packages were assessed; no gate counts it",
}
SHOWN = 12  # packages of an ecosystem
COMMANDS = {"IMG": "careen scan IMAGE", "SUP": "careen scan IMAGE", "RTM": "careen check --running"}


def run(arguments: argparse.Namespace) -> int:
    from careen.app.explaining import about, checks_of

    from .output import write_lines

    settings = settings_of(arguments)
    if checks := checks_of(arguments.id):
        if arguments.form == "json":
            write_json({"schema": SCHEMA, **_of_checks(arguments.id, checks)})
        else:
            write_lines(_lines_of_checks(arguments.id, checks))
        return 0
    if arguments.id.lower() in EFFECTS:
        gap = _gap(arguments.id.lower())
        if arguments.form == "json":
            write_json({"schema": SCHEMA, **gap})
        else:
            write_lines(_gap_lines(gap))
        return 0
    found = with_progress(settings, lambda progress: about(arguments.id, settings, progress))
    if not found.records and not found.advisories:
        hint = f"careen db status shows what the database holds; in an image: careen explain {arguments.id} IMAGE"
        raise InputError(f"the database has nothing about {arguments.id}", hint)
    if arguments.form == "json":
        import msgspec

        write_json({"schema": SCHEMA, **msgspec.to_builtins(found)})
    else:
        write_lines(_lines(found))
    return 0


def _gap(code: str) -> dict[str, str]:
    from careen.output.gap_meanings import meaning_of
    from careen.reports.table.coverage import NEXT_STEPS

    step = NOT_ACCEPTED.get(code) or NEXT_STEPS.get(code, "")
    return {"id": code, "meaning": meaning_of(code), "effect": effect_of(code), "next": step}


def _gap_lines(gap: dict[str, str]) -> Iterator[str]:
    code = gap["id"]
    yield f"{code}: {gap['meaning']}"
    if code in MADE_BY_GATES:
        yield "  a gate that needs what is missing cannot be decided: exit code 3"
    else:
        yield f"  {_IN_WORDS[effect_of(code)]}"
    if fails_strict(code):
        accepted = "" if code in NOT_ACCEPTED else f"; --accept {code} accepts it"
        yield f"  with --strict: exit code 3{accepted}"
    yield "  docs/gates.md, What passes when, has every case"
    if gap["next"]:
        yield f"next: {gap['next']}"


def _of_checks(id: str, checks: "Sequence[Check]") -> dict[str, object]:
    keys = ("id", "title", "severity", "why", "fix", "references", "default")
    described: list[dict[str, object]] = [{key: getattr(check, key) for key in keys} for check in checks]
    return described[0] if _is_own(id, checks) else {"id": id, "checks": described}


def _lines_of_checks(id: str, checks: "Sequence[Check]") -> Iterator[str]:
    if not _is_own(id, checks):
        from careen.app.explaining import tools_with

        yield f"{id} is a rule of {' and '.join(tools_with(id))}. Careen checks for the same:"
        yield ""
    for check in checks:
        yield from _check_lines(check)
    yield f"next: {_found_by(checks)}; --checks-off {','.join(check.id for check in checks)} switches it off"


def _found_by(checks: "Sequence[Check]") -> str:
    """The command that runs the checks."""
    command = COMMANDS.get(checks[0].id[:3], "careen check .")
    off = [check.id for check in checks if not check.default]
    if not off:
        return f"{command} finds it"
    return f"{command} --checks-on {','.join(off)} finds it{'' if len(off) == len(checks) else ' in each case'}"


def _is_own(id: str, checks: "Sequence[Check]") -> bool:
    return [check.id for check in checks] == [id.upper()]


def _check_lines(check: "Check") -> Iterator[str]:
    yield f"{check.id}: {check.title} ({check.severity}{'' if check.default else ', off by default'})"
    yield f"  {check.why}"
    yield f"  fix: {check.fix}"
    yield f"  {'; '.join(check.references)}"
    yield ""


def _lines(found: "About") -> Iterator[str]:
    from careen.output.escape import visible

    from .explain import record_lines, weakness_lines

    names = [visible(name) for name in found.ids if name != found.id]
    yield visible(found.id)
    if names:
        yield f"  also known as {', '.join(names[:8])}{' …' if len(names) > 8 else ''}"
    yield from record_lines(found.records)
    if found.epss:
        yield f"  exploitation within 30 days: {found.epss.score:.1%} (EPSS)"
    if found.exploited:
        yield f"  known to be exploited since {found.exploited.added} (CISA KEV)"
    elif found.catalogue:
        yield "  not in CISA's catalogue of exploited vulnerabilities"
    yield from weakness_lines(found.weaknesses)
    if found.advisories:
        yield ""
        yield "Affected by the advisories of the database:"
    for namespace, group in groupby(found.advisories, lambda advisory: advisory.namespace):
        lines = list(dict.fromkeys(map(_advisory, group)))
        yield f"  {visible(namespace)}"
        yield from (f"    {line}" for line in lines[:SHOWN])
        if len(lines) > SHOWN:
            yield f"    and {len(lines) - SHOWN:,} more"
    if found.cut:
        yield "  and further advisories, which are not listed"
    yield ""
    yield f"next: careen explain {visible(found.id)} IMAGE  (whether an image has it, and why)"


def _advisory(advisory: "Advisory") -> str:
    from careen.output.escape import visible

    fixed = list(dict.fromkeys((*advisory.fixed_versions, *(affected.fixed for affected in advisory.ranges if affected.fixed))))
    state = f"fixed in {', '.join(fixed[:3])}" if fixed else advisory.status.replace("_", " ")
    if not fixed and advisory.status == "fixed":
        state = "no fixed version is named"
    return f"{visible(advisory.package)}: {visible(state, 200)} ({visible(advisory.source)})"
