"""The content of an image without any assessment, and the changes from one image to another."""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct

from careen.app.session import Read, Session
from careen.config import Settings
from careen.errors import InputError
from careen.formats.packages.purl_package import distribution_in, package_of
from careen.layers.compare import HOWS, Change, changes, shared_layers
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.model.report import Coverage, Reason, Report, Verdict
from careen.pipeline.image import with_vendors
from careen.pipeline.image_checks import with_secrets_redacted
from careen.plugins import Progress, silent

__all__ = ["HOWS", "Compared", "inventory_diff", "inventory_of_packages", "inventory_report"]


class Compared(Struct, frozen=True):
    """Two images, before and after, and what changed from one to the other."""

    images: tuple[Image, Image]
    packages: tuple[int, int]
    shared_layers: int
    changes: tuple[Change, ...]


def inventory_report(reference: str, session: Session, progress: Progress = silent, *, whole: bool = False) -> Report:
    """The inventory as a report for reporters; its coverage states that nothing was assessed. ``whole``: with
    everything that a later scan of it may need.
    """
    image, found = session.inventory(reference, progress)
    found = session.with_owners_read(image, found, progress) if whole else found
    reason = Reason("inventory_only", "the packages were listed, not assessed", len(found.packages))
    return Report(
        created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        image=with_secrets_redacted(image),
        inventory=found,
        findings=(),
        suppressed=(),
        unknowns=found.unknowns,
        coverage=Coverage("not_assessed", (reason,), found.files, found.unowned_executables),
        verdict=Verdict(True, 0),
        database=None,
    )


def inventory_of_packages(packages: Iterable[str | Package]) -> Read:
    """An inventory of these packages only. Raises InputError for a text that is not a package URL."""
    found: dict[str, Package] = {}
    for package in packages:
        try:
            package = package_of(package) if isinstance(package, str) else package
        except ValueError as error:
            raise InputError(f"{package!r}: {error}", "a package URL looks like pkg:npm/lodash@4.17.15") from None
        found.setdefault(package.purl, package)
    listed = tuple(found.values())
    image = Image("packages", "sbom", "", None, ImageConfig(), ())
    return image, with_vendors(Inventory(distribution_in(listed), listed))


def inventory_diff(before: str, after: str, settings: Settings, progress: Progress = silent) -> Compared:
    with Session(settings) as session:
        (old, had), (new, has) = session.inventory(before, progress), session.inventory(after, progress)
        return Compared(
            (old, new),
            (len(had.packages), len(has.packages)),
            shared_layers(*((layer.diff_id or layer.digest for layer in image.layers) for image in (old, new))),
            changes(had, has, session.schemes, session.ecosystems),
        )
