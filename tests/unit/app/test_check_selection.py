import pytest
from msgspec.structs import replace

from careen.app.check_selection import CheckSelection
from careen.config import Settings
from careen.errors import UsageError
from tests.support.reports import faulty

OWN = '''"""A stage is built from Alpine."""
from careen.api import Check, Place

CHECK = Check(
    id="{id}", title="t", severity="low", why="w", fix="f", references=(), kind="dockerfile",
    inspect=lambda document: [Place("p", 1)],
)
'''


@pytest.fixture
def settings(tmp_path):
    return Settings(cache_dir=tmp_path)


def ids(settings, *folders):
    return {check.id for check in CheckSelection(settings).of(folders)}


def test_checks_run_that_are_on_by_default(settings):
    assert {"DKR-001", "DKR-021"} <= ids(settings, "dockerfile")
    assert "DKR-024" not in ids(settings, "dockerfile")
    assert ids(settings) == set()
    assert ids(replace(settings, scanners=("vuln",)), "dockerfile") == set()


def test_checks_are_switched_on_and_off(settings):
    chosen = replace(settings, checks_off=("DKR-021",), checks_on=("DKR-024",), check_severity=("DKR-001=low",))
    found = {check.id: check.severity for check in CheckSelection(chosen).of(("dockerfile",))}
    assert "DKR-021" not in found
    assert "DKR-024" in found
    assert found["DKR-001"] == "low"


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"checks_off": ("DKR-9999",)}, "there is no check DKR-9999", ""),
        ({"checks_on": ("nothing",)}, "'nothing' is not the id of a check", "DKR-021"),
        ({"check_severity": ("DKR-001=hgih",)}, "names no severity", "did you mean DKR-001=high?"),
        ({"check_severity": ("DKR-001",)}, "names no severity", "ID=SEVERITY"),
    ],
)
def test_a_wrong_setting_is_an_error_at_once(settings, changes, message, hint):
    with pytest.raises(UsageError, match=message) as caught:
        CheckSelection(replace(settings, **changes))
    assert hint in caught.value.hint


def test_the_users_own_checks_run_beside_careens(settings, tmp_path):
    (tmp_path / "own.py").write_text(OWN.format(id="ACME-001"))
    assert {"ACME-001", "DKR-001"} <= ids(replace(settings, checks=(tmp_path / "own.py",)), "dockerfile")
    assert "ACME-001" not in ids(replace(settings, checks=(tmp_path / "own.py",)), "compose")


def test_an_id_that_careen_has_is_refused(settings, tmp_path):
    (tmp_path / "own.py").write_text(OWN.format(id="DKR-001"))
    with pytest.raises(UsageError, match="is not a valid id for your own check"):
        CheckSelection(replace(settings, checks=(tmp_path / "own.py",)))


def test_a_compliance_view_switches_its_checks_on_and_reports_controls(settings):
    plain = CheckSelection(settings)
    assert plain.with_compliance(faulty(), {"DKR-001"}) == faulty()
    selection = CheckSelection(replace(settings, compliance="cis-docker-1.6"))
    assert {check.id for check in plain.of(("dockerfile",))} < {check.id for check in selection.of(("dockerfile",))}
    statuses = {control.status for control in selection.with_compliance(faulty(), {"DKR-001"}).compliance.controls}
    assert len(statuses) > 1


@pytest.mark.parametrize(("version", "minor"), [("1.35", 35), ("v1.20", 20), ("1.0", 0)])
def test_the_version_of_the_pod_security_standards(settings, version, minor):
    assert CheckSelection(replace(settings, pss_version=version)).rules.pss_minor == minor


@pytest.mark.parametrize("version", ["2.0", "1.99", "latest", "1.x"])
def test_an_unknown_version_of_the_standards(settings, version):
    with pytest.raises(UsageError, match="pss_version"):
        _ = CheckSelection(replace(settings, pss_version=version)).rules
