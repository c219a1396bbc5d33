"""What was scanned: the image with its distribution, base, signatures and packages, and the age of the advisories."""

from collections import Counter
from collections.abc import Iterator

from careen.formats.images.base import base_of
from careen.model.exposure import AttackPaths
from careen.model.image import BaseImage
from careen.model.integrity import FileCounts, Integrity
from careen.model.origin import OriginRead
from careen.model.report import Report
from careen.output.behaviour import behaviour_line
from careen.output.escape import visible
from careen.output.lines import fit, plural, wrapped
from careen.output.summary import merged
from careen.plugins import ReportOptions

from .attached import attached_lines
from .lines import NOT_IMAGES, Line, prose_width


def header_lines(report: Report, options: ReportOptions) -> Iterator[Line]:
    image = report.image
    yield [(fit(visible(image.reference), options.width), "bold")]
    if image.opened:
        yield [(fit(f"  opened as {visible(image.opened)}", options.width), "dim")]
    if image.digest:
        yield [(f"  {visible(image.digest, 200)}", "dim")]
    texts = _files(report) if image.kind in NOT_IMAGES else _image(report, options)
    for text in texts:
        yield from ([("  " + part, "")] for part in wrapped(text, prose_width(options) - 2))
    yield []


def _files(report: Report) -> Iterator[str]:
    yield f"{plural(report.coverage.files, report.image.kind.removesuffix('s'))} checked"
    if packages := merged(report.inventory.packages):
        pinned = sum(package.version != "" for _, package in packages)
        yield f"{plural(len(packages), 'package')} will be installed, {pinned:,} in a known version"


def _image(report: Report, options: ReportOptions) -> Iterator[str]:
    image, inventory = report.image, report.inventory
    yield _distribution(report)
    if base := report.base or base_of(image):
        yield fit(_base(base), options.width)
    if image.attached is not None:
        yield from attached_lines(image.attached)
    packages = merged(inventory.packages)
    types = Counter(package.type for _, package in packages)
    by_type = ", ".join(
        f"{count:,} {visible(type, 40)}" for type, count in sorted(types.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    layers = f"{plural(len(image.layers), 'layer')}, " if image.layers else ""
    counts = f"{layers}{plural(inventory.files, 'file')}, {plural(len(packages), 'package')}"
    yield f"{counts}: {by_type}" if by_type else counts
    if programs := inventory.integrity.programs:
        yield _verified(inventory.integrity, programs)
    if files := inventory.integrity.files:
        yield _all_verified(files)
    if inventory.ledger and inventory.ledger.unexplained:
        yield f"{inventory.ledger.unexplained:,} of {plural(inventory.files, 'file')} in no package (careen inventory --files)"
    if report.behaviour and (line := behaviour_line(report.behaviour)):
        yield line
    if report.exposure:
        yield _exposure(report.exposure)
    if inventory.origin_read and not inventory.origin_read.reduced:
        yield _origin(inventory.origin_read, sum(package.origin is not None for _, package in packages))
    if report.coverage.data_of:
        yield f"oldest advisory data: {visible(report.coverage.data_of)}"


def _exposure(found: AttackPaths) -> str:
    through = "containers of this image" if any(node.runs_image for node in found.nodes) else "the containers"
    worst = f", the worst {found.paths[0].severity}" if found.paths else ""
    gaps = "" if found.complete else ", and perhaps more"
    files = visible(", ".join(found.targets), 200)
    return f"{plural(found.total, 'attack path')} through {through} in {files}{worst}{gaps} (--format html draws them)"


def _distribution(report: Report) -> str:
    platform = f"{report.image.platform}, " if report.image.platform else ""
    distribution = report.inventory.distribution
    if distribution is None:
        return f"{visible(platform, 200)}no distribution recognised"
    name = visible(platform + (distribution.pretty_name or f"{distribution.id} {distribution.version}".strip()), 200)
    if not report.end_of_life:
        return name
    is_over = report.end_of_life < report.created[:10]
    return f"{name}, {'out of support since' if is_over else 'supported until'} {visible(report.end_of_life, 40)}"


def _verified(integrity: Integrity, programs: int) -> str:
    parts = [f"{integrity.verified:,} of {plural(programs, 'program file')} verified"]
    if integrity.modified:
        parts.append(f"{len(integrity.modified):,} modified")
    if integrity.without_digest:
        parts.append(f"{integrity.without_digest:,} without a digest")
    return ", ".join(parts)


def _all_verified(files: FileCounts) -> str:
    counted = ((files.modified, "modified"), (files.without_digest, "without a digest"), (files.unread, "not read"))
    parts = [f"{files.verified:,} of {plural(files.total, 'file')} of packages verified"]
    return ", ".join([*parts, *(f"{count:,} {what}" for count, what in counted if count)])


def _origin(read: OriginRead, components: int) -> str:
    looked = f"origin of {plural(read.files, 'unexplained file')}: {plural(components, 'component')}"
    shown = " (careen inventory)" if components else ""
    return f"{looked}{shown}, {read.unexplained:,} still unidentified"


def _base(base: BaseImage) -> str:
    layers = "" if not base.layers else "layer 0" if base.layers == 1 else f"layers 0 to {base.layers - 1}"
    if base.reference is None:
        return f"{layers} from its base image, by its history"
    counted = f" ({layers})" if layers else ""
    return f"based on {visible(base.reference, 200)}{counted}" + ("" if base.how == "known layers" else ", by its label")
