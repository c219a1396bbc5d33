"""Gates that look at what an image adds to its base."""

import json

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.images import make_image, make_layer, write_docker_archive

LODASH_JSON = b'{"name": "lodash", "version": "4.17.15"}'
LODASH = {"base/node_modules/lodash/package.json": LODASH_JSON}
MINIMIST = {"app/node_modules/minimist/package.json": b'{"name": "minimist", "version": "1.2.5"}'}
NEWER = {"base/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.16"}'}
IN_BASE, OWN = "CVE-2021-23337", "CVE-2021-44906"
FLAGS = (
    "--offline",
    "--quiet",
    "--advisories",
    ADVISORIES,
    "--accept",
    "no_advisories",
    "--scanners",
    "vuln",
    "--format",
    "json",
)


def history(*steps):
    return [{"created_by": step, **({"empty_layer": True} if step.startswith("CMD") else {})} for step in steps]


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    base, own, newer = make_layer(LODASH), make_layer(MINIMIST), make_layer(NEWER)
    steps = history("ADD base /", 'CMD ["sh"]', "COPY app /app", 'CMD ["app"]')
    made = {
        "base": make_image((base,), history=history("ADD base /", 'CMD ["sh"]')),
        "app": make_image((base, own), history=steps),
        "silent": make_image((base, own), history=()),
        "alone": make_image((base, make_layer({"app/a": b"b"})), history=steps),
        "newer": make_image((base, newer), history=steps),
        "other": make_image((own,)),
        "again": make_image((base, make_layer({"app/node_modules/lodash/package.json": LODASH_JSON})), history=steps),
    }
    return {name: write_docker_archive(folder / f"{name}.tar", image) for name, image in made.items()}


def scan(shell, image, *flags):
    finished = shell.run("scan", image, *FLAGS, "--fail-on", "high", *flags)
    assert finished.returncode in (0, 1), finished.stderr
    return finished.returncode, json.loads(finished.stdout)


def test_findings_of_the_base_stay_listed_and_do_not_fail_the_gate(shell, images):
    code, report = scan(shell, images["alone"])
    assert (code, report["totals"]["in_base"]) == (1, 1)
    assert report["target"]["base_image"] == {"reference": None, "digest": None, "layers": 1, "how": "history"}
    code, report = scan(shell, images["alone"], "--exclude-base")
    assert code == 0
    assert [one["id"] for one in report["findings"]] == [IN_BASE]
    assert report["suppressed"] == []
    (rule,) = report["verdict"]["rules"]
    assert (rule["rule"], rule["passed"]) == ("fail-on high (without the base image)", True)
    assert (rule["failed_by"], rule["not_counted"]) == (None, {"in_base": 1})
    table = shell.run("scan", images["alone"], *FLAGS[:-2], "--exclude-base", "--fail-on", "high")
    assert "(1 of them came with the base image; --fail-on excludes them)" in table.stdout


@pytest.mark.parametrize("name", ["app", "newer", "again"])
def test_findings_of_added_or_replaced_packages_fail_the_gate(shell, images, name):
    assert scan(shell, images[name], "--exclude-base")[0] == 1


def test_without_a_known_base_all_findings_count(shell, images):
    code, report = scan(shell, images["silent"], "--exclude-base")
    assert (code, report["totals"]["in_base"], report["target"]["base_image"]) == (1, None, None)
    assert "no base image is known" in report["verdict"]["rules"][0]["rule"]


def test_the_user_can_name_the_base(shell, images):
    _, report = scan(shell, images["silent"], "--exclude-base", "--base", images["base"])
    base = report["target"]["base_image"]
    assert (base["reference"], base["layers"], base["how"]) == (str(images["base"]), 1, "known layers")
    assert {one["id"]: one["layer"] for one in report["findings"]} == {IN_BASE: 0, OWN: 1}
    assert report["totals"]["in_base"] == 1
    refused = shell.run("scan", images["silent"], *FLAGS, "--base", images["other"])
    assert refused.returncode == 3
    assert "was not built on" in refused.stderr
