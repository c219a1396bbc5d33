"""Checks of an image's configuration and root file system: misconfigurations, and secrets in variables."""

from datetime import date

from msgspec.structs import replace

from careen.checks.run import Outcome, run
from careen.formats.images.image_document import ImageDocument
from careen.matching.distributions import release_of
from careen.matching.match import Matched
from careen.matching.reasons import release_id
from careen.model.finding import ExposedSecret
from careen.model.image import Image
from careen.model.inventory import BY_TABLE, Inventory, Unknown
from careen.plugins import Check


def check_image(image: Image, inventory: Inventory, checks: tuple[Check, ...], today: date, unassessed: str) -> Outcome:
    """Checks the image. ``unassessed``: why no source assesses the distribution's packages; "" if one does."""
    if not checks:
        return Outcome()
    from careen.secrets.configuration import PATH as CONFIGURATION

    of_layers = (unknown for unknown in inventory.unknowns if unknown.cataloger == "layer" and unknown.code != BY_TABLE)
    odd = [unknown for unknown in of_layers if not unknown.whole_layer]
    document = ImageDocument(
        image.config,
        inventory.filesystem,
        today=today,
        anomalies=tuple((unknown.evidence.path, unknown.reason) for unknown in odd),
        complete=image.kind == "image",
        unassessed=unassessed,
        tag=image.tag,
        attached=image.attached,
        integrity=inventory.integrity,
    )
    outcome = run(checks, document, CONFIGURATION)
    layers = {entry.path: entry.layer for entry in inventory.filesystem.entries}
    layers |= {file.path: file.layer for file in inventory.integrity.modified}
    findings = (replace(finding, layer=layers.get(finding.location.path)) for finding in outcome.findings)
    return Outcome(tuple(findings), outcome.suppressed, outcome.unknowns)


def secrets_of(image: Image, inventory: Inventory) -> tuple[tuple[ExposedSecret, ...], tuple[Unknown, ...]]:
    """The secrets in the files of all layers and in the configuration, one for each value; and what could not be
    searched.
    """
    from careen.secrets.configuration import exposed
    from careen.secrets.values import one_per_value

    found, unsearched = exposed(image.config)
    return one_per_value((*inventory.secrets, *found)), unsearched


def with_secrets_redacted(image: Image) -> Image:
    """The image, with secrets redacted in the build steps of its layers, which reports show."""
    from careen.secrets.configuration import without_secrets

    return replace(image, layers=tuple(replace(layer, created_by=without_secrets(layer.created_by)) for layer in image.layers))


def unassessed_distribution(inventory: Inventory, matched: Matched) -> str:
    """Why no source assesses the distribution's packages, in the words of the coverage; "" if one does."""
    release = release_of(inventory.distribution) if inventory.distribution else None
    if release is not None and release.namespace in matched.namespaces:
        return ""
    for reason in matched.reasons:
        of_release = release is not None and release_id(release.namespace) in reason.subjects
        if reason.code == "unknown_distribution" or (reason.code == "no_advisories" and of_release):
            return reason.detail
    return ""
