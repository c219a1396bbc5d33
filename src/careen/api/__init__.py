"""Careen as a library: the names that other programs, and your own checks, import. Deeper modules may change.

    import careen

    report = careen.scan("alpine:3.20", fail_on="high")
    for finding in report.findings:
        print(finding.id, finding.severity)

``careen.scan`` is ``careen.api.scan``, and so are all names of this module. Each function takes settings by the names that
``careen config show`` lists, or a ``Settings`` value that ``make_settings`` made once for several calls. The environment and
the settings file are not read. Results are frozen values, and threads may call any function at the same time.

Raises: UsageError for a setting that does not exist or makes no sense; InputError, NetworkError or DatabaseError if there
can be no result. What could not be read or assessed is part of a result, not an error.
"""

from collections.abc import Iterable, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from careen.config import Settings
from careen.errors import DatabaseError, Error, InputError, NetworkError, UsageError
from careen.model.advisory import DatabaseInfo
from careen.model.finding import (
    BehaviourFinding,
    ExposedSecret,
    Finding,
    IntegrityFinding,
    LicenceFinding,
    Misconfiguration,
    Vulnerability,
)
from careen.model.image import Image
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Package
from careen.model.report import Coverage, Verdict
from careen.plugins import Check, Place, Progress, ReportOptions, silent

from .database import Database, FeedResult, UpdateResult
from .report import Report
from .settings import chosen, make_settings, reference_of

if TYPE_CHECKING:
    from careen.formats.dockerfile.stages import Dockerfile
    from careen.formats.images.image_document import ImageDocument
    from careen.formats.kubernetes.manifest_files import Manifests
    from careen.formats.services.compose import Compose
    from careen.formats.services.container_inspect import Running

__all__ = [
    "BehaviourFinding", "Check", "Compose", "Coverage", "Database", "DatabaseError", "DatabaseInfo", "Dockerfile", "Error",
    "ExposedSecret", "FeedResult", "Finding", "Image", "ImageDocument", "InputError", "IntegrityFinding", "Inventory",
    "LicenceFinding", "Manifests", "Misconfiguration", "NetworkError", "Package", "Place", "Progress", "Report", "Running",
    "Settings", "Unknown", "UpdateResult", "UsageError", "Verdict", "Vulnerability", "check", "inventory", "make_settings",
    "match", "read_report", "render", "scan",
]  # fmt: skip

# The documents that checks inspect: their readers take longer to import than everything else here.
_DOCUMENTS = {
    "Compose": "careen.formats.services.compose",
    "Dockerfile": "careen.formats.dockerfile.stages",
    "ImageDocument": "careen.formats.images.image_document",
    "Manifests": "careen.formats.kubernetes.manifest_files",
    "Running": "careen.formats.services.container_inspect",
}


def scan(
    reference: str | PathLike[str], settings: Settings | None = None, *, progress: Progress = silent, **options: Any
) -> Report:
    """The vulnerabilities, secrets and misconfigurations of an image, and the verdict of the policy.

    ``reference`` is anything that ``careen scan`` takes: the name of an image, an archive, a folder, an SBOM.

    >>> report = careen.scan("image.tar", advisories="advisories", offline=True, fail_on="critical")
    >>> report
    <Report of image.tar: ... findings, ... critical, ... high; partially_assessed; failed, exit code 3>
    >>> report.findings[0].id, report.findings[0].fix.versions
    ('CVE-2021-44228', ('2.15.0',))
    """
    from careen.app.session import Session

    with Session(chosen(settings, options)) as session:
        return Report.of(session.scan(reference_of(reference), progress))


def check(
    paths: Sequence[str | PathLike[str]],
    settings: Settings | None = None,
    *,
    commands: Sequence[str] = (),
    progress: Progress = silent,
    **options: Any,
) -> Report:
    """The misconfigurations and secrets of files and folders, and the vulnerabilities of what their build installs.

    ``commands`` start containers (``docker run …``), and are checked as files are.

    >>> found = careen.check(["shop"], scanners="config", offline=True).findings[0]
    >>> found.id, f"{found.location.path}:{found.location.line}"
    ('K8S-006', 'shop/kubernetes.yaml:424')
    """
    from careen.app import checking

    if isinstance(paths, str | PathLike):
        raise UsageError("paths is one text", f"a list of paths is expected: [{fspath(paths)!r}]")
    return Report.of(checking.check([fspath(path) for path in paths], chosen(settings, options), progress, commands))


def inventory(
    reference: str | PathLike[str], settings: Settings | None = None, *, progress: Progress = silent, **options: Any
) -> Report:
    """What is in an image (``report.inventory``), without any assessment. No advisory is needed.

    >>> listed = careen.inventory("image.tar")
    >>> len(listed.inventory.packages), listed.inventory.packages[0].purl
    (24, 'pkg:deb/debian/base-files@12.4%2Bdeb12u2?arch=amd64&distro=debian-12')
    """
    from careen.app.inventories import inventory_report
    from careen.app.session import Session

    with Session(chosen(settings, options)) as session:
        return Report.of(inventory_report(reference_of(reference), session, progress))


def match(
    packages: Report | Iterable[str | Package],
    settings: Settings | None = None,
    *,
    progress: Progress = silent,
    **options: Any,
) -> Report:
    """The vulnerabilities of packages: those of an inventory that was read before, or a list of package URLs.

    >>> report = careen.match(["pkg:npm/minimist@1.2.5"], advisories="advisories", offline=True)
    >>> [finding.id for finding in report.findings]
    ['CVE-2021-44906']
    """
    from msgspec.structs import replace

    from careen.app.inventories import inventory_of_packages
    from careen.app.session import Session

    if isinstance(packages, str):
        raise UsageError("packages is one text", f"a list of package URLs is expected: [{packages!r}]")
    read = (packages.image, packages.inventory) if isinstance(packages, Report) else inventory_of_packages(packages)
    with Session(replace(chosen(settings, options), scanners=("vuln",))) as session:
        return Report.of(session.scan(read, progress))


def read_report(path: str | PathLike[str]) -> Report:
    """The report that ``careen scan --format json=FILE``, or ``render``, wrote as JSON.

    >>> report = careen.match(["pkg:npm/minimist@1.2.5"], advisories="advisories", offline=True)
    >>> _ = pathlib.Path("report.json").write_text(careen.render(report))
    >>> careen.read_report("report.json").findings == report.findings
    True
    """
    from pathlib import Path

    from careen.app.converting import report_in

    return Report.of(report_in(str(Path(path).absolute())))


def render(report: Report, format: str = "json", *, verbose: bool = False) -> str:
    """The report as text, in a format of ``careen scan --format``: json, sarif, cyclonedx, spdx, table and others.

    >>> print(careen.render(careen.inventory("image.tar"), "purls").splitlines()[0])
    pkg:deb/debian/base-files@12.4%2Bdeb12u2?arch=amd64&distro=debian-12
    """
    import io

    from careen.app.wiring import reporters

    known = reporters()
    if format not in known:
        raise UsageError(f"unknown format {format!r}", f"formats: {', '.join(known)}")
    text = io.StringIO()
    known[format].write(report, text, ReportOptions(verbose=verbose))
    return text.getvalue()


def __getattr__(name: str) -> Any:
    if name not in _DOCUMENTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_DOCUMENTS[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
