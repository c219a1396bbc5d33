"""Images that attack by their archives end with the right code, the right unknown and bounded work; none turns a gate green.

Each scan is a process of its own, under RLIMIT_CPU and RLIMIT_AS as safety nets. The attacks that cost much come in small,
with bounds as small; ``benchmarks/attacks.py`` runs them in full.
"""

import json
import resource
import subprocess

import pytest
from tests.support import attacks
from tests.support.command import Shell

from careen.safety.budget import Limits

SCALE = 0.01
SAFE = {resource.RLIMIT_CPU: 120, resource.RLIMIT_AS: 4 << 30}


def scan(shell, place, *options):
    def limited():
        for which, value in SAFE.items():
            resource.setrlimit(which, (value, value))

    command = shell.command(
        "scan", f"oci:{place}", "--offline", "--no-cache", "--format", "json", "--scanners", "config", *options
    )
    done = subprocess.run(
        command, env=shell.environment, cwd=shell.home, capture_output=True, timeout=300, check=False, preexec_fn=limited
    )
    assert done.returncode in (0, 1, 3), done.stderr
    return done.returncode, json.loads(done.stdout)


def codes(report):
    return {unknown.get("code") for unknown in report["unknowns"]}


@pytest.mark.parametrize("attack", attacks.DOUBTS, ids=lambda attack: attack.name)
def test_doubt_never_passes_under_strict(tmp_path, attack):
    shell, place = Shell(tmp_path / "home"), attacks.written(attack, tmp_path)
    code, report = scan(shell, place)
    assert (code == 3) is attack.whole
    assert attack.code in codes(report)
    assert scan(shell, place, "--strict")[0] == 3


def test_a_global_header_hides_nothing(tmp_path):
    attack = attacks.DOUBTS[0]
    _, report = scan(Shell(tmp_path / "home"), attacks.written(attack, tmp_path))
    assert [package["name"] for package in report["packages"]] == ["spar"]


@pytest.mark.parametrize("attack", attacks.COSTS, ids=lambda attack: attack.name)
def test_expensive_content_is_over_budget(tmp_path, attack):
    place = attacks.written(attack, tmp_path, SCALE)
    bounds = ("--budget", SCALE, "--max-layer-bytes", int(SCALE * (16 << 30)), "--max-seconds", 100)
    code, report = scan(Shell(tmp_path / "home"), place, *bounds)
    if not attack.code:
        assert "over_budget" not in codes(report)
        return
    assert attack.code in codes(report)
    assert (code == 3) is attack.whole
    assert report["coverage"]["files"] <= Limits().members * SCALE + 1000


def test_the_time_of_a_scan_is_bounded(tmp_path):
    place = attacks.written(attacks.COSTS[-2], tmp_path, SCALE)
    code, report = scan(Shell(tmp_path / "home"), place, "--max-seconds", "0.000001")
    assert (code, codes(report)) == (3, {"over_budget"})
