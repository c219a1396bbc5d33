import pytest
from msgspec.structs import replace
from tests.support.reports import ROOT_USER, TOKEN, usual

from careen.errors import UsageError
from careen.model.finding import EpssScore, Fix
from careen.policy.gates import ANY, read_gate
from careen.policy.overdue import with_overdue

FINDING = replace(usual().findings[0], severity="high", kev=False, risk=40.0, fix=Fix("open"), epss=None)


def catches(text, finding):
    return read_gate(text).catches(finding, finding.severity)


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("high", True),
        ("critical", False),
        (" Medium ", True),
        ("kev", False),
        ("fixable", False),
        ("fixable:high", False),
        ("risk=40", True),
        ("risk=40.5", False),
        ("epss=0", False),
        ("vulnerability:high", True),
        ("secret", False),
    ],
)
def test_conditions(text, caught):
    assert catches(text, FINDING) is caught


def test_every_condition_of_a_gate_must_match():
    known = replace(FINDING, kev=True, fix=Fix("fixed", ("2",)), epss=EpssScore(0.2, 0.9))
    for text in ("kev", "fixable", "fixable:high:kev", "epss=0.2", "epss=20%", "risk=1:epss=0.1"):
        assert catches(text, known)
    for text in ("fixable:critical", "kev:risk=50", "epss=21%"):
        assert not catches(text, known)


def test_what_is_overdue_is_what_somebody_states():
    late = {(FINDING.id, FINDING.package)}
    for text, known, caught in (
        ("overdue", late, True),
        ("overdue:high", late, True),
        ("overdue:critical", late, False),
        ("overdue", {(FINDING.id, "pkg:npm/other@1")}, False),
        ("overdue", set(), False),
        ("high", set(), True),
    ):
        (gate,) = with_overdue([read_gate(text)], frozenset(known))
        assert gate.catches(FINDING, FINDING.severity) is caught, text
    assert catches("overdue", FINDING), "what is overdue is not known, so that everything counts"
    assert not read_gate("overdue:high").of_severity_alone


def test_secrets_and_misconfigurations_have_a_severity_alone():
    for text in ("secret", "secret:critical", "critical", "low"):
        assert catches(text, TOKEN)
    for text in ("misconfiguration:high", "config:high", "any:high", "misconfiguration"):
        assert catches(text, ROOT_USER)
    for text in ("high", "secret:high", "vuln:low"):
        assert not catches(text, ROOT_USER)
    assert read_gate("high", ANY).catches(ROOT_USER, ROOT_USER.severity)
    for text in ("kev", "fixable:low", "overdue", "risk=0", "epss=0", "vulnerability"):
        assert not catches(text, TOKEN)
        assert not catches(text, ROOT_USER)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("hgih", "'hgih' is not one of critical", "did you mean high?"),
        ("fixable:", "'' is not one of", ""),
        ("high:low", "severity occurs twice", ""),
        ("risk=x", "'x' is not a number from 0 to 100", ""),
        ("risk=101", "not a number", ""),
        ("risk=nan", "not a number", ""),
        ("epss=2", "'2' is not a number from 0 to 1", ""),
        ("epss=200%", "not a number from 0 to 100", ""),
        ("kevv", "'kevv' is not one of", "did you mean kev?"),
    ],
)
def test_an_invalid_condition_is_refused(text, message, hint):
    with pytest.raises(UsageError) as caught:
        read_gate(text)
    assert str(caught.value).startswith(f"--fail-on {text}: ")
    assert message in str(caught.value)
    assert hint in caught.value.hint
