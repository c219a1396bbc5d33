"""Licence files, dependencies and digests, each bound to the package that it belongs to."""

import hashlib
import io
import json
import zipfile

from careen.details import archive_licences, crate_licences, digests, licence_files, requirements
from careen.layers.bind import bind
from careen.layers.details import ROLES
from careen.layers.index import Readers, index
from careen.licences.library import entries_by_id
from careen.licences.package import licence_of
from careen.model.package import Package
from careen.plugins import Cataloger, load
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import Symlink, make_layer
from tests.unit.layers.helpers import OS_RELEASE, layer_of, status

CATALOGERS = (
    *(one for one in load("careen.catalogers", "CATALOGER", Cataloger)),
    licence_files.CATALOGER,
    archive_licences.CATALOGER,
    crate_licences.CATALOGER,
    requirements.CATALOGER,
    digests.CATALOGER,
)
MIT = entries_by_id()["MIT"].text.encode()
SITE = "usr/local/lib/python3/site-packages"


def jar_of(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def details_of(*layers, catalogers=CATALOGERS):
    opened = [layer_of(make_layer(files), number) for number, files in enumerate(layers)]
    deltas = [index(layer, Readers.of(catalogers, "test"), MemoryStore(), Budget(Limits())) for layer in opened]
    return bind(deltas, catalogers).details


def short(purl):
    return purl.partition("@")[0].rpartition("/")[2]


def test_nothing_is_read_unless_it_is_asked_for():
    plain = tuple(one for one in CATALOGERS if one.role not in ROLES)
    assert details_of({"etc/os-release": OS_RELEASE}, catalogers=plain) is None


def test_a_copyright_file_belongs_to_its_package_even_behind_a_link():
    found = details_of(
        {
            "etc/os-release": OS_RELEASE,
            "var/lib/dpkg/status": status(("libgcc-s1", "12"), ("gcc-12-base", "12")),
            "usr/share/doc/gcc-12-base/copyright": MIT,
            "usr/share/doc/libgcc-s1": Symlink("gcc-12-base"),
        }
    )
    assert {(short(file.package), file.expression, file.declares) for file in found.licence_files} == {
        ("libgcc-s1", "MIT", True),
        ("gcc-12-base", "MIT", True),
    }


def test_the_source_of_a_module_in_a_cache_has_its_licence():
    manifest = (
        b"module example.com/app\n\ngo 1.22\n\nrequire (\n\tgithub.com/BurntSushi/toml v1.4.0\n\texample.com/b v1.0.0\n)\n"
    )
    found = details_of(
        {
            "src/go.mod": manifest,
            "go/pkg/mod/github.com/!burnt!sushi/toml@v1.4.0/COPYING": MIT,
            "go/pkg/mod/github.com/!burnt!sushi/toml@v1.4.0/internal/LICENSE": b"a part",
            "go/pkg/mod/example.com/b@v1.1.0/LICENSE": MIT,  # of another version
        }
    )
    assert [(short(file.package), file.path, file.expression, file.declares) for file in found.licence_files] == [
        ("toml", "go/pkg/mod/github.com/!burnt!sushi/toml@v1.4.0/COPYING", "MIT", False)
    ]


def test_the_manifest_of_a_crate_in_a_cache_states_its_licence():
    lock = b'version = 3\n[[package]]\nname = "serde"\nversion = "1.0.1"\nsource = "registry+https://host.example/index"\n'
    source = "usr/local/cargo/registry/src/host.example-1ecc6299/serde-1.0.1"
    stated = b'[package]\nname = "serde"\nversion = "1.0.1"\nlicense = "MIT/Apache-2.0"\n'
    found = details_of({"app/Cargo.lock": lock, f"{source}/Cargo.toml": stated, f"{source}/LICENSE-MIT": MIT})
    assert {(short(file.package), file.expression, file.declares) for file in found.licence_files} == {
        ("serde", "MIT OR Apache-2.0", True),
        ("serde", "MIT", False),
    }
    package = Package(type="cargo", namespace=None, name="serde", version="1.0.1", cataloger="cargo")
    assert licence_of(package, found.licence_files).concluded == "MIT OR Apache-2.0"


def test_a_package_of_a_database_elsewhere_has_its_copyright_file():
    found = details_of(
        {
            "etc/os-release": OS_RELEASE,
            "usr/lib/dpkg/status": status(("bash", "5")),
            "usr/share/doc/bash/copyright": MIT,
        }
    )
    assert [(short(file.package), file.expression) for file in found.licence_files] == [("bash", "MIT")]


def test_copies_of_a_package_have_each_file_once():
    manifest = b'{"name": "a", "version": "1.0.0"}'
    found = details_of(
        {
            "x/node_modules/a/package.json": manifest,
            "x/node_modules/a/LICENSE": MIT,
            "y/node_modules/a/package.json": manifest,
            "y/node_modules/a/LICENSE": MIT,
        }
    )
    assert sorted(file.path for file in found.licence_files) == ["x/node_modules/a/LICENSE", "y/node_modules/a/LICENSE"]


def test_a_file_that_a_later_layer_removes_does_not_count():
    lower = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status(("bash", "5")),
        "usr/share/doc/bash/copyright": MIT,
    }
    assert details_of(lower).licence_files
    assert not details_of(lower, {"usr/share/doc/bash/.wh.copyright": b""}).licence_files


def test_licence_texts_and_authors_of_language_packages():
    found = details_of(
        {
            f"{SITE}/a-1.dist-info/METADATA": b"Name: a\nVersion: 1\nAuthor: A Person\n"
            b"Requires-Dist: b>=2; python_version > '3'\n",
            f"{SITE}/a-1.dist-info/licenses/LICENSE": MIT,
            f"{SITE}/b-2.dist-info/METADATA": b"Name: b\nVersion: 2\nRequires-Dist: absent; extra == 'x'\n",
            "app/node_modules/c/package.json": json.dumps(
                {
                    "name": "c",
                    "version": "1.0.0",
                    "author": "C Person <c@example.org>",
                    "dependencies": {"d": "^1", "gone": "1"},
                }
            ).encode(),
            "app/node_modules/c/LICENSE.md": MIT,
            "app/node_modules/d/package.json": b'{"name": "d", "version": "1.0.0"}',
            "other/node_modules/d/package.json": b'{"name": "d", "version": "2.0.0"}',
        }
    )
    assert {(short(file.package), file.expression) for file in found.licence_files} == {("a", "MIT"), ("c", "MIT")}
    assert {entry.package: entry.on for entry in found.dependencies} == {
        "pkg:pypi/a@1": ("pkg:pypi/b@2",),
        "pkg:npm/c@1.0.0": ("pkg:npm/d@1.0.0",),
    }
    assert dict(found.suppliers) == {"pkg:pypi/a@1": "A Person", "pkg:npm/c@1.0.0": "C Person"}


def test_of_alternatives_the_installed_one_is_needed():
    packages = (
        ("app", "1", "Depends: mail | postfix (>= 3), libc6 (>= 2), gone"),
        ("exim", "4", "Provides: mail"),
        ("libc6", "2.36"),
    )
    found = details_of({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": status(*packages)})
    assert [(short(entry.package), sorted(map(short, entry.on))) for entry in found.dependencies] == [
        ("app", ["exim", "libc6"])
    ]


def test_packages_of_alpine_need_what_another_one_provides():
    installed = (
        b"P:curl\nV:8\nA:x86_64\nD:so:libz.so.1 musl>=1 !old\n\n"
        b"P:zlib\nV:1\nA:x86_64\np:so:libz.so.1=1.2\n\nP:musl\nV:1\nA:x86_64\n\n"
    )
    found = details_of({"lib/apk/db/installed": installed, "etc/os-release": b"ID=alpine\nVERSION_ID=3.20\n"})
    assert [(short(entry.package), sorted(map(short, entry.on))) for entry in found.dependencies] == [
        ("curl", ["musl", "zlib"])
    ]


def test_a_file_that_is_a_component_has_digests():
    jar = b"PK\5\6" + bytes(18)
    found = details_of({"app/a.jar": jar})
    assert found.digests == ()  # nothing is a package in it
    (one,) = digests.read(None).facts()
    assert one.sha256 == hashlib.sha256(b"").hexdigest()


def test_the_texts_of_a_jar_are_of_the_jar_itself():
    jar = jar_of(
        {
            "META-INF/LICENSE.txt": MIT,
            "META-INF/maven/g/tool/pom.properties": b"groupId=g\nartifactId=tool\nversion=1\n",
            "META-INF/maven/g/shaded/pom.properties": b"groupId=g\nartifactId=shaded\nversion=2\n",
        }
    )
    found = details_of({"app/tool-1.jar": jar})
    assert [(short(file.package), file.path) for file in found.licence_files] == [
        ("tool", "app/tool-1.jar!/META-INF/LICENSE.txt")
    ]
    assert [(entry.path, entry.sha256) for entry in found.digests] == [("app/tool-1.jar", hashlib.sha256(jar).hexdigest())]


def test_binary_files_and_code_are_not_read():
    assert not licence_files.is_licence_file("usr/lib/python3/license.py", 0o644)
    assert licence_files.is_licence_file("app/node_modules/a/LICENSE-MIT.txt", 0o644)
    assert licence_files.is_licence_file("usr/share/licenses/a/ours", 0o644)
    assert not licence_files.is_licence_file("usr/share/doc/a/changelog.gz", 0o644)
    found = details_of({f"{SITE}/a-1.dist-info/METADATA": b"Name: a\nVersion: 1\n", f"{SITE}/a-1.dist-info/LICENSE": b"\0\1"})
    assert found.licence_files == ()
