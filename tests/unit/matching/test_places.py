import pytest
from msgspec.structs import replace
from tests.support.matching import deb

from careen.matching.bundles import Bundles
from careen.matching.place import Obstacle
from careen.matching.places import clients_of, managers_of, places_of
from careen.model.origin import Origin
from careen.model.package import Evidence, Package


def package(type, name, *paths, **fields):
    return Package(type, None, name, "1.0", evidence=tuple(Evidence(path, 0) for path in paths), **fields)


def places(one, *others):
    packages = (one, *others)
    return [
        (place.manager, place.place) for place in places_of(one, managers_of(packages), Bundles(packages), clients_of(packages))
    ]


def test_every_evidence_has_its_place():
    site = "lib/python3.9/site-packages/a-1.0.dist-info/METADATA"
    assert places(package("pypi", "a", f"opt/a/{site}", f"opt/b/{site}", "app/requirements.txt")) == [
        ("pip", "/opt/a/bin/python3.9"), ("pip", "/opt/b/bin/python3.9"), ("pip", "app/requirements.txt"),
    ]  # fmt: skip
    assert places(package("pypi", "a", f"usr/local/{site.replace('3.9', '2.7')}")) == [("pip", "/usr/local/bin/python2.7")]
    assert places(package("pypi", "a")) == [("pip", "")]
    assert places(package("pypi", "a", "app/uv.lock")) == [("uv", "app/uv.lock")]
    assert places(package("gem", "a", "usr/local/bundle/specifications/a-1.0.gemspec", "app/Gemfile.lock")) == [
        ("bundler", "usr/local/bundle"), ("bundler", "app/Gemfile.lock"),
    ]  # fmt: skip


def test_python_packages_outside_of_an_interpreter():
    info = "a-1.0.dist-info/METADATA"
    assert places(package("pypi", "a", f"usr/local/lib/python3.11/dist-packages/{info}")) == [("pip", "/usr/bin/python3.11")]
    assert places(package("pypi", "a", f"var/task/{info}")) == [("pip --target", "/var/task")]
    assert places(package("pypi", "a", "opt/python/a-1.0.egg-info")) == [("pip --target", "/opt/python")]
    assert places(package("pypi", "a", info)) == [("pip", info)]  # a command would name the root
    assert places(package("pypi", "a", f"var/my task/{info}")) == [("pip", f"var/my task/{info}")]
    cache = "root/.cache/uv/archive-v0"
    assert places(package("pypi", "a", f"{cache}/x/{info}", f"{cache}/y/{info}")) == [("uv cache", f"/{cache}")] * 2
    assert places(package("pypi", "a", f"archive-v0/x/{info}")) == [("uv cache", "/archive-v0")]


def test_what_conda_installed_is_upgraded_by_conda():
    site, kept = "lib/python3.10/site-packages/a_b-1.0.dist-info/METADATA", "opt/conda/pkgs/a_b-1.0-py310h06a4308_0"
    there = package("pypi", "a_b", f"opt/conda/{site}", f"opt/conda/envs/ml/{site}", f"{kept}/{site}")
    own = package("conda", "A-B", "opt/conda/conda-meta/a-b-1.0-py310h06a4308_0.json")
    assert places(there, own) == [
        ("conda", "/opt/conda"), ("pip", "/opt/conda/envs/ml/bin/python3.10"), ("conda cache", "/opt/conda/pkgs"),
    ]  # fmt: skip
    assert places(package("pypi", "c", f"opt/conda/{site}"), own) == [("pip", "/opt/conda/bin/python3.10")]
    assert places(own) == [("conda", "/opt/conda")]
    assert places(package("conda", "a", "app/environment.yml")) == [("conda", "app/environment.yml")]
    hostile = package("conda", "a", "opt/$(id)/conda-meta/a.json")
    assert places(hostile) == [("conda", "opt/$(id)/conda-meta/a.json")]
    module = package("npm", "a", "opt/conda/node_modules/b/node_modules/a/package.json")
    assert places(module, own) == [("npm", "opt/conda/node_modules")]


def test_components_of_bitnami_come_with_an_image():
    own = package("bitnami", "kafka", "opt/bitnami/.bitnami_components.json", "opt/bitnami/kafka/.spdx-kafka.spdx")
    assert places(own) == [("bitnami", "opt/bitnami")] * 2
    part, archive = (
        package("maven", "a:b", "opt/bitnami/kafka/.spdx-kafka.spdx"),
        package("maven", "a:c", "opt/bitnami/kafka/l/c.jar"),
    )
    bundles = Bundles((own, part, archive))
    assert [bundles.owners_of(found) for found in (own, part, archive)] == [set(), {"kafka"}, {"kafka"}]


def test_a_runtime_of_dotnet_is_no_dependency_of_a_project():
    runtime, own = (
        "Microsoft.NETCore.App.Runtime.linux-x64",
        "shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json",
    )
    assert places(package("nuget", runtime, f"usr/share/dotnet/{own}")) == [("dotnet-install", "/usr/share/dotnet")]
    hostile = replace(package("nuget", runtime, f"usr/share/dotnet/{own}"), version="8.0.1;id")
    assert places(hostile) == [("dotnet publish", f"usr/share/dotnet/{own}")]
    assert places(package("nuget", runtime, f"my $(id)/{own}")) == [("dotnet publish", f"my $(id)/{own}")]
    assert places(package("nuget", runtime, "app/App.deps.json")) == [("dotnet publish", "app/App.deps.json")]
    assert places(package("nuget", "Newtonsoft.Json", "app/App.deps.json")) == [("dotnet", "app/App.deps.json")]


def test_what_an_sdk_or_a_framework_of_dotnet_contains_is_upgraded_with_it():
    sdk = package("generic", "dotnet-sdk", "usr/share/dotnet/sdk/8.0.100/dotnet.deps.json")
    parts = package(
        "nuget", "NuGet.Packaging", "usr/share/dotnet/sdk/8.0.100/dotnet.deps.json",
        "usr/share/dotnet/sdk/8.0.100/Sdks/a/a.deps.json", "usr/share/dotnet/sdk/9.0.100/dotnet.deps.json",
    )  # fmt: skip
    bundles = Bundles((sdk, parts))
    assert [bundles.owner_at(parts, place.path) for place in parts.evidence] == ["dotnet-sdk", "dotnet-sdk", ""]
    folder = "usr/share/dotnet/shared/Microsoft.AspNetCore.App/8.0.1"
    runtime = package("nuget", "Microsoft.AspNetCore.App.Runtime.linux-x64", f"{folder}/Microsoft.AspNetCore.App.deps.json")
    library = package("nuget", "Microsoft.Extensions.Http", f"{folder}/Microsoft.Extensions.Http.dll")
    assert Bundles((runtime, library)).owners_of(library) == {runtime.name}
    assert Bundles((runtime, library)).owners_of(runtime) == set()


def test_what_a_java_runtime_contains_is_upgraded_with_it():
    runtime = package("generic", "openjdk", "opt/java/release", "opt/java/lib/server/libjvm.so")
    image = package("generic", "libpng", "opt/java/lib/libsplashscreen.so")
    beside = package("maven", "a:b", "opt/java/app/b.jar")
    bundles = Bundles((runtime, image, beside))
    assert [bundles.owners_of(found) for found in (runtime, image, beside)] == [set(), {"openjdk"}, set()]


def test_a_java_runtime_is_replaced_as_a_whole():
    runtime = package("generic", "openjdk", "opt/jre/bin/java", "opt/jre/release", "usr/bin/java", "release")
    assert places(runtime) == [
        ("program", "opt/jre"), ("program", "opt/jre"), ("program", "usr/bin/java"), ("program", "release"),
    ]  # fmt: skip


def test_go_is_replaced_as_a_whole():
    tools = package("golang", "toolchain", "usr/local/go/bin/go", "usr/local/go/pkg/tool/linux_amd64/vet")
    library = package("golang", "stdlib", "usr/local/go/bin/gofmt", "usr/local/bin/app")
    assert places(tools, library) == [("go", "/usr/local/go")] * 2
    assert places(library, tools) == [("go", "/usr/local/go"), ("go", "usr/local/bin/app")]
    assert places(library) == [("go", "usr/local/go/bin/gofmt"), ("go", "usr/local/bin/app")]
    owned = package("golang", "toolchain", "usr/local/go/bin/go", owned_by="pkg:deb/debian/golang-go@2")
    assert places(library, owned) == places(library)


@pytest.mark.parametrize("version", ["1.0.0+$(id)", "1.0.0+`id`", "1.0.0+a;b", "1.0.0+a\u001b[2J"])
def test_a_version_that_a_command_names_needs_no_quoting(version):
    hostile = Package("cargo", None, "tokio", version, evidence=(Evidence("app/Cargo.lock", 0),))
    assert [place.obstacle.code for place in places_of(hostile, {}, Bundles([]))] == ["unsafe_name"]
    assert places(package("cargo", "tokio", "app/Cargo.lock")) == [("cargo", "app/Cargo.lock")]


def test_a_project_of_composer_is_one_place():
    found = places(package("composer", "v/a", "app/vendor/composer/installed.json", "app/composer.lock"))
    assert found == [("composer", "app")] * 2
    assert places(package("composer", "v/a", "composer.lock")) == [("composer", "/")]


def test_libraries_within_an_archive_are_those_of_its_project():
    paths = ("app/shop.jar!/BOOT-INF/lib/a-1.0.jar", "opt/spark/jars/a-1.0.jar")
    assert places(package("maven", "g:a", *paths)) == [("maven", "app/shop.jar"), ("maven", "opt/spark/jars/a-1.0.jar")]


def test_caches_of_pip_maven_and_gradle():
    wheel = "root/.cache/pip/wheels/ab/cd/a-1.0-py3-none-any.whl"
    assert places(package("pypi", "a", wheel)) == [("pip cache", "/root/.cache/pip")]
    maven, gradle = "root/.m2/repository", "home/gradle/.gradle/caches/modules-2"
    archives = (f"{maven}/g/a/1.0/a-1.0.jar", f"{gradle}/files-2.1/g/a/1.0/0a/a-1.0.jar")
    assert places(package("maven", "g:a", *archives)) == [("maven cache", f"/{maven}"), ("maven cache", f"/{gradle}")]


def test_packages_of_the_system_have_the_managers_place():
    assert places(deb(), Package("deb", "debian", "apt", "1")) == [("apt", "")]
    assert [place.obstacle.code for place in places_of(deb(), {}, Bundles([]))] == ["no_package_manager"]


def test_packages_of_the_system_that_a_file_declares_are_changed_there():
    for type, manager in (("deb", "apt"), ("rpm", "rpm"), ("apk", "apk")):
        declared = package(type, "nginx", "Dockerfile", "other/Dockerfile", presence="declared")
        assert places(declared, Package("deb", "debian", "apt", "1")) == [
            (manager, "Dockerfile"),
            (manager, "other/Dockerfile"),
        ]


def test_what_a_dockerfile_installs_is_changed_there():
    declared = package("cargo", "ripgrep", "Dockerfile", presence="declared", cataloger="dockerfile")
    assert places(declared) == [("cargo install", "Dockerfile")]
    assert places(replace(declared, cataloger="cargo")) == [("cargo", "Dockerfile")]


def test_packages_of_another_root_have_the_manager_there():
    own, inner, stored = (
        "var/lib/dpkg/status",
        "srv/chroot/old/var/lib/dpkg/status",
        "var/lib/docker/overlay2/a/diff/var/lib/dpkg/status",
    )
    apt, other = package("deb", "apt", own), package("deb", "apt", inner, stored)
    assert places(package("deb", "a", own, inner), apt, other) == [("apt", ""), ("apt", "/srv/chroot/old")]
    assert managers_of((other,)) == {"deb:srv/chroot/old": "apt", f"deb:{stored.removesuffix('/' + own)}": "apt"}

    def obstacles(*packages):
        return [place.obstacle and place.obstacle.code for place in places_of(packages[0], managers_of(packages), Bundles([]))]

    assert obstacles(package("deb", "a", own, inner, stored), other) == ["no_package_manager", None, "stored_image"]
    assert obstacles(package("deb", "a", inner), apt) == ["no_package_manager"]
    hostile = f"srv/$(id)/{own}"
    assert obstacles(package("deb", "a", hostile), package("deb", "apt", hostile)) == ["no_package_manager"]


def test_the_manifest_that_a_step_installs_from_sets_the_version():
    declared = package("npm", "lodash", "Dockerfile", "package-lock.json", presence="declared")
    assert places(declared) == [("npm", "package-lock.json"), ("npm", "package-lock.json")]
    assert places(package("npm", "lodash", "Dockerfile", presence="declared")) == [("npm", "Dockerfile")]


def test_a_makers_package_is_not_upgraded_from_the_distributions_archive():
    own, inner = "var/lib/dpkg/status", "srv/chroot/old/var/lib/dpkg/status"
    apt = package("deb", "apt", own, inner)
    ours, makers = package("deb", "a", own, inner), replace(package("deb", "nginx", own, inner), vendor="third_party")

    def obstacles(package, only_distribution):
        found = places_of(package, managers_of((apt,)), Bundles([]), only_distribution=only_distribution)
        return [place.obstacle and place.obstacle.code for place in found]

    assert obstacles(makers, only_distribution=True) == ["no_archive", "third_party"]
    assert obstacles(makers, only_distribution=False) == ["third_party", "third_party"]
    assert obstacles(ours, only_distribution=True) == [None, None]


def test_a_manager_without_its_database_upgrades_nothing():
    apt = replace(deb("apt", "2.6.1"), presence="shadowed")
    assert managers_of((apt,)) == {}
    assert [place.obstacle.code for place in places_of(apt, managers_of((apt,)), Bundles((apt,)))] == ["no_package_manager"]


def test_a_copy_that_a_package_of_a_registry_owns_comes_with_it():
    copy = package("pypi", "urllib3", "usr/lib/python3/site-packages/botocore/vendored/x.py", owned_by="pkg:pypi/botocore@1.0")
    (place,) = places_of(copy, {}, Bundles((copy,)))
    assert place.obstacle == Obstacle("bundled", "botocore")
    (place,) = places_of(replace(copy, owned_by="pkg:deb/debian/python3-botocore@1.0"), {}, Bundles((copy,)))
    assert place.obstacle == Obstacle("owned")


def test_a_copy_is_replaced_as_a_whole_and_a_bundle_is_built_again():
    def known(*paths, modified=True, **fields):
        return package("pypi", "a", *paths, origin=Origin("pypi:a", ("1.0",), "high", modified), **fields)

    folder = [("copy", "app/vendor/a")]
    assert places(known("app/vendor/a/x.py", "app/vendor/a/y.py", "app/vendor/a/in/z.py")) == folder * 3
    assert places(known("app/a/x.py", "app/a/y.py", "app/ab/x.py", "app/ab/y.py")) == [
        ("copy", "app/a"), ("copy", "app/a"), ("copy", "app/ab"), ("copy", "app/ab"),
    ]  # fmt: skip
    assert places(known("app/six.py")) == [("copy", "app/six.py")]
    assert places(known("x.py", "y.py")) == [("copy", "x.py"), ("copy", "y.py")]  # no folder of the image's own
    assert places(known("app/web.zip!/bundle.js", modified=None)) == [("bundle", "app/web.zip")]
    owned = known("p/_vendor/a.py", owned_by="pkg:pypi/pip@20.0")
    assert places_of(owned, {}, Bundles(()))[0].obstacle == Obstacle("bundled", "pip")
    program = Package("generic", None, "a", "", evidence=(Evidence("bin/a", 0),), origin=Origin("deb:a", ("1.0",), "high"))
    assert places(program) == [("program", "bin/a")]
