"""``--suggest-accept``: the ``accept:`` entries that an image needs, as YAML on standard output."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from careen.model.report import Report


def suggest(reports: "Sequence[Report]") -> None:
    """Prints one entry for each code, for all platforms; the user has to write its reason."""
    from careen.app.decisions import suggested_entries
    from careen.output.escape import visible

    entries = suggested_entries(reports)
    sys.stdout.write("accept:\n" if entries else "# there is nothing to accept\n")
    for entry in entries:
        sys.stdout.writelines(f"  # {visible(detail, 200)}\n" for detail in entry.details)
        sys.stdout.write(f"  - code: {entry.code}\n")
        if entry.subjects:
            sys.stdout.write("    what:\n")
            sys.stdout.writelines(f"      - {json.dumps(subject)}\n" for subject in entry.subjects)
        sys.stdout.write('    reason: "explain why this is acceptable"\n')
