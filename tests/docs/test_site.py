"""The site: it builds without a warning, every page is in its navigation, and the search finds pages without a network."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from tests.conftest import ROOT

SITE = ROOT / "docs/site"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MEDIAN = re.compile(r"^\| (\S+) \| (careen|trivy|syft) \| [\d.]+ / ([\d.]+) / [\d.]+ \| [^|]*\| (\d+) \|", re.MULTILINE)
TABLE = re.compile(r"(<!-- careen beside its peers.*?\|---\|---\|---\|---\|\n)(.*?)(<!-- end -->)", re.DOTALL)


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build", SITE / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(build, tmp_path_factory):
    missing = [name for name in build.MODULES if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed: the site was not built")
    folder = tmp_path_factory.mktemp("site")
    made = subprocess.run([sys.executable, SITE / "build.py", folder], capture_output=True, text=True, timeout=600, check=False)
    assert made.returncode == 0, made.stderr[-2000:]
    return folder


def test_the_navigation_names_pages_once():
    pages = [page for section in tomllib.loads((SITE / "nav.toml").read_text("utf-8"))["section"] for page in section["pages"]]
    assert sorted(pages) == sorted(set(pages))


def test_which_page_stands_in_no_section(build, tmp_path):
    build.stage(tmp_path)
    pages = {path.relative_to(tmp_path).with_suffix("").as_posix() for path in tmp_path.rglob("*.md")} - {"index"}
    if rest := build.in_no_section(pages):
        pytest.skip(f"listed under {build.MORE!r}, as docs/site/nav.toml names no section for them: {', '.join(rest)}")


def test_the_site_is_whole(site, build):
    assert (site / "search.html").is_file()
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 60
    ours = {path.resolve() for path in site.rglob("*")}
    broken = [
        (page.name, link)
        for page in pages
        for link in re.findall(r'(?:href|src)="([^"#?]+)["#?]', page.read_text("utf-8"))
        if not re.match(r"[a-z]+:", link) and (page.parent / link).resolve() not in ours
    ]
    assert broken == []


def test_the_site_asks_no_other_host(site):
    for page in ("index.html", "search.html", "tutorial.html"):
        loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?:[^"]+)"', (site / page).read_text("utf-8"))
        assert loaded == []


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
@pytest.mark.parametrize(
    ("words", "page"), [("proxy", "faq.html"), ("trivyignore", "coming-from/trivy.html"), ("exclude folder", "faq.html")]
)
def test_the_search_finds_it(site, tmp_path, words, page):
    address = f"{(site / 'search.html').as_uri()}?q={words.replace(' ', '+')}"
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=8000", f"--user-data-dir={tmp_path}")
    done = subprocess.run([CHROMIUM, *flags, "--dump-dom", address], capture_output=True, text=True, timeout=600, check=False)
    results = re.search(r'id="search-results".*', done.stdout, re.DOTALL)
    assert results, done.stderr[-500:]
    found = re.findall(r'<a href="([^"?#]+)', results[0])
    assert page in found[:10], found[:10]


def test_the_comparison_has_the_figures_of_the_results(update):
    page = ROOT / "docs/comparison.md"
    text = page.read_text("utf-8")
    rows = "".join(_rows((ROOT / "benchmarks/RESULTS.md").read_text("utf-8").partition("\n## large")[2].partition("\n## ")[0]))
    assert rows.count("\n") > 5
    if update:
        text = TABLE.sub(lambda match: match[1] + rows + match[3], text)
        page.write_text(text, "utf-8")
    assert TABLE.search(text)[2] == rows, "make golden rewrites the table"


def _rows(results):
    found = {}
    for image, tool, seconds, memory in MEDIAN.findall(results):
        found.setdefault(image, {})[tool] = f"{seconds} s, {memory} MiB"
    for image, tools in found.items():
        if len(tools) == 3:
            yield f"| {image} | {tools['careen']} | {tools['trivy']} | {tools['syft']} |\n"
