"""A rule of any part, and the finding that it makes."""

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from careen.model.advisory import Severity
from careen.model.finding import BehaviourFinding, Confidence, Location

MAX_EVIDENCE = 20
MAX_EVIDENCE_LETTERS = 300


class Rule(Struct, frozen=True):
    """``id`` is never reused; ``title`` states the sign, ``why`` what it means, ``fix`` what to do about it."""

    id: str
    title: str
    severity: Severity
    why: str
    fix: str
    references: tuple[str, ...] = ()
    confidence: Confidence = "likely"


def found(
    rule: Rule,
    path: str,
    message: str,
    *,
    line: int | None = None,
    layer: int | None = None,
    package: str = "",
    evidence: Sequence[str] = (),
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    lasting: str = "",
) -> BehaviourFinding:
    """The finding of a rule about the file at ``path`` in the image; ``package`` is a purl. ``severity`` and ``confidence``
    replace those of the rule.

    The fingerprint is made of id, path and ``lasting``; if ``lasting`` is empty, of id, path and message.
    """
    text = "\0".join(("behaviour", rule.id, path, lasting or message))
    return BehaviourFinding(
        id=rule.id,
        title=rule.title,
        severity=severity or rule.severity,
        location=Location(path, line, line),
        why=rule.why,
        fix=rule.fix,
        references=rule.references,
        fingerprint=hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32],
        message=message,
        layer=layer,
        confidence=confidence or rule.confidence,
        package=package,
        evidence=tuple(text[:MAX_EVIDENCE_LETTERS] for text in evidence[:MAX_EVIDENCE]),
    )
