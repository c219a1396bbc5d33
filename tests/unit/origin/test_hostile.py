"""What others made: bases that vouch for nonsense, and registries and archives that lie. A clear error or an answer, no crash.

``CAREEN_MUTATIONS`` mutations of each (200 by default).
"""

import gzip
import hashlib
import json
import os
import random
import shutil

import pytest

np = pytest.importorskip("numpy")

from tests.support.archive import changelog, deb  # noqa: E402
from tests.support.package_index import INDEX, REGISTRY, Answer, Web, tarball, wheel  # noqa: E402
from tests.unit.origin.test_identify import PROJECTS  # noqa: E402
from tests.unit.origin.test_merging import ALL, base  # noqa: E402

from careen.origin.collect import collect, spec_of  # noqa: E402
from careen.origin.fetch.unpack import files_in  # noqa: E402
from careen.origin.fixes import Change, Fix  # noqa: E402
from careen.origin.identify import identify  # noqa: E402
from careen.origin.knowledge import NAMES, open_base, write_base  # noqa: E402
from careen.origin.learning import learned, patches_in  # noqa: E402
from careen.origin.merging import joined, merged  # noqa: E402

MUTATIONS = int(os.environ.get("CAREEN_MUTATIONS", "200"))
PARTS = (b"", b"\0", b"\xff", b"\xff\xff\xff\xff", b"../../x", b"\n", b"-1", b"99999999999999999999", b"{", b"\x00\x00\x00\x80")


def mutated(made: random.Random, good: bytes) -> bytes:
    damaged = bytearray(good)
    for _ in range(made.randrange(1, 5)):
        at = made.randrange(len(damaged) + 1)
        damaged[at : at + made.randrange(5)] = made.choice(PARTS)
    return bytes(damaged)


def test_a_base_that_vouches_for_nonsense(tmp_path):
    """Its manifest has the checksums of what is in it: whoever makes a base makes them too."""
    fixes = [Fix("liba", "CVE-2024-1", (Change("src/part1.c", b"12345678", b"87654321" * 2),))]
    write_base(tmp_path / "good", base(liba=ALL, fixes=fixes))
    code = list(PROJECTS["liba"]["1.2"].items())
    program = ("lib.so", b"\x7fELF" + b"\0".join(data for _, data in code))
    made, opened = random.Random(11), 0
    for _ in range(MUTATIONS):
        folder = tmp_path / "bad"
        shutil.copytree(tmp_path / "good", folder)
        manifest = json.loads((folder / "manifest.json").read_bytes())
        name = made.choice(NAMES)
        (path,) = folder.glob(f"*-{name}")
        content = mutated(made, path.read_bytes())
        digest = hashlib.sha256(content).hexdigest()
        (folder / f"{digest[:16]}-{name}").write_bytes(content)
        manifest["files"][name] = {"size": len(content), "sha256": digest}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        try:
            found = open_base(folder)
        except ValueError:
            found = None
        if found is not None:
            opened += 1
            for looked_up in (found, joined((found, base(libb=ALL)))):
                identify(looked_up, [*code, program], deep=True)
            try:
                merged((found, base(libb=ALL)))
            except ValueError:
                pass
        shutil.rmtree(folder)
    assert 0 < opened < MUTATIONS


def test_an_archive_that_lies():
    made = random.Random(12)
    text = changelog("demo", ("1-1", "a fix"))
    for good in (tarball({"x/a.py": "a = 1\n" * 90}), wheel({"a.py": "a = 1\n" * 90}), deb("demo", text), gzip.compress(b"x")):
        for _ in range(MUTATIONS):
            try:
                files_in(mutated(made, good))
            except ValueError:
                pass


def test_a_registry_that_lies(tmp_path):
    made = random.Random(13)
    archive = tarball({"package/index.js": "function demo() { return 1 }\n" * 40})
    digest = hashlib.sha256(archive)
    files = [{"filename": "demo-1.0.tar.gz", "url": "../f/demo-1.0.tar.gz", "hashes": {"sha256": digest.hexdigest()}}]
    page = json.dumps({"files": files}).encode()
    integrity = f"sha512-{__import__('base64').b64encode(hashlib.sha512(archive).digest()).decode()}"
    dist = {"tarball": f"{REGISTRY}/demo.tgz", "integrity": integrity}
    document = json.dumps({"versions": {"1.0.0": {"dist": dist}}}).encode()
    for number in range(MUTATIONS):
        pages = {
            f"{INDEX}/demo/": Answer(mutated(made, page), made.choice(["application/json", "text/html"])),
            f"{REGISTRY}/demo": Answer(mutated(made, document)),
            f"{INDEX}/f/demo-1.0.tar.gz": Answer(archive),
            f"{REGISTRY}/demo.tgz": Answer(archive),
        }
        web = Web(pages)
        folder = tmp_path / str(number % 10)
        collect(folder, [spec_of("pypi:demo"), spec_of("npm:demo")], web)
        shutil.rmtree(folder)
    assert not [path for path in tmp_path.iterdir() if path.name not in map(str, range(10))]


def test_a_patch_that_lies():
    made = random.Random(14)
    old = b"".join(b"int line_%d = value + %d;\n" % (number, number) for number in range(60))
    patch = b"--- a/x.c\n+++ b/x.c\n@@ -3,4 +3,4 @@\n int line_2 = value + 2;\n-int line_3 = value + 3;\n+int other;\n"
    for _ in range(MUTATIONS):
        files = {"debian/patches/series": b"CVE-2024-1111.patch\n", "debian/patches/CVE-2024-1111.patch": mutated(made, patch)}
        learned("demo", patches_in(files), {"x.c": old})
