"""The documented structure of a snapshot, and the environment of a workflow."""

import json
import re

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from msgspec.structs import replace
from tests.support.reports import HOSTILE, JINJA, clean, faulty, hostile, usual
from tests.support.written import written

from careen.model.inventory import Inventory
from careen.reports.github import NO_BRANCH, NO_COMMIT, REPORTER, document

WORKFLOW = {
    "GITHUB_SHA": "5d" * 20,
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_WORKFLOW": "build",
    "GITHUB_JOB": "image",
    "GITHUB_RUN_ID": "123",
    "GITHUB_SERVER_URL": "https://git.example",
    "GITHUB_REPOSITORY": "shop/service",
}
TEXT = {"type": "string"}
METADATA = {"type": "object", "maxProperties": 8, "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}


def closed(required, **properties):
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


DEPENDENCY = closed(
    [],
    package_url={"type": "string", "pattern": "^pkg"},
    metadata=METADATA,
    relationship={"enum": ["direct", "indirect"]},
    scope={"enum": ["runtime", "development"]},
    dependencies={"type": "array", "items": TEXT},
)
MANIFEST = closed(
    ["name"],
    name=TEXT,
    file=closed([], source_location=TEXT),
    metadata=METADATA,
    resolved={"type": "object", "additionalProperties": DEPENDENCY},
)
SNAPSHOT = closed(
    ["detector", "version", "ref", "sha", "job", "scanned"],
    version={"type": "integer"},
    job=closed(["id", "correlator"], id=TEXT, correlator=TEXT, html_url=TEXT),
    sha={"type": "string", "minLength": 40, "maxLength": 64},
    ref={"type": "string", "pattern": "^refs/"},
    detector=closed(["name", "version", "url"], name=TEXT, version=TEXT, url=TEXT),
    metadata=METADATA,
    manifests={"type": "object", "additionalProperties": MANIFEST},
    scanned={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
)


@pytest.mark.parametrize("report", [usual(), clean(), clean("not_assessed"), faulty(), *map(hostile, HOSTILE)])
@pytest.mark.parametrize("workflow", [{}, WORKFLOW])
def test_the_documented_structure(report, workflow, monkeypatch):
    for name in WORKFLOW:
        monkeypatch.delenv(name, raising=False)
    for name, value in workflow.items():
        monkeypatch.setenv(name, value)
    snapshot = json.loads(written(REPORTER, report))
    Draft202012Validator(SNAPSHOT, format_checker=FormatChecker()).validate(snapshot)


def test_a_manifest_for_each_package_database():
    manifests = document(usual(), {})["manifests"]
    debian = manifests["var/lib/dpkg/status"]
    assert [re.split("[/@]", purl)[2] for purl in debian["resolved"]] == ["libssl3", "linux-libc-dev", "openssl"]
    assert all(entry["scope"] == "runtime" for entry in debian["resolved"].values())
    assert "file" not in debian  # it is in the image, not in the repository
    assert sum(len(manifest["resolved"]) for manifest in manifests.values()) == len(usual().inventory.packages)


def test_a_lock_file_has_its_place_in_the_repository():
    place = replace(JINJA.evidence[0], path="web/requirements.txt", layer=0)
    declared = replace(JINJA, presence="declared", evidence=(place,))
    report = replace(faulty(), inventory=Inventory(None, (declared,), files=1))
    (manifest,) = document(report, {})["manifests"].values()
    assert manifest["file"] == {"source_location": "web/requirements.txt"}
    assert manifest["resolved"][JINJA.purl] == {"package_url": "pkg:pypi/jinja2@3.0.1"}  # perhaps for development only


def test_commit_branch_and_job_are_those_of_the_workflow():
    snapshot = document(usual(), WORKFLOW)
    assert (snapshot["sha"], snapshot["ref"]) == (WORKFLOW["GITHUB_SHA"], WORKFLOW["GITHUB_REF"])
    assert snapshot["job"] == {
        "id": "123",
        "correlator": "careen_build_image_registry.example/shop/service",
        "html_url": "https://git.example/shop/service/actions/runs/123",
    }


def test_outside_a_workflow_placeholders_stand_for_them():
    snapshot = document(usual(), {})
    assert (snapshot["sha"], snapshot["ref"]) == (NO_COMMIT, NO_BRANCH)
    assert snapshot["job"] == {"id": "0", "correlator": "careen_registry.example/shop/service"}


def test_two_images_of_one_job_do_not_replace_each_other():
    other = replace(usual(), image=replace(usual().image, reference="registry.example/shop/other:1.4"))
    newer = replace(usual(), image=replace(usual().image, reference="registry.example/shop/service:1.5"))
    correlators = [document(report, WORKFLOW)["job"]["correlator"] for report in (usual(), other, newer)]
    assert correlators[0] == correlators[2] != correlators[1]
