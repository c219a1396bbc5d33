import json

import pytest
from tests.support.pe import pe_file
from tests.support.reading import read_all, read_files

from careen.catalogers.dotnet import CATALOGER


def found(files):
    return [(package.name, package.version, package.confidence) for package in read_all(CATALOGER, files)]


@pytest.mark.parametrize(
    ("product", "file", "expected"),
    [
        ("13.0.1+ae9fe44e", "13.0.1.25517", ("13.0.1", 0.5)),
        ("6.0.0-preview.1+abc", "6.0.21.52210", ("6.0.0-preview.1", 0.5)),
        ("3.1.23+641ee87b", "4.700.22.12208", ("4.700.22.12208", 0.4)),
        ("", "1.2.3.4", ("1.2.3.4", 0.4)),
        ("1.2.3", "", ("1.2.3", 0.4)),
        ("10.0.1 (release)", "10.0.17763.1 (built here)", ("10.0.1", 0.5)),
    ],
)
def test_version_of_an_assembly(product, file, expected):
    data = pe_file({"InternalName": "Shop.Core.dll", "ProductVersion": product, "FileVersion": file})
    assert found({"app/a.dll": data}) == [("Shop.Core", *expected)]


def test_name_of_an_assembly():
    versions = {"FileVersion": "1.0", "ProductVersion": "1.0"}
    assert found({"a/Shop.Core.dll": pe_file(versions)})[0][0] == "Shop.Core"
    assert found({"a/b.dll": pe_file({"InternalName": "no name!", **versions})})[0][0] == "b"
    assert found({"a/b.dll": pe_file({"OriginalFilename": "Shop.EXE", **versions})})[0][0] == "Shop"


@pytest.mark.parametrize(
    "data",
    [
        pe_file({"FileVersion": "1.0"}, managed=False),
        pe_file({"FileVersion": "none"}),
        pe_file({"FileVersion": "1.0", "InternalName": "Shop.resources.dll"}),
        b"MZ" + b"\0" * 100,
    ],
)
def test_left_out(data):
    reading = read_files(CATALOGER, {"app/b.dll": data})
    assert (reading.packages, reading.unknowns) == ([], [])


def dependencies(libraries, target, runtime=".NETCoreApp,Version=v8.0"):
    document = {"runtimeTarget": {"name": runtime}, "targets": {runtime: target}, "libraries": libraries}
    return json.dumps(document).encode()


def test_an_assembly_in_a_deps_file_is_not_listed_again():
    data = dependencies(
        {"MySql.Data/8.0.1": {"type": "package"}}, {"MySql.Data/8.0.1": {"runtime": {"lib/net8/Ubiety.dll": {}}}}
    )
    assembly = pe_file({"InternalName": "Ubiety.dll", "FileVersion": "2.0"})
    files = {"app/shop.deps.json": data, "app/Ubiety.dll": assembly, "other/Ubiety.dll": assembly}
    assert found(files) == [("MySql.Data", "8.0.1", 1.0), ("Ubiety", "2.0", 0.4)]


def test_a_shared_framework_is_the_package_it_is_published_as():
    path = "usr/share/dotnet/shared/Microsoft.NETCore.App/3.1.23/Microsoft.NETCore.App.deps.json"
    runtime = ".NETCoreApp,Version=v3.1/linux-x64"
    assert found({path: dependencies({}, {"a/1": {}}, runtime)}) == [("Microsoft.NETCore.App.Runtime.linux-x64", "3.1.23", 1.0)]
    name = "Microsoft.NETCore.App.Runtime.linux-x64/3.1.23"
    libraries, target = {name: {"type": "package"}}, {name: {"runtime": {"a.dll": {}}}}
    assert len(found({path: dependencies(libraries, target, runtime)})) == 1


def test_assemblies_of_monos_class_library_are_no_packages():
    assembly = pe_file({"InternalName": "System.Core.dll", "FileVersion": "4.6.57.0"})
    places = (
        "usr/lib/mono/gac/System.Core/4.0.0.0__b77a5c561934e089/x.dll",
        "usr/lib/mono/4.5/x.dll",
        "opt/mono/4.8-api/x.dll",
    )
    assert found(dict.fromkeys(places, assembly)) == []
    assert len(found({"usr/lib/mono/shop/x.dll": assembly, "app/gac/y.dll": assembly})) == 2
