"""The files by which a step hands values and a summary to GitHub's runner.

**Source:** GitHub Actions, "Workflow commands" (environment files, multiline strings, limits of the summary).
"""

import secrets
from collections.abc import Mapping
from pathlib import Path

SUMMARY_BYTES = 1_000_000  # the runner refuses more than 1 MiB for a step


def add_outputs(file: Path, values: Mapping[str, str]) -> None:
    """Writes the outputs of a step. An unguessable delimiter ends each value, so that no value can add another one."""
    parts = []
    for name, value in values.items():
        mark = f"end_{secrets.token_hex(16)}"
        parts.append(f"{name}<<{mark}\n{value}\n{mark}\n")
    with file.open("a", encoding="utf-8", newline="\n") as stream:
        stream.writelines(parts)


def add_summary(file: Path, markdown: str) -> None:
    """Adds text to the summary of the step. Text beyond the runner's limit is left out completely, since half a table
    is of no use."""
    if len(markdown.encode()) > SUMMARY_BYTES:
        markdown = "The report is too long for a summary. It is careen.md in the folder that the output `reports` names.\n"
    with file.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(f"{markdown}\n")
