"""The paths at which the stages of a Dockerfile have files of the build context, or here-documents of COPY.

**Source:** Dockerfile reference, COPY, WORKDIR, "RUN --mount=type=bind", "Here-documents".
"""

import posixpath
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from careen.formats.dockerfile.parse import Heredoc
from careen.formats.dockerfile.stages import Dockerfile, Stage, Step

from .context import Context, clean

MAX_COPIES = 2000
MAX_STAGES = 20  # stages through which the copies of a file are followed
MAX_LOOKUPS = 20_000  # in all copies of all stages


class Copied(NamedTuple):
    """One source of a COPY or bind mount, or a here-document of a COPY with its content."""

    source: str
    target: str  # absolute
    into: bool  # the target is a folder
    stage: int | None  # the source stage; None: the context
    content: bytes | None = None


class Files:
    """The paths at which each stage has files of the context, updated step by step."""

    def __init__(self, document: Dockerfile, context: Context) -> None:
        self.document, self.context = document, context
        self.copies: dict[int, list[Copied]] = {}
        self.folders: dict[int, str] = {}
        self._lookups = 0

    def begin(self, stage: Stage) -> None:
        parent = stage.parent
        self.copies[stage.index] = list(self.copies.get(parent, ())) if parent is not None else []
        self.folders[stage.index] = self.folders.get(parent, "/") if parent is not None else "/"

    def take(self, step: Step) -> None:
        if step.keyword == "WORKDIR":
            path = step.resolve(step.instruction.text.strip(), self.document.escape)
            self.folders[step.stage] = posixpath.normpath(posixpath.join(self.folders[step.stage], path))
        elif step.keyword in ("COPY", "ADD") and len(self.copies[step.stage]) < MAX_COPIES:
            words = [step.resolve(word, self.document.escape) for word in step.instruction.words]
            if len(words) > 1:
                into = words[-1].endswith("/") or words[-1] in (".", "..") or len(words) > 2
                target = posixpath.normpath(posixpath.join(self.folders[step.stage], words[-1]))
                stage, known = self._source(step.instruction.flag("from"))
                texts = {heredoc.name: self._text(heredoc, step) for heredoc in step.instruction.heredocs}
                if known:
                    self.copies[step.stage] += [
                        Copied(name, target, into, stage, texts.get(name))
                        for name in (word.removeprefix("<<").removeprefix("-") if texts else word for word in words[:-1])
                    ]

    def mounts(self, step: Step) -> list[Copied]:
        found = []
        for mount in step.mounts():
            target = mount.get("target") or mount.get("dst") or mount.get("destination")
            stage, known = self._source(mount.get("from"))
            if mount["type"] == "bind" and target and known:
                place = posixpath.normpath(posixpath.join(self.folders[step.stage], target))
                found.append(Copied(mount.get("source") or mount.get("src") or ".", place, False, stage))
        return found

    def find(self, path: str, copies: Sequence[Copied], depth: int = 0) -> tuple[str, bytes] | None:
        """The file at an absolute path of a stage: (its path in the context, its content); None if it is not from the
        context."""
        if depth > MAX_STAGES:
            return None
        for copied in reversed(copies):
            self._lookups += 1
            if self._lookups > MAX_LOOKUPS:
                raise ValueError("over the limit of copies that are followed")
            for source in self._sources(copied, path):
                found: tuple[str, bytes] | None = None
                if copied.content is not None:
                    found = (self.document.path, copied.content)
                elif copied.stage is not None:
                    found = self.find("/" + source, self.copies.get(copied.stage, ()), depth + 1)
                else:
                    data = self.context.read(source)
                    found = (source, data) if data is not None else None
                if found is not None:
                    return found
        return None

    def _text(self, heredoc: Heredoc, step: Step) -> bytes:
        text = step.resolve(heredoc.content, self.document.escape) if heredoc.expand else heredoc.content
        return text.encode("utf-8", "replace")

    def _source(self, name: str | None) -> tuple[int | None, bool]:
        if not name:
            return None, True
        stage = self.document.stage_named(name)
        return (stage.index, stage.index in self.copies) if stage else (None, False)

    def _sources(self, copied: Copied, path: str) -> Iterator[str]:
        """The paths in the source that the copy may have put at ``path``."""
        below = path[len(copied.target) :].lstrip("/") if path.startswith(copied.target.rstrip("/") + "/") else None
        of_context = copied.stage is None and copied.content is None
        for source in self.context.matching(copied.source) if of_context else [clean(copied.source)]:
            if path == copied.target and not copied.into:
                yield source
            if below is None:
                continue
            if below == posixpath.basename(source):
                yield source
            if copied.content is None:
                yield posixpath.join(source, below)
