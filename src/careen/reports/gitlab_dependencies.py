"""The vulnerabilities of languages' packages as GitLab's dependency scanning report, with all such packages by their files.

Packages of the distribution are in the container scanning report.
**Source:** GitLab, dependency-scanning-report-format 15.0.7.
"""

from typing import Any, TextIO

from careen.formats.packages.purl_package import OF_DISTRIBUTIONS
from careen.model.finding import Vulnerability
from careen.model.report import Report
from careen.output.gitlab_report import security_report, short, vulnerability
from careen.output.json_text import write_json
from careen.output.summary import vulnerabilities
from careen.plugins import Reporter, ReportOptions

# GitLab's names of package managers, by the type of the package URL, where the two differ.
MANAGERS = {"pypi": "pip", "gem": "bundler", "golang": "go"}


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    entries = [
        vulnerability(finding, _location(finding, report))
        for finding in vulnerabilities(report.findings)
        if (not options.severities or finding.severity in options.severities) and _type(finding) not in OF_DISTRIBUTIONS
    ]
    document = security_report(report, "dependency_scanning", entries)
    write_json(document | {"dependency_files": _files(report)}, stream)


def _type(finding: Vulnerability) -> str:
    return finding.package.removeprefix("pkg:").partition("/")[0]


def _location(finding: Vulnerability, report: Report) -> dict[str, Any]:
    path = finding.location.path if finding.location else next(iter(finding.paths), "")
    return {
        "file": path or _whole(report),
        "dependency": _dependency(_type(finding), finding.package_name, finding.package_version),
    }


def _files(report: Report) -> list[dict[str, Any]]:
    packages_by_file: dict[tuple[str, str], set[tuple[str, str]]] = {}  # by path and type
    for package in report.inventory.packages:
        if package.type not in OF_DISTRIBUTIONS:
            for path in {place.path for place in package.evidence} or {""}:
                file = path or _whole(report), package.type
                packages_by_file.setdefault(file, set()).add((package.name, package.version))
    return [
        {
            "path": path,
            "package_manager": MANAGERS.get(type, type),
            "dependencies": [_dependency(type, name, version) for name, version in sorted(packages)],
        }
        for (path, type), packages in sorted(packages_by_file.items())
    ]


def _dependency(type: str, name: str, version: str) -> dict[str, Any]:
    if type == "maven":
        name = name.replace(":", "/")  # as GitLab's own analyzer names it
    return {"package": {"name": short(name, 255) or "unknown"}, "version": short(version, 255) or "unknown"}


def _whole(report: Report) -> str:
    """The name of the image, in place of a file that is not known, as in most SBOMs."""
    return report.image.reference or "image"


REPORTER = Reporter(
    name="gitlab-dependencies",
    media_type="application/vnd.gitlab.dependency-scanning+json",
    write=write,
    description="vulnerabilities of languages' packages for GitLab (dependency scanning report 15.0)",
    with_places=False,
)
