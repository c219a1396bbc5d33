"""Places in a Dockerfile, and queries that several checks share."""

from collections.abc import Callable, Iterator
from functools import partial

from careen.formats.dockerfile.stages import Call, Dockerfile, Stage, Step
from careen.formats.packages.package_head import PackageHead
from careen.formats.services.credentials import hidden
from careen.formats.shell.package_commands import PackageCall, read_options
from careen.formats.shell.package_specs import Spec
from careen.plugins import Place


def of_step(step: Step, message: str) -> Place:
    return Place(message, step.line, step.end_line)


def of_call(call: Call, message: str) -> Place:
    """The place of a command: its own lines, not those of its whole RUN."""
    return Place(message, call.command.line, max(call.command.line, call.command.end_line))


def of_word(call: Call, word: str, message: str) -> Place:
    """The place of one word of the command."""
    line = call.line_of(word)
    return Place(message, line, line)


def of_stage(stage: Stage, message: str) -> Place:
    return Place(message, stage.line, stage.end_line)


def shown(words: tuple[str, ...], limit: int = 100) -> str:
    """A command as one short line, without its credentials."""
    text = hidden(" ".join(words))  # before it is shortened: half of a URL would not be recognised
    return text if len(text) <= limit else text[: limit - 1] + "…"


def installs(document: Dockerfile, *tools: str) -> Iterator[tuple[Call, PackageCall]]:
    for call, package in document.package_calls(*tools):
        if package.action == "install":
            yield call, package


def read_by_address(document: Dockerfile) -> Iterator[tuple[PackageHead, Callable[[str], Place]]]:
    """The metadata of each package that the Dockerfile downloads, with a function that returns the place of the download
    for a message."""
    if not document.heads:
        return
    for step in document.of("ADD"):
        for source in step.instruction.words[:-1]:
            head = document.head(step.resolve(source, document.escape))
            if head is not None:
                yield head, partial(of_step, step)
    for step in document.of("RUN"):
        for call in document.calls_of(step):
            for word in call.command.words[1:]:
                head = document.head(step.resolve(word, "\0"))
                if head is not None:
                    yield head, partial(of_word, call, word)


def unpinned(package: PackageCall) -> list[Spec]:
    """The specs without a version. A spec that begins with a variable is left out: the variable may contain a version."""
    return [spec for spec in package.specs if spec.kind in ("name", "vcs") and not spec.constrained and spec.text[:1] != "$"]


def mounted(step: Step, path: str) -> bool:
    """Whether a cache or tmpfs is mounted over this folder, so that the layer keeps nothing of it."""
    for mount in step.mounts():
        target = mount.get("target") or mount.get("dst") or mount.get("destination") or ""
        target = "/" + target.strip("/")
        if mount["type"] in ("cache", "tmpfs") and (path == target or path.startswith(target.rstrip("/") + "/")):
            return True
    return False


def left_behind(
    document: Dockerfile, fills: Callable[[Call], bool], cleans: Callable[[Call], bool], *folders: str
) -> Iterator[Call]:
    """The last call of each RUN that fills a cache without a later call that cleans it; only in stages that the image keeps."""
    kept = document.kept()
    for step in document.of("RUN"):
        if step.stage not in kept:
            continue
        last = None
        for call in document.calls_of(step):
            if fills(call):
                last = call
            elif last is not None and cleans(call):
                last = None
        if last is not None and not any(mounted(step, folder) for folder in folders):
            yield last


def modes_set(document: Dockerfile) -> Iterator[tuple[str, Place]]:
    """Each file mode that a step sets, by chmod, install, mkdir, ``find -exec chmod`` or ``--chmod``, with its place."""
    for call in document.calls("chmod", "find", "install", "mkdir"):
        words = call.command.words
        if call.command.program == "find":
            words = words[words.index("chmod") :] if "chmod" in words else ()
        if call.command.program in ("chmod", "find"):
            mode = next((word for word in words[1:] if not word.startswith("-")), "")
        else:
            values = read_options(words[1:], frozenset(("-m", "--mode", "-o", "-g", "-t"))).values("-m", "--mode")
            mode = values[-1] if values else ""
        if mode:
            yield mode, of_call(call, shown(call.command.words))
    for step in document.of("COPY", "ADD"):
        if mode := step.instruction.flag("chmod") or "":
            yield mode, of_step(step, f"{step.keyword} --chmod={mode}")


def removes(call: Call, *folders: str) -> bool:
    """Whether a command is an ``rm`` of one of these folders, or of something within."""
    if call.command.program != "rm":
        return False
    return any(
        word.rstrip("/*") == folder or word.startswith(folder + "/") or folder.startswith(word.rstrip("/*") + "/")
        for word in call.command.words[1:]
        for folder in folders
        if not word.startswith("-")
    )


def uses_flag(call: Call, *names: str) -> bool:
    """Whether the command has one of these flags: alone, with ``=value``, or as a letter of combined flags."""
    for word in call.command.words[1:]:
        head = word.partition("=")[0]
        if head in names:
            return True
        letters = {name[1] for name in names if len(name) == 2}
        if letters and word.startswith("-") and not word.startswith("--") and letters & set(head[1:]):
            return True
    return False
