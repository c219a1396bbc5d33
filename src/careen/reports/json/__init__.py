"""The report as JSON: by itself, and as the result in cosign's predicate of a vulnerability scan."""

from .cosign_vuln import COSIGN_VULN
from .report_document import REPORTER, SCHEMA, document, write

__all__ = ["REPORTER", "REPORTERS", "SCHEMA", "document", "write"]

REPORTERS = (COSIGN_VULN,)
