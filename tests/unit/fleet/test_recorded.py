"""What knowledge was asked, and that its answers are the knowledge's own."""

from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples
from tests.support.matching import advisory, info, knowledge

from careen.fleet.recorded import REPOSITORIES, VULNERABILITIES, WHOLE, Recorded
from careen.model.advisory import Epss, Repository, Support, VulnerabilityRecord

KNOWN = knowledge(
    info(),
    advisory(),
    advisory("CVE-2026-0002", package="zlib"),
    Epss("CVE-2026-0001", 0.5, 0.9),
    VulnerabilityRecord("CVE-2026-0001", "nvd", cwes=("CWE-79",)),
    Support("debian:12", "2028-06-30"),
    Repository("rhel-9", ("redhat:9",)),
)
NAMES = ("openssl", "zlib", "none")
IDS = ("CVE-2026-0001", "CVE-2026-0009", "CWE-79")


def test_keys_of_what_was_asked():
    recorded = Recorded(KNOWN)
    recorded.advisories("debian:12", {"openssl"})
    recorded.namespace("debian:12")
    recorded.end_of_life("debian:11")
    recorded.records({"CVE-2026-0001", "CWE-79"})
    recorded.repositories({"rhel-9"})
    assert recorded.taken() == {
        ("debian:12", "openssl"),
        ("debian:11", WHOLE),
        (VULNERABILITIES, "CVE-2026-0001"),
        (REPOSITORIES, "rhel-9"),
    }
    assert recorded.taken() == frozenset()


def test_an_answer_that_is_kept_is_noted_too():
    recorded = Recorded(KNOWN)
    recorded.advisories("debian:12", {"openssl"})
    recorded.taken()
    recorded.advisories("debian:12", {"openssl"})
    recorded.epss(["CVE-2026-0001"])
    assert recorded.taken() == {("debian:12", "openssl"), (VULNERABILITIES, "CVE-2026-0001")}


@examples(50)
@given(st.lists(st.tuples(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(IDS))), max_size=6))
def test_answers_are_those_of_the_knowledge(asked):
    recorded = Recorded(KNOWN)
    for names, ids in asked:
        for kind in ("advisories", "malicious", "knows", "only_second", "unread", "overruled", "listed"):
            assert getattr(recorded, kind)("debian:12", names) == getattr(KNOWN, kind)("debian:12", names)
        for kind in ("records", "epss", "exploited"):
            assert getattr(recorded, kind)(ids) == getattr(KNOWN, kind)(ids)
        for kind in ("namespace", "end_of_life", "limited_support"):
            assert getattr(recorded, kind)("debian:12") == getattr(KNOWN, kind)("debian:12")
    assert recorded.info == KNOWN.info
