"""Reads the ignore rules of any supported tool's file, which is recognised by its content, not its name.

| lines | ``.careenignore``, ``.trivyignore`` |
| YAML with ``accept:`` | ``.careen.yaml`` |
| YAML with ``ignore:`` as a list | ``.careen.yaml``, ``.grype.yaml`` (whose rules have ``vulnerability`` or ``package: {…}``) |
| YAML with ``ignore:`` as a mapping | ``.snyk`` |
| YAML with ``vulnerabilities:``, ``misconfigurations:``, ``secrets:`` | ``.trivyignore.yaml`` |
| TOML with ``[[IgnoredVulns]]`` or ``[[PackageOverrides]]`` | ``osv-scanner.toml`` |

A rule of another tool with a condition that Careen cannot evaluate is skipped with a warning: without this condition it
would ignore more than its author meant.
Raises: UsageError with file and line.
"""

import re
from typing import Any

from careen.errors import UsageError
from careen.formats.data.yaml_document import Mapping

from .accept import Accept
from .ignore_lines import read_lines
from .ignores import Ignore

_YAML = re.compile(
    r"^(?:accept|ignore|vulnerabilities|misconfigurations|secrets|licenses|patch|version)[ \t]*:(?:\s|$)", re.MULTILINE
)
_TOML = re.compile(r"^[ \t]*\[\[[ \t]*(?:IgnoredVulns|PackageOverrides)[ \t]*\]\]", re.MULTILINE)
_TRIVY = ("vulnerabilities", "misconfigurations", "secrets", "licenses")


def read_ignores(text: str, name: str) -> tuple[Ignore, ...]:
    """The rules in a text. ``name`` is the file's name, for messages and for the report."""
    text = text.removeprefix("\ufeff")
    if _TOML.search(text):
        from .ignores_osv import rules

        return rules(_toml(text, name), text, name)
    if not _is_yaml(text):
        return read_lines(text, name)
    document = _yaml(text, name)
    ignored = document.get("ignore")
    if "accept" in document:
        from .ignores_careen import rules as careen

        return careen(document, name)
    if any(key in document for key in _TRIVY):
        from .ignores_trivy import rules as trivy

        return trivy(document, name)
    if isinstance(ignored, Mapping):
        from .ignores_snyk import rules as snyk

        return snyk(document, name)
    if any(_is_of_grype(rule) for rule in document.maps("ignore")):
        from .ignores_grype import rules as grype

        return grype(document, name)
    from .ignores_careen import rules as own

    return own(document, name)


def read_accepts(text: str, name: str) -> tuple[Accept, ...]:
    """The entries under ``accept:``, which only Careen's own files contain."""
    text = text.removeprefix("\ufeff")
    if "accept" not in text or _TOML.search(text) or not _is_yaml(text):
        return ()
    from .ignores_careen import accepts

    return accepts(_yaml(text, name), name)


def _is_yaml(text: str) -> bool:
    return _YAML.search(text) is not None or text.lstrip().startswith("{")  # JSON is YAML


def _yaml(text: str, name: str) -> Mapping:
    from careen.formats.data.yaml_document import read

    try:
        documents = read(text)
    except ValueError as error:
        raise UsageError(f"{name}: {error}", "docs/ignoring.md shows the format") from None
    if not documents or not isinstance(documents[0], Mapping):
        raise UsageError(f"{name}: the top level is not a mapping", "docs/ignoring.md shows the format")
    return documents[0]


def _toml(text: str, name: str) -> dict[str, Any]:
    from careen.formats.data.plain import toml_object

    try:
        return toml_object(text.encode())
    except ValueError as error:
        raise UsageError(f"{name}: not TOML: {error}") from None


def _is_of_grype(rule: Mapping) -> bool:
    words = ("vulnerability", "fix-state", "namespace", "match-type", "vex-status")
    return any(word in rule for word in words) or isinstance(rule.get("package"), Mapping)
