"""How far an attacker gets: reads files, scans images if requested, and ranks the paths."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.app.session import Session
from careen.config import Settings
from careen.errors import Error, InputError, UsageError
from careen.model.advisory import SEVERITIES, Severity
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from pathlib import Path

    from careen.checks.files import Found
    from careen.exposure.report import Exposure
    from careen.exposure.vulnerabilities import ScannedImage
    from careen.model.exposure import AttackPaths
    from careen.model.report import Report


def exposure(
    paths: Sequence[str],
    settings: Settings,
    progress: Progress = silent,
    scan_images: bool = False,
    stand_ins: Mapping[str, str] | None = None,
    cluster: "tuple[str, Found] | None" = None,
) -> "Exposure":
    """The attack paths through files. ``cluster``: the name and the objects of a cluster, in place of files.
    ``stand_ins``: by an image in the files, the reference to scan in its place. Other images are scanned only with
    ``scan_images``.
    """
    from careen.checks.files import find_files
    from careen.exposure.report import documents, exposure_of

    stand_ins = stand_ins or {}
    fail_on = _gate(settings.fail_on)
    if cluster is not None:
        paths = [cluster[0]]
    found = documents(cluster[1] if cluster is not None else find_files(paths))
    if not found.values and not found.unknowns:
        raise InputError(f"no containers in {', '.join(paths)}", "Compose files and Kubernetes manifests are read")
    named = found.images()
    for image in stand_ins:
        if image not in named:
            raise UsageError(f"--image {image}: no file names that image", "write it as in the file, with its tag")
    wanted = [image for image in named if scan_images or image in stand_ins]
    images = _scanned(wanted, stand_ins, settings, progress) if wanted else []
    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return exposure_of(paths, found, images, fail_on, settings.strict, created)


def around(report: "Report", paths: "Sequence[Path]") -> "AttackPaths":
    """The attack paths through the files that run an image, with the vulnerabilities in its report."""
    from careen.checks.files import find_files
    from careen.exposure.report import documents, exposure_of
    from careen.exposure.summary import attack_paths
    from careen.exposure.vulnerabilities import scanned_image
    from careen.formats.images.opened_name import names_of
    from careen.images.names import full_name

    names = [str(path) for path in paths]
    found = documents(find_files(names))
    if not found.values:
        raise InputError(f"no containers in {', '.join(names)}", "--exposure reads Compose files and Kubernetes manifests")
    image = report.image
    own = {full_name(name) for name in (image.reference, image.tag, *names_of(image)) if name}

    def runs_image(name: str) -> bool:
        return bool(name) and full_name(name) in own

    images = [scanned_image(name, report) for name in found.images() if runs_image(name)]
    return attack_paths(exposure_of(names, found, images, None, False, report.created), runs_image)


def _scanned(
    images: Sequence[str], stand_ins: Mapping[str, str], settings: Settings, progress: Progress
) -> "list[ScannedImage]":
    from careen.exposure.vulnerabilities import ScannedImage, scanned_image

    scanned = []
    gate = ("vulnerability:critical",)  # its verdict shows whether enough is known about the image
    with Session(replace(settings, scanners=("vuln",), fail_on=gate, baseline=None, strict=False)) as session:
        for done, image in enumerate(images):
            progress("scanning images", done, len(images))
            try:
                scanned.append(scanned_image(image, session.scan(stand_ins.get(image, image))))
            except Error as error:  # the other images are still scanned
                scanned.append(ScannedImage(image, trouble=str(error)))
        progress("scanning images", len(images), len(images))
    return scanned


def _gate(words: Sequence[str]) -> Severity | None:
    """The lowest severity that fails. Raises UsageError for a condition that does not apply to paths."""
    found: list[Severity] = []
    for word in words:
        severity = next((known for known in SEVERITIES[:4] if known == word.strip().lower()), None)
        if severity is None:
            raise UsageError(f"--fail-on {word}: paths have only a severity", "one of critical, high, medium, low")
        found.append(severity)
    return max(found, key=SEVERITIES.index, default=None)
