"""Modified programs: a doubt about the vulnerabilities of their packages."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from careen.model.finding import Vulnerability
from careen.model.integrity import Integrity

DOUBT = "a program of this package was modified: this statement is about the package as it was published"


def with_doubt(findings: Iterable[Vulnerability], integrity: Integrity) -> Iterator[Vulnerability]:
    """The findings; those of packages with modified programs get a remark that they may not apply."""
    packages = integrity.packages
    for finding in findings:
        yield replace(finding, reason=f"{finding.reason}; {DOUBT}") if finding.package in packages else finding
