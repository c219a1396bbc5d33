"""A user with a high UID fills the log of failed logins."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.shell.package_commands import read_options
from careen.plugins import Check, Place

_VALUED = frozenset(
    (
        "-u",
        "--uid",
        "-g",
        "--gid",
        "-G",
        "--groups",
        "-d",
        "--home",
        "--home-dir",
        "-s",
        "--shell",
        "-c",
        "--comment",
        "-b",
        "-e",
        "-f",
        "-k",
        "-K",
        "-p",
        "-R",
        "-P",
        "-Z",
    )
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("useradd"):
        options = read_options(call.command.words[1:], _VALUED)
        numbers = options.values("-u", "--uid")
        if any(number.isdecimal() and len(number) > 5 for number in numbers) and not options.has("-l", "--no-log-init"):
            yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-078",
    title="A user with a high UID fills the log of failed logins",
    severity="low",
    why="faillog and lastlog have a place for each number: the file is sparse, and as a layer may take gigabytes.",
    fix="Add -l (--no-log-init).",
    references=("Hadolint DL3046",),
    inspect=inspect,
)
