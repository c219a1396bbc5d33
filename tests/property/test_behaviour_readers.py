"""Every reader of the signs of risk on seeded mutations (``CAREEN_MUTATIONS``, 100 by default, for each reader).

Nothing but ValueError comes out, and the work of a call stays in proportion to its input.
"""

import os
import random
import zlib
from pathlib import Path

import pytest
from tests.support.hardened import hardened
from tests.support.work import ends
from tests.unit.behaviour import code
from tests.unit.behaviour.examples import BAD, GOOD

from careen.behaviour.capabilities import profile
from careen.behaviour.code import dangerous
from careen.behaviour.families import capabilities
from careen.behaviour.files import ExaminedFile
from careen.behaviour.lookalikes import look_alikes
from careen.behaviour.undisclosed import quiet_fixes
from careen.behaviour.undisclosed.releases import changes_of, releases_of
from careen.model.package import Package

MUTATIONS = int(os.environ.get("CAREEN_MUTATIONS", "100"))
LABELLED = Path(code.__file__).with_name("labelled")
INSERTS = (
    *(b"\0", b"(" * 300, b"[" * 300, b"{" * 200, b"`" * 9, b"'", b'"', b"\\", b"$(", b"\n" * 50, b"\xff\xfe"),
    *(b"A" * 3000, b"=" * 80),
)
MANIFEST = b'{"name": "a", "scripts": {"postinstall": "node a.js"}}'
UNIT = b"[Service]\nExecStart=/opt/a\n[Socket]\nListenStream=80\n[Timer]\nOnCalendar=daily\n"
DEBIAN = (
    b"a (1.2-2) unstable; urgency=high\n\n  * Fix buffer overflow\n\n -- A <a@b>  Tue, 07 May 2024 17:23:01 +0000\n\n"
    b"a (1.2-1) unstable; urgency=low\n"
)
UPSTREAM = (
    b"## [1.2.1] - 2026-01-02\n\n### Security\n\n- Fix path traversal\n\n1.2.0\n=====\n\n* Add b (#1)\n\n"
    b"Version 1.1, released 2020\n"
)


def examples(kind):
    found = [content for each in (BAD, GOOD) for rows in each.values() for name, content in rows if name == kind]
    return [content for content in found if isinstance(content, bytes)]


SEEDS = {
    **{kind: examples(kind) for kind in ("python", "javascript", "shell", "perl", "ruby", "php")},
    "program": [hardened(("connect", "execve", "malloc"), runpath="$ORIGIN"), hardened(("dlsym",), bits=32, order=">")],
    "manifest": [MANIFEST],
    "unit": [UNIT],
}
SEEDS["javascript"].append((LABELLED / "web.js").read_bytes())
SEEDS["php"].append((LABELLED / "page.php").read_bytes())
SEEDS["ruby"].append((LABELLED / "app.rb").read_bytes())
SEEDS["shell"].append((LABELLED / "install.sh").read_bytes())
SEEDS["ruby"].append(b'Net::HTTP.post(URI(address), ENV.to_h.to_s)\nsystem("sh", "-c", x)\n')


def mutated(name, seeds):
    chance = random.Random(zlib.crc32(name.encode()))
    for _ in range(MUTATIONS):
        data = chance.choice(seeds)
        for _ in range(chance.randint(1, 4)):
            at, way = chance.randint(0, len(data)), chance.randrange(5)
            if way == 0:
                data = data[:at] + chance.choice(INSERTS) + data[at:]
            elif way == 1:
                data = data[:at] + data[at + chance.randint(1, 40) :]
            elif way == 2:
                data = data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]
            elif way == 3:
                data = data[:at] + chance.choice(seeds)
            else:
                data = data[:at]
        yield data


@pytest.mark.parametrize("kind", SEEDS)
def test_programs_and_scripts(kind):
    known = {one.name for one in capabilities()}
    for data in mutated(kind, SEEDS[kind]):
        file = ExaminedFile("opt/x", 0, kind, data)
        with ends():
            names, findings = profile(file)
            assert set(names) <= known
            try:
                findings += dangerous(file)
            except ValueError:
                pass
            assert all(finding.evidence or finding.location.line for finding in findings)


def test_changelogs_of_a_distribution():
    for data in mutated("debian", [DEBIAN]):
        with ends():
            assert all(0 < fix.score.probability <= 1 for fix in quiet_fixes(data.decode("utf-8", "replace"), "1.2-1"))


def test_changelogs_of_a_project():
    for data in mutated("upstream", [UPSTREAM]):
        text = data.decode("utf-8", "replace")
        with ends():
            releases = list(releases_of(text))
            assert sum(len(release.text) for release in releases) <= len(text)
            assert all(item for release in releases for item in changes_of(release.text))


def test_names_of_packages():
    for data in mutated("names", [b"requests", b"lodash", b"@types/node", b"github.com/a/b", b"python-dateutil"]):
        name = data.decode("utf-8", "replace")
        for type in ("pypi", "npm", "golang", "gem"):
            with ends():
                assert all(finding.id.startswith("MAL-") for finding in look_alikes([Package(type, None, name, "1")]))
