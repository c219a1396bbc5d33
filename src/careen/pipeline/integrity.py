"""What a modified program means for the vulnerabilities of its package."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from careen.model.finding import Vulnerability
from careen.model.integrity import Integrity

DOUBT = "a program of this package was modified: this statement is about the package as it was published"


def with_doubt(findings: Iterable[Vulnerability], integrity: Integrity) -> Iterator[Vulnerability]:
    """Notes in the findings of packages with modified programs that they may not hold. No finding is dropped or added."""
    packages = integrity.packages
    for finding in findings:
        yield replace(finding, reason=f"{finding.reason}; {DOUBT}") if finding.package in packages else finding
