"""Order against the tools that are here: ``dpkg --compare-versions`` and rpm's own ``rpm.vercmp``."""

import random
import shutil
import subprocess

import pytest

from careen.versions import deb, rpm

PAIRS = 150
DEB = ["0", "1", "9", "10", "00", "~", ".", "+", "a", "Z", "rc", "-", "-1", "1:", "deb12u"]
RPM = ["0", "1", "9", "10", "00", "~", "^", ".", "_", "a", "Z", "rc", "el9", "-1"]


def pairs(pieces, seed):
    chance = random.Random(seed)
    stems = ["1", "1.0", "2.36", "1:1", "0"]
    for _ in range(PAIRS):
        stem = chance.choice(stems)
        yield tuple(stem + "".join(chance.choices(pieces, k=chance.randint(0, 4))) for _ in "ab")


@pytest.mark.skipif(not shutil.which("dpkg"), reason="no dpkg here: deb order is not tested against it")
def test_deb_as_dpkg():
    compared = 0
    for left, right in pairs(DEB, 1):
        try:
            a, b = deb.key(left), deb.key(right)
        except ValueError:
            continue
        relation = "lt" if a < b else "eq" if a == b else "gt"
        done = subprocess.run(
            ["dpkg", "--compare-versions", left, relation, right], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{left} {relation} {right}: dpkg disagrees {done.stderr}"
        compared += 1
    assert compared > PAIRS // 2


@pytest.mark.skipif(not shutil.which("rpm"), reason="no rpm here: rpm order is not tested against it")
def test_rpm_as_rpm():
    asked = list(pairs(RPM, 2))
    calls = " ".join(f"print(rpm.vercmp('{left}', '{right}') .. ' ')" for left, right in asked)
    done = subprocess.run(["rpm", "--eval", f"%{{lua:{calls}}}"], capture_output=True, text=True, check=False)
    answers = done.stdout.split()
    if done.returncode or len(answers) != len(asked):
        pytest.skip("this rpm has no rpm.vercmp: rpm order is not tested against it")
    for (left, right), answer in zip(asked, answers, strict=True):
        a, b = rpm.key(left), rpm.key(right)
        assert (a > b) - (a < b) == int(answer), f"rpm.vercmp({left}, {right}) is {answer}"
