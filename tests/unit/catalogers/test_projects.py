import json

from tests.support.goldens import CASES, inputs
from tests.unit.layers.helpers import delta_of

from careen.catalogers import projects
from careen.layers.bind import bind
from careen.model.projects import Project

ALL = (projects.CATALOGER,)


def found(files):
    return bind([delta_of(files, 0, ALL)], ALL).projects


def test_manifests_and_the_members_of_workspaces():
    case = next(case for case in CASES if case.parent.name == "projects")
    assert found({path: file.data for path, file in inputs(case).items()}) == (
        Project(
            "srv/app",
            (("tool", "~2.0"), ("a", "^1.0.0"), ("b", "npm:c@2"), ("d", ""), ("e", "1")),
            ("tool",),
            ("packages/*",),
            "yarn@1.22.22",
        ),
        Project("srv/app/packages/x", (("a", "*"),)),
        Project("srv/pnpm", (("t", "1"),), ("t",), ("web", "!old")),
        Project("srv/pnpm/web", (("a", "1"),)),
    )


def test_a_manifest_at_the_root():
    assert found({"package.json": b'{"dependencies": {"a": "1"}}'}) == (Project("", (("a", "1"),)),)


def test_a_hostile_manifest_is_cut():
    names = {f"n{number}": "1" * 250 for number in range(5_100)}
    (made,) = found({"a/package.json": json.dumps({"dependencies": names, "workspaces": ["p/*"] * 900}).encode()})
    assert (len(made.dependencies), len(made.dependencies[0][1]), len(made.workspaces)) == (5_000, 214, 200)
    odd = {"dependencies": [], "devDependencies": 5, "workspaces": "x", "packageManager": {}}
    assert found({"a/package.json": json.dumps(odd).encode()}) == ()


def test_what_a_later_layer_deletes_is_no_project():
    layers = [
        delta_of({"a/package.json": b'{"dependencies": {"a": "1"}}'}, 0, ALL),
        delta_of({"a/.wh.package.json": b""}, 1, ALL),
    ]
    assert bind(layers, ALL).projects == ()
