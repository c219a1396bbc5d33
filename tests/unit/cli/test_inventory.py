import io
import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.images import File, make_image, make_layer, write_docker_archive, write_oci_layout
from tests.support.reports import LIBSSL, usual

from careen.cli.inventory import formats
from careen.plugins import ReportOptions

LIST = "pkg:deb/debian/bash@5.2?arch=amd64&distro=debian-12\npkg:npm/left-pad@1.0.0\n"
LATER = "pkg:deb/debian/bash@5.3?arch=amd64&distro=debian-12\npkg:npm/right-pad@1.0.0\n"


@pytest.fixture
def lists(careen_command):
    Path("before.purls").write_text(LIST)
    Path("after.purls").write_text(LATER)
    return careen_command


def test_the_table(lists):
    code, out, err = lists("inventory", "before.purls")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "before.purls: 2 packages, debian 12"
    assert out.splitlines()[3].split() == ["bash", "5.2", "deb", "-"]


def test_the_table_marks_guesses():
    report = usual()
    packages = (replace(LIBSSL, confidence=0.4), replace(LIBSSL, name="sure", confidence=0.5, presence="shadowed"))
    stream = io.StringIO()
    formats()["table"].write(replace(report, inventory=replace(report.inventory, packages=packages)), stream, ReportOptions())
    notes = {line.split()[0]: line.split()[-1] for line in stream.getvalue().splitlines()[3:5]}
    assert notes == {LIBSSL.name: "guessed", "sure": "shadowed"}


def test_json_has_packages_only(lists):
    _, out, _ = lists("inventory", "before.purls", "--format", "json")
    document = json.loads(out)
    assert document["schema"] == "careen.inventory/1"
    assert [package["name"] for package in document["packages"]] == ["bash", "left-pad"]
    assert not {"findings", "verdict", "coverage", "totals"} & document.keys()


def test_package_urls_read_back(lists):
    assert lists("inventory", "before.purls", "--format", "purls")[1] == LIST


@pytest.mark.parametrize(("format", "key"), [("cyclonedx", "components"), ("spdx", "packages")])
def test_bills_of_materials(lists, format, key):
    lists("inventory", "before.purls", "--format", format, "--output", "bom.json")
    assert {"bash", "left-pad"} <= {one["name"] for one in json.loads(Path("bom.json").read_text())[key]}
    assert lists("inventory", "bom.json", "--format", "purls")[1] == LIST


def test_several_lists_in_one_run(lists):
    code, out, err = lists("inventory", "before.purls", "gone.tar", "after.purls", "--format", "purls")
    assert (code, out) == (3, f"{LIST}\n{LATER}")
    assert "gone.tar does not exist" in err
    assert lists("inventory", "before.purls", "after.purls", "--output-dir", "out", "--format", "json")[:2] == (0, "")
    assert sorted(path.name for path in Path("out").iterdir()) == ["after.purls.json", "before.purls.json"]


def test_a_diff(lists):
    code, out, _ = lists("inventory", "diff", "before.purls", "after.purls")
    assert code == 0
    assert out.startswith("before.purls -> after.purls: 1 added, 1 removed, 1 upgraded; ")
    assert "upgraded  bash       5.2     5.3    deb" in out


def test_layers_are_shared_however_they_are_stored(careen_command):
    base, top, other = (make_layer({f"etc/{name}": File(name.encode())}) for name in ("a", "b", "c"))
    write_docker_archive(Path("before.tar"), make_image([base, top], compression=None))
    write_oci_layout(Path("after.tar"), make_image([base, other]))
    code, out, _ = careen_command("inventory", "diff", "before.tar", "after.tar")
    assert code == 0
    assert out.startswith("before.tar -> after.tar: no package changed; 1 of 2 and 2 layers are shared")


def test_a_diff_as_json_in_a_file(lists):
    assert lists("inventory", "diff", "before.purls", "after.purls", "--format", "json", "--output", "x.json")[1] == ""
    document = json.loads(Path("x.json").read_text())
    assert document["schema"] == "careen.inventory-diff/1"
    assert [(one["how"], one["name"]) for one in document["changes"]] == [
        ("upgraded", "bash"), ("removed", "left-pad"), ("added", "right-pad"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [("diff", "a"), ("diff", "a", "b", "c"), ("diff", "a", "b", "--format", "spdx"), ("a", "--format", "sarif"), ()],
)
def test_wrong_usage(lists, arguments):
    code, out, err = lists("inventory", *arguments)
    assert (code, out) == (2, "")
    assert "hint:" in err


def test_no_name_acts_in_the_table():
    report = usual()
    hostile = replace(LIBSSL, name="\x1b[2J::error::x", version="1\n2")
    stream = io.StringIO()
    formats()["table"].write(replace(report, inventory=replace(report.inventory, packages=(hostile,))), stream, ReportOptions())
    out = stream.getvalue()
    assert "\x1b" not in out
    assert len(out.splitlines()) == 4 + (1 + 1 + len(report.inventory.unknowns) if report.inventory.unknowns else 0)
    assert not any(line.strip().startswith("::") for line in out.splitlines())
