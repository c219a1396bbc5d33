"""Containers of a pipeline's jobs as services, whichever system runs the pipeline."""

import re
import shlex
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from collections.abc import Mapping as Values

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping
from careen.formats.shell.run_command import Word, container

from .compose import Compose, Unresolved, of_containers
from .compose_service import Service
from .shell_starts import in_block, starts_containers

MAX_CHARACTERS = 2 * 1024 * 1024
MAX_CONTAINERS = 2000  # of one file
MAX_FOUND = 10_000  # with those that an alias repeats
MAX_IMAGES = 100  # that a matrix gives one container
MAX_OPTIONS = 64 * 1024
MAX_VARIABLES = 300  # of one pipeline or job
ISOLATION = frozenset(  # the settings that part a container from its host
    (
        *("cap_add", "cap_drop", "devices", "environment", "ipc", "network_mode", "pid", "privileged", "read_only"),
        *("security_opt", "user", "userns_mode", "uts", "volumes"),
    )
)
_MAX_REFERENCES = 8  # in the name of an image
_MAX_ROW = 2000  # characters of a line that are searched for the words of a command
_REFERENCE = re.compile(r"\$\{\{[^{}]{0,2000}\}\}|\$\{\w{1,200}\}|\$\w{1,200}")

Known = MutableMapping[str, str]


def jobs_of(path: str, found: Iterable[Service | tuple[str, int]]) -> Compose:
    """The containers of one file. ``found``: containers, and texts for what is elsewhere, each with its line; what is found
    twice, as by a YAML alias, counts once."""
    services: dict[tuple[object, ...], Service] = {}
    elsewhere: dict[tuple[str, int], None] = {}
    body = Mapping()
    for count, item in enumerate(found):
        if len(services) + len(elsewhere) >= MAX_CONTAINERS or count >= MAX_FOUND:
            elsewhere[f"containers after the first {MAX_CONTAINERS}", 0] = None
            break
        if isinstance(item, tuple):
            elsewhere[item] = None
            continue
        line = item.node.line_of("image")
        services.setdefault((line, item.noun, item.image, item.node.line), item)
        if "$" in item.image:
            elsewhere[f"image {item.image}", line] = None
        password = item.node.map("credentials")
        if password:
            yaml_document.put(body, "secrets", body.get("secrets") or Mapping(line), line)
            yaml_document.put(body["secrets"], f"for the registry of {item.label}", password, password.line)
    unresolved = (Unresolved(what, path, line) for what, line in elsewhere)
    return of_containers(path, services.values(), body, unresolved=unresolved)


def job_container(noun: str, name: str, path: str, image: str, line: int, options: str = "", options_line: int = 0) -> Service:
    """A container with an image, and options as ``docker create`` takes them."""
    words = [Word(word, options_line) for word in _words(options[:MAX_OPTIONS])]
    return container([*words, Word(image, line)], path, line, noun, name)


def credentials(service: Service, described: Mapping) -> None:
    """Notes the password for the registry, if it is written in the file."""
    password = described.text("credentials", "password")
    if password and "$" not in password:
        line = described.line_of("credentials", "password")
        secret = Mapping(line)
        yaml_document.put(secret, "content", password, line)
        yaml_document.put(service.node, "credentials", secret, line)


def fill(text: str, values: Values[str, Sequence[str]]) -> list[str]:
    """The text for each combination of values, a bounded number of them; references without a value stay."""
    found = [text]
    for reference in dict.fromkeys(_REFERENCE.findall(text)[:_MAX_REFERENCES]):
        if given := values.get(reference):
            distinct = list(dict.fromkeys(given[:MAX_IMAGES]))
            found = [each.replace(reference, value) for each in found for value in distinct][:MAX_IMAGES]
    return list(dict.fromkeys(found))


def in_steps(script: str, rows: Sequence[str], line: int, path: str, known: Values[str, str]) -> Iterator[Service]:
    """The containers that a script of a job starts. ``line``: of the key that the script is the value of."""
    if starts_containers(script):
        yield from in_block(script, rows, line, path, known)


def rows_of(text: str) -> list[str]:
    """The lines of a pipeline. Raises FileLimitError for a text that is larger than the systems take."""
    if len(text) > MAX_CHARACTERS:
        raise FileLimitError(f"over {MAX_CHARACTERS >> 20} MiB")
    return [row[:_MAX_ROW] for row in text.split("\n")]


def _words(options: str) -> list[str]:
    try:
        return shlex.split(options)
    except ValueError:
        return options.split()
