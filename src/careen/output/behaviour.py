"""The signs of risk in one line, the same in every format."""

from careen.model.behaviour import BehaviourSummary

from .lines import plural


def behaviour_line(summary: BehaviourSummary) -> str:
    """A line such as "behaviour: 3 of 412 programs without protection, 1 setuid"; "" if there is nothing to report.

    An index is followed by its parts: "index 37 of 100 (capabilities 28, code 10)".
    """
    parts = [f"{summary.unprotected:,} of {plural(summary.programs, 'program')} without protection"] if summary.programs else []
    if summary.privileged:
        parts.append(f"{summary.privileged:,} setuid")
    if summary.hooks:
        parts.append(plural(summary.hooks, "hook") + " of no package")
    if summary.life:
        parts.append(plural(summary.life, "sign") + " of missing maintenance")
    if summary.index is not None:
        scores = sorted((part for part in summary.parts if part.score), key=lambda part: -part.score)
        listed = ", ".join(f"{part.part} {part.score}" for part in scores)
        parts.append(f"index {summary.index} of 100" + (f" ({listed})" if listed else ""))
    return f"behaviour: {', '.join(parts)}" if parts else ""
