"""Compliance views: what proves a control, what breaks it, and what was not assessed."""

import importlib
import json
import pkgutil
from typing import get_args

import pytest
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.reports import usual

import careen.checks
from careen.cli.main import main
from careen.config import ComplianceView
from careen.errors import UsageError
from careen.model.finding import ExposedSecret, Location, Misconfiguration, Suppressed, SuppressedBy
from careen.plugins import Check, load
from careen.policy.compliance import FIXABLE, REASONS, compliance_of, load_view, names, proofs
from careen.reports.table.controls import control_lines

CHECKS = tuple(
    check
    for info in pkgutil.iter_modules(importlib.import_module("careen.checks").__path__)
    if info.ispkg
    for check in load(f"{careen.checks.__name__}.{info.name}", "CHECK", Check)
)
IDS = {check.id for check in CHECKS}
FIXED = next(one for one in usual().findings if one.fix.versions)
OPEN = next(one for one in usual().findings if not one.fix.versions)
SECRET = ExposedSecret("x", "", "high", Location("x", 1, 1), "", "e" * 32)
EVERY = pytest.mark.parametrize("name", names())


def fault(id):
    return Misconfiguration(id, "", "low", Location("x", 1, 1), "", "", (), "f" * 32, "")


def test_the_settings_know_every_view():
    assert set(get_args(ComplianceView)) == set(names())
    with pytest.raises(UsageError, match="no such view"):
        load_view("cis-docker")


@EVERY
def test_controls_are_listed_once_and_each_is_proven_or_has_a_reason(name):
    view = load_view(name)
    ids = [control.id for control in view.control]
    assert len(set(ids)) == len(ids)
    proven = proofs(view, CHECKS)
    for control in view.control:
        assert set(control.checks) <= IDS, control.id
        assert control.by in ("", *REASONS), control.id
        assert bool(proven[control.id] or control.kinds) != bool(control.by), control.id


@pytest.mark.parametrize(
    ("name", "count"), [("cis-docker-1.6", 117), ("cis-kubernetes-5", 35), ("pss-baseline", 12), ("pss-restricted", 18)]
)
def test_no_control_is_left_out(name, count):
    assert len(load_view(name).control) == count


def test_every_reference_to_a_level_of_the_standards_is_a_control():
    titles = {control.by_title for control in load_view("pss-restricted").control}
    named = {one for check in CHECKS for one in check.references if one.startswith("PSS ") and ":" in one}
    assert named == titles


@pytest.mark.parametrize(
    ("ran", "findings", "suppressed", "status"),
    [
        ({"CMP-001"}, (), (), "pass"),
        ({"CMP-001"}, (fault("CMP-001"),), (), "fail"),
        ((), (), (), "not_assessed"),
        ({"CMP-002"}, (fault("CMP-002"),), (), "not_assessed"),
        ({"CMP-001"}, (), (Suppressed(fault("CMP-001"), SuppressedBy("comment", "x:1", "")),), "pass"),
    ],
)
def test_the_status_of_a_control(ran, findings, suppressed, status):
    found = compliance_of(load_view("cis-docker-1.6"), CHECKS, ran, findings, suppressed)
    (control,) = [one for one in found.controls if one.id == "5.5"]
    assert control.status == status
    assert control.suppressed == len(suppressed)
    assert bool(control.reason) == (status == "not_assessed")


@pytest.mark.parametrize(
    ("assessed", "findings", "status"),
    [
        ((), (), "not_assessed"),
        (("secret",), (), "not_assessed"),
        ((FIXABLE,), (), "pass"),
        ((FIXABLE,), (OPEN, SECRET), "pass"),
        ((), (FIXED,), "fail"),
    ],
)
def test_the_status_of_a_control_that_findings_of_a_kind_break(assessed, findings, status):
    found = compliance_of(load_view("cis-docker-1.6"), CHECKS, IDS, findings, (), assessed)
    (control,) = [one for one in found.controls if one.id == "4.4"]
    assert control.status == status
    assert bool(control.reason) == (status == "not_assessed")


def test_the_host_is_not_assessed_whatever_ran():
    found = compliance_of(load_view("cis-docker-1.6"), CHECKS, IDS, (), (), ("fixable vulnerability", "secret"))
    by_id = {control.id: control for control in found.controls}
    assert {by_id[id].status for id in ("1.1.1", "2.3", "3.1", "6.1", "7.5")} == {"not_assessed"}
    assert by_id["4.4"].status == "pass"
    text = "\n".join("".join(part for part, _ in line) for line in control_lines(found, 80, verbose=True))
    assert "concerns the host, which no file or image shows" in text
    assert max(map(len, text.split("\n"))) <= 80


def test_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n  containers: [{name: c, image: 'c:1'}]\n"
    )
    arguments = ["check", "pod.yaml", "--scanners", "config", "--compliance", "pss-baseline", "--quiet"]
    assert main([*arguments, "--format", "json"]) == 0
    controls = json.loads(capsys.readouterr().out)["compliance"]["controls"]
    assert {control["title"]: control["status"] for control in controls if control["status"] != "pass"} == {
        "Host Namespaces": "fail"
    }
    assert next(control["failed"] for control in controls if control["failed"]) == ["K8S-002"]
    main(arguments)
    out = capsys.readouterr().out
    assert "FAIL  Host Namespaces" in out
    assert "11 passed, 1 failed, 0 not assessed" in out


@pytest.mark.parametrize(
    ("scanners", "image", "dockerfile"),
    [
        ("config", {"4.4": "not_assessed", "4.10": "not_assessed"}, "not_assessed"),
        ("config,secret", {"4.4": "not_assessed", "4.10": "pass"}, "pass"),
        ("config,vuln", {"4.4": "not_assessed", "4.10": "not_assessed"}, "not_assessed"),  # nothing is known of its packages
    ],
)
def test_a_check_beside_it_does_not_stand_for_findings_that_were_not_looked_for(scanners, image, dockerfile, tmp_path, capsys):
    archive = write_docker_archive(tmp_path / "image.tar", make_image([make_layer({"etc/hostname": b"x"})]))
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nUSER 1000\n")
    how = ["--scanners", scanners, "--compliance", "cis-docker-1.6", "--quiet", "--format", "json", "--offline"]

    def statuses(*arguments):
        main([*arguments, *how])
        found = json.loads(capsys.readouterr().out)["compliance"]["controls"]
        return {control["id"]: control["status"] for control in found if control["id"] in image}

    assert statuses("scan", str(archive)) == image
    assert statuses("check", str(tmp_path / "Dockerfile"))["4.10"] == dockerfile
