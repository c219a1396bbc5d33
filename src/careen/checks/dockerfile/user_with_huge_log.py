"""useradd with a high UID without --no-log-init."""

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
    title="useradd with a high UID without --no-log-init",
    severity="low",
    why="faillog and lastlog reserve space for every UID: the sparse files make a layer of gigabytes.",
    fix="Add -l (--no-log-init) to useradd.",
    references=("Hadolint DL3046",),
    inspect=inspect,
)
