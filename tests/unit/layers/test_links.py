"""Links that lead away: hard links to files of lower layers, package databases behind symbolic links."""

import pytest

from careen.catalogers import binary
from careen.layers import links
from careen.layers.bind import bind
from careen.layers.index import Readers, decode, encode, index
from careen.layers.links import squash_with_links
from careen.layers.verified import read_again
from careen.safety.budget import Budget, Limits
from careen.secrets.reader import SECRETS
from careen.store.memory import MemoryStore
from tests.support.images import File, Hardlink, Symlink, make_layer
from tests.support.work import ends

from .helpers import CATALOGERS, OS_RELEASE, layer_of

MANIFEST = b'{"name": "left-pad", "version": "1.0.0"}'
LINK = "app/node_modules/left-pad/package.json"
TOKEN = b"token = ghp_" + b"x1Y2z3A4b5C6d7E8f9G0h1J2k3L4m5N6o7P8"[:36]


class Image:
    """Layers, read; ``again`` counts the layers that were read once more."""

    def __init__(self, *layers, catalogers=CATALOGERS):
        self.catalogers, self.reread, self.budget = catalogers, [], Budget(Limits())
        self.opened = [layer_of(make_layer(files), number) for number, files in enumerate(layers)]
        self.deltas = [index(one, Readers.of(catalogers, "test"), MemoryStore(), Budget(Limits())) for one in self.opened]

    def again(self, number, select):
        self.reread.append(number)
        return read_again(self.opened[number], select, self.budget)

    def followed(self):
        tree, unknowns = squash_with_links(self.deltas, self.catalogers, self.again)
        assert unknowns == ()
        return tree.deltas

    def inventory(self):
        return bind(self.deltas, self.catalogers, self.again)


def found(*layers):
    inventory = Image(*layers).inventory()
    return (
        [(package.name, package.evidence[0].path, package.evidence[0].layer) for package in inventory.packages],
        [(unknown.evidence.path, unknown.evidence.layer) for unknown in inventory.unknowns],
    )


@pytest.mark.parametrize(
    ("layers", "layer"),
    [
        ([{"store/1": MANIFEST}, {LINK: Hardlink("store/1")}], 1),
        ([{"store/1": MANIFEST}, {"x": b""}, {LINK: Hardlink("store/1")}], 2),
        ([{"store/1": b"no JSON"}, {"store/1": MANIFEST}, {LINK: Hardlink("store/1")}], 2),  # what is visible below
        ([{"store/1": MANIFEST}, {LINK: Hardlink("store/1")}, {"store/1": b"other"}], 1),  # what comes later changes nothing
        ([{"store/1": MANIFEST}, {LINK: Hardlink("store/1")}, {"store/.wh.1": b""}], 1),
        ([{"store/1": MANIFEST}, {LINK: Hardlink("store/1"), "store/.wh.1": b""}], 1),  # linked before it was removed
        ([{"usr/store/1": MANIFEST, "store": Symlink("usr/store")}, {LINK: Hardlink("store/1")}], 1),
        ([{"usr/store/1": MANIFEST, "store": Symlink("/usr/store")}, {LINK: Hardlink("/store/1")}], 1),
        ([{"store/1": MANIFEST}, {"b": Hardlink("store/1")}, {LINK: Hardlink("b")}], 2),  # a link to a link
        ([{"store/1": MANIFEST, "b": Hardlink("store/1")}, {LINK: Hardlink("b")}], 1),
        ([{"store/1": MANIFEST}, {"b": Hardlink("store/1"), LINK: Hardlink("b")}], 1),
    ],
)
def test_the_file_is_read_under_the_name_of_the_link(layers, layer):
    assert found(*layers) == ([("left-pad", LINK, layer)], [])


@pytest.mark.parametrize(
    "layers",
    [
        [{"x": b""}, {LINK: Hardlink("store/1")}],
        [{LINK: Hardlink("store/1")}],
        [{LINK: Hardlink("store/1")}, {"store/1": MANIFEST}],  # what comes later was not there
        [{"store/1": MANIFEST}, {"store/.wh.1": b""}, {LINK: Hardlink("store/1")}],
        [{"store/1": MANIFEST}, {"store/.wh..wh..opq": b"", "store/2": b""}, {LINK: Hardlink("store/1")}],
        [{"store/1/x": MANIFEST}, {LINK: Hardlink("store/1")}],  # a folder
        [{"store/1": Symlink("2"), "store/2": MANIFEST}, {LINK: Hardlink("store/1")}],  # link(2) makes a second symbolic link
        [{"store": Symlink("store")}, {LINK: Hardlink("store/1")}],
        [{"x": Hardlink("y"), "y": Hardlink("x")}, {LINK: Hardlink("x")}],
    ],
)
def test_a_link_to_nothing_is_reported(layers):
    packages, unknowns = found(*layers)
    assert packages == []
    assert (LINK, len(layers) - 1 if LINK in layers[-1] else 0) in unknowns
    assert {path for path, _ in unknowns} <= {LINK, "x"}


@pytest.mark.parametrize("together", [True, False])
def test_readers_that_go_by_the_name_see_that_of_the_link(together):
    first, second = {"store/1": OS_RELEASE}, {"etc/os-release": Hardlink("store/1")}
    inventory = Image(*([{**first, **second}] if together else [first, second])).inventory()
    assert (inventory.distribution.id, inventory.distribution.version) == ("debian", "12")
    assert inventory.unknowns == ()


def test_a_link_out_of_the_image_begins_at_the_root():
    packages, unknowns = found({"store/1": MANIFEST}, {LINK: Hardlink("../../store/1")})
    assert packages == [("left-pad", LINK, 1)]
    assert unknowns == [(LINK, 1)]


def test_a_damaged_file_is_unknown_at_the_link_too():
    assert found({"store/1": b"{"}, {LINK: Hardlink("store/1")})[1] == [(LINK, 1)]


def test_a_bound_reached_when_the_layer_is_read_once_more_is_trouble_of_that_layer():
    image = Image({**{f"data/{number}": b"" for number in range(1100)}, "store/1": MANIFEST}, {LINK: Hardlink("store/1")})
    image.budget = Budget(Limits(scan_members=1000))
    inventory = image.inventory()
    assert inventory.packages == ()
    [unknown] = inventory.unknowns
    assert (unknown.code, unknown.whole_layer, unknown.evidence.layer) == ("over_budget", True, 0)


def test_mode_and_owner_are_those_of_the_file():
    image = Image({"opt/tool": File(b"\x7fELF", mode=0o4755, uid=7)}, {"usr/bin/tool": Hardlink("opt/tool")})
    entries = {entry.path: entry for entry in image.inventory().filesystem.entries}
    assert (entries["usr/bin/tool"].mode, entries["usr/bin/tool"].uid, entries["usr/bin/tool"].layer) == (0o4755, 7, 1)


def test_files_wanted_by_content_are_read_again_only_if_hidden():
    catalogers = (*CATALOGERS, SECRETS, binary.CATALOGER)
    shown = Image({"app/a": TOKEN}, {"app/b": Hardlink("app/a")}, catalogers=catalogers)
    assert [(one.location.path, one.layer, one.deleted) for one in shown.inventory().secrets] == [("app/a", 0, False)]
    assert shown.reread == []
    hidden = Image({"app/a": TOKEN}, {"app/b": Hardlink("app/a")}, {"app/.wh.a": b""}, catalogers=catalogers)
    assert [(one.location.path, one.layer, one.deleted) for one in hidden.inventory().secrets] == [
        ("app/a", 0, True), ("app/b", 1, False),
    ]  # fmt: skip


def test_deltas_survive_the_store_with_their_links():
    delta = Image({"x": b""}, {LINK: Hardlink("store/1")}).deltas[1]
    assert delta.far_links == ((LINK, "store/1"),)
    assert decode(encode(delta), CATALOGERS) == delta


def test_images_without_such_links_are_not_touched():
    image = Image({"store/1": MANIFEST, LINK: Hardlink("store/1")}, {"x": b""})
    assert image.followed() == image.deltas
    assert image.reread == []


def test_each_layer_is_read_once_more_however_many_links_it_has():
    layers = [{f"store/{number}": MANIFEST} for number in range(4)]
    layers += [
        {f"l{layer}/node_modules/x{number}/package.json": Hardlink(f"store/{number % 4}") for number in range(1000)}
        for layer in range(6)
    ]
    image = Image(*layers)
    with ends():
        after = image.followed()
        assert sorted(image.reread) == [0, 1, 2, 3]
        assert [len(delta.facts["npm"]) for delta in after[4:]] == [1000] * 6


def test_links_of_many_layers_cost_no_more_than_their_number():
    layers = [{"store/1": MANIFEST}, *({f"{number}/{LINK}": Hardlink("store/1")} for number in range(300))]
    image = Image(*layers)
    with ends():
        found = image.inventory()
    assert image.reread == [0]
    assert len(found.packages[0].evidence) == 300


def test_each_link_is_charged():
    links = {f"{number}/node_modules/x/package.json": Hardlink("store/1") for number in range(40)}
    image = Image({"store/1": MANIFEST}, links)
    image.budget = Budget(Limits(facts=20))
    after = image.followed()
    assert [unknown.code for unknown in after[1].unknowns] == ["over_budget"]
    assert 0 < len(after[1].facts["npm"]) <= 21


def test_links_to_nothing_are_named_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(links, "MAX_LOST", 20)
    image = Image({"a": b""}, {f"{number}/node_modules/x/package.json": Hardlink("nowhere") for number in range(40)})
    found = image.followed()[1].unknowns
    assert [unknown.code for unknown in found] == ["ambiguous_archive"] + ["unreadable"] * 20 + ["over_budget"]


def test_a_link_to_nothing_that_no_reader_wants_hides_what_is_below_it_and_is_named():
    image = Image({"app/node_modules/x/package.json": MANIFEST}, {"app": Hardlink("nowhere")})
    (found,) = image.followed()[1].unknowns
    assert (found.code, found.whole_layer, found.evidence.path) == ("ambiguous_archive", True, "app")
