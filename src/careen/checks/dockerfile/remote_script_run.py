"""Downloaded script is run without verification (curl | sh)."""

from collections.abc import Iterator

from careen.checks.steps import of_step, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.shell.powershell import run_unseen
from careen.formats.shell.remote_scripts import remote_scripts
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("RUN"):
        if not step.posix:
            for part in run_unseen(step.instruction.text):
                yield of_step(step, shown((part,), 90))
        for script in remote_scripts(step.commands):
            runner, source = script.runner, script.source
            if script.checked:
                continue
            if source is not None and source.pipeline and source.pipeline == runner.pipeline:
                yield Place(f"{shown(source.words, 60)} | {shown(runner.words, 30)}", source.line, runner.end_line)
            else:
                yield Place(shown(runner.words), runner.line, max(runner.line, runner.end_line))


CHECK = Check(
    id="DKR-005",
    title="Downloaded script is run without verification (curl | sh)",
    severity="high",
    why="The build runs whatever the server sends that day, as root; the script is not reviewed or reproducible.",
    fix="Download the script to a file, verify its checksum, then run it; or install a package.",
    references=(
        "CWE-494",
        "CWE-829",
    ),
    inspect=inspect,
)
