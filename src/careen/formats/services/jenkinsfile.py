"""Jenkinsfiles -> the containers that their stages start, as services with lines.

The text is not run: it is searched for the agents and steps that start containers, with the texts that they are given. A text
with a variable keeps the reference. ``unresolved`` has arguments that are no text. ``manifests`` gives the pods of agents.
Raises: ValueError if the text is too large.
**Source:** Jenkins handbook, "Using Docker with Pipeline", "Pipeline Syntax" (agent); plugins docker-workflow, kubernetes.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct

from careen.formats.data.yaml_document import Mapping, put
from careen.safety.pattern import pattern

from .compose import Compose
from .compose_service import Service
from .job_container import in_steps, job_container, jobs_of, rows_of

MAX_TEXTS = 20_000
# What does not end reaches to the end of the text, or each of its characters could begin it anew.
_TOKEN = re.compile(
    r"'''(?P<plain>(?:[^'\\]++|\\.|'(?!''))*+)(?:''')?"
    r'|"""(?P<long>(?:[^"\\]++|\\.|"(?!""))*+)(?:""")?'
    r"|'(?P<one>(?:[^'\\\n]++|\\.)*+)'?"
    r'|"(?P<two>(?:[^"\\\n]++|\\.)*+)"?'
    r"|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_HOLE = "\x00"  # around the number of a text, in place of it
_TEXT = r"\x00(\d{1,6})\x00"
_IMAGE = pattern(rf"\bdocker\s*\.\s*image\s*\(\s*{_TEXT}\s*\)")
_BUILT = pattern(r"\bdocker\s*\.\s*build\s*\(")
_ARGUMENTS = pattern(rf"\.\s*(?:inside|withRun|run)\s*\(\s*(?:{_TEXT}|([^)\x00\s][^)\x00]{{0,100}}))?")
_AGENT = pattern(r"\b(?:docker|dockerfile)\s*\{([^{}]{0,4000})")
_AGENT_OF_IMAGE = pattern(rf"\bagent\s*\{{\s*docker\s+{_TEXT}")
_OF_AGENT = pattern(rf"\b(image|args)\s*[\s(]\s*{_TEXT}")
_SCRIPT = pattern(
    rf"\b(?:sh|bash|powershell|bat)\s*(?:\(\s*)?(?:(?:label|returnStdout|returnStatus)\s*:[^,\n]{{1,100}},\s*)*(?:script\s*:\s*)?{_TEXT}"
)
_TEMPLATE = pattern(r"\bcontainerTemplate\s*\(([^()]{0,4000})")
_PRIVILEGED = pattern(r"\bprivileged\s*:\s*true\b")
_POD = pattern(rf"\byaml\s*(?:\(|:)?\s*{_TEXT}")
_NAMED = pattern(rf"\b(name|image)\s*:\s*{_TEXT}")

Found = Iterator[Service | tuple[str, int]]


class _Text(Struct, frozen=True):
    value: str
    line: int


class _Read(Struct, frozen=True):
    """A text without comments, in which each literal text is its number."""

    code: str
    texts: tuple[_Text, ...]
    starts: tuple[int, ...]  # of the lines, in ``code``

    def line(self, at: int) -> int:
        return bisect_right(self.starts, at)

    def text(self, number: str | None) -> _Text | None:
        return self.texts[int(number)] if number else None


def is_jenkinsfile(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("Jenkinsfile") or name.endswith((".jenkinsfile", ".Jenkinsfile"))


def read(text: str, path: str) -> Compose:
    rows = rows_of(text)
    return jobs_of(path, _containers(_literals(text), rows, path))


def manifests(text: str) -> Iterator[tuple[int, str]]:
    """The pods that agents of Kubernetes describe, each with the line before its first one."""
    found = _literals(text)
    for match in _POD.finditer(found.code):
        pod = found.text(match[1])
        if pod and "\n" in pod.value:
            yield pod.line - 1, pod.value


def _containers(found: _Read, rows: list[str], path: str) -> Found:
    yield from _steps(found, path)
    for match in _AGENT_OF_IMAGE.finditer(found.code):
        yield _container(found.text(match[1]), None, path)
    for match in _AGENT.finditer(found.code):
        given = {name: found.text(number) for name, number in _OF_AGENT.findall(match[1])}
        if given:
            yield _container(given.get("image"), given.get("args"), path, found.line(match.start()))
    for match in _TEMPLATE.finditer(found.code):
        given = {name: found.text(number) for name, number in _NAMED.findall(match[1])}
        service = _container(given.get("image"), None, path, found.line(match.start()))
        if privileged := _PRIVILEGED.search(match[1]):
            put(service.node, "privileged", True, found.line(match.start(1) + privileged.start()))
        yield service
    for match in _SCRIPT.finditer(found.code):
        if script := found.text(match[1]):
            yield from in_steps(script.value, rows, script.line, path, {})


def _steps(found: _Read, path: str) -> Found:
    """The images of scripted pipelines, each with the arguments of the steps that start it. Arguments belong to the last
    image before them."""
    images = [(match.start(), found.text(match[1])) for match in _IMAGE.finditer(found.code)]
    images += [(match.start(), None) for match in _BUILT.finditer(found.code)]
    images.sort(key=lambda image: image[0])
    starts = [start for start, _ in images]
    started: set[int] = set()
    for match in _ARGUMENTS.finditer(found.code) if images else ():
        at = bisect_right(starts, match.start()) - 1
        if at < 0:
            continue
        started.add(at)
        line = found.line(match.start())
        if match[2]:
            yield f"the arguments {match[2].strip()[:80]}", line
        yield _container(images[at][1], found.text(match[1]), path, line)
    for at, (start, image) in enumerate(images):
        if at not in started and image:
            yield _container(image, None, path, found.line(start))


def _container(image: _Text | None, arguments: _Text | None, path: str, line: int = 0) -> Service:
    at = image.line if image else line
    options = arguments or _Text("", at)
    name = image.value if image else "of a built image"
    service = job_container("container", name, path, name, at, options.value, options.line)
    if image is None:
        service.image = ""
        service.node.pop("image", None)
        put(service.node, "build", Mapping(at), at)
    return service


def _literals(text: str) -> _Read:
    texts: list[_Text] = []
    breaks = [match.end() for match in re.finditer("\n", text)]

    def replaced(match: re.Match[str]) -> str:
        value = next((value for value in match.groupdict().values() if value is not None), None)
        lines = "\n" * match[0].count("\n")
        if value is None or len(texts) >= MAX_TEXTS:
            return " " + lines
        texts.append(_Text(_ESCAPE.sub(r"\1", value), bisect_right(breaks, match.start()) + 1))
        return f"{_HOLE}{len(texts) - 1}{_HOLE}{lines}"

    code = _TOKEN.sub(replaced, text.replace(_HOLE, " "))
    return _Read(code, tuple(texts), (0, *(match.end() for match in re.finditer("\n", code))))
