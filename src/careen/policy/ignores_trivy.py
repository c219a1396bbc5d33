"""The rules of a ``.trivyignore.yaml``.

Shape: ``vulnerabilities``, ``misconfigurations``, ``secrets`` and ``licenses`` list ``{id, paths, purls, expired_at,
statement}``; paths are globs, a rule with several purls applies to any of them.
**Source:** Trivy's documentation, "Filtering", ".trivyignore.yaml".
"""

from careen.errors import UsageError
from careen.formats.data.yaml_document import Mapping
from careen.log import logger

from .ignores import Ignore
from .ignores_careen import day

log = logger(__name__)

_KINDS = {"vulnerabilities": "vulnerability", "misconfigurations": "misconfiguration", "secrets": "secret"}


def rules(document: Mapping, name: str) -> tuple[Ignore, ...]:
    if document.get("licenses"):
        log.warning("%s: rules about licences have no effect and are skipped", name)
    return tuple(
        Ignore(
            rule.text("id"),
            f"{name}:{rule.line}",
            purl=purl,
            until=day(rule.get("expired_at"), f"{name}:{rule.line}"),
            reason=rule.text("statement"),
            paths=tuple(rule.texts("paths")),
            kinds=frozenset((kind,)),
        )
        for key, kind in _KINDS.items()
        for rule in document.maps(key)
        if _has_id(rule, name)
        for purl in (rule.texts("purls") or [None])  # type: ignore[list-item]
    )


def _has_id(rule: Mapping, name: str) -> bool:
    if not rule.text("id"):
        raise UsageError(f"{name}:{rule.line}: a rule without id", "every rule of .trivyignore.yaml has one")
    return True
