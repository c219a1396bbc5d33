"""What people come for, done in headless Chromium against the service as a person starts it: the first five minutes,
registries, who has a CVE, packages by range, why something was not assessed, triage with an expiry and undo, VEX, a policy with
its preview, a key, two tags side by side, the link of a notification. With JavaScript and without.

Needs chromium, node and the modules ``playwright-core`` and ``axe-core`` (``tests/e2e/test_html_report.py``). ``--update``
writes the pictures of the documentation.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.e2e.test_html_report import CHROMIUM, DRIVEN, MODULES
from tests.e2e.test_serve import Service
from tests.support.fleet import fill
from tests.support.fleet_units import database_with
from tests.support.fleet_world import RECORDS
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.registry import Registry

from careen.config import settings_of
from careen.fleet.notifications import links
from careen.fleet.start import opened

SCRIPT = Path(__file__).parents[1] / "support/browser/acting.mjs"
DOCS = Path(__file__).parents[2] / "docs"
STATUS = (
    b"Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.2.13\n\n"
    b"Package: libssl3\nSource: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\n"
)
LODASH = "srv/node_modules/lodash/package.json"  # no feed of the test covers npm
PICTURES = {"start": "first-page.png", "triage-preview": "triage-preview.png", "policy-preview": "policy-preview.png"}
TASKS = (
    *(
        "login",
        "project",
        "registry",
        "upload",
        "affected",
        "range",
        "why",
        "triage",
        "vex",
        "undo",
        "policy",
        "key",
        "compare",
    ),
    *("link", "look"),
)


@pytest.fixture
def service(tmp_path):
    with opened(None, tmp_path / "data", settings_of({"cache_dir": str(tmp_path / "unused")}), 1) as fleet:
        database_with(fleet, RECORDS, "2026-11-01T00:00:00Z")
    made = Service(tmp_path)
    yield made
    made.process.kill()
    made.process.wait()
    made.process.stderr.close()


def driven(service, registry, folder, **plan):
    layer = make_layer({"etc/os-release": b'ID=debian\nVERSION_ID="12"\n', "var/lib/dpkg/status": STATUS})
    archive = write_docker_archive(
        folder / "shop.tar",
        make_image([layer, make_layer({"srv/app": b"x", LODASH: b'{"name": "lodash", "version": "4.17.21"}'})]),
    )
    file = folder / "plan.json"
    known = {"address": f"http://127.0.0.1:{service.port}", "setup": service.lines[1].split()[-1], "name": "ada"}
    known |= {"password": "correct horse battery", "registry": registry, "upload": str(archive), "tasks": TASKS}
    file.write_text(json.dumps(known | plan), "utf-8")
    command = ["node", str(SCRIPT), str(file), CHROMIUM, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=540, env={**os.environ, "NODE_PATH": MODULES})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@DRIVEN
@pytest.mark.parametrize("form", [{}, {"script": False}, {"phone": True, "dark": True}], ids=["wide", "plain", "phone"])
def test_the_tasks_of_people_who_act(service, tmp_path, request, form):
    with Registry() as registry:
        references = list(fill(registry, repositories=2, tags=2))
        host, _, name = references[0].partition("/")
        repository = name.rpartition(":")[0]
        link = links.vulnerability("http://host", 0, "CVE-2026-0001").removeprefix("http://host").replace("/0/", "/PROJECT/")
        tags = [f"{repository}:1.0", f"{repository}:1.1"]
        seen = driven(service, host, tmp_path, tags=tags, link=link, **form)
    assert (seen["errors"], seen["requests"]) == ([], [])
    assert {name: found for name, found in seen["axe"].items() if found} == {}
    assert max(seen["widths"].values(), default=0) <= (390 if form.get("phone") else 1280)
    assert "A test shows what it would find, and stores nothing" in seen["added"]
    assert seen["tested"][0] and seen["tested"][-1].startswith("2 repositories")
    assert "packages assessed" in seen["uploaded"]
    assert (seen["affected"], seen["near"]) == (["shop:1.4"], ["CVE-2026-0001"])
    assert ([name.split()[0] for name in seen["range"]], seen["outside"]) == (["libssl3"], 0)
    assert seen["word"] == ["libssl3"] and seen["reasons"] == ["no_advisories"] and "no_advisories" in seen["why"]
    assert [one for one in seen["beside"] if tags[0] in one]
    assert any("unchanged" in tile for tile in seen["compared"]) and any("layers in both" in tile for tile in seen["compared"])
    assert seen["followed"][0].endswith("/vulnerabilities/CVE-2026-0001") and seen["followed"][1] >= 1
    assert seen["rows"] == 2 and seen["decided"] == 2 and seen["left"] == 0
    assert seen["preview"] == "Hides 2 of 2 findings on 1 image."
    assert {statement["status"] for statement in seen["vex"]["statements"]} == {"not_affected"}
    assert len(seen["vex"]["statements"]) == 2
    assert "stay on record" in seen["undone"] and seen["back"] == 2
    assert seen["fails"].startswith("Would fail 1 of 1 images") and seen["policy"] == "high\nkev"
    assert seen["token"].startswith("careen_") and "Revoked" in seen["revoked"]
    if request.config.getoption("--update") and not form:
        for name, file in PICTURES.items():
            shutil.copy(tmp_path / f"{name}.png", DOCS / file)
