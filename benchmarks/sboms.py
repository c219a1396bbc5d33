"""Whether a scan of an SBOM finds what a scan of its image finds.

    python benchmarks/sboms.py .cache/corpus/oci [NAME …]                      # SBOMs that Careen writes
    python benchmarks/sboms.py .cache/corpus/oci --others FOLDER [NAME …]      # FOLDER/NAME.*, written by other tools

Each scan is offline with the advisories of ``--cache-dir``. Of Careen's own SBOMs every finding has to be the same, with its
package, severity, fix and confidence. Of another tool's, the findings of the packages that it names count: a package is
named if type, name and version are the same, and its findings count unless the coverage of the SBOM's scan states that it
was not assessed (a module's rpm without the label of its module). ``--missing`` lists the differences. Exit code 1 if one
differs, or fewer than 97 % are found.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import careen
from careen.app.session import Session
from careen.config import Settings
from careen.model.report import Report

FORMATS = ("cyclonedx", "cyclonedx-xml", "spdx", "spdx3")
LEAST = 0.97


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--others", type=Path)
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--cache-dir", type=Path, required=True)
    asked = parser.parse_args()
    settings = Settings(cache_dir=asked.cache_dir, offline=True, scanners=("vuln",), db_max_age="off")
    failed = False
    columns = (
        "image",
        "SBOM",
        "packages named",
        "findings of them",
        "the same",
        "not found",
        "not assessed",
        "only of the SBOM",
    )
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    with Session(settings) as session, tempfile.TemporaryDirectory() as folder:
        for name in asked.names or sorted(path.name for path in asked.corpus.iterdir()):
            try:
                of_image = session.scan(str(asked.corpus / name), plan=False)
            except careen.InputError:
                print(f"| {name} | no image: it is damaged |{' |' * (len(columns) - 2)}", flush=True)
                continue
            documents = sorted(asked.others.glob(f"{name}.*")) if asked.others else _written(of_image, name, Path(folder))
            for document in documents:
                failed |= _compared(of_image, session.scan(str(document), plan=False), document, asked)
    return failed


def _written(report: Report, name: str, folder: Path) -> Iterable[Path]:
    for format in FORMATS:
        path = folder / f"{name}.{format}"
        path.write_text(careen.render(report, format), "utf-8")
        yield path
        path.unlink()


def _compared(of_image: Report, of_sbom: Report, document: Path, asked: argparse.Namespace) -> bool:
    exact = not asked.others
    named = {_package(package) for package in of_sbom.inventory.packages}
    there = {_package(package) for package in of_image.inventory.packages}
    counted = Counter if exact else lambda found: Counter(set(found))  # other tools do not report owners
    wanted = counted(_finding(one, exact) for one in _vulnerabilities(of_image) if _package_of(one) in named)
    found = counted(_finding(one, exact) for one in _vulnerabilities(of_sbom) if _package_of(one) in there)
    missing, more = wanted - found, found - wanted
    unassessed = _unassessed(of_sbom)
    stated = Counter({one: count for one, count in missing.items() if one[1] in unassessed})
    wanted, missing = wanted - stated, missing - stated
    name, _, kind = document.name.partition(".")
    numbers = ((wanted & found).total(), missing.total(), stated.total(), more.total())
    cells = (name, kind, f"{len(named & there)} of {len(there)}", wanted.total(), *numbers)
    print(f"| {' | '.join(map(str, cells))} |", flush=True)
    if asked.missing:
        for sign, differences in (("-", missing), ("+", more)):
            for one in sorted(differences, key=str):
                print("   ", sign, *one, file=sys.stderr)
    return (wanted & found).total() < wanted.total() * LEAST or (exact and wanted != found)


def _vulnerabilities(report: Report) -> list[careen.Vulnerability]:
    return [finding for finding in report.findings if isinstance(finding, careen.Vulnerability)]


def _unassessed(report: Report) -> set[str]:
    """Packages that the coverage names as not assessed."""
    purls = {
        subject for reason in report.coverage.reasons if reason.code == "unassessed_package" for subject in reason.subjects
    }
    return {"/".join(_package(package)) for package in report.inventory.packages if package.purl in purls}


def _package(package: careen.Package) -> tuple[str, str, str]:
    return package.type, package.name, package.version


def _package_of(finding: careen.Vulnerability) -> tuple[str, str, str]:
    return finding.package.partition(":")[2].partition("/")[0], finding.package_name, finding.package_version


def _finding(finding: careen.Vulnerability, exact: bool) -> tuple[str, ...]:
    key = (finding.id, finding.package if exact else "/".join(_package_of(finding)))
    return (*key, finding.severity, finding.confidence, finding.fix.state, ",".join(finding.fix.versions)) if exact else key


if __name__ == "__main__":
    sys.exit(main())
