"""``careen exposure`` as a user meets it: files and folders, images, forms, exit codes, and the page in a browser."""

import html
import io
import json
import re
import shutil
import subprocess
import sys

import pytest
from tests.conftest import ROOT

from careen.cli.main import main

sys.path.insert(0, str(ROOT / "examples"))
SHOP = ROOT / "examples/shop"
EDGE = "registry.example/shop/edge:2.3.1"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    shutil.copytree(SHOP, tmp_path / "shop")
    (tmp_path / "shop/notes.txt").write_text("not of our business")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(capsys, *arguments):
    code = main(["exposure", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def flat(out):
    """Without the line breaks of 80 columns."""
    return " ".join(out.split())


def test_a_folder_is_searched_and_both_shops_are_kept_apart(tree, capsys):
    code, out, _ = ran(capsys, "shop")
    assert code == 0
    assert "2 files, 12 containers" in out
    assert "Internet -> compose.yaml/edge -> compose.yaml/agent -> compose.yaml/host" in flat(out)
    assert "Internet -> shop/edge -> shop/agent -> node of the cluster" in flat(out)
    assert "[shop/compose.yaml:" in out


def test_gates_and_errors(tree, capsys):
    assert ran(capsys, "shop", "--fail-on", "critical", "--quiet")[0] == 1
    (tree / "calm.yaml").write_text("services: {a: {image: x/a:1, ports: ['80:80']}}\n")
    assert ran(capsys, "calm.yaml", "--fail-on", "high")[0] == 0
    assert ran(capsys, "calm.yaml", "--fail-on", "low")[0] == 1
    code, _, err = ran(capsys, "shop", "--fail-on", "kev")
    assert (code, "paths have only a severity" in err) == (2, True)
    code, _, err = ran(capsys, "shop/notes.txt")
    assert (code, "no containers in shop/notes.txt" in err) == (3, True)
    assert ran(capsys, "missing")[0] == 3
    assert ran(capsys, "shop", "--format", "sarif")[0] == 2
    assert ran(capsys, "shop", "--image", "postgres:17.6")[0] == 2
    code, _, err = ran(capsys, "shop", "--image", "no/such=image.tar")
    assert (code, "no file names that image" in err) == (2, True)


def test_a_template_is_reported_and_strict_fails(tree, capsys):
    (tree / "t.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Name }}-web\n")
    (tree / "a.yaml").write_text("services: {a: {image: x/a:1}}\n")
    code, out, _ = ran(capsys, "t.yaml", "a.yaml")
    assert (code, "render it first" in flat(out)) == (0, True)
    assert ran(capsys, "t.yaml", "a.yaml", "--strict")[0] == 3


def test_standard_input(tree, capsys, monkeypatch):
    text = b"services:\n  a:\n    image: x/a:1\n    ports: ['80:80']\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    code, out, _ = ran(capsys, "-", "--format", "json")
    whole = json.loads(out)
    assert (code, [path["steps"][0]["reasons"][0]["places"] for path in whole["paths"]]) == (
        0,
        [[{"path": "stdin.yaml", "line": 4}]],
    )


def test_an_image_is_scanned_and_its_worst_vulnerability_raises_the_score_of_its_path(tree, capsys):
    from build_demo import build

    archive = build(tree / "image.tar")
    offline = ("--offline", "--advisories", str(ROOT / "examples/advisories"))
    _, plain, _ = ran(capsys, "shop/compose.yaml", "--format", "json")
    code, out, _ = ran(capsys, "shop/compose.yaml", "--image", f"{EDGE}={archive}", *offline, "--format", "json")
    before, after = json.loads(plain), json.loads(out)
    assert code == 0
    assert before["images"] == before["vulnerabilities"] == []
    (image,) = after["images"]
    assert (image["image"], image["trouble"], image["assessed"]) == (EDGE, None, False)  # by private advisories alone
    assert image["worst"]["id"] == after["vulnerabilities"][0]["id"] == "CVE-2021-44228"
    assert after["vulnerabilities"][0]["container_name"] == "edge"
    assert after["paths"][0]["target"] == before["paths"][0]["target"]
    assert after["paths"][0]["score"] > before["paths"][0]["score"]
    assert any("CVE-2021-44228" in reason["text"] for reason in after["paths"][0]["steps"][0]["reasons"])


def test_an_unavailable_image_is_reported(tree, capsys):
    code, out, _ = ran(capsys, "shop/compose.yaml", "--image", f"{EDGE}=nowhere.tar", "--offline")
    assert code == 0
    assert "Images that were not assessed" in out
    assert EDGE in out
    assert ran(capsys, "shop/compose.yaml", "--image", f"{EDGE}=nowhere.tar", "--offline", "--strict")[0] == 3


def test_several_formats_in_one_run(tree, capsys):
    code, out, _ = ran(capsys, "shop", "--format", "json=a.json", "--format", "html=a.html", "--format", "table")
    assert (code, out.startswith("shop\n")) == (0, True)
    assert json.loads((tree / "a.json").read_text("utf-8"))["schema"] == "careen.exposure/1"
    assert (tree / "a.html").read_text("utf-8").startswith("<!doctype html>")


def browser():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(browser() is None, reason="no Chromium here: the page is not opened in a browser")
def test_the_page_renders_in_a_browser_without_errors(tree, capsys):
    (tree / "odd.yaml").write_text('services: {"</script><b>x": {image: "<img src=x>", ports: ["80:80"]}}\n')
    ran(capsys, "shop", "odd.yaml", "--format", "html=page.html")
    flags = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        "--virtual-time-budget=8000",
        "--dump-dom",
    )
    command = [browser(), *flags, f"--user-data-dir={tree}/profile", f"file://{tree}/page.html"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    listed = re.findall(r'<button[^>]*data-rank="(\d+)"[^>]*aria-pressed="(\w+)"', done.stdout)
    listed = listed or [
        (rank, pressed) for pressed, rank in re.findall(r'aria-pressed="(\w+)"[^>]*data-rank="(\d+)"', done.stdout)
    ]
    assert len(listed) >= 29
    assert listed[0] == ("0", "true")
    assert done.stdout.count("<canvas") >= 3
    words = html.unescape(re.sub("<script.*?</script>|<[^>]+>", " ", done.stdout, flags=re.DOTALL))
    assert "docker.sock of the host" in words
    assert "</script><b>x" in words
