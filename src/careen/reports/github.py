"""The packages as a snapshot for GitHub's dependency submission API: a manifest for each package database or lock file.

Commit, branch and job are those of the workflow by its environment. Outside a workflow each has a placeholder:
replace ``sha`` and ``ref`` before the submission. Whether a dependency is direct is not known, so no entry states it.
**Source:** GitHub REST API, "Create a snapshot of dependencies for a repository"; GitHub Actions, "Variables reference".
"""

import os
from collections.abc import Mapping
from typing import Any, TextIO

from careen import __version__
from careen.model.image import Image
from careen.model.package import Package
from careen.model.report import Report
from careen.output.image_name import file_in_checkout, lasting_name
from careen.output.json_text import write_json
from careen.output.summary import merged
from careen.plugins import Reporter, ReportOptions

NO_COMMIT = "0" * 40
NO_BRANCH = "refs/heads/unknown"
NO_JOB = "0"
DETECTOR = "pkg:pypi/careen"


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report, os.environ), stream)


def document(report: Report, environment: Mapping[str, str]) -> dict[str, Any]:
    image = report.image
    facts = {"image": image.reference, "digest": image.digest, "platform": str(image.platform or "")}
    facts["coverage"] = report.coverage.verdict
    return {
        "version": 0,
        "sha": environment.get("GITHUB_SHA") or NO_COMMIT,
        "ref": environment.get("GITHUB_REF") or NO_BRANCH,
        "job": _job(report, environment),
        "detector": {"name": "careen", "version": __version__, "url": DETECTOR},
        "scanned": report.created,
        "metadata": {f"careen:{name}": value for name, value in facts.items() if value},
        "manifests": _manifests(report),
    }


def _job(report: Report, environment: Mapping[str, str]) -> dict[str, str]:
    """The job of the workflow, with placeholders outside of a workflow. Its correlator names the image too, because snapshots
    of one job with the same correlator replace each other.
    """
    names = (environment.get("GITHUB_WORKFLOW"), environment.get("GITHUB_JOB"), lasting_name(report.image))
    job = {"id": environment.get("GITHUB_RUN_ID") or NO_JOB, "correlator": "_".join(filter(None, ("careen", *names)))}
    address = [environment.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return job | ({"html_url": "{}/{}/actions/runs/{}".format(*address)} if all(address) else {})


def _manifests(report: Report) -> dict[str, Any]:
    by_path: dict[str, list[Package]] = {}
    for _, package in merged(report.inventory.packages):
        path = package.evidence[0].path if package.evidence else lasting_name(report.image)
        by_path.setdefault(path, []).append(package)
    return {path: _manifest(path, packages, report.image) for path, packages in sorted(by_path.items())}


def _manifest(path: str, packages: list[Package], image: Image) -> dict[str, Any]:
    """A manifest for GitHub. It names a file of the repository only for a file below the working folder."""
    location = file_in_checkout(image, path)
    place = {"file": {"source_location": location}} if location else {}
    return {"name": path, **place, "resolved": {package.purl: _dependency(package) for package in packages}}


def _dependency(package: Package) -> dict[str, str]:
    """The entry of a package. An installed package has the scope runtime; a package that a lock file declares has none, because
    it may be for development.
    """
    return {"package_url": package.purl} | ({} if package.presence == "declared" else {"scope": "runtime"})


REPORTER = Reporter(
    name="github",
    media_type="application/json",
    write=write,
    description="packages for GitHub's dependency graph (dependency submission snapshot)",
    with_places=False,
)
