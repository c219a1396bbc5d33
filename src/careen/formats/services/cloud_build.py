"""Builds of Google Cloud Build -> the containers of their steps, and those that steps start with an engine, with lines.

Raises: ValueError if the text is not YAML.
**Source:** Google Cloud Build, "Build configuration file schema".
"""

import re
from collections.abc import Iterator

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text, put
from careen.formats.shell.run_command import ENGINES, Word, started

from .compose import Compose
from .compose_service import Service
from .job_container import in_steps, job_container, jobs_of, rows_of

_NAME = re.compile(r"(?i)(?:.*/)?(?:[^/]*[._-])?cloudbuild(?:[._-][^/]*)?\.(?:ya?ml|json)")
_SUBSTITUTION = re.compile(r"\$\{?(_\w{1,100})\}?")


def is_build(path: str) -> bool:
    return _NAME.fullmatch(path) is not None


def read(text: str, path: str) -> Compose:
    rows = rows_of(text)
    documents = [document for document in yaml_document.read(text) if isinstance(document, Mapping)]
    return jobs_of(path, (found for document in documents for found in _containers(document, rows, path)))


def _containers(document: Mapping, rows: list[str], path: str) -> Iterator[Service | tuple[str, int]]:
    given = document.map("substitutions")

    def resolved(text: str) -> str:
        return _SUBSTITUTION.sub(lambda match: given.text(match[1]) or match[0], text[: 64 * 1024])

    for step in document.maps("steps"):
        line = step.line_of("name")
        image = resolved(step.text("name"))
        service = job_container("container", image, path, image, line)
        if isinstance(step.get("env"), Sequence):
            put(service.node, "environment", step["env"], step.line_of("env"))
        yield service
        if script := resolved(step.text("script")):
            yield from in_steps(script, rows, step.line_of("script"), path, {})
        args = step.get("args")
        listed = args if isinstance(args, Sequence) else Sequence(step.line)
        words = [Word(resolved(as_text(word)), at) for word, at in zip(listed, listed.lines, strict=True)]
        program = (step.text("entrypoint") or image.partition("@")[0]).rpartition("/")[2].partition(":")[0]
        if program in ENGINES and (container := started([Word(program, line), *words], path)):
            yield container
        elif program not in ENGINES:
            for word in words:
                yield from in_steps(word.text, rows, word.line, path, {})
