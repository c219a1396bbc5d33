"""Order against the tools that are here: ``dpkg --compare-versions``, ``rpm.vercmp``, npm's semver, RubyGems."""

import json
import random
import shutil
import subprocess

import pytest

from careen.versions import deb, gem, npm, rpm

PAIRS = 150
DEB = ["0", "1", "9", "10", "00", "~", ".", "+", "a", "Z", "rc", "-", "-1", "1:", "deb12u"]
GEM = ["0", "1", "9", "10", "00", ".", ".a", ".rc1", "-", "b", ".0"]
RANGES = ["^{}", "~{}", ">={}", "<{}", "<={} || {}", "{} - 2.0.0", "1.x || >{}", "*"]
SEMVER = """
const { join } = require("path");
const semver = require(join(process.execPath, "../../lib/node_modules/npm/node_modules/semver"));
const answers = JSON.parse(require("fs").readFileSync(0, "utf8")).map(([a, b]) =>
  semver.valid(a) === null ? null : semver.valid(b) !== null ? semver.compare(a, b)
  : semver.validRange(b) !== null ? semver.satisfies(a, b) : null);
console.log(JSON.stringify(answers));
"""
RUBYGEMS = """
require "json"
puts JSON.dump(JSON.parse(STDIN.read).map { |a, b|
  Gem::Version.correct?(a) && Gem::Version.correct?(b) ? Gem::Version.new(a) <=> Gem::Version.new(b) : nil })
"""
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


def asked(command, questions, tool):
    done = subprocess.run(command, input=json.dumps(questions), capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no {tool} that answers: the order is not tested against it")
    return [
        (*question, answer) for question, answer in zip(questions, json.loads(done.stdout), strict=True) if answer is not None
    ]


def order(scheme, left, right):
    a, b = scheme.key(left), scheme.key(right)
    return (a > b) - (a < b)


@pytest.mark.skipif(not shutil.which("ruby"), reason="no ruby here: gem order is not tested against it")
def test_gem_as_rubygems():
    answered = asked(["ruby", "-rrubygems", "-e", RUBYGEMS], list(pairs(GEM, 3)), "ruby")
    assert len(answered) > PAIRS // 4
    for left, right, answer in answered:
        assert order(gem, left, right) == answer, f"Gem::Version {left} <=> {right} is {answer}"


@pytest.mark.skipif(not shutil.which("node"), reason="no node here: npm order is not tested against it")
def test_npm_as_semver():
    chance = random.Random(4)

    def version():
        text = ".".join(str(chance.choice((0, 1, 2, 10))) for _ in range(3))
        return text + chance.choice(("", "", "-alpha", "-rc.1", "-0", "+b"))

    compared = [(version(), version()) for _ in range(PAIRS)]
    ranges = [(version(), chance.choice(RANGES).format(version(), version())) for _ in range(PAIRS)]
    for left, right, answer in asked(["node", "-e", SEMVER], compared, "npm"):
        assert order(npm, left, right) == answer, f"semver.compare({left}, {right}) is {answer}"
    for one, constraint, answer in asked(["node", "-e", SEMVER], ranges, "npm"):
        if isinstance(answer, bool):
            assert npm.satisfies(one, constraint) is answer, f"semver.satisfies({one}, {constraint}) is {answer}"
