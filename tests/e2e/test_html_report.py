"""The HTML report in a real browser: it opens, filters, has no barrier for a screen reader, and hostile names stay text.

Needs Chromium; most tests need playwright-core and axe-core as well: ``npm install --prefix .cache/browser playwright-core
axe-core``, or a folder with both in ``NODE_PATH``. ``--update`` writes the pictures of docs/html.md.
"""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.large_report import large_report
from tests.support.reports import HOSTILE, hostile, usual
from tests.support.written import written

from careen.cli.main import main
from careen.reports.html import REPORTER

SCRIPT = Path(__file__).parents[1] / "support/browser/report.mjs"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MODULES = os.environ.get("NODE_PATH") or str(ROOT / ".cache/browser/node_modules")
HAVE_MODULES = all(Path(MODULES, name).is_dir() for name in ("playwright-core", "axe-core"))
DRIVEN = pytest.mark.skipif(
    not (CHROMIUM and shutil.which("node") and HAVE_MODULES), reason="no Chromium, playwright-core and axe-core here"
)
TIMES = bool(os.environ.get("CAREEN_TIMES"))  # a machine that does nothing else: times count as well


def driven(page, folder=""):
    command = ["node", str(SCRIPT), page.as_uri(), CHROMIUM, *([str(folder)] if folder else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env={**os.environ, "NODE_PATH": MODULES})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@DRIVEN
def test_five_thousand_findings(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(written(REPORTER, large_report()), "utf-8")
    assert page.stat().st_size <= 3_000_000
    seen = driven(page)
    print({name: value for name, value in seen.items() if name.endswith("_ms")})
    assert (seen["errors"], seen["requests"]) == ([], [])
    assert {name: found for name, found in seen["axe"].items() if found} == {}
    assert seen["status_at_first"] == "5,000 findings, the first 100 are shown"
    assert (seen["rows_at_first"], seen["rows_without_script"], seen["rows_printed"]) == (100, 5000, 5000)
    critical = sum(finding.severity == "critical" for finding in large_report().findings)
    assert seen["status_critical"].startswith(f"{critical:,} of 5,000 findings")
    assert (seen["address_critical"], seen["focus"], seen["expanded"]) == ("#?severity=critical", "search", "true")
    assert "why it is found" in seen["details"]
    assert (bool(re.fullmatch(r"#f[0-9a-f]{10}", seen["permalink"])), seen["opened_by_permalink"]) == (True, 1)
    assert seen["phone_width"] <= 390
    if TIMES:
        assert seen["opened_cpu_ms"] <= 2000 and seen["opened_ms"] <= 2000
        assert max(seen["filter_cpu_ms"]) <= 100 and max(seen["filter_ms"]) <= 100


@DRIVEN
def test_the_pictures_of_the_documentation(tmp_path, update, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    monkeypatch.chdir(tmp_path)
    from build_demo import build

    build(tmp_path / "shop.tar")
    page = tmp_path / "page.html"
    flags = ("--offline", "--advisories", str(ROOT / "examples/advisories"), "--quiet")
    assert main(["scan", "shop.tar", *flags, "--format", f"html={page}"]) == 0
    pictures = ROOT / "docs" if update else tmp_path
    seen = driven(page, pictures)
    assert {name: found for name, found in seen["axe"].items() if found} == {}
    names = ("report.png", "report-findings.png", "report-dark.png", "report-phone.png")
    assert all((pictures / name).stat().st_size > 10_000 for name in names)


@DRIVEN
@pytest.mark.parametrize("number", [0, 2, 9, 10, 11], ids=lambda number: repr(HOSTILE[number])[:12])
def test_a_hostile_name_is_text(tmp_path, number):
    page = tmp_path / "page.html"
    page.write_text(written(REPORTER, hostile(HOSTILE[number])), "utf-8")
    seen = driven(page)
    assert (seen["errors"], seen["requests"]) == ([], [])


NAME = "registry.example/shop/web:1"
IN_A_BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: the page is not opened in a browser")


@IN_A_BROWSER
def test_the_page_renders_without_errors(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(written(REPORTER, usual()), "utf-8")
    shown = rendered(page, tmp_path)
    assert "9 findings" in html.unescape(shown)
    assert 'aria-expanded="false"' in shown


@IN_A_BROWSER
def test_the_attack_paths_of_a_compose_file_are_drawn(tmp_path):
    page, image = tmp_path / "page.html", tmp_path / "image.tar"
    write_docker_archive(image, make_image([make_layer({"etc/os-release": b"ID=debian\nVERSION_ID=12\n"})]), tags=[[NAME]])
    (tmp_path / "compose.yaml").write_text(
        f"services:\n  web:\n    image: {NAME}\n    ports: ['80:80']\n    privileged: true\n", "utf-8"
    )
    flags = ("--exposure", str(tmp_path / "compose.yaml"), "--offline", "--no-cache", "--quiet", "--format", f"html={page}")
    assert main(["scan", str(image), *flags]) in (0, 3)
    shown = rendered(page, tmp_path)
    assert shown.count('class="way ') >= 2
    assert "through the containers in" in shown
    assert re.search(r"Internet → web → \S*host", html.unescape(shown))


def rendered(page, folder):
    flags = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        "--virtual-time-budget=8000",
        "--dump-dom",
    )
    command = [CHROMIUM, *flags, f"--user-data-dir={folder}/profile", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout
