"""The rules of a ``.trivyignore.yaml``.

Shape: ``vulnerabilities``, ``misconfigurations``, ``secrets`` and ``licenses`` list ``{id, paths, purls, expired_at,
statement}``; paths are globs, a rule with several purls applies to any of them.
**Source:** Trivy's documentation, "Filtering", ".trivyignore.yaml".
"""

from careen.config import nearest
from careen.errors import UsageError
from careen.formats.data.yaml_document import Mapping
from careen.log import logger

from .days import last_day_before
from .ignores import Ignore
from .rule_keys import misshapen

log = logger(__name__)

_LISTS = ("paths", "purls")
_KEYS = ("id", *_LISTS, "expired_at", "statement")
_KINDS = {"vulnerabilities": "vulnerability", "misconfigurations": "misconfiguration", "secrets": "secret"}


def rules(document: Mapping, name: str) -> tuple[Ignore, ...]:
    if document.get("licenses"):
        log.warning("%s: rules about licences have no effect and are skipped", name)
    return tuple(
        Ignore(
            rule.text("id"),
            f"{name}:{rule.line}",
            purl=purl,
            until=last_day_before(rule.get("expired_at"), f"{name}:{rule.line}"),
            reason=rule.text("statement"),
            paths=tuple(rule.texts("paths")),
            kinds=frozenset((kind,)),
        )
        for key, kind in _KINDS.items()
        for rule in document.maps(key)
        if _is_complete(rule, name)
        for purl in (rule.texts("purls") or [None])  # type: ignore[list-item]
    )


def _is_complete(rule: Mapping, name: str) -> bool:
    """Whether all that the rule states is read. Raises UsageError if it has no id."""
    if not rule.text("id"):
        raise UsageError(f"{name}:{rule.line}: a rule without id", "every rule of .trivyignore.yaml has one")
    # Trivy passes over keys that it does not know, and over empty lists.
    empty = [key for key in _LISTS if rule.get(key) in (None, [])]
    odd = [key for key in misshapen(rule, _LISTS) if key in _KEYS and key not in empty]
    odd += [key for key in rule if key not in _KEYS and nearest(key, _KEYS, 0.75)]
    if odd:
        log.warning("%s:%d: the rule is skipped: Careen cannot evaluate %s", name, rule.line, ", ".join(odd))
    return not odd
