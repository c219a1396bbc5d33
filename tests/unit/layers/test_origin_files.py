"""Which files of an image are compared with knowledge bases."""

import json

from careen.catalogers import apk, distribution, dpkg, golang, native_code, npm, program_digests, python
from careen.layers import origin_files
from careen.layers.bind import bind
from careen.model.origin import OriginFile
from tests.support.executables import elf
from tests.support.images import File
from tests.unit.layers.helpers import delta_of
from tests.unit.layers.test_integrity import BASH, PROGRAM, debian

MODULES = (apk, distribution, dpkg, golang, native_code, npm, program_digests, python)
CATALOGERS = tuple(module.CATALOGER for module in MODULES)
LIBRARY = elf(b"a library" * 200, code=b"\xc3" * 64)
SOURCE = b"int main(void) { return 0; }\n" * 20


def found(*layers):
    deltas = [delta_of(files, number, CATALOGERS) for number, files in enumerate(layers)]
    return bind(deltas, CATALOGERS).origin_files


def paths(*layers):
    return {file.path: file.owner for file in found(*layers).files}


def test_programs_and_sources_of_nobody():
    files = {"opt/app/tool": File(LIBRARY, mode=0o755), "opt/app/zlib/inflate.c": SOURCE, "opt/app/notes.txt": SOURCE}
    assert found(files).files == (OriginFile("opt/app/tool", 0), OriginFile("opt/app/zlib/inflate.c", 0))


def test_what_the_distribution_owns_is_explained_unless_it_was_modified():
    program = elf(b"the program" * 200, code=b"\xc3" * 64)
    assert paths(debian({"bin/bash": program, "usr/lib/x/part.py": SOURCE})) == {}
    assert paths(debian({"bin/bash": PROGRAM}), {"bin/bash": File(LIBRARY, mode=0o755)}) == {"bin/bash": BASH}


def test_sources_of_the_system_that_no_package_owns_are_its_own():
    assert paths({"usr/share/tool/part.js": SOURCE, "etc/part.sh": SOURCE, "srv/part.js": SOURCE}) == {"srv/part.js": ""}


def test_applications_in_folders_of_the_system():
    """Images for Node and Python work in /usr/src/app, those of web servers in folders of their own."""
    places = ("usr/src/app/part.js", "usr/share/nginx/html/part.js", "usr/share/caddy/part.js")
    assert paths(dict.fromkeys((*places, "usr/share/nginx/part.js"), SOURCE)) == dict.fromkeys(places, "")


def test_of_a_python_package_its_copies_and_compiled_modules():
    names = ("pip/_vendor/urllib3/connection.py", "pip/main.py", "pip/fast.so", "pip.libs/libz-1a2b.so.1")
    record = "".join(f"{name},,\n" for name in (*names, "pip-24.0.dist-info/METADATA", "pip-24.0.dist-info/RECORD"))
    files = {f"usr/local/lib/python3.12/site-packages/{name}": SOURCE for name in names[:2]}
    files |= {f"usr/local/lib/python3.12/site-packages/{name}": LIBRARY for name in names[2:]}
    info = "usr/local/lib/python3.12/site-packages/pip-24.0.dist-info"
    files |= {f"{info}/METADATA": b"Metadata-Version: 2.1\nName: pip\nVersion: 24.0\n", f"{info}/RECORD": record.encode()}
    assert paths(files) == {
        f"usr/local/lib/python3.12/site-packages/{name}": "pkg:pypi/pip@24.0" for name in (names[0], *names[2:])
    }


def test_of_a_package_of_npm_its_bundles():
    manifest = json.dumps({"name": "widget", "version": "1.0.0"}).encode()
    files = {
        "app/node_modules/widget/package.json": manifest,
        "app/node_modules/widget/dist/widget.js": SOURCE * 100,
        "app/node_modules/widget/dist/small.js": SOURCE,
        "app/node_modules/widget/lib/widget.js": SOURCE * 100,
        "app/node_modules/widget/vendor/jquery.js": SOURCE,
    }
    owner = "pkg:npm/widget@1.0.0"
    assert paths(files) == {
        "app/node_modules/widget/dist/widget.js": owner,
        "app/node_modules/widget/vendor/jquery.js": owner,
    }


def test_files_too_small_or_too_large_are_left_out():
    assert paths({"opt/a.c": b"int a;", "opt/b.c": b"x" * (5 << 20)}) == {}


def test_what_is_beyond_the_bound_is_counted(monkeypatch):
    monkeypatch.setattr(origin_files, "MAX_FILES", 2)
    result = found({f"opt/{name}.c": SOURCE for name in "abc"} | {"opt/tool": File(LIBRARY, mode=0o755)})
    assert ([file.path for file in result.files], result.left_out) == (["opt/tool", "opt/a.c"], 2)


def test_a_file_that_a_later_layer_replaces_is_looked_at_there():
    assert found({"opt/a.c": SOURCE}, {"opt/a.c": SOURCE}).files == (OriginFile("opt/a.c", 1),)
    assert found({"opt/a.c": SOURCE}, {"opt/.wh.a.c": b""}).files == ()
