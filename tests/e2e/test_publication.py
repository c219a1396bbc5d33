"""A database published at two real registries, pulled, scanned by; and whatever is wrong with one refused, nothing lost."""

import io
import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.support.command import Shell
from tests.support.feeds import GOLDEN, lay_out
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.real_registry import start_registry, stop_registry
from tests.support.servers import Answer, Server, free_port

from careen.app import database_transfer, databases, publishing
from careen.app.publications import newest
from careen.app.publishing import make_publisher, publish_database
from careen.app.registries import repository_of
from careen.config import Settings
from careen.database.file_state import rows_of
from careen.database.knowledge import database_path
from careen.database.layout import Layout, digest_of
from careen.database.publication import PUBLICATION_TYPE, TAG, TITLE
from careen.errors import InputError, NetworkError, UsageError
from careen.signing.updates import UntrustedError

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DPKG = b"Package: halyard\nStatus: install ok installed\nVersion: 1.0-1\nArchitecture: amd64\n"
KEV = "kev/known_exploited_vulnerabilities.json"


@pytest.fixture(scope="module")
def registries(tmp_path_factory):
    """Two of them: (their hosts)."""
    started = [start_registry(tmp_path_factory.mktemp("registry")) for _ in range(2)]
    yield tuple(host for _, host in started)
    for process, _ in started:
        stop_registry(process)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys") / "keys"
    make_publisher(folder)
    return folder


@pytest.fixture
def mirror(tmp_path):
    for case in sorted(GOLDEN.glob("*/*/SOURCE")):
        if case.parent.parent.name in ("debian", "kev", "epss", "cwe"):
            lay_out(case.parent / "input", tmp_path / "mirror")
    return tmp_path / "mirror"


@pytest.fixture
def publisher(tmp_path, mirror):
    return Settings(cache_dir=private(tmp_path / "publisher"), db_from=str(mirror))


@pytest.fixture
def user(tmp_path, keys):
    return Settings(cache_dir=private(tmp_path / "user"), db_root=keys / "root.json")


@pytest.fixture
def clock(monkeypatch):
    """Publications that follow each other are of different seconds."""

    class Clock(datetime):
        shift = timedelta()

        @classmethod
        def now(cls, zone=None):
            return datetime.now(zone) + cls.shift

    monkeypatch.setattr(publishing, "datetime", Clock)
    return Clock


def private(folder):
    folder.mkdir(mode=0o700, parents=True)
    return folder


def address(host, name):
    return f"oci://{host}/{name}"


def pull(place, settings):
    from careen.app.database_transfer import pull_database

    return pull_database(place, settings)


def exploited(settings):
    from careen.database.read import open_database

    with open_database(database_path(settings.cache_dir)) as database:
        return {key.decode() for key, *_ in database.in_order("exploited", "", lambda feed: True)}


def with_kev(mirror, *cves):
    (mirror / KEV).write_text(json.dumps({"vulnerabilities": [{"cveID": cve, "dateAdded": "2026-11-20"} for cve in cves]}))


def raw(place, settings):
    """The manifest under the tag."""
    return json.loads(repository_of(place, settings, TAG).manifest(TAG, None)[0])


def put(place, settings, document, blobs=()):
    """Leaves a manifest as somebody would who may write to the registry and has no key."""
    repository = repository_of(place, settings, TAG)
    for data in blobs:
        repository.push_blob(digest_of(data), data)
    repository.push_manifest(TAG, json.dumps(document).encode(), MANIFEST)


def layer(document, name):
    return next(one for one in document["layers"] if one["annotations"][TITLE] == name)


def test_two_registries(registries, keys, publisher, user, clock):
    places = [address(host, "team/db") for host in registries]
    first = publish_database(places, keys, publisher)
    assert (first.published, first.failed) == (tuple(places), {})
    digest, kept = pull(places[1], user)
    assert (digest, kept) == (first.digest, ())
    assert set(rows_of(database_path(user.cache_dir))) == set(rows_of(database_path(publisher.cache_dir)))
    document = raw(places[0], user)
    assert document["artifactType"] == PUBLICATION_TYPE
    assert "CC0-1.0" in {one["annotations"].get("org.opencontainers.image.licenses") for one in document["layers"]}
    clock.shift = timedelta(seconds=5)
    with_kev(publisher.cache_dir.parent / "mirror", *sorted(exploited(user)), "CVE-2026-77777")
    second = publish_database(places, keys, publisher)
    unchanged = {one["digest"] for one in document["layers"]} & {one["digest"] for one in raw(places[0], user)["layers"]}
    assert len(unchanged) >= second.layers - 1  # the root, and all layers but that of KEV
    found = newest(places[:1], user)
    assert found.publication.version == second.version
    pull(places[0], user)
    assert "CVE-2026-77777" in exploited(user)
    with pytest.raises(UsageError, match="no root of trust"):
        pull(places[0], Settings(cache_dir=user.cache_dir))


def test_a_first_scan(registries, keys, publisher, tmp_path):
    place = address(registries[0], "scan")
    publish_database([place], keys, publisher)
    shell = Shell(tmp_path / "shell", CAREEN_DB_ARTIFACT=place, CAREEN_DB_ROOT=str(keys / "root.json"))
    release = b"ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n"
    content = {"etc/os-release": release, "var/lib/dpkg/status": DPKG}
    image = write_docker_archive(tmp_path / "image.tar", make_image([make_layer(content)]))
    environment = shell.environment | {"HTTPS_PROXY": f"http://127.0.0.1:{free_port()}", "NO_PROXY": "127.0.0.1"}
    shell.environment = environment  # the feeds cannot be reached
    done = shell.run("scan", image, "--format", "json", "--scanners", "vuln")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {one["name"].partition("/")[0] for one in report["database"]["sources"]} >= {"debian", "kev", "epss"}
    assert rows_of(shell.home / "cache" / "database" / "advisories.sqlite")["debian/tracker.json"].layer
    asked = time.time_ns()
    shell.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    again = shell.run("scan", image, "--format", "json", "--scanners", "vuln")
    assert again.returncode == 0
    known = shell.home / "cache" / "database" / "published.json"
    assert known.stat().st_mtime_ns < asked  # no second request
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in again.stderr.splitlines()}
    assert "careen" in imported
    assert not imported & {"tuf", "securesystemslib", "cryptography"}


def test_a_registry_that_is_busy(keys, tmp_path):
    """The feeds are read, and one line says so; it is left alone for some minutes."""
    with Server(lambda request: Answer(200 if request.path == "/v2/" else 429)) as server:
        place = f"oci://{server.url.partition('//')[2]}/db"
        shell = Shell(tmp_path / "shell", CAREEN_DB_ARTIFACT=place, CAREEN_DB_ROOT=str(keys / "root.json"))
        shell.environment |= {"HTTPS_PROXY": f"http://127.0.0.1:{free_port()}", "NO_PROXY": "127.0.0.1"}
        content = {"etc/os-release": b"ID=debian\nVERSION_ID=12\n", "var/lib/dpkg/status": DPKG}
        image = write_docker_archive(tmp_path / "image.tar", make_image([make_layer(content)]))
        done = shell.run("scan", image, "--scanners", "vuln")
        asked = len(server.requests)
        shell.run("scan", image, "--scanners", "vuln")
        assert len(server.requests) == asked > 0
    lines = [line for line in done.stderr.splitlines() if "published database" in line]
    assert len(lines) == 1, done.stderr
    assert "the feeds are read" in lines[0]
    assert "429" in lines[0]


def test_an_update_goes_by_what_is_published(registries, keys, publisher, user, monkeypatch):
    class Nobody:
        def request(self, url, **options):
            asked.append(url)
            raise NetworkError("no feeds here")

    asked = []
    place = address(registries[0], "update")
    publish_database([place], keys, publisher)
    monkeypatch.setattr(databases, "fetcher_of", lambda settings: Nobody())
    result = databases.update_database(replace(user, db_artifact=(place,)))
    ours = rows_of(database_path(user.cache_dir))
    assert ours.keys() == rows_of(database_path(publisher.cache_dir)).keys()
    assert {feed.path for feed in result.feeds if feed.state == "fresh"} >= {"debian/tracker.json", KEV}
    assert not [url for url in asked if "known_exploited" in url]
    databases.update_database(replace(user, db_artifact=(place,)), feeds=True)
    assert [url for url in asked if "known_exploited" in url]
    elsewhere = databases.update_database(replace(user, db_artifact=(place,), db_root=other_root(user)))
    assert [feed.trouble for feed in elsewhere.failed if not feed.source] == ["refused"]


def other_root(user):
    make_publisher(user.cache_dir.parent / "not ours")
    return user.cache_dir.parent / "not ours" / "root.json"


def test_refused(registries, keys, publisher, user, clock, tmp_path):
    """Signed by others, of earlier, held back, mixed, swapped, damaged: one line, and the database as it was."""
    place = address(registries[0], "refused")
    make_publisher(tmp_path / "others")
    publish_database([place], tmp_path / "others", publisher)
    foreign = raw(place, user)
    publish_database([place], keys, publisher, anew=True)
    first = raw(place, user)
    clock.shift = timedelta(seconds=5)
    with_kev(publisher.cache_dir.parent / "mirror", *(f"CVE-2026-{number}" for number in range(9)))
    publish_database([place], keys, publisher, accept=["kev"])
    second = raw(place, user)
    pull(place, user)
    path = database_path(user.cache_dir)
    before = path.read_bytes()
    big = b" " * (9 << 20)

    def changed(document, name, **fields):
        copy = json.loads(json.dumps(document))
        layer(copy, name).update(fields)
        return copy

    def without(document, name):
        return document | {"layers": [one for one in document["layers"] if one["annotations"][TITLE] != name]}

    def blob(data):
        return {"digest": digest_of(data), "size": len(data)}

    version = json.loads(json.dumps(second))["annotations"]["io.careen.database.version"]
    kev, old_kev = layer(second, "kev"), layer(first, "kev")
    response = repository_of(place, user, TAG).blob(kev["digest"])
    cut = response.read()[:-5]
    response.close()
    stamp = layer(first, "timestamp.json")
    attacks = {
        "signed by others": foreign,
        "an older one": first,
        "held back": changed(second, "timestamp.json", digest=stamp["digest"], size=stamp["size"]),
        "mixed": changed(second, f"{version}.targets.json", **blob(b"{}")),
        "no signature": without(second, "timestamp.json"),
        "a layer of before": changed(second, "kev", digest=old_kev["digest"], size=old_kev["size"]),
        "a layer cut off": changed(second, "kev", **blob(cut)),
        "a layer left out": without(second, "kev"),
        "large metadata": changed(second, "timestamp.json", **blob(big)),
        "a name twice": second | {"layers": [*second["layers"], second["layers"][0]]},
        "no names": second | {"layers": [{**one, "annotations": {}} for one in second["layers"]]},
    }
    fresh = Settings(cache_dir=private(tmp_path / "fresh"), db_root=keys / "root.json")
    for name, document in attacks.items():
        put(place, user, document, [b"{}", cut, big])
        if name != "mixed":  # whoever has the real part does not ask for it again
            with pytest.raises(InputError) as caught:
                pull(place, user)
            assert "\n" not in str(caught.value), name
        assert path.read_bytes() == before, name
        if name not in ("an older one", "held back"):  # who has seen nothing newer cannot know
            with pytest.raises(InputError):
                pull(place, fresh)
            assert not database_path(fresh.cache_dir).exists()
    put(place, user, second)
    pull(place, user)
    pull(place, fresh)
    assert exploited(fresh) == exploited(user)


def test_past_its_end(registries, keys, publisher, user, clock, tmp_path, monkeypatch):
    place = address(registries[0], "ended")
    clock.shift = timedelta(days=-4)
    with monkeypatch.context() as then:  # what is verified before it is left there is verified by today's clock
        then.setattr(publishing, "_check", lambda metadata, folder: None)
        publish_database([place], keys, publisher)
    with pytest.raises(UntrustedError, match="past their end"):
        pull(place, user)
    clock.shift = timedelta()
    (publisher.cache_dir.parent / "mirror" / KEV).write_text("<html>busy</html>")
    later = Settings(cache_dir=private(tmp_path / "later"), db_from=publisher.db_from)
    publish_database([place], keys, later)  # the publisher continues from it, and feeds that are not available today stay
    pull(place, user)
    assert exploited(user)


def test_in_a_file(registries, keys, publisher, user, clock, tmp_path):
    place, file = address(registries[0], "file"), tmp_path / "careen-db.tar"
    publish_database([place], keys, publisher)
    origin, digest = database_transfer.export_published(file, replace(user, db_artifact=(place,)))
    assert (origin, digest) == (place, digest_of(Layout(io.BytesIO(file.read_bytes()), "x").manifest))
    closed = Settings(cache_dir=private(tmp_path / "closed"), db_root=keys / "root.json")
    assert database_transfer.import_database(file, closed) == ()
    assert rows_of(database_path(closed.cache_dir)).keys() == rows_of(database_path(publisher.cache_dir)).keys()
    with pytest.raises(UsageError, match="no root of trust"):
        database_transfer.import_database(file, Settings(cache_dir=closed.cache_dir))
    before = database_path(closed.cache_dir).read_bytes()
    data = file.read_bytes()
    for number, broken in enumerate(
        (data[: len(data) // 2], data.replace(b'"signed"', b'"singed"'), data[:-3000] + bytes(3000))
    ):
        (tmp_path / f"{number}.tar").write_bytes(broken)
        with pytest.raises(InputError):
            database_transfer.import_database(
                tmp_path / f"{number}.tar", Settings(cache_dir=private(tmp_path / f"new-{number}"), db_root=closed.db_root)
            )
    clock.shift = timedelta(seconds=5)
    with_kev(publisher.cache_dir.parent / "mirror", "CVE-2026-1")
    publish_database([place], keys, publisher, accept=["kev"])
    pull(place, closed)
    with pytest.raises(UntrustedError, match="older"):
        database_transfer.import_database(file, closed)
    assert database_path(closed.cache_dir).read_bytes() != before


def test_new_keys_reach_those_who_have_the_old_root(registries, keys, publisher, user, clock, tmp_path):
    import shutil

    place, root = address(registries[0], "rotated"), tmp_path / "first-root.json"
    mine = shutil.copytree(keys, tmp_path / "keys")
    shutil.copy(mine / "root.json", root)
    user = Settings(cache_dir=user.cache_dir, db_root=root)
    publish_database([place], mine, publisher)
    pull(place, user)
    for number, role in enumerate(("timestamp", "root", None), 1):
        clock.shift = timedelta(seconds=5 * number)
        make_publisher(mine, role, renew=True)
        publish_database([place], mine, publisher)
        assert newest((place,), user).publication.version


def test_what_a_source_does_not_give_today_is_published_as_it_was(registries, keys, publisher, user, clock, tmp_path):
    """By a machine that starts with nothing, as those of CI do."""
    place = address(registries[0], "guarded")
    publish_database([place], keys, publisher)
    pull(place, user)
    before = exploited(user)
    clock.shift = timedelta(seconds=5)
    (publisher.cache_dir.parent / "mirror" / KEV).write_text("<html>busy</html>")
    later = Settings(cache_dir=private(tmp_path / "later"), db_from=publisher.db_from)
    done = publish_database([place], keys, later)
    assert [feed.path for feed in done.update.failed] == [KEV]
    pull(place, user)
    assert exploited(user) == before


def test_one_registry_of_two_that_is_down(registries, keys, publisher, user):
    down = address(f"127.0.0.1:{free_port()}", "db")
    place = address(registries[0], "half")
    done = publish_database([down, place], keys, publisher, anew=True)
    assert (done.published, list(done.failed)) == ((place,), [down])
    assert newest((down, place), user).address == place
    with pytest.raises(NetworkError, match="nothing was published"):
        publish_database([down], keys, publisher, anew=True)
    with pytest.raises(NetworkError):
        newest((down,), user)


def test_when_the_last_publication_cannot_be_used(registries, keys, publisher, tmp_path):
    """To publish without it loses what guards it: no hint says so but where it was signed by others."""
    make_publisher(tmp_path / "others")
    place = address(registries[0], "of-others")
    publish_database([place], tmp_path / "others", publisher)
    with pytest.raises(UntrustedError, match="the last publication cannot be used") as caught:
        publish_database([place], keys, publisher)
    assert "--anew" in caught.value.hint
    with pytest.raises(NetworkError, match="the last publication cannot be used") as caught:
        publish_database([address(f"127.0.0.1:{free_port()}", "db")], keys, publisher)
    assert "--anew" not in caught.value.hint


def test_keys_that_do_not_belong_together(registries, keys, publisher, tmp_path):
    import shutil

    mine = shutil.copytree(keys, tmp_path / "keys")
    make_publisher(tmp_path / "others")
    shutil.copy(tmp_path / "others" / "targets.pem", mine / "targets.pem")
    with pytest.raises(InputError, match="is not the key that"):
        publish_database([address(registries[0], "keys")], mine, publisher)
    with pytest.raises(UsageError, match="named by a tag"):
        publish_database([address(registries[0], "keys@sha256:" + "0" * 64)], keys, publisher)


POINTS = 10
CHILD = """
import os, signal, sys, threading
from pathlib import Path
from careen.config import Settings
from careen.app.database_transfer import pull_database
from careen.app.publishing import publish_database

action, place, keys, cache, mirror, kill_at = sys.argv[1:]
count, last = 0, int(kill_at)
def called(frame, event, argument):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)

keys = Path(keys)
threading.setprofile(called)
sys.setprofile(called)
if action == "publish":
    publish_database(place.split(), keys, Settings(cache_dir=Path(cache), db_from=mirror), accept=["kev"])
else:
    pull_database(place, Settings(cache_dir=Path(cache), db_root=keys / "root.json"))
sys.setprofile(None)
print(count)
"""


def child(*arguments, kill_at=0):
    command = [sys.executable, "-c", CHILD, *map(str, arguments), str(kill_at)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False, timeout=600)
    assert done.returncode in ((0, -signal.SIGKILL) if kill_at else (0,))
    return int(done.stdout or 0)


def test_publishing_killed_at_ten_points(registries, keys, publisher, user, clock, mirror, tmp_path):
    places = [address(host, "killed") for host in registries]
    with_kev(mirror, "CVE-2026-1000")
    clock.shift = -timedelta(hours=1)
    publish_database(places, keys, publisher)
    with_kev(mirror, "CVE-2026-1001")
    calls = child("publish", address(registries[0], "count"), keys, private(tmp_path / "counted"), mirror)
    for point in range(POINTS):
        child(
            "publish",
            " ".join(places),
            keys,
            private(tmp_path / f"cache-{point}"),
            mirror,
            kill_at=int(calls * (point + 0.5) / POINTS),
        )
        for place in places:
            pull(place, user)
            assert exploited(user) in ({"CVE-2026-1000"}, {"CVE-2026-1001"})
    child("publish", " ".join(places), keys, publisher.cache_dir, mirror)
    for place in places:
        pull(place, user)
        assert exploited(user) == {"CVE-2026-1001"}


def test_pulling_killed_at_ten_points(registries, keys, publisher, user, clock, mirror, tmp_path):
    place = address(registries[0], "killed-pull")
    with_kev(mirror, "CVE-2026-1000")
    publish_database([place], keys, publisher)
    pull(place, user)
    clock.shift = timedelta(seconds=5)
    with_kev(mirror, "CVE-2026-1001")
    publish_database([place], keys, publisher)
    import shutil

    counted = shutil.copytree(user.cache_dir, tmp_path / "counted")
    calls = child("pull", place, keys, counted, "")
    path = database_path(user.cache_dir)
    for point in range(POINTS):
        child("pull", place, keys, user.cache_dir, "", kill_at=int(calls * (point + 0.5) / POINTS))
        assert exploited(user) in ({"CVE-2026-1000"}, {"CVE-2026-1001"})
        assert "debian/tracker.json" in rows_of(path)
    pull(place, user)
    assert exploited(user) == {"CVE-2026-1001"}
    assert not [file.name for file in path.parent.iterdir() if "building" in file.name or "taking" in file.name]


def test_clocks_that_go_back(registries, keys, publisher, clock):
    place = address(registries[0], "clock")
    publish_database([place], keys, publisher)
    clock.shift = -timedelta(hours=1)
    with pytest.raises(InputError, match="is later than"):
        publish_database([place], keys, publisher)


def test_the_command_line(registries, keys, mirror, tmp_path):
    shell, place = Shell(tmp_path / "shell"), address(registries[0], "command")
    made = shell.run("db", "keys", tmp_path / "mine", "--root-keys", "3")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith(f"{tmp_path / 'mine' / 'root.json'}: ")
    assert shell.run("db", "publish", place, "--from", mirror).returncode == 2
    published = shell.run("db", "publish", place, "--from", mirror, "--keys", tmp_path / "mine")
    assert published.returncode == 0, published.stderr
    other = Shell(tmp_path / "other")
    refused = other.run("db", "pull", place)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 2)
    assert "no root of trust" in refused.stderr
    pulled = other.run("db", "pull", place, "--root", tmp_path / "mine" / "root.json")
    assert pulled.returncode == 0, pulled.stderr
    assert pulled.stdout.splitlines()[0] == published.stdout.splitlines()[1]
    assert other.run("db", "pull").returncode == 2
    again = other.run("db", "pull", "--artifact", place, "--root", tmp_path / "mine" / "root.json", "--replace")
    assert again.returncode == 0, again.stderr
    wrong = other.run("db", "pull", place, "--root", keys / "root.json")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (3, 2)
    assert "did not sign it" in wrong.stderr
    assert shell.run("db", "keys", tmp_path / "mine").returncode == 2
    assert shell.run("db", "keys", tmp_path / "mine", "--rotate", "timestamp").returncode == 0
    assert datetime.fromisoformat(
        json.loads((tmp_path / "mine" / "root.json").read_bytes())["signed"]["expires"]
    ) > datetime.now(UTC)
