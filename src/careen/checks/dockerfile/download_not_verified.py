"""Download without checksum or signature verification."""

from collections.abc import Iterator

from careen.checks.steps import of_call, of_step
from careen.formats.dockerfile.stages import Call, Dockerfile, Step
from careen.formats.shell.downloads import Download, checks_file, read_download
from careen.formats.shell.package_specs import is_url
from careen.formats.shell.syntax import piped
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("RUN"):
        found = None
        for call in document.calls_of(step):
            got = read_download(call.command.words)
            if got is not None and got.urls and (_kept(call, got) or _unpacked(step, call)):
                found = found or (call, got)
            elif checks_file(call.command.words):
                break
        else:
            if found is not None:
                yield of_call(found[0], f"nothing checks {step.resolve(found[1].urls[0], chr(0))}")
    for step in document.of("ADD"):
        for source in step.instruction.words[:-1]:
            if is_url(source.strip("'\"")) and step.instruction.flag("checksum") is None:
                yield of_step(step, f"ADD {source} without --checksum")


def _kept(call: Call, got: Download) -> bool:
    """Whether the download is written to a file other than /dev/null."""
    files = [
        redirect.target for redirect in call.command.redirects if ">" in redirect.operator and not redirect.target.isdecimal()
    ]
    return got.output not in ("-", "/dev/null") or any(target != "/dev/null" for target in files)


def _unpacked(step: Step, call: Call) -> bool:
    readers = (command for command, earlier in piped(step.commands) if call.command in earlier)
    return any(command.program in ("tar", "bsdtar", "cpio", "unzip", "dpkg", "rpm2cpio") for command in readers)


CHECK = Check(
    id="DKR-006",
    title="Download without checksum or signature verification",
    severity="medium",
    why=(
        "TLS proves which server answers, not that the file is the one that was reviewed. A compromised account or "
        "mirror can replace it."
    ),
    fix="Verify a checksum that is in the Dockerfile (sha256sum -c, ADD --checksum), or a signature.",
    references=(
        "CWE-353",
        "CWE-494",
    ),
    inspect=inspect,
)
