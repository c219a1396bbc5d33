"""Jenkinsfiles -> the containers that their stages start, as services with lines.

The text is not run: it is searched for the agents and steps that start containers, with the texts that they are given. A text
with a variable keeps the reference. ``unresolved`` has arguments that are no text. ``jenkins_pods`` reads the pods of agents.
Raises: ValueError if the text is too large.
**Source:** Jenkins handbook, "Using Docker with Pipeline", "Pipeline Syntax" (agent); plugins docker-workflow, kubernetes.
"""

from bisect import bisect_right
from collections.abc import Iterator

from careen.formats.data.yaml_document import Mapping, put
from careen.safety.pattern import pattern

from .compose import Compose
from .compose_service import Service
from .groovy_text import TEXT, Literals, Text, literals
from .jenkins_pods import agents, elsewhere
from .job_container import in_steps, job_container, jobs_of, rows_of

_IMAGE = pattern(rf"\bdocker\s*\.\s*image\s*\(\s*{TEXT}\s*\)")
_BUILT = pattern(r"\bdocker\s*\.\s*build\s*\(")
_ARGUMENTS = pattern(rf"\.\s*(?:inside|withRun|run)\s*\(\s*(?:{TEXT}|([^)\x00\s][^)\x00]{{0,100}}))?")
_AGENT = pattern(r"\b(?:docker|dockerfile)\s*\{([^{}]{0,4000})")
_AGENT_OF_IMAGE = pattern(rf"\bagent\s*\{{\s*docker\s+{TEXT}")
_OF_AGENT = pattern(rf"\b(image|args)\s*[\s(]\s*{TEXT}")
_SCRIPT = pattern(
    rf"\b(?:sh|bash|powershell|bat)\s*(?:\(\s*)?(?:(?:label|returnStdout|returnStatus)\s*:[^,\n]{{1,100}},\s*)*(?:script\s*:\s*)?{TEXT}"
)
_TEMPLATE = pattern(r"\bcontainerTemplate\s*\(([^()]{0,4000})")
_PRIVILEGED = pattern(r"\bprivileged\s*:\s*true\b")
_NAMED = pattern(rf"\b(name|image)\s*:\s*{TEXT}")

_PIPELINE = pattern(r"\bpodTemplate\s*\(|\bcontainerTemplate\s*\(|\bdocker\s*\.\s*image\s*\(|\bpipeline\s*\{\s*agent\b")

Found = Iterator[Service | tuple[str, int]]


def may_be_jenkinsfile(path: str) -> bool:
    """Whether a file of this name is one, or may be a part of one."""
    return _has_usual_name(path) or path.endswith(".groovy")


def is_jenkinsfile(path: str, text: str) -> bool:
    """Whether a file is one, or a script of a shared library that describes agents or starts containers."""
    return _has_usual_name(path) or (path.endswith(".groovy") and _PIPELINE.search(text) is not None)


def _has_usual_name(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("Jenkinsfile") or name.endswith((".jenkinsfile", ".Jenkinsfile"))


def read(text: str, path: str) -> Compose:
    rows = rows_of(text)
    return jobs_of(path, _containers(literals(text), rows, path))


def _containers(found: Literals, rows: list[str], path: str) -> Found:
    yield from _steps(found, path)
    for match in _AGENT_OF_IMAGE.finditer(found.code):
        yield _container(found.text(match[1]), None, path)
    for match in _AGENT.finditer(found.code):
        given = {name: found.text(number) for name, number in _OF_AGENT.findall(match[1])}
        if given:
            yield _container(given.get("image"), given.get("args"), path, found.line(match.start()))
    yield from elsewhere(found)
    pods = agents(found)
    starts = [pod.start for pod in pods]
    for match in _TEMPLATE.finditer(found.code):
        before = bisect_right(starts, match.start()) - 1
        if before >= 0 and match.start() < pods[before].end:
            continue  # a container of a pod
        given = {name: found.text(number) for name, number in _NAMED.findall(match[1])}
        service = _container(given.get("image"), None, path, found.line(match.start()))
        if privileged := _PRIVILEGED.search(match[1]):
            put(service.node, "privileged", True, found.line(match.start(1) + privileged.start()))
        yield service
    for match in _SCRIPT.finditer(found.code):
        if script := found.text(match[1]):
            yield from in_steps(script.value, rows, script.line, path, {})


def _steps(found: Literals, path: str) -> Found:
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


def _container(image: Text | None, arguments: Text | None, path: str, line: int = 0) -> Service:
    at = image.line if image else line
    options = arguments or Text("", at)
    name = image.value if image else "of a built image"
    service = job_container("container", name, path, name, at, options.value, options.line)
    if image is None:
        service.image = ""
        service.node.pop("image", None)
        put(service.node, "build", Mapping(at), at)
    return service
