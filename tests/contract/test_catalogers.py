"""Rules for every cataloger, present and future: what it declares, and how it handles hostile input.

Each reader gets each of its golden inputs cut short and with seeded mutations (``CAREEN_MUTATIONS``, 200 by default):
nothing but ValueError may come out, and soon. Its facts must survive the store and the join.
"""

import importlib
import json
import os
import random
import zlib
from itertools import chain

import msgspec
import pytest
from tests.support.goldens import cases, inputs
from tests.support.reading import MemoryFile, matches, read, root_of
from tests.support.work import ends

import careen.catalogers
from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Package
from careen.plugins import Cataloger, load

CATALOGERS = load(careen.catalogers.__name__, "CATALOGER", Cataloger)
MUTATIONS = int(os.environ.get("CAREEN_MUTATIONS", "200"))
CUTS = 16
NUMBERS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff", b"\0", b'"', b"\n", b"{", b"[" * 64)

each = pytest.mark.parametrize("cataloger", CATALOGERS, ids=lambda cataloger: cataloger.name)


def test_names_are_unique():
    names = [cataloger.name for cataloger in CATALOGERS]
    assert len(set(names)) == len(names)


@each
def test_module_is_named_after_its_cataloger(cataloger):
    assert importlib.import_module(f"careen.catalogers.{cataloger.name}").CATALOGER is cataloger


@each
def test_wants_can_be_met(cataloger):
    assert cataloger.readers
    for reader in cataloger.readers:
        wants = reader.wants
        by_name = wants.paths or wants.names or wants.suffixes or wants.folders or wants.below or wants.select
        assert by_name or wants.executables or wants.unpackaged or (wants.anywhere and wants.magic)
        assert not any(path.startswith("/") or path.endswith("/") for path in (*wants.paths, *wants.folders, *wants.below))
        assert not any("/" in name for name in wants.names)
        assert all(suffix.startswith(".") or "/" in suffix for suffix in wants.suffixes)
        assert all(isinstance(magic, bytes) and magic for magic in wants.magic)


@each
def test_has_golden_cases(cataloger):
    assert cases(cataloger.name)


@each
def test_the_name_of_a_package_is_whole(cataloger):
    """Only packages of a distribution have a namespace, which is not part of the name that people and advisories use."""
    kind = cataloger.ecosystem.purl_type
    if cataloger.ecosystem.distribution or kind in ("cos", "pear"):  # a category of Gentoo, a channel
        return
    expected = [case / "expected.json" for case in cases(cataloger.name)]
    known = [json.loads(path.read_text("utf-8")) for path in expected if path.exists()]
    packages = [package for one in known for package in one["packages"] if package["type"] == kind]
    assert [package["purl"] for package in packages if package["namespace"]] == []


@each
def test_golden_cases_reach_every_reader(cataloger):
    files = [file for case in cases(cataloger.name) for file in inputs(case).values()]
    for reader in cataloger.readers:
        assert any(matches(reader.wants, file) for file in files), f"no golden input for {reader.wants}"


@each
def test_facts_do_not_depend_on_how_a_file_is_fed(cataloger):
    for reader, file in _jobs(cataloger):
        try:
            expected = read(reader, file)
        except ValueError:
            continue
        for sizes in ((1 << 20,), (17, 4096), (3,)):
            assert read(reader, file, sizes) == expected, f"{file.path} in chunks of {sizes}"


@each
def test_hostile_bytes_raise_nothing_but_value_error(cataloger):
    """For every reader and for the join of whatever it made of them."""
    for reader, file in _jobs(cataloger):
        seed = random.Random(zlib.crc32(f"{cataloger.name} {file.path}".encode()))
        for turn, content in enumerate(chain(_cut(file.content(), seed), _mutated(file.content(), seed, MUTATIONS))):
            hostile = MemoryFile(file.path, content, file.mode)
            with ends(f"{file.path}, turn {turn}"):
                try:
                    facts = read(reader, hostile, (4096, 511, 65536))
                except ValueError:
                    continue
                joined = _joined(cataloger, hostile.path, facts, root_of(reader.wants, hostile.path))
            for one in joined:
                msgspec.json.encode(one)
                if isinstance(one, Package):
                    assert one.name
                    assert one.purl.startswith("pkg:")


def _jobs(cataloger):
    files = [file for case in cases(cataloger.name) for file in inputs(case).values()]
    return [(reader, file) for file in files for reader in cataloger.readers if matches(reader.wants, file)]


def _cut(content, seed):
    yield b""
    for _ in range(CUTS):
        yield content[: seed.randrange(len(content) + 1)]


def _mutated(content, seed, count):
    for _ in range(count):
        changed = bytearray(content)
        for _ in range(seed.choice((1, 1, 2, 8, 64))):
            place = seed.randrange(len(changed) + 1)
            match seed.randrange(4):
                case 0:
                    changed[place : place + 1] = bytes([seed.randrange(256)])
                case 1:
                    number = seed.choice(NUMBERS)
                    changed[place : place + len(number)] = number
                case 2:
                    del changed[place : place + seed.randrange(1, 32)]
                case 3:
                    other = seed.randrange(len(changed) + 1)
                    changed[place:place] = changed[other : other + seed.randrange(1, 64)]
        yield bytes(changed)


def _joined(cataloger, path, values, root):
    again = (msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=cataloger.fact) for value in values)
    stored = [Fact(path, 0, value, root) for value in again]
    if cataloger.owns:
        for owned in cataloger.owns(stored):
            msgspec.json.encode((tuple(owned.paths), owned.digests()))
    joined = list(cataloger.join(stored)) if cataloger.join else values
    if cataloger.role == "packages":
        assert all(isinstance(one, Package | Unknown) for one in joined)
    return joined
