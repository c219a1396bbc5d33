"""``trivy.yaml`` and ``.grype.yaml`` as settings: each key stands for a flag of that tool, which ``cli.habits``
translates.

**Source:** Trivy's documentation, "Configuration file"; Grype's documentation, "Configuration".
"""

from collections.abc import Iterator, Sequence
from typing import Any

from careen.cli.habits.flags import flag_meaning
from careen.config import choices, field_by_key, is_list, is_switch
from careen.config.values import value_of
from careen.errors import UsageError
from careen.formats.data.yaml_document import Mapping, as_text

from .carried import Carried

# Keys whose flag has another name than their last word.
FLAGS = {
    "cache.dir": "", "cache.backend": "--cache-backend", "db.skip-update": "--skip-db-update",
    "db.java-skip-update": "--skip-java-db-update", "db.repository": "--db-repository", "scan.offline": "--offline-scan",
    "scan.parallel": "--parallel", "pkg.types": "--pkg-types", "misconfiguration.scanners": "--misconfig-scanners",
    "registry.insecure-skip-tls-verify": "--insecure", "registry.insecure-use-http": "--plain-http",
    "registry.ca-cert": "--ca-file", "fail-on-severity": "--fail-on", "search.scope": "--scope", "vex-documents": "--vex",
    "log.level": "--log-level", "log.quiet": "--quiet", "vulnerability.type": "--pkg-types", "db.cache-dir": "",
    "db.auto-update": "", "check-for-app-update": "", "ignore": "", "server.addr": "--server",
    "secret.config": "--secret-config", "image.input": "--input", "image.source": "--image-src",
}  # fmt: skip
_NOTHING = ("", "[]", "{}")


def settings_of(document: Mapping, name: str) -> Carried:
    settings: dict[str, object] = {}
    left: list[str] = []
    notes: list[str] = []
    line = tuple(_severities(document))
    for path, value, number in _leaves(document):
        place = f"{name}:{number}: {path}"
        flag = FLAGS.get(path, f"--{path.rpartition('.')[2]}")
        if not flag or value in _NOTHING:
            continue
        found = _meaning(flag, value, line)
        if isinstance(found, str):
            left.append(f"{place}: {found}")
            continue
        words, why = found
        if not words:
            continue
        if why:
            notes.append(f"{place}: {why}")
        try:
            key, read = _setting(words)
        except UsageError as error:
            left.append(f"{place}: {error}")
            continue
        settings[key] = read
    return Carried((), settings, tuple(left), tuple(notes))


def _leaves(document: Mapping, above: str = "") -> Iterator[tuple[str, str, int]]:
    """(path, value, line) of each setting; the items of a list are one value, with commas."""
    for key, value in document.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, Mapping) and value and path != "ignore":
            yield from _leaves(value, path)
            continue
        items = value if isinstance(value, list) else [value]
        text = ",".join(as_text(item) for item in items if not isinstance(item, dict | list))
        yield path, text, document.line_of(key)


def _meaning(flag: str, value: str, line: Sequence[str]) -> tuple[tuple[str, ...], str] | str:
    """(Careen's words, how they differ) for a flag, or the reason why there are none."""
    switched = value.lower() in ("true", "false")
    meaning = flag_meaning(flag, value, line)
    if meaning is None:
        return ((flag, value), "") if _key(flag) else "Careen has no such setting"
    if value.lower() == "false" and switched:
        return (), ""  # what the flag would switch on
    if meaning.alone or (meaning.why and not meaning.words):
        return meaning.why
    return meaning.words, meaning.why


def _key(flag: str) -> str:
    """The setting of a flag; "" if there is none."""
    key = {"--skip-dirs": "exclude", "--skip-files": "exclude"}.get(flag, flag.removeprefix("--").replace("-", "_"))
    return key if key in field_by_key() else ""


def _setting(words: Sequence[str]) -> tuple[str, object]:
    """(key, value as in the settings file) of a flag. Raises UsageError if the setting does not allow the value."""
    key = _key(words[0])
    if not key:
        raise UsageError(f"type {' '.join(words)} instead")
    field, text = field_by_key()[key], words[1] if len(words) > 1 else "true"
    found = value_of(words[0], field, text, lenient=True)
    return key, _plain(found, listed=is_list(field), switch=is_switch(field), words=choices(field))


def _plain(value: Any, *, listed: bool, switch: bool, words: Sequence[str]) -> object:
    if listed:
        return [str(part) for part in value]
    return value if switch or isinstance(value, int | float) else str(value)


def _severities(document: Mapping) -> Iterator[str]:
    """Yields the severities as words of a command line: the exit code depends on them."""
    if found := document.texts("severity"):
        yield from ("--severity", ",".join(found))
