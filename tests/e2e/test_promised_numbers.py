"""A step removes what it promises: the image is changed where the step says, by the versions it says, and scanned again.

The changes are read from the text of the step alone, as a person would type them. Packages are in several places at once:
installed and pinned, in two environments, below other packages of a project, in a program and in its manifest.
"""

import json
import re
from collections import Counter

import pytest
from tests.support.command import Shell
from tests.support.executables import elf, inline
from tests.support.images import make_image, make_layer, write_docker_archive

FIXES = {  # versions that fix one vulnerability each
    "PyPI": {"alpha": ("1.5", "2.0", "2.1"), "beta": ("1.1",), "gamma": ("3.0", "4.0"), "delta": ("1.9",)},
    "npm": {"alpha": ("1.5.0", "2.0.0"), "beta": ("1.1.0", "1.2.0", "1.3.0"), "gamma": ("3.0.0",)},
    "RubyGems": {"alpha": ("1.5.0", "2.0.0"), "beta": ("1.1.0",)},
    "Packagist": {"vendor/alpha": ("1.5.0", "2.0.0"), "vendor/beta": ("1.1.0",)},
    "Go": {"example.com/alpha": ("1.5.0", "2.0.0"), "example.com/beta": ("1.1.0",)},
}  # fmt: skip
UNFIXED = {("npm", "beta"): ("1.3.0", "1.4.0")}  # a range without a fix, which the proposed version is in


def advisories(folder):
    folder.mkdir()
    for ecosystem, packages in FIXES.items():
        for name, versions in packages.items():
            for number, version in enumerate(versions):
                write(folder, ecosystem, name, number, [{"introduced": "0"}, {"fixed": version}])
    for (ecosystem, name), (start, end) in UNFIXED.items():
        write(folder, ecosystem, name, 9, [{"introduced": start}, {"last_affected": end}])
    return folder


def write(folder, ecosystem, name, number, events):
    id = f"TEST-{ecosystem}-{name.replace('/', '-')}-{number}".upper()
    kind = "SEMVER" if ecosystem in ("npm", "Go") else "ECOSYSTEM"
    affected = {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": kind, "events": events}]}
    (folder / f"{id}.json").write_text(json.dumps({"id": id, "modified": "2026-01-01T00:00:00Z", "affected": [affected]}))


def environment(root):
    """A virtual environment of Python: its place, its files, its versions as a step names them."""
    site = f"{root}/lib/python3.9/site-packages"
    return f"/{root}/bin/python3.9", lambda versions: {
        f"{site}/{name}-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        for name, version in versions.items()
    }


def pins(path):
    return path, lambda versions: {path: "".join(f"{name}=={version}\n" for name, version in versions.items())}


def poetry(path):
    return path, lambda versions: {
        path: "".join(
            f'[[package]]\nname = "{name}"\nversion = "{version}"\ngroups = ["main"]\n\n' for name, version in versions.items()
        )
    }


def project(root, locked=True):
    """A project of npm: ``a>b`` is the copy of b below a."""

    def files(versions):
        made, listed = {}, {"": {"name": "app", "version": "0.0.0"}}
        for place, version in versions.items():
            below = f"node_modules/{place.replace('>', '/node_modules/')}"
            name = place.rpartition(">")[2]
            made[f"{root}/{below}/package.json"] = json.dumps({"name": name, "version": version})
            listed[below] = {"version": version}
        own = {place: "*" for place in versions if ">" not in place}
        made[f"{root}/package.json"] = json.dumps({"private": True, "dependencies": own})
        lock = {"name": "app", "version": "0.0.0", "lockfileVersion": 3, "packages": listed}
        return {**made, **({f"{root}/package-lock.json": json.dumps(lock)} if locked else {})}

    return f"/{root}", files


def lock_of_npm(path):
    def files(versions):
        packages = {f"node_modules/{name}": {"version": version} for name, version in versions.items()}
        return {path: json.dumps({"name": "b", "lockfileVersion": 3, "packages": {"": {"name": "b"}, **packages}})}

    return path, files


def gems(home):
    return home, lambda versions: {
        f"{home}/specifications/{name}-{version}.gemspec": f'Gem::Specification.new do |s|\n  s.name = "{name}".freeze\n'
        f'  s.version = "{version}"\nend\n'
        for name, version in versions.items()
    }


def gemfile_lock(path):
    return path, lambda versions: {
        path: "GEM\n  remote: https://gems.example/\n  specs:\n"
        + "".join(f"    {name} ({version})\n" for name, version in versions.items())
        + "\nPLATFORMS\n  ruby\n"
    }


def composer(root):
    def files(versions):
        packages = [{"name": name, "version": version} for name, version in versions.items()]
        installed, lock = {"packages": packages, "dev": False}, {"packages": packages, "packages-dev": []}
        return {
            f"{root}/vendor/composer/installed.json": json.dumps(installed), f"{root}/composer.lock": json.dumps(lock)
        }  # fmt: skip

    return root, files


def go_program(path):
    def files(versions):
        lines = ["path\texample.com/app\n", "mod\texample.com/app\tv1.0.0\t\n"]
        lines += [f"dep\t{name}\tv{version}\th1:abc=\n" for name, version in versions.items()]
        return {path: elf(b"", inline("go1.99.0", "".join(lines)))}

    return path, files


def go_mod(path):
    return path, lambda versions: {
        path: "module example.com/app\n\ngo 1.99\n\nrequire (\n"
        + "".join(f"\t{name} v{version}\n" for name, version in versions.items())
        + ")\n"
    }


A, B = "alpha", "beta"
IMAGES = {
    "pinned and installed": [
        (environment("opt/venv"), {A: "1.0", B: "1.0", "gamma": "2.0", "delta": "1.0"}),
        (pins("app/requirements.txt"), {A: "1.0", B: "1.0", "gamma": "3.5"}),
    ],
    "two environments and a lock file": [
        (environment("opt/a"), {A: "1.0", B: "1.0"}),
        (environment("opt/b"), {A: "1.0", "gamma": "2.0"}),
        (poetry("app/poetry.lock"), {"gamma": "2.0", A: "1.6"}),
    ],
    "environments that share nothing": [
        (environment("opt/a"), {A: "1.0"}), (environment("opt/b"), {B: "1.0"}), (pins("c/requirements.txt"), {"gamma": "2.0"}),
    ],
    "modules and a lock file": [
        (project("app"), {A: "1.0.0", B: "1.0.0", "gamma": "2.0.0", f"gamma>{A}": "1.0.0", f"gamma>{B}": "1.1.0"}),
        (lock_of_npm("other/package-lock.json"), {A: "1.0.0"}),
    ],
    "copies within a global package": [
        (project("app"), {A: "1.0.0", "gamma": "2.0.0"}),
        (project("usr/local/lib", locked=False), {"npm": "9.0.0", f"npm>{A}": "1.0.0", f"npm>{B}": "1.0.0"}),
    ],
    "gems and a lock file": [
        (gems("usr/local/bundle"), {A: "1.0.0", B: "1.0.0"}), (gemfile_lock("app/Gemfile.lock"), {A: "1.0.0"}),
    ],
    "one project of Composer": [(composer("app"), {"vendor/alpha": "1.0.0", "vendor/beta": "1.0.0"})],
    "a program and its manifest": [
        (go_program("usr/bin/app"), {"example.com/alpha": "1.0.0", "example.com/beta": "1.0.0"}),
        (go_mod("src/go.mod"), {"example.com/alpha": "1.0.0", "example.com/beta": "1.0.0"}),
        (go_program("usr/bin/other"), {"example.com/alpha": "1.0.0"}),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("promised")
    shell, records = Shell(folder / "home"), advisories(folder / "advisories")
    flags = ("--offline", "--quiet", "--advisories", records, "--scanners", "vuln", "--format", "json")
    number = 0

    def scan(layout):
        nonlocal number
        number += 1
        files = {"etc/os-release": b"ID=none\n"}
        for (_, render), versions in layout:
            files |= {path: text if isinstance(text, bytes) else text.encode() for path, text in render(versions).items()}
        image = write_docker_archive(folder / f"{number}.tar", make_image((make_layer(files),)))
        done = shell.run("scan", image, *flags)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    return scan


def changed(layout, action):
    """The layout after a step, by its text."""
    made = [(place, dict(versions)) for place, versions in layout]
    for change in (action, *action["also"]):
        (versions,) = (versions for (place, _), versions in made if place == change["place"])
        named = re.findall(r"(overrides\[)?([\w./-]+)(?:==|@v?|\]=| to |:\^)([\w.$]+)", change["command"])
        for override, name, to in sorted(named):  # an override may name the project's own new version
            known = [key for key in versions if key.rpartition(">")[2] == name and (">" in key) == bool(override)]
            assert known, (name, change)
            for key in known:
                versions[key] = versions[name] if to.startswith("$") else to
    return made


@pytest.mark.parametrize("name", IMAGES)
def test_each_step_and_all_steps_remove_what_they_promise(scan, name):
    layout = IMAGES[name]
    first = scan(layout)
    before, plan = len(first["findings"]), first["plan"]
    assert before == plan["before"] > 0 and plan["actions"]
    after = layout
    for action in plan["actions"]:
        left = Counter(finding["id"] for finding in scan(changed(layout, action))["findings"])
        assert before - left.total() == action["removes"], (action, left)
        after = changed(after, action)
    assert len(scan(after)["findings"]) == plan["after"]
    assert before - plan["after"] == sum(action["removes"] for action in plan["actions"])
    assert all(action["removes"] == sum(one["removes"] for one in action["upgrades"]) for action in plan["actions"])


def test_a_step_names_all_of_its_places(scan):
    (action,) = scan(IMAGES["pinned and installed"])["plan"]["actions"]
    assert [action["place"], *(change["place"] for change in action["also"])] == [
        "/opt/venv/bin/python3.9",
        "app/requirements.txt",
    ]
    actions = scan(IMAGES["environments that share nothing"])["plan"]["actions"]
    assert len(actions) == 3 and not any(action["also"] for action in actions)
