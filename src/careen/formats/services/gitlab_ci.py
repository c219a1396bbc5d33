"""Pipelines of GitLab CI -> the containers that their jobs start, as services with lines.

An image or service is read where it is written: at the top, in ``default``, in a job, or in a template (``.name``) that jobs
extend. Variables of the file, and of ``parallel: matrix``, are resolved; an image with another variable is in ``unresolved``,
and so is what is included from elsewhere. Scripts that start containers with ``docker run`` and the like are read.
Raises: ValueError if the text is not YAML, or larger than the system takes.
**Source:** docs.gitlab.com, "CI/CD YAML syntax reference", "Where variables can be used".
"""

import posixpath
import re
from collections import ChainMap
from collections.abc import Iterator
from itertools import islice
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text

from .compose import Compose
from .compose_service import Service
from .interpolate import interpolate
from .job_container import MAX_VARIABLES, Known, fill, in_steps, job_container, jobs_of, rows_of

_NAME = re.compile(r"(?i)(?:.*[._-])?gitlab-ci(?:[._-].*)?\.ya?ml")
_PERHAPS = re.compile(r"(?m)^(?:[^\S\n]++script|include)[^\S\n]*+:")
_OF_OTHERS = (".cirrus", ".travis", "cirrus", "travis")
_OF_JOBS = frozenset(("artifacts", "except", "extends", "image", "needs", "only", "rules", "services", "stage", "tags", "when"))
_OF_MACHINE = re.compile(r"macos-[\w.-]+-xcode-[\w.-]+")  # of GitLab's virtual machines, which start no container
_INPUT = re.compile(r"\$\[\[ *inputs\.([A-Za-z_][\w-]{0,100})[^][\n]{0,200}\]\]")
_OF_INPUT = "inputs_"
_SCRIPTS = ("before_script", "script", "after_script")
_NOT_JOBS = frozenset(("cache", "default", "include", "spec", "stages", "variables", "workflow"))
_ELSEWHERE = ("remote", "project", "template", "component")
_MAX_NESTED = 10  # lists within the lists of a script


def is_pipeline(path: str, text: str) -> bool:
    """Whether a file is a pipeline, by its name, or by jobs or includes in it: included files have any name."""
    name = posixpath.basename(path).lower()
    if not name.endswith((".yml", ".yaml")):
        return False
    if _NAME.fullmatch(name):
        return True
    if name.startswith(_OF_OTHERS) or not _PERHAPS.search(text):
        return False
    try:
        documents = yaml_document.read(text)
    except ValueError:
        return False
    return any(map(_has_jobs, documents))


def _has_jobs(document: Any) -> bool:
    if not isinstance(document, Mapping) or "apiVersion" in document or "jobs" in document:
        return False
    if any(reference for reference in _included(document)):
        return True
    return any(
        isinstance(job, Mapping) and isinstance(job.get("script"), Sequence | str) and job.keys() & _OF_JOBS
        for job in document.values()
    )


def read(text: str, path: str) -> Compose:
    rows = rows_of(text)
    documents = yaml_document.read(_INPUT.sub(_as_variable, text))
    inputs = {name: value for document in documents for name, value in _inputs(document)}
    return jobs_of(path, (found for document in documents for found in _containers(document, rows, path, inputs)))


def _containers(document: Any, rows: list[str], path: str, inputs: Known) -> Iterator[Service | tuple[str, int]]:
    """Each container, and each reference to elsewhere with its line."""
    if not isinstance(document, Mapping):
        return
    shared = {**inputs, **_variables(document)}
    yield from _of_job(document, "default", rows, path, shared)
    for name, job in document.items():
        if isinstance(job, Mapping) and name not in _NOT_JOBS - {"default"}:
            yield from _of_job(job, name, rows, path, ChainMap(_variables(job), shared))
    yield from _included(document)


def _of_job(job: Mapping, name: str, rows: list[str], path: str, variables: Known) -> Iterator[Service | tuple[str, int]]:
    values = _matrix(job)
    environment = job.map("variables")
    described = [("job", name, job.get("image"), job.line_of("image"))]
    services = job.seq("services")
    described += [("service", f"of job {name}", service, line) for service, line in zip(services, services.lines, strict=True)]
    for noun, label, value, line in described:
        node = value if isinstance(value, Mapping) else Mapping(line)
        written = node.text("name") or as_text(value)
        for image in fill(interpolate(written, variables), values):
            if not image or _OF_MACHINE.fullmatch(image):
                continue
            found = job_container(noun, label, path, image, node.line_of("name"))
            if given := environment if noun == "job" else node.map("variables"):
                yaml_document.put(found.node, "environment", _plain(given), given.line)
            if "command" in node:
                yaml_document.put(found.node, "command", node["command"], node.lines["command"])
            yield found
    if environment and not job.get("image"):
        found = job_container("job", name, path, "", environment.line)
        yaml_document.put(found.node, "environment", _plain(environment), environment.line)
        yield found
    for key in _SCRIPTS:
        for script, line in _scripts(job.get(key), job.line_of(key), _MAX_NESTED):
            yield from in_steps(script, rows, line, path, variables)


def _as_variable(match: re.Match[str]) -> str:
    """An input in the form of a variable, as long as before."""
    return f"${{{_OF_INPUT}{match[1].replace('-', '_')}}}".ljust(len(match[0]))


def _inputs(document: Any) -> Iterator[tuple[str, str]]:
    """The default of each input of a component."""
    if isinstance(document, Mapping):
        inputs = document.map("spec", "inputs")
        for name in islice(inputs, MAX_VARIABLES):
            if default := inputs.map(name).text("default"):
                yield _OF_INPUT + name.replace("-", "_"), default


def _variables(job: Mapping) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in islice(job.map("variables").items(), MAX_VARIABLES):
        found[name] = interpolate(value.text("value") if isinstance(value, Mapping) else as_text(value), found)[:4096]
    return found


def _plain(variables: Mapping) -> Mapping:
    """Variables with their values, without descriptions."""
    made = Mapping(variables.line)
    for name, value in variables.items():
        text = value.text("value") if isinstance(value, Mapping) else as_text(value)
        yaml_document.put(made, name, text, variables.lines[name])
    return made


def _matrix(job: Mapping) -> dict[str, list[str]]:
    """The values of each variable of ``parallel: matrix``, by ``$NAME`` and ``${NAME}``."""
    found: dict[str, list[str]] = {}
    for entry in job.maps("parallel", "matrix"):
        for name in entry:
            for reference in (f"${{{name}}}", f"${name}"):
                found.setdefault(reference, []).extend(entry.texts(name))
    return found


def _scripts(value: Any, line: int, depth: int) -> Iterator[tuple[str, int]]:
    """Each script of a job with its line; the lists of templates are lists within the list."""
    if isinstance(value, Sequence):
        for item, where in zip(value, value.lines, strict=True):
            if depth:
                yield from _scripts(item, where, depth - 1)
    elif isinstance(value, str):
        yield value, line


def _included(document: Mapping) -> Iterator[tuple[str, int]]:
    value = document.get("include")
    entries = (
        list(zip(value, value.lines, strict=True)) if isinstance(value, Sequence) else [(value, document.line_of("include"))]
    )
    for entry, line in entries:
        if isinstance(entry, Mapping):
            named = next((f"{kind} {entry.text(kind)}" for kind in _ELSEWHERE if kind in entry), "")
            if named:
                yield f"include of {named}", entry.line or line
        elif "://" in (address := as_text(entry)):
            yield f"include of {address}", line
