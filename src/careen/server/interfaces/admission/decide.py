"""Decides about the images of a request by their digests, from stored data."""

import time
from collections.abc import Sequence

from msgspec import Struct

from careen.errors import InputError
from careen.fleet.fleet import Fleet
from careen.fleet.progress import done_at, knows_exploited
from careen.images.names import Reference, parse_reference

from .policy import SEVERITIES, Admission, Rules, rules_of
from .review import Asked, Named
from .stored import Stored, counted, digests_of_tags, stored_of

DAY_S = 86_400.0


class Answer(Struct, frozen=True):
    """The decision about a request. ``unknown`` are references by digest that have to be enrolled, ``undecided`` the
    numbers of images about which a policy has to decide.
    """

    allowed: bool
    message: str = ""
    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    undecided: tuple[int, ...] = ()
    verdict: str = ""  # for the audit log
    patch: tuple[dict[str, str], ...] = ()


class Refusal(Struct, frozen=True):
    """A reason against an image. ``refuses`` False: it only causes a warning, in any mode."""

    text: str
    refuses: bool


def decided(fleet: Fleet, project_id: int, asked: Asked, settings: Admission) -> Answer:
    rules = rules_of(settings, asked.namespace)
    if rules.mode == "off" or not asked.images:
        return Answer(True)
    names = tuple(dict.fromkeys(named.image for named in asked.images))
    references = {name: _reference(name) for name in names}
    digests = [reference.digest for reference in references.values() if reference and reference.digest]
    stored = stored_of(fleet, project_id, digests)
    before, lacks = _oldest(fleet, rules), _lacks_catalogue(fleet, rules)
    against, unknown = [], []
    undecided = tuple(image.id for images in stored.values() for image in images if image.exit_code is None)
    for name, reference in references.items():
        digest = reference.digest if reference else None
        known = stored.get(digest, ()) if digest else ()
        if digest and not known:
            unknown.append(name)
        against += _against(fleet, project_id, name, digest, known, rules, before, lacks)
    texts = tuple(refusal.text for refusal in against)
    refused = [refusal.text for refusal in against if refusal.refuses]
    allowed = rules.mode != "enforce" or not refused
    verdict = "refused" if not allowed else "would be refused" if refused else "unknown" if texts else "passed"
    message = "" if allowed else "Careen: " + "; ".join(refused)
    return Answer(allowed, message, texts if allowed else (), tuple(unknown), undecided, verdict)


def pinned(fleet: Fleet, project_id: int, asked: Asked, settings: Admission) -> Answer:
    """The answer that replaces each assessed tag by its digest. Tags without a known digest stay; the validating
    webhook decides about them.
    """
    if rules_of(settings, asked.namespace).mode == "off":
        return Answer(True)
    tags = {named: reference for named in asked.images if (reference := _reference(named.image)) and not reference.digest}
    digests = digests_of_tags(fleet, project_id, list(tags.values()))
    patch = [_replaced(named, digests[str(reference)]) for named, reference in tags.items() if str(reference) in digests]
    return Answer(True, verdict=f"pinned {len(patch)}" if patch else "", patch=tuple(patch))


def failed(settings: Admission, asked: Asked) -> Answer:
    """The answer when nothing can be decided. The settings choose between refusal and a warning; what would be allowed
    whatever its images are is not refused.
    """
    mode = rules_of(settings, asked.namespace).mode
    if mode == "off" or not asked.images:
        return Answer(True)
    text = "Careen cannot decide about these images now"
    if settings.on_error == "refuse" and mode == "enforce":
        return Answer(False, f"{text}: try again", verdict="undecided")
    return Answer(True, warnings=(text,), verdict="undecided")


def _replaced(named: Named, digest: str) -> dict[str, str]:
    return {"op": "replace", "path": named.pointer, "value": f"{named.image}@{digest}"}


def _against(
    fleet: Fleet,
    project_id: int,
    name: str,
    digest: str | None,
    known: Sequence[Stored],
    rules: Rules,
    before: float,
    lacks_catalogue: bool,
) -> list[Refusal]:
    if digest is None:
        return [Refusal(f"{name} has no digest: its verdict is unknown", rules.tags == "refuse")]
    if not known:
        return [Refusal(f"{name} is not assessed yet", rules.unknown == "refuse")]
    # Several images may have a digest: the platforms of an index. All of them may run.
    texts = [text for image in known if (text := _failing(fleet, project_id, image, rules))]
    if texts:
        return [Refusal(f"{name}: {texts[0]}", True)]
    if _denies_findings(rules) and any(image.coverage == "not_assessed" for image in known):  # no findings are no answer
        return [Refusal(f"{name}: it could not be assessed", rules.unknown == "refuse")]
    if lacks_catalogue:
        text = "it is unknown whether its vulnerabilities are exploited: CISA's catalogue is not loaded"
        return [Refusal(f"{name}: {text}", rules.unknown == "refuse")]
    if any((image.assessed_at or 0.0) < before for image in known):  # too old to pass, while an old refusal still refuses
        return [Refusal(f"{name}: its verdict is older than {rules.max_age_days:g} days", rules.unknown == "refuse")]
    return []


def _failing(fleet: Fleet, project_id: int, image: Stored, rules: Rules) -> str:
    """Why the rules deny an image; "" if they do not."""
    if "verdict" in rules.deny and image.exit_code is None:
        return "it has no verdict"
    if "verdict" in rules.deny and image.exit_code:
        return "its policy failed" if image.exit_code == 1 else "its policy cannot be decided"
    if "not_assessed" in rules.deny and image.coverage == "not_assessed":
        return "it could not be assessed"
    wanted = _severities(rules)
    if not (any(image.count(severity) for severity in wanted) or ("kev" in rules.deny and image.exploited)):
        return ""
    counts = counted(fleet, project_id, image)
    if "kev" in rules.deny and counts.exploited:
        return f"{counts.exploited} known exploited vulnerabilities"
    worst = next((severity for severity in wanted if counts.count(severity)), "")
    return f"{counts.count(worst)} {worst} vulnerabilities" if worst else ""


def _denies_findings(rules: Rules) -> bool:
    return "kev" in rules.deny or bool(_severities(rules))


def _severities(rules: Rules) -> tuple[str, ...]:
    """The severities that the rules deny: the lowest one listed, and all higher ones."""
    least = max((SEVERITIES.index(word) for word in rules.deny if word in SEVERITIES), default=-1)
    return SEVERITIES[: least + 1]


def _oldest(fleet: Fleet, rules: Rules) -> float:
    """The time before which a verdict is too old. None is while the last update of the advisories is not."""
    if rules.max_age_days is None:
        return 0.0
    before = time.time() - rules.max_age_days * DAY_S
    with fleet.engine.connect() as connection:
        return 0.0 if done_at(connection) >= before else before


def _lacks_catalogue(fleet: Fleet, rules: Rules) -> bool:
    """Whether the rules deny exploited vulnerabilities, and the catalogue of these is not loaded."""
    if "kev" not in rules.deny:
        return False
    with fleet.engine.connect() as connection:
        return not knows_exploited(connection)


def _reference(name: str) -> Reference | None:
    try:
        return parse_reference(name)
    except InputError:
        return None
