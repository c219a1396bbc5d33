"""Signs of risky behaviour in an image. A default scan only counts some; the scanner, if requested, lists all of them.

A part that fails becomes an unknown; the others still run.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from careen.behaviour.hardening import hardening_findings
from careen.behaviour.hooks import count_hooks, hook_findings
from careen.log import logger
from careen.model.behaviour import BehaviourSummary, Examined, Part
from careen.model.finding import BehaviourFinding
from careen.model.image import Image
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence

log = logger(__name__)

MAX_FINDINGS = 1000  # of one part
_OF_PACKAGES: tuple[Part, ...] = ("names", "fixes", "life")  # these parts only need the packages


class Signs(NamedTuple):
    """The signs of risk of an image. ``findings`` is empty unless the behaviour scanner is requested."""

    summary: BehaviourSummary
    findings: tuple[BehaviourFinding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()


def signs_of(
    image: Image,
    inventory: Inventory,
    parts: Sequence[Part],
    today: date,
    end_of_life: str | None,
    changelogs: Mapping[str, str] | None = None,
) -> Signs:
    """Examines the image. ``parts`` are the parts to run; without any, only the counts of a default scan are made.
    ``changelogs``, by source package, are newer than the image; without them no undisclosed fix is found.
    """
    unknowns: list[Unknown] = []

    def of(part: Part) -> list[BehaviourFinding]:
        if part in _OF_PACKAGES:
            call = _of_packages(part, inventory, today, end_of_life, changelogs or {})
        else:
            call = _PARTS[part](image, inventory)
        found: list[BehaviourFinding] = []
        try:
            for finding in call:
                if len(found) == MAX_FINDINGS:
                    unknowns.append(_over_budget(part, f"only the first {MAX_FINDINGS:,} findings are listed"))
                    break
                found.append(finding)
        except Exception as error:  # a defect of one part must not prevent the others
            log.exception("the part %s failed", part)
            unknowns.append(Unknown(f"behaviour:{part}", Evidence("", 0), f"{type(error).__name__}: {error}"))
        return found

    by_part = {part: of(part) for part in dict.fromkeys((*parts, "life"))}
    lacking = inventory.hardening.lacking
    summary = BehaviourSummary(
        programs=inventory.hardening.files,
        unprotected=len(lacking) + inventory.hardening.left_out,
        privileged=sum(file.privileged for file in lacking),
        hooks=count_hooks(inventory.hooks),
        life=len(by_part["life"]),
    )
    if not parts:
        return Signs(summary, unknowns=tuple(unknowns))
    from msgspec.structs import replace

    from careen.behaviour.index import scored

    findings = [finding for part in parts for finding in by_part[part]]
    index, scores = scored(findings, parts)
    return Signs(replace(summary, index=index, parts=scores), tuple(findings), (*unknowns, *_unread(inventory, parts)))


def _hardening(image: Image, inventory: Inventory) -> Iterable[BehaviourFinding]:
    return hardening_findings(inventory.hardening, _started(image), bool(image.config.exposed_ports))


def _hooks(image: Image, inventory: Inventory) -> Iterable[BehaviourFinding]:
    steps = [step.created_by for step in image.config.history]
    return hook_findings(inventory.hooks, image.config.env, steps)


def _capabilities(image: Image, inventory: Inventory) -> Iterable[BehaviourFinding]:
    return _examined(inventory, lambda finding: not finding.id.startswith("COD-"))


def _code(image: Image, inventory: Inventory) -> Iterable[BehaviourFinding]:
    return _examined(inventory, lambda finding: finding.id.startswith("COD-"))


_PARTS: dict[Part, Callable[[Image, Inventory], Iterable[BehaviourFinding]]] = {
    "hardening": _hardening,
    "hooks": _hooks,
    "capabilities": _capabilities,
    "code": _code,
}


def _examined(inventory: Inventory, wanted: Callable[[BehaviourFinding], bool]) -> Iterator[BehaviourFinding]:
    return filter(wanted, inventory.examined.findings if inventory.examined else ())


def _of_packages(
    part: Part, inventory: Inventory, today: date, end_of_life: str | None, changelogs: Mapping[str, str]
) -> Iterable[BehaviourFinding]:
    if part == "names":
        from careen.behaviour.lookalikes import look_alikes

        return look_alikes(inventory.packages)
    if part == "fixes":
        from careen.behaviour.undisclosed import undisclosed_fixes

        return undisclosed_fixes(inventory.packages, inventory.distribution, changelogs=changelogs)
    from careen.behaviour.life import life_signs

    return life_signs(inventory.packages, today, end_of_life, inventory.notices)


def _started(image: Image) -> Iterator[str]:
    for words in (image.config.entrypoint, image.config.cmd):
        yield from (word.lstrip("/") for word in words[:1] if word.startswith("/"))


def _unread(inventory: Inventory, parts: Sequence[Part]) -> Iterator[Unknown]:
    """Files whose content was requested but not completely read, and what exceeds the bound of a list."""
    if inventory.hardening.left_out and "hardening" in parts:
        yield _over_budget("hardening", f"{inventory.hardening.left_out:,} more programs without protection are not listed")
    examined = inventory.examined
    if examined is None or not {"capabilities", "code"} & set(parts):
        return
    if "code" in parts:
        yield from _unread_code(examined)
    if examined.left_out:
        reason = f"{examined.left_out} files were not examined: the time or the room for it was used up"
        yield _over_budget("capabilities", reason)
    for path in examined.cut:
        yield _over_budget("capabilities", "only its beginning was examined", path)
    for path in examined.slow:
        yield _over_budget("capabilities", "your own rules took too long on it", path)
    if examined.more_cut:
        yield _over_budget("capabilities", f"{examined.more_cut:,} more files were not examined completely")
    if examined.more_profiles:
        yield _over_budget("capabilities", f"{examined.more_profiles:,} files are left out of comparisons: there are too many")
    if examined.more_findings:
        yield _over_budget("capabilities", f"{examined.more_findings:,} more findings are not listed: there are too many")


def _over_budget(part: Part, reason: str, path: str = "") -> Unknown:
    return Unknown(f"behaviour:{part}", Evidence(path, 0), reason, code="over_budget")


def _unread_code(examined: Examined) -> Iterator[Unknown]:
    for file in examined.unread:
        yield Unknown("behaviour:code", Evidence(file.path, file.layer), file.reason)
    if examined.more_unread:
        reason = f"{examined.more_unread:,} more files of source code were not read, each for a reason like these"
        yield Unknown("behaviour:code", Evidence("", 0), reason)
