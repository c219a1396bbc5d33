"""The settings and rules that a file of another tool becomes, and the parts of it that could not be carried over.

| ``trivy.yaml``, ``.grype.yaml`` | settings; ``ignore:`` of Grype's becomes rules |
| ``.hadolint.yaml`` | settings: the checks that are off, their severities, the registries |
| ``.trivyignore``, ``.trivyignore.yaml``, ``osv-scanner.toml``, ``.snyk`` | ignore rules; checks by our ids |

The name of a file shows which tool wrote it, else its keys do. Raises: UsageError.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import UsageError
from careen.formats.data.yaml_document import Mapping, read
from careen.policy.ignores import Ignore

MAX_BYTES = 4 << 20
SETTINGS = ("trivy.yaml", "trivy.yml", ".grype.yaml", "grype.yaml", ".grype.yml")
HADOLINT = (".hadolint.yaml", "hadolint.yaml", ".hadolint.yml")
_OF_HADOLINT = frozenset(("ignored", "trustedRegistries", "failure-threshold", "override", "label-schema", "strict-labels"))
_OF_SETTINGS = frozenset(
    ("severity", "exit-code", "scan", "vulnerability", "ignorefile", "fail-on-severity", "only-fixed", "search", "by-cve",
     "output", "format", "db", "cache", "exclude")
)  # fmt: skip


class Carried(Struct, frozen=True):
    """The content of a file in Careen's form. ``settings``: by key, as in the settings file. ``left``: a line for
    each part that was not carried over."""

    rules: tuple[Ignore, ...] = ()
    settings: dict[str, object] = {}
    left: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # a line for each setting that is carried over with a slightly different meaning


def carried(path: Path) -> Carried:
    text, name = _text(path), path.name
    kind = _kind(name, text)
    if kind == "rules":
        return _rules(text, str(path))
    document = _document(text, str(path))
    if kind == "hadolint":
        from .hadolint import settings_of as of_hadolint

        return of_hadolint(document, str(path))
    from .settings_file import settings_of

    found = settings_of(document, str(path))
    if not document.maps("ignore"):
        return found
    rules = _rules(text, str(path))
    return Carried(rules.rules, found.settings, (*found.left, *rules.left), found.notes)


def _kind(name: str, text: str) -> str:
    low = PurePath(name).name.lower()
    if low in SETTINGS:
        return "settings"
    if low in HADOLINT:
        return "hadolint"
    if "ignore" in low or low.endswith((".toml", ".snyk")):
        return "rules"
    try:
        documents = read(text)
    except ValueError:
        return "rules"  # the reader of rules reports the error
    keys = set(documents[0]) if documents and isinstance(documents[0], Mapping) else set()
    if keys & _OF_HADOLINT:
        return "hadolint"
    return "settings" if keys & _OF_SETTINGS else "rules"


def _rules(text: str, name: str) -> Carried:
    from careen.policy.ignore_files import read_ignores

    with _warnings() as left:
        rules = read_ignores(text, name)
    return Carried(tuple(own for rule in rules for own in _own(rule)), left=tuple(left), notes=tuple(_notes(rules)))


def _own(rule: Ignore) -> Iterator[Ignore]:
    """The rule, or a rule for each of our checks for what a check of the other tool reports."""
    checks = _checks_like(rule.id)
    yield from (replace(rule, id=check, kinds=frozenset(("misconfiguration",))) for check in checks)
    if not checks:
        yield rule


def _notes(rules: tuple[Ignore, ...]) -> Iterator[str]:
    for rule in rules:
        if checks := _checks_like(rule.id):
            yield f"{rule.source}: {rule.id} is {' and '.join(checks)}, which may report more: careen explain {rule.id}"


def _checks_like(id: str) -> tuple[str, ...]:
    from careen.checks.other_tools import checks_like

    return tuple(dict.fromkeys(check for checks in checks_like(id).values() for check in checks))


def _document(text: str, name: str) -> Mapping:
    try:
        documents = read(text)
    except ValueError as error:
        raise UsageError(f"{name}: {error}", "name a file of Trivy, Grype, OSV-Scanner, Snyk or Hadolint") from None
    if not documents:
        return Mapping()
    if not isinstance(documents[0], Mapping):
        raise UsageError(
            f"{name}: the top level is not a mapping", "name a file of Trivy, Grype, OSV-Scanner, Snyk or Hadolint"
        )
    return documents[0]


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", "name a file that can be read") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text", "name a file of Trivy, Grype, OSV-Scanner, Snyk or Hadolint") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} is over {MAX_BYTES >> 20} MiB", "no file of settings or rules is as long")
    return text


class _Collected(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collects the warnings about rules, with file and line, instead of logging them."""
    rules, handler = logging.getLogger("careen.policy"), _Collected()
    propagates, rules.propagate = rules.propagate, False
    rules.addHandler(handler)
    try:
        yield handler.texts
    finally:
        rules.removeHandler(handler)
        rules.propagate = propagates
