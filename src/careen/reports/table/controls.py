"""A compliance view: each control, whether it passes, and the checks that show it."""

import textwrap
from collections import Counter

from careen.model.report import Compliance, Control
from careen.output.lines import plural

from .lines import Line

_WORDS = {"pass": ("pass", "green"), "fail": ("FAIL", "bold red"), "not_assessed": ("-", "dim")}


def control_lines(compliance: Compliance, width: int, verbose: bool = False) -> list[Line]:
    lines: list[Line] = [[(compliance.title, "bold")], []]
    column = max(len(control.id) for control in compliance.controls)
    for control in compliance.controls:
        word, style = _WORDS[control.status]
        lines.append([(f"  {control.id:<{column}}  ", ""), (f"{word:<4}", style), (f"  {control.title}", "")])
        if control.status != "not_assessed" or verbose:
            indent = " " * (column + 10)
            lines += [[(indent + part, "dim")] for part in textwrap.wrap(_why(control), max(width - len(indent), 40))]
    counts = Counter(control.status for control in compliance.controls)
    totals = f"{counts['pass']} passed, {counts['fail']} failed, {counts['not_assessed']} not assessed"
    lines += [[], [(totals, "bold")]]
    if not verbose:
        lines.append([("--verbose shows why a control was not assessed, and lists the findings.", "dim")])
    return [*lines, []]


def _why(control: Control) -> str:
    if control.status == "not_assessed":
        return control.reason
    suppressed = f" ({control.suppressed} suppressed)" if control.suppressed else ""
    if control.failed:
        return f"{plural(control.findings, 'finding')}: {', '.join(control.failed)}{suppressed}"
    return f"nothing found by {', '.join(control.checks)}{suppressed}"
