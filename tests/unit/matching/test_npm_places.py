import pytest
from msgspec.structs import replace

from careen.matching.npm_places import Projects, line_of, with_locks
from careen.model.package import Evidence, Package
from careen.model.projects import Project

OWN, NESTED = "app/node_modules/a/package.json", "app/node_modules/b/node_modules/a/package.json"
APP = Project("app", (("a", "^1.0.0"),))
WITHOUT = Project("app", (("b", "^1.0.0"),))


def npm(name, *paths, version="1.0.0", **fields):
    return Package("npm", None, name, version, evidence=tuple(Evidence(path, 0) for path in paths), **fields)


def places(one, *others, projects=(APP,)):
    known = Projects((one, *others), projects)
    return [(place.manager, place.place) for place in with_locks([known.place(one, found.path) for found in one.evidence])]


def place(one, *others, projects=(APP,)):
    return Projects((one, *others), projects).place(one, one.evidence[0].path)


def test_a_projects_own_dependency_is_installed_and_others_are_overridden():
    assert places(npm("a", OWN)) == [("npm", "/app")]
    assert places(npm("a", OWN), projects=(WITHOUT,)) == [("npm overrides", "/app")]
    assert places(npm("a", NESTED), npm("a", OWN)) == [("npm overrides", "/app")]


def test_without_a_manifest_no_command_is_safe():
    assert places(npm("a", OWN), projects=()) == [("npm", "app/node_modules")]
    assert places(npm("a", NESTED, "app/package-lock.json"), projects=()) == [
        ("npm", "app/node_modules"), ("npm", "app/package-lock.json"),
    ]  # fmt: skip
    assert place(npm("a", OWN), projects=()).where == "manifest"


@pytest.mark.parametrize("name", ["$(id)", "a;id", "x y", "`id`", "..", "a\nid"])
def test_no_folder_that_needs_quoting_is_part_of_a_command(name):
    """A member of a workspace, whose dependency lies in the folder of the root, is named by the image alone."""
    root, member = Project("app", workspaces=("packages/*",)), Project(f"app/packages/{name}", (("a", "^1.0.0"),))
    found = place(npm("a", OWN), npm("b", "app/package-lock.json"), projects=(root, member))
    assert (found.place, found.also) == ("/app", ())
    ordinary = replace(member, folder="app/packages/b")
    found = place(npm("a", OWN), npm("b", "app/package-lock.json"), projects=(root, member, ordinary))
    assert (found.place, found.also) == ("/app/packages/b", ())


def test_a_package_under_another_name_has_no_command():
    assert places(npm("a", "app/node_modules/renamed/package.json")) == [("npm", "app/node_modules")]
    assert places(npm("@s/a", "app/node_modules/@s/a/package.json"), projects=(Project("app", (("@s/a", "1"),)),)) == [
        ("npm", "/app")
    ]


def test_a_command_in_a_project_changes_its_lock_file():
    assert places(npm("a", OWN, "app/package-lock.json")) == [("npm", "/app")] * 2
    assert places(npm("a", NESTED, "app/npm-shrinkwrap.json")) == [("npm overrides", "/app")] * 2
    assert places(npm("a", OWN, "other/package-lock.json")) == [("npm", "/app"), ("npm", "other/package-lock.json")]


def test_a_lock_file_alone_has_the_projects_own_dependencies_and_others():
    lock, old = "app/package-lock.json", npm("a", "app/package-lock.json", version="0.1.0")
    assert places(npm("a", lock, presence="declared")) == [("npm", lock)]
    assert places(old) == [("npm overrides", lock)]
    assert [place(npm("a", lock), projects=found).project for found in ((APP,), ())] == ["/app", ""]


def test_the_lock_file_of_a_project_tells_its_client():
    assert places(npm("a", OWN, "app/yarn.lock")) == [("yarn", "/app")] * 2
    assert places(npm("a", NESTED, "app/yarn.lock")) == [("yarn resolutions", "/app")] * 2
    assert places(npm("a", OWN, "app/yarn.lock", "app/package-lock.json")) == [("npm", "/app")] * 3
    assert places(npm("a", OWN), npm("b", "app/pnpm-lock.yaml")) == [("pnpm", "/app")]
    assert places(npm("a", OWN), npm("b", "app/x/yarn.lock")) == [("npm", "/app")]


def test_a_client_leaves_the_lock_files_of_the_others():
    locks = ("app/package-lock.json", "app/pnpm-lock.yaml")
    assert places(npm("a", OWN, *locks)) == [("npm", "/app"), ("npm", "/app"), ("pnpm", "app/pnpm-lock.yaml")]


def test_in_a_store_the_range_tells_which_copy_the_project_asks_for():
    stored = "app/node_modules/.pnpm/a@{0}/node_modules/a/package.json"
    assert places(npm("a", stored.format("1.0.0"))) == [("pnpm", "/app")]
    assert places(npm("a", stored.format("0.9.0"), version="0.9.0")) == [("pnpm overrides", "/app")]
    bun = npm("a", "app/node_modules/.bun/a@0.9.0/node_modules/a/package.json", "app/bun.lock", version="0.9.0")
    assert places(bun) == [("bun overrides", "/app")] * 2
    catalogue = (Project("app", (("a", "catalog:"),)),)  # no range
    assert places(npm("a", stored.format("0.9.0"), version="0.9.0"), projects=catalogue) == [("pnpm", "/app")]


def test_later_versions_of_pnpm_have_overrides_in_another_file():
    stored = npm("a", "app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", "app/pnpm-lock.yaml")
    for manager, expected in (("pnpm@10.9.0", "pnpm overrides"), ("pnpm@11.0.0", "pnpm-workspace.yaml")):
        projects = (Project("app", (("b", "1"),), manager=manager),)
        assert places(stored, projects=projects) == [(expected, "/app")] * 2


def test_a_package_is_installed_by_the_members_that_ask_for_it():
    lock = npm("b", "app/package-lock.json")
    root = Project("app", workspaces=("packages/*",))
    x, y = (Project(f"app/packages/{name}", (("a", "^1.0.0"),)) for name in "xy")
    found = place(npm("a", OWN), lock, projects=(root, x, y))
    assert (found.place, found.also, found.project) == ("/app/packages/x", ("/app/packages/y",), "/app")
    own = npm("a", "app/packages/x/node_modules/a/package.json")
    assert place(npm("a", OWN), lock, own, projects=(root, x, y)).place == "/app/packages/y"
    nested = npm("a", "app/packages/x/node_modules/b/node_modules/a/package.json")
    assert places(nested, lock, projects=(root, x)) == [("npm overrides", "/app")]
    assert places(npm("a", OWN, "app/package-lock.json"), projects=(root, x)) == [("npm", "/app/packages/x")] * 2


def test_only_a_workspace_that_names_a_folder_has_it_as_member():
    example = Project("app/examples/x", (("a", "^1.0.0"),))
    for patterns, expected in (
        ((), ("npm overrides", "/app")),
        (("packages/*",), ("npm overrides", "/app")),
        (("./examples/*",), ("npm", "/app/examples/x")),
        (("examples/**",), ("npm", "/app/examples/x")),
        (("ex*/x",), ("npm", "/app/examples/x")),
        (("examples/x/**",), ("npm overrides", "/app")),
    ):
        root = Project("app", (("b", "1"),), workspaces=patterns)
        assert places(npm("a", OWN), npm("b", "app/yarn.lock", "app/package-lock.json"), projects=(root, example)) == [expected]


def test_a_folder_with_a_similar_name_is_no_member():
    root, other = Project("app", workspaces=("*",)), Project("app2", (("a", "1"),))
    assert places(npm("a", OWN), projects=(root, other)) == [("npm overrides", "/app")]


def test_what_only_development_needs_stays_away():
    project = Project("app", (("a", "1"), ("tool", "1")), development=("tool",))
    assert place(npm("a", OWN), projects=(project,)).production
    tool = npm("tool", "app/node_modules/tool/package.json")
    assert not place(npm("a", OWN), tool, projects=(project,)).production
    stored = npm("tool", "app/node_modules/.pnpm/tool@1.0.0/node_modules/tool/package.json")
    assert not place(npm("a", OWN), stored, projects=(project,)).production
    assert not place(npm("a", OWN)).production  # it has no such packages


def test_a_copy_in_one_of_its_places_is_changed_nowhere_there():
    inner = place(npm("a", "usr/local/lib/node_modules/npm/node_modules/a/package.json"))
    assert (inner.manager, inner.obstacle and inner.obstacle.by) == ("", "npm")
    assert places(npm("a", "usr/local/lib/node_modules/a/package.json")) == [("npm -g", "/usr/local/lib")]


def test_projects_that_yarn_runs_without_node_modules():
    archive = "srv/app/.yarn/cache/a-npm-1.0-d192f6b3b3-8633cce2db.zip"
    unplugged = "srv/app/.yarn/unplugged/a-npm-1.0-de8e99b449/node_modules/a/package.json"
    assert places(npm("a", archive, "srv/app/yarn.lock")) == [("yarn resolutions", "/srv/app")] * 2
    assert places(npm("a", unplugged)) == [("yarn resolutions", "/srv/app")]
    assert places(npm("a", ".yarn/cache/a.zip")) == [("yarn resolutions", "/")]
    assert places(npm("a", "srv/my app/.yarn/cache/a.zip"))[0][0] == "npm"
    assert places(npm("a", "root/.yarn/berry/cache/a.zip")) == [("npm", "root/.yarn/berry/cache/a.zip")]


def test_the_versions_of_all_copies():
    known = Projects(
        (npm("a", OWN), npm("a", NESTED, version="2.0.0"), npm("a", "b/node_modules/a/package.json", version="9.0.0"))
    )
    assert set(known.versions("/app", "a")) == {"1.0.0", "2.0.0"}
    assert [Projects((), (APP,)).asks(folder, "a") for folder in ("/app", "/")] == [True, False]


def test_release_lines():
    assert [line_of(version) for version in ("1.2.3", "0.2.3", "0.0.3", "2.0.0-rc.1+x", "", "x")] == [
        "1", "0.2", "0.0.3", "2", "", "x",
    ]  # fmt: skip
