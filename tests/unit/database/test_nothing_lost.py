"""Whatever commands come after one another: what is known stays known, unless its source withdraws it or the user does."""

import io
import json
import tempfile
import zipfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.support.feeds import SOURCES, FakeNetwork, write_manifest
from tests.support.generated import examples

from careen.database.artifact import pack, unpack
from careen.database.earlier_databases import install, keeping_earlier
from careen.database.file_state import rows_of
from careen.database.forget import forget
from careen.database.knowledge import database_path
from careen.database.read import open_database
from careen.database.update import refresh, update
from careen.errors import Error, NetworkError
from careen.plugins import Need

ECOSYSTEMS = ("npm", "PyPI", "Go")
ALPINE = "alpine-secdb/edge/main.json"
SPACES = {"npm": "npm", "PyPI": "PyPI", "Go": "Go", "alpine": "alpine:edge"}


class World:
    """What the sources publish, day by day, and a machine with a database."""

    def __init__(self, folder):
        self.folder, self.cache = folder, folder / "cache"
        self.day = 0
        self.days = [{name: {1, 2} for name in SPACES}]
        self.withdrawn, self.forgotten = set(), set()
        self.made = 0
        self.garbled = set()  # what their sources write in words that we do not know

    def mirror(self, names, day=None, damaged=None, is_derived=False):
        self.made += 1
        root = self.folder / f"mirror-{self.made}"
        day = self.day if day is None else day
        published = self.days[day]
        for name in names:
            path = root / (ALPINE if name == "alpine" else f"osv/{name}/all.zip")
            path.parent.mkdir(parents=True)
            path.write_bytes(b"PK" if name == damaged else content(name, published[name], self.garbled))
        root.mkdir(exist_ok=True)
        write_manifest(root, {path.relative_to(root).as_posix(): date(day) for path in root.rglob("*.*")})
        if is_derived:
            manifest = json.loads((root / "MANIFEST.json").read_text())
            manifest["files"] = [{**one, "derived": True} for one in manifest["files"]]
            (root / "MANIFEST.json").write_text(json.dumps(manifest))
        return str(root)

    def known(self):
        path = database_path(self.cache)
        if not path.exists():
            return set()
        with open_database(path) as database:
            return {
                (name, int(package.partition("-")[2]))
                for name, namespace in SPACES.items()
                for package in database.advisories(namespace, [f"boat-{n}" for n in range(60)])
            }

    def update(self, *names, **more):
        try:
            update(self.cache, SOURCES, mirror_at=self.mirror(names, **more))
        except Error:
            assert not database_path(self.cache).exists() or not names


def date(day):
    return f"2026-0{1 + day // 28}-{1 + day % 28:02}"


def content(name, numbers, garbled=()):
    if name == "alpine":
        fixes = {n: f"CVE-2026-{n:04}" if (name, n) in garbled else [f"CVE-2026-{n:04}"] for n in sorted(numbers)}
        packages = [{"pkg": {"name": f"boat-{n}", "secfixes": {"9-r0": ids}}} for n, ids in fixes.items()]
        return json.dumps({"packages": packages}).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for n in sorted(numbers):
            span = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}
            package = {"ecosystem": name, "name": f"boat-{n}"}
            ranges = "triaged" if (name, n) in garbled else [span]
            record = {"id": f"GHSA-{n:04}-aaaa-bbbb", "affected": [{"package": package, "ranges": ranges}]}
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    return packed.getvalue()


def unreachable():
    network = FakeNetwork()
    network.request = lambda *_, **__: (_ for _ in ()).throw(NetworkError("no such host"))
    return network


def publish(world, draw):
    name = draw(st.sampled_from(sorted(SPACES)))
    world.days.append({**world.days[-1], name: world.days[-1][name] | {3 + world.day}})
    world.day += 1


def withdraw(world, draw):
    name = draw(st.sampled_from(sorted(SPACES)))
    gone = min(world.days[-1][name], default=None)
    if gone is not None and len(world.days[-1][name]) > 1:
        world.days.append({**world.days[-1], name: world.days[-1][name] - {gone}})
        world.day += 1
        world.withdrawn.add((name, gone))


def garble(world, draw):
    name = draw(st.sampled_from(sorted(SPACES)))
    world.garbled.add((name, draw(st.sampled_from(sorted(world.days[-1][name])))))


def whole(world, draw):
    world.update(*SPACES)


def partial(world, draw):
    world.update(*draw(st.sets(st.sampled_from(sorted(SPACES)))))


def older(world, draw):
    world.update(*SPACES, day=draw(st.integers(0, world.day)))


def damaged(world, draw):
    world.update(*SPACES, damaged=draw(st.sampled_from(sorted(SPACES))))


def derived(world, draw):
    world.update(*draw(st.sets(st.sampled_from(sorted(SPACES)))), is_derived=True)


def offline(world, draw):
    try:
        update(world.cache, SOURCES, fetcher=unreachable(), need=Need(full=draw(st.booleans())))
    except Error:
        assert not database_path(world.cache).exists()


def scan(world, draw):
    need = Need(frozenset({SPACES[draw(st.sampled_from(sorted(SPACES)))]}))
    try:
        refresh(world.cache, SOURCES, need, unreachable())
    except Error:
        assert not database_path(world.cache).exists()


def imported(world, draw):
    """A database that somebody else made on some day, of some feeds."""
    world.made += 1
    other = World(world.folder / f"other-{world.made}")
    other.day, other.days = draw(st.integers(0, world.day)), world.days
    other.update(*draw(st.sets(st.sampled_from(sorted(SPACES)), min_size=1)))
    layer = other.folder / "layer"
    artifact = pack(database_path(other.cache), layer)
    path = database_path(world.cache)
    install(path, lambda aside: unpack(artifact, [layer.read_bytes()], aside, "x"), draw(st.integers(0, 2)))


def pruned(world, draw):
    with keeping_earlier(database_path(world.cache), draw(st.integers(0, 2))):
        world.update("npm")


def forgotten(world, draw):
    rows = rows_of(database_path(world.cache))
    if rows:
        path = draw(st.sampled_from(sorted(rows)))
        forget(world.cache, path)
        name = "alpine" if path == ALPINE else path.split("/")[1]
        world.forgotten |= {one for one in world.seen if one[0] == name}


COMMANDS = (publish, withdraw, garble, whole, partial, older, damaged, derived, offline, scan, imported, pruned, forgotten)


@examples(40)
@given(st.data())
def test_a_known_finding_stays(data):
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.seen = set()
        for command in (publish, whole, *data.draw(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=6))):
            command(world, data.draw)
            known = world.known()
            assert world.seen - world.withdrawn - world.forgotten <= known, command.__name__
            world.seen |= known
            world.forgotten -= known


def test_a_withdrawn_record_goes_and_a_new_one_comes(tmp_path):
    """What the property rests on: the world does change the database."""
    world = World(tmp_path)
    world.update(*SPACES)
    assert world.known() == {(name, n) for name in SPACES for n in (1, 2)}
    world.days.append({**world.days[0], "npm": {2, 3}})
    world.day = 1
    world.update("npm")
    assert {one for one in world.known() if one[0] == "npm"} == {("npm", 2), ("npm", 3)}


def test_a_record_in_unknown_words_is_known_as_it_was(tmp_path):
    world = World(tmp_path)
    world.days[0] = {name: set(range(1, 6)) for name in SPACES}
    world.update(*SPACES)
    world.garbled = {(name, 2) for name in SPACES}
    world.days.append({name: {2, 3, 4, 5} for name in SPACES})
    world.day = 1
    for _ in range(2):  # and stays so
        world.update(*SPACES)
        assert world.known() == {(name, n) for name in SPACES for n in (2, 3, 4, 5)}
    world.garbled = set()
    world.days.append({name: {3, 4, 5} for name in SPACES})
    world.day = 2
    world.update(*SPACES)
    assert world.known() == {(name, n) for name in SPACES for n in (3, 4, 5)}


def test_one_process_imports_several_times(tmp_path):
    """Each time the other database lacks feeds, so that it is built anew before it takes its place."""
    world = World(tmp_path)
    world.update(*SPACES)

    class Draw:
        def __call__(self, strategy):
            return next(self.answers)

    draw = Draw()
    for feed in ("Go", "npm", "Go"):
        draw.answers = iter((0, {feed}, 0))
        imported(world, draw)
        assert world.known() == {(name, n) for name in SPACES for n in (1, 2)}
    assert not list(database_path(world.cache).parent.glob("*.coming*"))
