"""The rules of a ``.trivyignore.yaml``.

Shape: ``vulnerabilities``, ``misconfigurations``, ``secrets`` and ``licenses`` list ``{id, paths, purls, expired_at,
statement}``; paths are globs, a rule with several purls applies to any of them.
**Source:** Trivy's documentation, "Filtering", ".trivyignore.yaml".
"""

import logging

from careen.errors import UsageError
from careen.formats.data.yaml_document import Mapping

from .ignores import Ignore
from .ignores_careen import day

log = logging.getLogger(__name__)

_KINDS = {"vulnerabilities": "vulnerability", "misconfigurations": "misconfiguration", "secrets": "secret"}


def rules(document: Mapping, name: str) -> tuple[Ignore, ...]:
    if document.get("licenses"):
        log.warning("%s: rules about licences have no effect and are skipped", name)
    return tuple(
        Ignore(
            one.text("id"),
            f"{name}:{one.line}",
            purl=purl,
            until=day(one.get("expired_at"), f"{name}:{one.line}"),
            reason=one.text("statement"),
            paths=tuple(one.texts("paths")),
            kinds=frozenset((kind,)),
        )
        for key, kind in _KINDS.items()
        for one in document.maps(key)
        if _has_id(one, name)
        for purl in (one.texts("purls") or [None])  # type: ignore[list-item]
    )


def _has_id(one: Mapping, name: str) -> bool:
    if not one.text("id"):
        raise UsageError(f"{name}:{one.line}: a rule without id", "every rule of .trivyignore.yaml has one")
    return True
