from tests.support.reports import CLI, JINJA, vulnerability

from careen.model.integrity import Integrity, ModifiedFile
from careen.pipeline.integrity import DOUBT, with_doubt


def test_findings_of_a_modified_package_say_so_and_all_stay():
    found = [vulnerability("CVE-1", CLI), vulnerability("CVE-2", JINJA)]
    first, second = with_doubt(found, Integrity(modified=(ModifiedFile("usr/bin/openssl", CLI.purl, 1, 0o755),)))
    assert first.reason == f"{found[0].reason}; {DOUBT}"
    assert first.fingerprint == found[0].fingerprint
    assert second == found[1]
