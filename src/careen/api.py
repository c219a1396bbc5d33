"""Careen as a library: what other programs, and checks of your own, import. Nothing deeper is promised to stay.

    from careen import api

    report = api.scan("alpine:3.20", fail_on="high")
    for finding in report.findings:
        print(finding.id, finding.severity)

Each function takes settings by the names that ``careen config show`` lists, or a ``Settings`` value that ``make_settings``
made once for several calls. The environment and the settings file have no part in them. Results are frozen values.

Raises: UsageError for a setting that does not exist or makes no sense; InputError, NetworkError or DatabaseError if there
can be no result. What could not be read or assessed is part of a result, and no error.
"""

from collections.abc import Sequence
from typing import Any

from careen.config import Settings, settings_of
from careen.errors import DatabaseError, Error, InputError, NetworkError, UsageError
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.images.image_document import ImageDocument
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.services.compose import Compose
from careen.formats.services.container_inspect import Running
from careen.model.finding import ExposedSecret, Finding, Misconfiguration, Vulnerability
from careen.model.image import Image
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Package
from careen.model.report import Coverage, Report, Verdict
from careen.plugins import Check, Place, Progress, ReportOptions, silent

__all__ = [
    "Check", "Compose", "Coverage", "DatabaseError", "Dockerfile", "Error", "ExposedSecret", "Finding", "Image",
    "ImageDocument", "InputError", "Inventory", "Manifests", "Misconfiguration", "NetworkError", "Package", "Place",
    "Progress", "Report", "Running", "Settings", "Unknown", "UsageError", "Verdict", "Vulnerability", "check",
    "inventory", "make_settings", "render", "scan",
]  # fmt: skip


def make_settings(**options: Any) -> Settings:
    """Settings for several calls: ``make_settings(offline=True, fail_on=["high", "kev"], cache_dir="/var/cache/careen")``.

    Without ``refresh``, a scan waits until the advisories that it needs are up to date.
    """
    from careen.app.plugin_folders import use_plugin_folders

    settings = settings_of({"refresh": "wait", **options})
    use_plugin_folders(settings)
    return settings


def scan(reference: str, settings: Settings | None = None, *, progress: Progress = silent, **options: Any) -> Report:
    """The vulnerabilities, secrets and misconfigurations of an image, and the verdict of the policy.

    ``reference`` is anything that ``careen scan`` takes: the name of an image, an archive, a folder, an SBOM.
    """
    from careen.app.session import Session

    with Session(_settings(settings, options)) as session:
        return session.scan(reference, progress)


def check(
    paths: Sequence[str],
    settings: Settings | None = None,
    *,
    commands: Sequence[str] = (),
    progress: Progress = silent,
    **options: Any,
) -> Report:
    """The misconfigurations and secrets of files and folders, and the vulnerabilities of what their build installs.

    ``commands`` start containers (``docker run …``), and are checked as files are.
    """
    from careen.app import checking

    return checking.check(paths, _settings(settings, options), progress, commands)


def inventory(reference: str, settings: Settings | None = None, *, progress: Progress = silent, **options: Any) -> Report:
    """What is in an image (``report.inventory``), without any assessment. No advisory is needed."""
    from careen.app.inventories import inventory_report
    from careen.app.session import Session

    with Session(_settings(settings, options)) as session:
        return inventory_report(reference, session, progress)


def render(report: Report, format: str = "json", *, verbose: bool = False) -> str:
    """The report as text, in a format of ``careen scan --format``: json, sarif, cyclonedx, spdx, table and others."""
    import io

    from careen.app.wiring import reporters

    known = reporters()
    if format not in known:
        raise UsageError(f"unknown format {format!r}", f"formats: {', '.join(known)}")
    text = io.StringIO()
    known[format].write(report, text, ReportOptions(verbose=verbose))
    return text.getvalue()


def _settings(settings: Settings | None, options: dict[str, Any]) -> Settings:
    if settings is None:
        return make_settings(**options)
    if options:
        raise UsageError(f"{', '.join(options)} given beside settings", "give them to make_settings")
    return settings
