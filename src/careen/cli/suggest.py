"""``--suggest-accept``: the ``accept:`` entries that an image would need, as YAML on standard output."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from careen.model.report import Report


def suggest(reports: "Sequence[Report]") -> None:
    """Every entry has its reason still to be written; two platforms that need the same share one."""
    from careen.formats.escape import visible
    from careen.policy.accept import suggested

    entries = dict.fromkeys(entry for report in reports for entry in suggested(report.coverage))
    sys.stdout.write("accept:\n" if entries else "# every package and program was assessed\n")
    for reason, subjects in entries:
        sys.stdout.write(f"  # {visible(reason.detail, 200)}\n  - code: {reason.code}\n")
        if subjects:
            sys.stdout.write("    what:\n")
            sys.stdout.writelines(f"      - {json.dumps(subject)}\n" for subject in subjects)
        sys.stdout.write('    reason: "say why this is acceptable"\n')
