"""Sources of a Debian archive that is played: signed lists, listed files that are gone, and lists that lie."""

import hashlib
import lzma
import os
import random
from datetime import UTC, datetime, timedelta

import pytest

np = pytest.importorskip("numpy")

from tests.support.archive import Archive, Signer, debian_tar  # noqa: E402
from tests.support.package_index import Answer, Web, tarball  # noqa: E402
from tests.unit.origin.test_learning import BOUND, PARSE, PATCH  # noqa: E402

from careen.errors import UsageError  # noqa: E402
from careen.origin import collect as collecting  # noqa: E402
from careen.origin.collect import collect, spec_of  # noqa: E402
from careen.origin.fetch.apt import Repository  # noqa: E402
from careen.origin.fetch.deb import Suites, upstream_of  # noqa: E402
from careen.origin.identify import identify  # noqa: E402
from careen.origin.knowledge import write_base  # noqa: E402

PLACE = "https://archive.example/debian"
MORE = "".join(f"int part_{n}(int value)\n{{\n    return value * {n} + other_{n}(value);\n}}\n" for n in range(60)).encode()


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    made = Signer(tmp_path_factory.mktemp("keys") / "home")
    yield made
    made.close()


@pytest.fixture
def keys(signer, monkeypatch):
    found = (Repository(PLACE, "demo", ("main",), (str(signer.keyring),)),)
    monkeypatch.setattr(collecting.apt, "repositories", lambda: found)
    return found


def paragraph(archive: Archive, version: str, orig: bytes, debian: bytes) -> str:
    upstream = version.rpartition("-")[0]
    files = {f"demo_{upstream}.orig.tar.gz": orig, f"demo_{version}.debian.tar.xz": debian}
    archive.files |= {f"pool/d/{name}": data for name, data in files.items()}
    listed = "".join(f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}\n" for name, data in files.items())
    return f"Package: demo\nVersion: {version}\nChecksums-Sha256:\n{listed}Directory: pool/d\n"


def archive(signer, **options) -> Archive:
    made = Archive()
    text = "demo (1.0-1) stable; urgency=medium\n\n  * A fix.\n\n -- A <a@example.org>  Sun, 01 Mar 2026 10:00:00 +0000\n"
    patched = debian_tar(text, patches={"series": "CVE-2024-1111.patch\n", "CVE-2024-1111.patch": PATCH.decode()})
    one = tarball({"demo-1.0/lib/code.c": (PARSE + MORE).decode()})
    two = tarball({"demo-1.2/lib/code.c": (BOUND + MORE).decode() + "int last(void)\n{\n    return 2;\n}\n"})
    sources = [paragraph(made, "1.0-1", one, patched), paragraph(made, "1.2-1", two, debian_tar(text))]
    made.suite("demo", ["Package: other\nVersion: 1\nDirectory: pool/o\n", *sources], sign=signer, **options)
    return made


def web(made: Archive) -> Web:
    return Web({f"{PLACE}/{path}": (lambda data=data: Answer(data)) for path, data in made.files.items()})


def test_releases_and_fixes_of_a_source_package(tmp_path, signer, keys):
    base, skipped = collect(tmp_path, [spec_of("deb:demo")], web(archive(signer)))
    assert skipped == ()
    assert [(project.name, project.versions) for project in base.projects] == [("deb:demo", ("1.0", "1.2"))]
    states = {}
    for form in (PARSE, BOUND):
        (component,) = identify(base, [("src/mine.c", form + MORE)]).components
        states[form] = [(fix.cve, fix.state) for fix in component.fixes]
    assert states == {PARSE: [("CVE-2024-1111", "vulnerable")], BOUND: [("CVE-2024-1111", "fixed")]}


def test_an_index_is_fetched_once_and_by_its_hash(tmp_path, signer, keys):
    made = archive(signer)
    index = made.files.pop("dists/demo/main/source/Sources.xz")
    by_hash = f"dists/demo/main/source/by-hash/SHA256/{hashlib.sha256(index).hexdigest()}"
    made.files[by_hash] = index
    played = web(made)
    collect(tmp_path, [spec_of("deb:demo"), spec_of("deb:other")], played)
    assert played.asked.count(f"{PLACE}/{by_hash}") == 1
    played.asked = []
    collect(tmp_path, [spec_of("deb:demo")], played)
    assert played.asked == [f"{PLACE}/dists/demo/InRelease"]  # the rest is kept


def test_versions_that_are_listed_and_gone_are_named(tmp_path, signer, keys):
    made = archive(signer)
    del made.files["pool/d/demo_1.2.orig.tar.gz"]
    del made.files["pool/d/demo_1.0-1.debian.tar.xz"]
    base, skipped = collect(tmp_path, [spec_of("deb:demo")], web(made))
    assert [project.versions for project in base.projects] == [("1.0",)]
    assert [one.what for one in skipped] == ["deb:demo@1.0-1 (patches)", "deb:demo@1.2-1"]
    assert base.fixes == ()


def test_an_interrupted_build_goes_on_and_ends_with_the_same_bytes(tmp_path, signer, keys):
    made = archive(signer)
    write_base(tmp_path / "whole", collect(tmp_path / "whole", [spec_of("deb:demo")], web(made))[0])
    played = web(made)

    def cut():
        raise KeyboardInterrupt

    whole = played.pages[f"{PLACE}/pool/d/demo_1.2.orig.tar.gz"]
    played.pages[f"{PLACE}/pool/d/demo_1.2.orig.tar.gz"] = cut
    with pytest.raises(KeyboardInterrupt):
        collect(tmp_path / "cut", [spec_of("deb:demo")], played)
    played.pages[f"{PLACE}/pool/d/demo_1.2.orig.tar.gz"], played.asked = whole, []
    write_base(tmp_path / "cut", collect(tmp_path / "cut", [spec_of("deb:demo")], played)[0])
    assert [url.rpartition("/")[2] for url in played.asked] == [
        "InRelease",
        "demo_1.2.orig.tar.gz",
        "demo_1.2-1.debian.tar.xz",
    ]
    for path in (tmp_path / "whole").glob("*.*"):
        assert path.read_bytes() == (tmp_path / "cut" / path.name).read_bytes()


def test_lists_that_are_not_to_be_trusted_are_not_used(tmp_path, signer, keys):
    expired = archive(signer, valid_until=datetime.now(UTC) - timedelta(days=1))
    other = archive(signer, codename="else", status="else")
    changed = archive(signer)
    changed.files["dists/demo/InRelease"] = changed.files["dists/demo/InRelease"].replace(b"contrib", b"nontrib")
    unsigned = archive(lambda text: text)
    for made, reason in ((expired, "expired"), (other, "is that of else"), (changed, "changed"), (unsigned, "not signed")):
        with pytest.raises(UsageError, match=reason):
            collect(tmp_path, [spec_of("deb:demo")], web(made))


def test_an_index_that_is_not_the_signed_one_is_not_used(tmp_path, signer, keys):
    made = archive(signer)
    made.files["dists/demo/main/source/Sources.xz"] = lzma.compress(b"Package: demo\nVersion: 9\n")
    with pytest.raises(UsageError, match="sha256 differs from the one"):
        collect(tmp_path, [spec_of("deb:demo")], web(made))


def test_mutations_of_an_index_end(tmp_path, signer, keys):
    """Of a signed list: an archive may lie, too."""
    made = random.Random(5)
    good = lzma.decompress(archive(signer).files["dists/demo/main/source/Sources.xz"])
    for _ in range(int(os.environ.get("CAREEN_MUTATIONS", "40")) // 10):
        damaged = bytearray(good)
        for _ in range(made.randrange(1, 8)):
            at = made.randrange(len(damaged))
            damaged[at : at + made.randrange(4)] = made.choice([b"", b"\n", b"../", b"://", b"\xff", b"999999999999", b"\n\n"])
        hostile = Archive()
        hostile.suite("demo", [bytes(damaged).decode("latin-1")], sign=lambda text: text)
        played = web(hostile)
        repository = Repository(PLACE, "demo", ("main",), keys[0].keys)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("careen.origin.fetch.deb.verified", lambda data, _: type("Signed", (), {"text": data}))
            found = Suites((repository,), played, tmp_path / "indexes", ["demo"])
        for package in found._packages.get("demo", {}).values():
            assert package.sources.url.startswith(f"{PLACE}/")
            assert "/../" not in package.sources.url


@pytest.mark.parametrize(
    ("version", "upstream"),
    [
        ("1:2.9.14+dfsg-1.3~deb12u4", "2.9.14"),
        ("2.12.7+dfsg+really2.9.14-2.1+deb13u1", "2.9.14"),
        ("1.2.13.dfsg-1", "1.2.13"),
        ("1.30.1+ds1-6", "1.30.1"),
        ("7.88.1-10+deb12u5", "7.88.1"),
        ("12.1", "12.1"),
        ("dfsg-1", "dfsg"),
    ],
)
def test_versions_of_upstream(version, upstream):
    assert upstream_of(version) == upstream


def test_a_file_with_some_code_of_the_same_kind_is_not_the_one_that_a_fix_changes(tmp_path, signer, keys):
    base, _ = collect(tmp_path, [spec_of("deb:demo")], web(archive(signer)))
    other = b"".join(b"static long unlike_%d(char *name)\n{\n    return find(name, %d);\n}\n" % (n, n) for n in range(900))
    for own, state in ((b"", ["vulnerable"]), (other, [])):
        components = identify(base, [("tests/checks.c", PARSE + MORE + own)]).components
        assert [fix.state for component in components for fix in component.fixes] == state
        assert components
