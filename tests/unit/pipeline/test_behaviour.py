from datetime import date

import pytest

from careen.behaviour.rules import Rule, found
from careen.model.behaviour import PARTS, Examined, Unread
from careen.model.hardening import Build, BuiltFile, Hardening
from careen.model.hooks import Hook
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory
from careen.pipeline import behaviour
from careen.pipeline.behaviour import signs_of

BARE = BuiltFile("opt/tool", 0, Build("elf", "program"), ("pie",), mode=0o4755)
CHAIN = found(Rule("CAP-103", "a", "high", "b", "c"), "opt/run", "m")
INVENTORY = Inventory(
    None,
    (),
    hardening=Hardening(412, ("pie",), (BARE,), left_out=2),
    hooks=(Hook("etc/cron.d/a", 0, "cron"), Hook("etc/pip.conf", 0, "plain_index")),
    examined=Examined(3, findings=(CHAIN,), left_out=4, cut=("opt/long.js",)),
)


CONFIG = ImageConfig()


def signs(parts, config=CONFIG, inventory=INVENTORY):
    return signs_of(Image("a", "image", "", None, config, ()), inventory, parts, date(2026, 1, 1), None)


def test_by_default_signs_are_counted_and_not_listed():
    found = signs(())
    summary = found.summary
    assert (summary.programs, summary.unprotected, summary.privileged, summary.hooks, summary.index) == (412, 3, 1, 1, None)
    assert (found.findings, found.unknowns) == ((), ())


def test_the_scanner_lists_them_with_an_index():
    found = signs(PARTS)
    assert {"HRD-004", "HOK-004", "MAL-102", "CAP-103"} <= {finding.id for finding in found.findings}
    assert found.summary.index > 0
    assert [part.part for part in found.summary.parts][:3] == ["hardening", "hooks", "capabilities"]


def test_parts_can_be_switched():
    assert {finding.id for finding in signs(("hooks",)).findings} == {"HOK-004", "MAL-102"}


def test_what_was_not_examined_is_an_unknown():
    unknowns = signs(("capabilities",)).unknowns
    assert [(unknown.code, unknown.evidence.path) for unknown in unknowns] == [
        ("over_budget", ""),
        ("over_budget", "opt/long.js"),
    ]
    assert signs(("hooks",)).unknowns == ()


def test_what_is_beyond_a_bound_is_an_unknown(monkeypatch):
    examined = Examined(9, slow=("a",), more_cut=2, more_findings=3, more_profiles=4)
    unknowns = signs(("capabilities",), inventory=Inventory(None, (), examined=examined)).unknowns
    assert [unknown.reason[:1] for unknown in unknowns] == ["y", "2", "4", "3"]
    assert {unknown.code for unknown in unknowns} == {"over_budget"}
    monkeypatch.setattr(behaviour, "MAX_FINDINGS", 1)
    found = signs(("hooks",))
    assert (len(found.findings), found.unknowns[0].reason) == (1, "only the first 1 findings are listed")
    assert [unknown.code for unknown in signs(("hardening",)).unknowns] == ["over_budget"], "2 programs are left out"


def test_source_that_was_not_understood_is_an_unknown():
    examined = Examined(2, unread=(Unread("opt/a.py", 1, "no Python 3"),), more_unread=7)
    inventory = Inventory(None, (), examined=examined)
    unknowns = signs(("code",), inventory=inventory).unknowns
    assert [(unknown.code, unknown.evidence.path, unknown.evidence.layer) for unknown in unknowns] == [
        ("unreadable", "opt/a.py", 1),
        ("unreadable", "", 0),
    ]
    assert "7 more" in unknowns[1].reason
    assert signs(("capabilities",), inventory=inventory).unknowns == ()


def test_what_the_container_starts_weighs_more():
    plain = signs(("hardening",)).findings[0].severity
    inventory = Inventory(None, (), hardening=Hardening(1, (), (BuiltFile("opt/tool", 0, Build("elf", "program"), ("pie",)),)))
    started = ImageConfig(entrypoint=("/opt/tool", "run"))
    assert plain == "medium"
    assert signs(("hardening",), inventory=inventory).findings[0].severity == "low"
    assert signs(("hardening",), started, inventory).findings[0].severity == "medium"


def test_a_part_that_fails_does_not_cost_the_others(monkeypatch: pytest.MonkeyPatch):
    def broken(*_):
        raise RuntimeError("a defect")
        yield

    monkeypatch.setitem(behaviour._PARTS, "hooks", broken)
    found = signs(("hooks", "capabilities"))
    assert [finding.id for finding in found.findings] == ["CAP-103"]
    assert found.unknowns[0].cataloger == "behaviour:hooks"
