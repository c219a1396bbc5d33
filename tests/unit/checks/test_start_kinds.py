"""Files that start containers are found and checked as Compose files are; what is left out is an unknown."""

import random

import pytest

from careen.checks.files import find_files
from careen.checks.kind import Rules, SourceFile
from careen.checks.kinds import KINDS, kind_of, may_be_checked
from careen.checks.tuning import Tuning, tuned
from careen.pipeline.files import check_files
from careen.plugins import Check, load


def checks_of(kind):
    return tuple(one for folder in kind.folders for one in load(f"careen.checks.{folder}", "CHECK", Check))


def checked(*files):
    made = [SourceFile(path, text) for path, text in files]
    return check_files(made, lambda kind: tuned(checks_of(kind), Tuning()), Rules()).outcome


def places(outcome, id):
    return [(one.location.path, one.location.line) for one in outcome.findings if one.id == id]


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("run.sh", "docker run x", "script"),
        ("run.sh", "echo", None),
        ("bin/start", "#!/usr/bin/env bash\npodman run x", "script"),
        ("bin/start", "#!/usr/bin/python\nos.system('docker run x')", None),
        ("README.md", "```\ndocker run x\n```\n", "document"),
        ("Makefile", "x:\n\tdocker run x", "makefile"),
        ("web.service", "[Service]\nExecStart=docker run x", "unit"),
        ("web.container", "[Container]\nImage=x", "quadlet"),
        ("data.volume", "no unit", None),
        (".devcontainer/devcontainer.json", "{}", "devcontainer"),
    ],
)
def test_kinds(path, text, kind):
    found = kind_of(path, text)
    assert (found.name if found else None) == kind


def test_each_kind_is_checked_with_file_and_line():
    outcome = checked(
        ("a.sh", "#!/bin/sh\ndocker run \\\n  --privileged x:1\n"),
        ("Makefile", "run:\n\tdocker run --privileged x:1\n"),
        ("a.service", "[Service]\nExecStart=/usr/bin/podman run --privileged x:1\n"),
        ("q/a.container", "[Container]\nImage=x:1\nPodmanArgs=--privileged\n"),
        ("devcontainer.json", '{"image": "x:1",\n "privileged": true}'),
    )
    assert sorted(places(outcome, "CMP-001")) == [
        ("Makefile", 2), ("a.service", 2), ("a.sh", 3), ("devcontainer.json", 2), ("q/a.container", 3),
    ]  # fmt: skip


def test_containers_of_one_script_share_volumes():
    outcome = checked(("a.sh", "docker run --name a -v data:/d x:1\ndocker run --name b -v data:/d y:1\n"))
    assert places(outcome, "CMP-005") == [("a.sh", 1), ("a.sh", 2)]
    assert places(outcome, "CMP-026") == []
    branches = checked(("a.sh", "docker run --name a -v data:/d x:1\ndocker run --name a -v data:/d y:1\n"))
    assert places(branches, "CMP-005") == []


def test_comments_suppress_findings():
    outcome = checked(("a.sh", "# careen:ignore CMP-001 builds images\ndocker run --privileged x:1\n"))
    assert places(outcome, "CMP-001") == []
    assert [one.by.reason for one in outcome.suppressed] == ["builds images"]


def test_an_image_in_a_variable_is_not_called_untagged():
    assert places(checked(("a.sh", 'docker run "$IMAGE"\n')), "CMP-022") == []
    assert places(checked(("a.sh", "docker run nginx\n")), "CMP-022") == [("a.sh", 1)]


def test_what_is_left_out_is_an_unknown():
    outcome = checked(
        ("q/p.kube", "[Kube]\nYaml=pods.yaml\n"),
        ("q/here.kube", "[Kube]\nYaml=there.yaml\n"),
        ("q/there.yaml", "apiVersion: v1\nkind: Pod\n"),
        ("q/p.pod", "[Pod]\nPublishPort=80:80\n"),
    )
    assert {(one.evidence.path, one.reason) for one in outcome.unknowns} == {
        ("q/p.kube", "line 2 plays pods.yaml, which is not among the checked files"),
        ("q/p.pod", "not among the checked files: containers of p.pod"),
    }


def test_they_are_found_in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (
        "run.sh",
        "Makefile",
        "web.service",
        "web.container",
        "devcontainer.json",
        "Kustomization",
        "x.py",
        "README.md",
    ):
        (tmp_path / name).write_text("text")
        assert may_be_checked(name) is (name not in ("x.py", "README.md"))
    assert len(find_files(["."]).files) == 6


def test_a_script_of_an_old_encoding_is_read(tmp_path):
    (tmp_path / "a.sh").write_bytes(b"# \xe9t\xe9\ndocker run --privileged x:1\n")
    (tmp_path / "b.yaml").write_bytes(b"services: \xe9\n")
    found = find_files([str(tmp_path)])
    assert [file.path.rpartition("/")[2] for file in found.files] == ["a.sh"]
    assert len(found.unknowns) == 1


def test_no_content_breaks_a_reader():
    chance = random.Random(7)
    pieces = (
        *("docker run ", "-v", " --mount ", "a,b=c", "[Container]\n", "Image=", "\\\n", "$(", "`", '"', "'", "{", "}", "\t"),
        *("\0", "${x[@]}", "x=(", ")", "Pod=p.pod\n", "[Pod]\n", "PodmanArgs=", ": ", "\n", "-p", "é"),
    )
    for _ in range(150):
        text = "".join(chance.choice(pieces) for _ in range(chance.randint(1, 40)))
        for path in (
            "a.sh",
            "Makefile",
            "a.service",
            "a.container",
            "a.pod",
            "a.volume",
            "devcontainer.json",
        ):
            for kind in KINDS:
                if kind.name in ("script", "makefile", "unit", "quadlet", "devcontainer"):
                    list(kind.read([SourceFile(path, "docker run x\n" + text)], (), Rules()))
