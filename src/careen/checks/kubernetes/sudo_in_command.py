"""sudo in the command, a probe or a lifecycle hook of a container."""

import re
from collections.abc import Iterator, Sequence

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Container, Manifests
from careen.plugins import Check, Place

EXECUTED = (
    *(("livenessProbe",), ("readinessProbe",), ("startupProbe",)),
    *(("lifecycle", "postStart"), ("lifecycle", "preStop")),
)
_SUDO = re.compile(r"(?:.*/)?(?:sudo|doas)")
_TAKES_SCRIPT = re.compile(r"-[a-z]*c")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        for keys, words in _commands(container):
            if _calls_sudo(words):
                yield at(container, "calls sudo" if len(keys) == 1 else f"calls sudo in its {keys[-3]}", *keys)


def _commands(container: Container) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """The command lines of a container, with their keys."""
    key = "command" if "command" in container.node else "args"
    yield (key,), [*container.node.texts("command"), *container.node.texts("args")]
    for keys in EXECUTED:
        yield (*keys, "exec", "command"), container.node.texts(*keys, "exec", "command")


def _calls_sudo(words: Sequence[str]) -> bool:
    """Whether a command calls sudo: as a word that another word follows and no option precedes, or in a script. A
    script follows ``-c``, is the first word, or is a text that begins with sudo."""
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if _SUDO.fullmatch(word) and index + 1 < len(words) and (not before.startswith("-") or before == "--"):
            return True
        is_script = index == 0 or _TAKES_SCRIPT.fullmatch(before) or word.startswith("sudo ")
        if " " in word and is_script and _script_calls_sudo(word):
            return True
    return False


def _script_calls_sudo(script: str) -> bool:
    if "sudo" not in script and "doas" not in script:
        return False
    from careen.formats.shell.syntax import read_script  # loads a parser

    try:
        return any(_SUDO.fullmatch(command.words[0]) for command in read_script(script).commands if command.words)
    except ValueError:  # too large to be parsed
        return re.search(r"(?m)(?:^|[;&|]) *(?:sudo|doas) ", script) is not None


CHECK = Check(
    id="K8S-274",
    title="sudo in the command of a container",
    severity="medium",
    why="An attacker who breaks into the container can become root in the same way.",
    fix="Run the image as the user that it needs, and grant the one capability.",
    references=(
        "CWE-250",
        "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    ),
    inspect=inspect,
)
