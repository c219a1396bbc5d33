"""Signs of risky behaviour in one image, folder or file; and the capabilities that a new version has gained."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from careen.app.changelogs import changelogs_of
from careen.app.documents import document_of
from careen.app.opening import open_image
from careen.app.session import Session
from careen.config import Settings
from careen.errors import InputError
from careen.model.behaviour import BehaviourSummary, Examined
from careen.model.finding import BehaviourFinding
from careen.model.hardening import Hardening
from careen.model.inventory import Unknown
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.behaviour.drift import Drift


class Behaviour(Struct, frozen=True):
    reference: str
    summary: BehaviourSummary
    findings: tuple[BehaviourFinding, ...]
    examined: Examined
    hardening: Hardening
    unknowns: tuple[Unknown, ...] = ()


def behaviour_of(reference: str, settings: Settings, progress: Progress = silent, *, all_files: bool = False) -> Behaviour:
    """The signs in one reference. ``all_files``: files of the distribution's packages are examined, too."""
    from careen.output.summary import behaviour_findings
    from careen.pipeline.behaviour import signs_of

    if document_of(reference) is not None:
        raise InputError(f"{reference}: an SBOM contains no files", "give the reference of the image")
    settings = replace(settings, scanners=("behaviour",))
    with Session(settings, all_files=all_files) as session:
        image, inventory = session.inventory_of(open_image(reference, settings, progress), progress)
    changelogs = changelogs_of(settings, inventory)
    signs = signs_of(image, inventory, settings.behaviour_parts, datetime.now(UTC).date(), None, changelogs)
    return Behaviour(
        reference,
        signs.summary,
        tuple(behaviour_findings(signs.findings)),
        inventory.examined or Examined(),
        inventory.hardening,
        (*inventory.unknowns, *signs.unknowns),
    )


def drift_between(old: str, new: str, settings: Settings, progress: Progress = silent) -> "tuple[list[Drift], list[Unknown]]":
    """The gained capabilities, and the files that could not be read in either version."""
    from careen.behaviour.drift import drifts

    settings = replace(settings, behaviour_parts=("capabilities",))
    before = behaviour_of(old, settings, progress, all_files=True)
    after = behaviour_of(new, settings, progress, all_files=True)
    return drifts(before.examined, after.examined), [*before.unknowns, *after.unknowns]
