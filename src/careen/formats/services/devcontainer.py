"""devcontainer.json -> the container that an editor starts for it, as a service with lines.

JSON with comments and trailing commas. ``runArgs`` are options of ``docker run``, other properties are translated into such
options; known features that need the engine's socket or privileges add them. A named Compose file is checked by itself.
Raises: ValueError if the text is not a JSON object.
**Source:** containers.dev, "Dev Container metadata reference", "Dev Container Features reference"; variables in its section.
"""

import re
from collections.abc import Iterator
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text
from careen.formats.shell.run_command import Word, container

from .compose import Compose, of_containers

# What does not end reaches to the end of the text, or each of its characters could begin it anew.
_TOKEN = re.compile(r'"(?:[^"\\\n]++|\\.)*+"?|//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?', re.DOTALL)
_VARIABLES = (
    (re.compile(r"\$\{localWorkspaceFolder(?:Basename)?\}"), "."),
    (re.compile(r"\$\{localEnv:(?:HOME|USERPROFILE)\}"), "~"),
    (re.compile(r"\$\{(?:localEnv|env):(\w+)(?::[^{}]*)?\}"), r"${\1}"),
)
# Options that features of github.com/devcontainers/features require.
_FEATURES = {
    "docker-in-docker": ("--privileged",),
    "docker-outside-of-docker": ("--mount=type=bind,source=/var/run/docker.sock,target=/var/run/docker-host.sock",),
}


def is_devcontainer(path: str) -> bool:
    return path.rpartition("/")[2] in ("devcontainer.json", ".devcontainer.json")


def read(text: str, path: str) -> Compose:
    found = next(iter(yaml_document.read(without_comments(text))), None)
    if not isinstance(found, Mapping):
        raise ValueError("not a JSON object")  # noqa: TRY004
    words = list(_words(found))
    image = found.text("image")
    if not words and not image and "build" not in found and "dockerFile" not in found:
        return of_containers(path, ())
    words += [Word(image, found.line_of("image"))] if image else []
    name = re.sub(r"\s+", " ", found.text("name"))[:60] or "devcontainer"
    service = container(words, path, found.line_of("image"), noun="dev container", name=name)
    if not image:
        build = found.map("build")
        made = Mapping(found.line_of("build") if "build" in found else found.line_of("dockerFile"))
        for key, value in (("context", build.get("context")), ("dockerfile", build.get("dockerfile", found.get("dockerFile")))):
            if value is not None:
                yaml_document.put(made, key, value, build.lines.get(key, made.line))
        if isinstance(build.get("args"), Mapping):
            yaml_document.put(made, "args", build["args"], build.lines["args"])
        if made:
            yaml_document.put(service.node, "build", made, made.line)
    return of_containers(path, (service,))


def without_comments(text: str) -> str:
    """JSON with comments replaced by blanks, on the same lines."""
    return _TOKEN.sub(lambda match: match[0] if match[0][0] == '"' else re.sub(r"[^\n]", " ", match[0]), text)


def _words(found: Mapping) -> Iterator[Word]:
    for key, option in (("capAdd", "cap-add"), ("securityOpt", "security-opt"), ("appPort", "publish")):
        for text, line in _each(found, key):
            yield Word(f"--{option}={text}", line)
    if found.get("privileged") is True:
        yield Word("--privileged", found.line_of("privileged"))
    if user := found.text("containerUser"):
        yield Word(f"--user={user}", found.line_of("containerUser"))
    for key in ("containerEnv", "remoteEnv"):
        for name in found.map(key):
            yield Word(f"--env={name}={_value(found.map(key).text(name))}", found.line_of(key, name))
    for index, mount in enumerate(found.seq("mounts")):
        text = as_text(mount)
        if isinstance(mount, Mapping):
            text = ",".join(f"{key}={mount.text(key)}" for key in mount)
        if text:
            yield Word(f"--mount={_value(text)}", found.line_of("mounts", index))
    for feature in found.map("features"):
        name = feature.partition("@")[0].rpartition("/")[2].partition(":")[0]
        for option in _FEATURES.get(name, ()):
            yield Word(option, found.line_of("features", feature))
    for text, line in _each(found, "runArgs"):
        yield Word(_value(text), line)


def _each(found: Mapping, key: str) -> Iterator[tuple[str, int]]:
    value: Any = found.get(key)
    if isinstance(value, Sequence):
        for index, entry in enumerate(value):
            yield as_text(entry), found.line_of(key, index)
    elif value is not None:
        yield as_text(value), found.line_of(key)


def _value(text: str) -> str:
    for pattern, by in _VARIABLES:
        text = pattern.sub(by, text)
    return text
