import pytest

from careen.matching.place import Place
from careen.matching.places import managers_of
from careen.matching.upgrades import command
from careen.model.package import Package


@pytest.mark.parametrize(
    ("manager", "text"),
    [
        ("apk", "apk add --no-cache --upgrade a b"),
        ("dnf", "dnf -y upgrade a b && dnf clean all"),
        ("microdnf", "microdnf -y upgrade a b && microdnf clean all"),
        ("yum", "yum -y update a b && yum clean all"),
        ("tdnf", "tdnf -y update a b && tdnf clean all"),
        ("zypper", "zypper --non-interactive update a b && zypper clean --all"),
        ("cargo", "cargo update -p a@1 --precise 2 && cargo update -p b@1 --precise 3"),
        ("uv", "uv lock --upgrade-package 'a==2' --upgrade-package 'b==3'"),
        ("composer", "composer require a:^2 b:^3"),
        ("dotnet", "dotnet add package a --version 2 && dotnet add package b --version 3"),
        ("bitnami", "build on an image that has a 2, b 3"),
        ("program", "replace it by a 2, b 3"),
        ("conda", "set a to 2, b to 3"),
        ("dotnet publish", "publish again with a .NET SDK that has runtime 2, 3"),
        ("maven", "set a to 2, b to 3"),
        ("bundler", "set a to 2, b to 3"),
    ],
)
def test_commands(manager, text):
    assert command(Place(manager, ""), [("b", "1", "3"), ("a", "1", "2")][::-1]) == text


@pytest.mark.parametrize(
    ("manager", "text"),
    [
        ("npm", "npm install a@2"),
        ("pnpm", "pnpm add --config.modules-cache-max-age=0 a@2"),
        ("yarn", "yarn add a@2"),
        ("bun", "bun add a@2"),
    ],
)
def test_commands_in_a_project(manager, text):
    assert command(Place(manager, "/app"), [("a", "1", "2")]) == f"cd /app && {text}"
    assert command(Place(manager, "app/lock", project="/app"), [("a", "1", "2")]) == text
    assert command(Place(manager, "app/lock"), [("a", "1", "2")]) == "set a to 2"
    assert command(Place(manager, "/app", production=True), [("a", "1", "2")]) == f"cd /app && NODE_ENV=production {text}"
    assert command(Place(manager, "/x", also=("/y",)), [("a", "1", "2")]) == f"cd /x && {text} && cd /y && {text}"


@pytest.mark.parametrize(
    ("manager", "text"),
    [
        ("bun overrides", "npm pkg set 'overrides[a]=2' && bun install"),
        ("npm overrides", "npm pkg set 'overrides[a]=2' && npm install"),
        ("pnpm overrides", "npm pkg set 'pnpm.overrides[a]=2' && pnpm install --config.modules-cache-max-age=0"),
        ("yarn resolutions", "npm pkg set 'resolutions[a]=2' && yarn install"),
    ],
)
def test_overrides_in_a_project(manager, text):
    assert command(Place(manager, "/app"), (), [("a", "2")]) == f"cd /app && {text}"
    assert command(Place(manager, "app/lock"), (), [("a", "2")]) == text
    later = command(Place("pnpm-workspace.yaml", "/app"), (), [("a@<1", "2")])
    assert later == "set 'a@<1': 2 in overrides of pnpm-workspace.yaml, and run pnpm install"


def test_overrides_are_set_before_packages_are_installed():
    assert command(Place("npm", "/app"), [("a", "1", "2")], [("b@<2", "2.1")]) == (
        "cd /app && npm pkg set 'overrides[b@<2]=2.1' && npm install a@2"
    )


@pytest.mark.parametrize(
    ("manager", "place", "text"),
    [
        ("pip", "/v/bin/python3", "/v/bin/python3 -m pip install --no-cache-dir 'a==2'"),
        ("pip", "app/requirements.txt", "set a to 2"),
        ("pip", "usr/share/python-wheels/a-1-py3-none-any.whl", "replace it by the wheel of a 2"),
        ("pip --target", "/var/task", "python3 -m pip install --no-cache-dir --upgrade --target /var/task 'a==2'"),
        ("uv cache", "/root/.cache/uv/archive-v0", "rm -rf /root/.cache/uv/archive-v0"),
        ("pip cache", "/root/.cache/pip", "rm -rf /root/.cache/pip"),
    ],
)
def test_commands_for_python(manager, place, text):
    assert command(Place(manager, place), [("a", "1", "2")]) == text


def test_what_a_build_downloaded_comes_from_its_project():
    upgrades = [("g:a", "1", "2"), ("g:b", "1", "3")]
    text = "set g:a to 2, g:b to 3 in the project, and remove this folder"
    assert command(Place("maven cache", "/root/.m2/repository"), upgrades) == text


def test_packages_of_another_root_are_upgraded_there():
    assert command(Place("apk", "/srv/a"), [("a", "1", "2")]) == "chroot /srv/a sh -c 'apk add --no-cache --upgrade a'"


def test_commands_of_conda():
    upgrades = [("requests", "1", "2.33.0"), ("PyYAML", "5", "6.0")]
    assert (
        command(Place("conda", "/opt/conda"), upgrades)
        == "conda install --yes --prefix /opt/conda 'pyyaml=6.0' 'requests=2.33.0'"
    )
    assert command(Place("conda cache", "/opt/conda/pkgs"), upgrades) == "conda clean --all --force-pkgs-dirs --yes"


def test_runtimes_of_dotnet_are_installed_beside_the_old_ones():
    core, web = "Microsoft.NETCore.App.Runtime.linux-x64", "Microsoft.AspNetCore.App.Runtime.linux-x64"
    script, shared = "dotnet-install.sh --runtime", "/usr/share/dotnet/shared/Microsoft"
    assert command(Place("dotnet-install", "/usr/share/dotnet"), [(core, "6.0.1", "6.0.36")]) == (
        f"{script} dotnet --version 6.0.36 --install-dir /usr/share/dotnet && rm -rf {shared}.NETCore.App/6.0.1"
    )
    both = [(core, "6.0.1", "6.0.36"), (web, "6.0.1", "6.0.36"), (core, "8.0.1", "8.0.2")]
    assert command(Place("dotnet-install", "/usr/share/dotnet"), both) == (
        f"{script} aspnetcore --version 6.0.36 --install-dir /usr/share/dotnet"
        f" && {script} dotnet --version 8.0.2 --install-dir /usr/share/dotnet"
        f" && rm -rf {shared}.NETCore.App/6.0.1 {shared}.AspNetCore.App/6.0.1 {shared}.NETCore.App/8.0.1"
    )


def test_go_itself_is_a_toolchain():
    both = [("stdlib", "1.21", "1.22.3"), ("toolchain", "1.21", "1.22.3")]
    assert command(Place("go", "/usr/local/go"), both) == "replace it by Go 1.22.3"
    assert command(Place("go", "usr/bin/x"), both) == "go get go@1.22.3"
    assert command(Place("go", "usr/bin/x"), [("stdlib", "1.21", "1.22.3"), ("a/b", "v1", "v2.0.0")]) == (
        "go get a/b@v2.0.0 && go get go@1.22.3"
    )


def test_code_that_only_its_content_identifies():
    upgrades = [("jquery", "", "3.5.0"), ("lodash", "", "4.17.21")]
    assert command(Place("bundle", "app.js"), upgrades) == "build it again with jquery 3.5.0, lodash 4.17.21"
    assert command(Place("copy", "vendor/a"), upgrades[:1]) == "replace it by jquery 3.5.0"


def test_the_manager_that_an_image_has():
    def rpms(*names):
        return [Package("rpm", "rhel", name, "1") for name in names]

    assert managers_of(rpms("yum", "dnf", "bash")) == {"rpm": "dnf"}
    assert managers_of(rpms("microdnf")) == {"rpm": "microdnf"}
    assert managers_of([Package("apk", "alpine", "apk-tools", "1"), Package("npm", None, "apt", "1")]) == {"apk": "apk"}
    assert managers_of(rpms("bash")) == {}


@pytest.mark.parametrize("manager", ["apt", "apk", "rpm"])
def test_a_pinned_version_in_a_file(manager):
    assert (
        command(Place(manager, "Dockerfile"), [("nginx", "1-1", "1-2"), ("curl", "7-1", "8-1")])
        == "set curl to 8-1, nginx to 1-2"
    )
