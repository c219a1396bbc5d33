"""The life of a database on the command line: made, kept, compared, carried elsewhere, aged, and held against the last one."""

import json
import tarfile
import zipfile

import pytest
from tests.support.command import Shell
from tests.support.databases import dated
from tests.support.feeds import whole_mirror
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.registry import Registry

METADATA = b"Metadata-Version: 2.1\nName: harbour-crane\nVersion: 1.0\n"
NAMES = ["advisories.sqlite", "advisories.sqlite.sum", "lock"]
KEV = "kev/known_exploited_vulnerabilities.json"


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    return whole_mirror(tmp_path_factory.mktemp("feeds") / "mirror")


@pytest.fixture(scope="module")
def made(tmp_path_factory, mirror):
    """A shell with a database of which an earlier one is kept."""
    shell = Shell(tmp_path_factory.mktemp("made"))
    first = shell.run("db", "update", "--from", mirror)
    assert first.returncode == 0, first.stderr
    dated(database(shell), "2026-11-01T08:00:00+00:00", as_of="2020-11-01", confirmed="2020-11-01")
    newer = tmp_path_factory.mktemp("newer")
    whole_mirror(newer)
    (newer / KEV).write_text('{"vulnerabilities": [{"cveID": "CVE-2026-7", "dateAdded": "2026-11-20"}]}')
    raised(newer, "osv/PyPI/all.zip", '"fixed": "2.0"', '"fixed": "2.5"')
    second = shell.run("db", "update", "--from", newer, "--keep", "2")
    assert second.returncode == 0, second.stderr
    return shell


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    path = "app/lib/python3.12/site-packages/harbour_crane-1.0.dist-info/METADATA"
    return write_docker_archive(tmp_path_factory.mktemp("image") / "i.tar", make_image((make_layer({path: METADATA}),)))


def database(shell):
    return shell.home / "cache" / "database" / "advisories.sqlite"


def raised(mirror, name, before, after):
    """The zip with a text in place of another."""
    path = mirror / name
    with zipfile.ZipFile(path) as archive:
        files = {one: archive.read(one).decode().replace(before, after) for one in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for one, text in files.items():
            archive.writestr(one, text)


def test_an_earlier_one_is_kept_and_compared(made):
    lines = made.run("db", "list").stdout.splitlines()
    assert len(lines) == 3
    assert lines[1].endswith("advisories.sqlite")
    assert lines[2].split()[0] == "2026-11-01"
    found = json.loads(made.run("db", "diff", "2026-11-01", "--json").stdout)
    changes = {one["name"]: one for one in found["sources"]}
    assert (changes["kev"]["added"], changes["kev"]["removed"]) == (1, 2)
    difference = made.run("db", "diff", "2026-11-01").stdout
    assert "kev" in difference
    assert made.run("db", "diff", database(made), database(made)).stdout.splitlines()[-1] == "They have the same content."


def test_what_is_not_kept(made):
    missing = made.run("db", "diff", "2020-01-01")
    assert missing.returncode == 3
    assert "there is no database of 2020-01-01 or before (there is 2026-11-01, " in missing.stderr
    assert made.run("db", "diff", "no-such.sqlite").returncode == 3
    assert made.run("db", "export").returncode == made.run("db", "list", "x").returncode == 2


def test_an_update_without_news_keeps_nothing(tmp_path, mirror):
    shell = Shell(tmp_path)
    shell.run("db", "update", "--from", mirror, "--keep", "3")
    shell.run("db", "update", "--from", mirror, "--keep", "3")
    assert len(shell.run("db", "list").stdout.splitlines()) == 2


def test_a_scan_by_an_earlier_database(made, image):
    def dates(*flags):
        finished = made.run("scan", image, "--format", "json", "--scanners", "vuln", *flags)
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)["database"]["built"][:10]

    assert dates("--db", "2026-11-15") == dates(
        "--db", database(made).parent / next((database(made).parent / "kept").iterdir())
    )
    assert dates("--db", "2026-11-15") == "2026-11-01"
    assert dates("--offline") > "2026-11-01"
    refused = made.run("scan", image, "--db", "2020-01-01")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "careen db update --keep N" in refused.stderr


def test_one_that_is_too_old_for_the_user(made, image):
    old = made.run("scan", image, "--db", "2026-11-01", "--db-max-age", "1")
    assert old.returncode == 3
    assert "failed: advisory or package data is missing or out of date" in old.stdout
    assert "(stale_source: " in old.stdout
    assert "next: careen db update" in old.stdout
    assert made.run("scan", image, "--offline", "--db-max-age", "1").returncode == 0
    assert made.run("scan", image, "--db", "2026-11-01", "--db-max-age", "100000").returncode == 0


def test_over_to_a_machine_without_a_network(made, tmp_path, image):
    exported = made.run("db", "export", "careen.tar")
    assert exported.returncode == 0, exported.stderr
    with tarfile.open(made.home / "careen.tar") as archive:  # a layout that other tools copy too
        index = json.load(archive.extractfile("index.json"))
    assert index["manifests"][0]["digest"] in exported.stdout
    other = Shell(tmp_path)
    taken = other.run("db", "import", made.home / "careen.tar")
    assert taken.returncode == 0, taken.stderr
    assert database(other).read_bytes() == database(made).read_bytes()
    assert sorted(path.name for path in database(other).parent.iterdir()) == NAMES
    assert other.run("scan", image, "--offline", "--db-max-age", "1").returncode == 0


def test_to_import_loses_nothing_that_the_other_lacks(made, tmp_path, mirror, image):
    made.run("db", "export", "careen.tar")
    other = Shell(tmp_path)
    thin = tmp_path / "thin"
    npm(thin, {number: (f"1.{number}.0", f"2.{number}.0") for number in range(100)})
    (thin / KEV).parent.mkdir()
    (thin / KEV).write_text('{"vulnerabilities": [{"cveID": "CVE-2026-9", "dateAdded": "2026-11-26"}]}')
    assert other.run("db", "update", "--from", thin).returncode == 0
    assert other.run("db", "export", "thin.tar").returncode == 0
    before = sources(other)

    # What the other database lacks, and what has been lost of a feed, stays.
    taken = other.run("db", "import", made.home / "careen.tar")
    assert taken.returncode == 0, taken.stderr
    assert (
        "1 feed kept from the earlier database (missing from the new database, or smaller or older there): osv/npm"
        in taken.stdout
    )
    assert sources(other).keys() >= sources(made).keys()
    assert sources(other)["osv/npm"] == before["osv/npm"] == 100
    found = other.run("scan", image, "--offline", "--format", "json", "--scanners", "vuln")
    assert "PYSEC-2025-1" in found.stdout

    # The other way round too: a poor database takes nothing away.
    taken = other.run("db", "import", tmp_path / "thin.tar")
    assert taken.returncode == 0, taken.stderr
    assert sources(other).keys() >= sources(made).keys()

    # To replace it whole is a decision.
    assert other.run("db", "import", tmp_path / "thin.tar", "--replace").returncode == 0
    assert sources(other) == before


def sources(shell):
    return {one["name"]: one["records"] for one in json.loads(shell.run("db", "status", "--json").stdout)["sources"]}


def test_an_update_that_fails_or_knows_little_loses_nothing(tmp_path, mirror, image):
    shell = Shell(tmp_path)
    shell.run("db", "update", "--from", mirror)
    before = sources(shell)
    (tmp_path / "thin/kev").mkdir(parents=True)
    (tmp_path / "thin" / KEV).write_text('{"vulnerabilities": [{"cveID": "CVE-2026-9", "dateAdded": "2026-11-26"}]}')
    poor = shell.run("db", "update", "--from", tmp_path / "thin")
    assert poor.returncode == 0, poor.stderr
    assert sources(shell) | {"kev": 0} == before | {"kev": 0}
    assert "left as they were, with their age" in poor.stdout
    gone = shell.run("db", "forget", "osv/PyPI")
    assert (gone.returncode, sources(shell).keys()) == (0, before.keys() - {"osv/PyPI"})
    assert shell.run("db", "forget", "osv/PyPY").returncode == 2


def test_a_damaged_file_leaves_what_was_there(made, tmp_path):
    made.run("db", "export", "whole.tar")
    whole = (made.home / "whole.tar").read_bytes()
    other = Shell(tmp_path)
    other.run("db", "import", made.home / "whole.tar")
    before = database(other).read_bytes()
    broken = {
        "cut": whole[:-9000],
        "turned": whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :],
        "empty": b"",
        "image": (made.home / "whole.tar")
        .read_bytes()
        .replace(b"application/vnd.careen.database", b"application/vnd.example.database"),
        "sqlite": before,
    }
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
        refused = other.run("db", "import", tmp_path / name)
        assert refused.returncode == 3, name
        assert refused.stderr.startswith("careen: error: "), name
        assert "unexpected" not in refused.stderr, name
        assert database(other).read_bytes() == before
    assert other.run("db", "import", "nowhere.tar").returncode == 3
    assert sorted(path.name for path in database(other).parent.iterdir()) == NAMES


@pytest.mark.parametrize("auth", [None, "basic", "bearer"])
def test_through_a_registry(made, tmp_path, auth):
    with Registry(auth=auth, anonymous=False) as registry:
        account = {"CAREEN_REGISTRY_PASSWORD": "s3cret", "CAREEN_REGISTRY_USERNAME": "ann"} if auth else {}
        made.environment.update(account)
        try:
            pushed = made.run("db", "push", f"oci://{registry.host}/team/careen-db:today", "--plain-http")
        finally:
            for name in account:
                del made.environment[name]
        assert pushed.returncode == 0, pushed.stderr
        by_tag, by_digest = pushed.stdout.split()
        manifest, _ = registry.manifests["team/careen-db", "today"]
        document = json.loads(manifest)
        assert document["artifactType"] == "application/vnd.careen.database"
        assert len(document["layers"]) == 1
        assert document["annotations"]["io.careen.database.source.kev"]
        other = Shell(tmp_path / "other", **account)
        pulled = other.run("db", "pull", by_digest, "--plain-http")
        assert pulled.returncode == 0, pulled.stderr
        assert pulled.stdout.splitlines()[0] == by_digest.partition("@")[2]
        assert database(other).read_bytes() == database(made).read_bytes()
        unsigned = other.run("db", "pull", by_tag, "--plain-http")
        assert unsigned.returncode == 3
        assert f"{by_tag} is not signed" in unsigned.stderr
        assert by_digest in unsigned.stderr
        if auth:
            assert Shell(tmp_path / "stranger").run("db", "pull", by_tag, "--plain-http").returncode == 3


def test_a_registry_that_sends_something_else(made, tmp_path):
    with Registry() as registry:
        name = made.run("db", "push", f"oci://{registry.host}/db:1").stdout.split()[1]
        (layer,) = json.loads(registry.manifests["db", "1"][0])["layers"]
        other = Shell(tmp_path)
        registry.broken[layer["digest"]] = [100, 5000]  # the connection breaks twice, and goes on where it was
        assert other.run("db", "pull", name).returncode == 0
        before = database(other).read_bytes()
        data = registry.blobs[layer["digest"]]
        registry.altered[layer["digest"]] = data[:-1] + bytes([data[-1] ^ 1])
        refused = other.run("db", "pull", name)
        assert (refused.returncode, database(other).read_bytes() == before) == (3, True)
        assert "is damaged" in refused.stderr
        image = registry.push("db", "image", make_image((make_layer({"a": b"b"}),)))
        refused = other.run("db", "pull", f"oci://{image}")
        assert "is not an advisory database" in refused.stderr
        assert other.run("db", "pull", image).returncode == 2


def test_credentials_stay_with_the_registry(made):
    with Registry() as store, Registry(auth="basic", uploads_at=store.url) as registry:
        made.environment |= {"CAREEN_REGISTRY_PASSWORD": "s3cret", "CAREEN_REGISTRY_USERNAME": "ann"}
        made.run("db", "push", f"oci://{registry.host}/db:1")
        del made.environment["CAREEN_REGISTRY_PASSWORD"], made.environment["CAREEN_REGISTRY_USERNAME"]
        assert any("authorization" in one.headers for one in registry.requests)
        assert store.requests
        assert not any("authorization" in one.headers for one in store.requests)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A mirror of one ecosystem, with as many records as doubt calls for, and the shell that has read it."""
    mirror = tmp_path_factory.mktemp("large")
    shell = Shell(tmp_path_factory.mktemp("shell"))
    npm(mirror, {number: (f"1.{number}.0", f"2.{number}.0") for number in range(100)})
    assert shell.run("db", "update", "--from", mirror).returncode == 0
    return mirror, shell


def npm(mirror, ranges):
    path = mirror / "osv" / "npm" / "all.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for number, (introduced, fixed) in ranges.items():
            record = {
                "id": f"GHSA-{number:04}-aaaa-bbbb",
                "aliases": [f"CVE-2025-{number:04}"],
                "affected": [
                    {
                        "package": {"ecosystem": "npm", "name": f"boat-{number}"},
                        "ranges": [{"type": "SEMVER", "events": [{"introduced": introduced}, {"fixed": fixed}]}],
                    }
                ],
            }
            archive.writestr(f"{record['id']}.json", json.dumps(record))


@pytest.mark.parametrize(
    ("ranges", "why"),
    [
        ({number: (f"1.{number}.0", f"2.{number}.0") for number in range(70)}, "only 70 records, the previous version had 100"),
        (
            {number: (f"2.{number}.0", f"3.{number}.0") for number in range(100)},
            "results in a sample are the reverse of the earlier ones",
        ),
    ],
    ids=["shrunken", "flipped"],
)
def test_a_feed_that_turns_is_held_back_until_it_is_accepted(large, tmp_path, ranges, why):
    mirror, shell = large
    before = database(shell).read_bytes()
    npm(mirror, ranges)
    held = shell.run("db", "update", "--from", mirror)
    assert held.returncode == 3
    assert "rejected: " in held.stderr
    assert why in held.stderr.replace("\n", " ")
    assert "careen db update --accept osv/npm/all.zip" in held.stderr
    assert "rejected" in shell.run("db", "status").stdout
    again = Shell(tmp_path)  # the data are those of before
    database(again).parent.mkdir(parents=True)
    database(again).write_bytes(before)
    assert again.run("db", "diff", database(again), database(shell)).stdout.splitlines()[-1] == "They have the same content."
    accepted = again.run("db", "update", "--from", mirror, "--accept", "osv/npm")
    assert accepted.returncode == 0, accepted.stderr
    assert again.run("db", "diff", database(shell)).stdout.splitlines()[-1] != "They have the same content."
