"""The signs of risk in one line, the same in every format."""

from careen.model.behaviour import BehaviourSummary

from .lines import plural


def behaviour_line(summary: BehaviourSummary) -> str:
    """ "behaviour: 3 of 412 programs without protection, 1 setuid"."""
    parts = [f"{summary.unprotected:,} of {plural(summary.programs, 'program')} without protection"]
    if summary.privileged:
        parts.append(f"{summary.privileged:,} setuid")
    if summary.hooks:
        parts.append(plural(summary.hooks, "hook") + " of no package")
    if summary.life:
        parts.append(plural(summary.life, "sign") + " of missing maintenance")
    if summary.index is not None:
        parts.append(f"index {summary.index} of 100")
    return f"behaviour: {', '.join(parts)}"
