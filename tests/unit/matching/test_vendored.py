"""Advisories about libraries in upstream's own builds."""

import pytest

from careen.matching.vendored import vendored_libraries


@pytest.mark.parametrize(
    ("summary", "libraries"),
    [
        ("Nokogiri updates packaged libxml2 to v2.13.8 to resolve CVE-2025-32414", {"libxml2"}),
        ("Update packaged libxml2 (2.9.12 → 2.9.13) and libxslt (1.1.34 → 1.1.35)", {"libxml2", "libxslt"}),
        ("Nokogiri patches vendored libxml2 to resolve multiple CVEs", {"libxml2"}),
        ("Vulnerable OpenSSL included in cryptography wheels", {"openssl"}),
        ("Pillow versions before v10.0.1 bundled libwebp binaries in wheels", {"libwebp"}),
        ("Nokogiri: Possible Use-After-Free in XInclude Processing", set()),
        ("Use-after-free in libxml2 via Nokogiri::XML::Reader", set()),
        ("A bundled helper is vulnerable", set()),
        ("bundled libxml2 " + "x" * 2000, set()),
    ],
)
def test_the_libraries_that_a_summary_is_about(summary, libraries):
    assert vendored_libraries(["", summary]) == libraries
