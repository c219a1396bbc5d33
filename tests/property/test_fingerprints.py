"""Whoever builds the same image again, under another name or with lines moved, keeps the fingerprints of its findings."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT
from tests.support.generated import examples
from tests.support.images import make_image, make_layer, write_docker_archive

import careen

OPTIONS = {"offline": True, "no_cache": True, "advisories": ROOT / "examples" / "advisories"}
KEY = "AKIAQYLPMN5HHHFPZAM2"
PACKAGES = {
    f"app/node_modules/{name}/package.json": version for name, version in (("lodash", "4.17.15"), ("minimist", "1.2.5"))
}
LINES = st.lists(st.sampled_from(["", "# a comment", "plain = 1"]), max_size=5)
TAGS = st.from_regex(r"[a-z]{1,8}/[a-z]{1,8}:[a-z0-9]{1,8}", fullmatch=True)


@pytest.fixture(scope="module")
def folder():
    path = Path(tempfile.mkdtemp())
    yield path
    shutil.rmtree(path)


def packages(version_of):
    return {path: json.dumps({"name": path.split("/")[2], "version": version_of[path]}).encode() for path in PACKAGES}


def identities(report):
    """Each finding without what moves: its kind, id and fingerprint."""
    found = {(row["kind"], row["id"], row["fingerprint"]) for row in report.to_rows()}
    assert len(found) == len(report.findings)
    return found


def scanned(folder, tag, before, labels):
    settings = "\n".join([*before, f"aws_access_key_id = {KEY}", ""])
    layers = [make_layer(packages(PACKAGES)), make_layer({"app/settings.ini": settings.encode(), "app/tool": b"x"})]
    image = make_image(layers, config={"Labels": labels, "Env": [f"TOKEN_ID={KEY}"]})
    return careen.scan(write_docker_archive(folder / f"{len(list(folder.iterdir()))}.tar", image, tags=[[tag]]), **OPTIONS)


@examples(12)
@given(tag=TAGS, before=LINES, labels=st.dictionaries(st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.just("x"), max_size=3))
def test_another_tag_another_digest_and_moved_lines(folder, tag, before, labels):
    first, second = scanned(folder, "shop/web:1", [], {}), scanned(folder, tag, before, labels)
    assert {kind for kind, _, _ in identities(first)} >= {"vulnerability", "secret", "misconfiguration"}
    assert identities(first) == identities(second)


DOCKERFILE = ["FROM debian:latest", "RUN apt-get update", "ADD https://host.example/x.tar /x/", 'CMD ["sh"]']


@examples(30)
@given(between=st.lists(st.sampled_from(["", "# a comment"]), min_size=len(DOCKERFILE), max_size=len(DOCKERFILE)))
def test_moved_lines_of_checked_files(folder, between):
    moved = [line for pair in zip(between, DOCKERFILE, strict=True) for line in pair]
    reports = []
    for lines in (DOCKERFILE, moved):
        (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
        reports.append(careen.check([folder / "Dockerfile"], scanners="config", offline=True, no_cache=True))
    assert len(reports[0].findings) > 1
    assert identities(reports[0]) == identities(reports[1])


@examples(12)
@given(tag=TAGS, before=LINES)
def test_sarif_has_the_same_fingerprints_too(folder, tag, before):
    def of(report):
        results = json.loads(careen.render(report, "sarif"))["runs"][0]["results"]
        return {json.dumps([result["ruleId"], result["partialFingerprints"]], sort_keys=True) for result in results}

    assert of(scanned(folder, "shop/web:1", [], {})) == of(scanned(folder, tag, before, {"a": "b"}))
