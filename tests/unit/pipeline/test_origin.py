"""Unexplained code of an image becomes packages; what was read and found is kept."""

import io

import pytest

pytest.importorskip("numpy")

from msgspec.structs import replace
from tests.support.executables import elf
from tests.support.images import make_layer
from tests.unit.layers.helpers import CATALOGERS
from tests.unit.origin.test_identify import PROJECTS

from careen.catalogers import program_digests
from careen.errors import NetworkError
from careen.layers.index import Readers
from careen.model.image import Image, ImageConfig, Layer
from careen.model.origin import OriginFile, OriginFiles, OriginRead
from careen.model.package import Evidence
from careen.origin.building import ReleaseReader, build
from careen.origin.knowledge import Project
from careen.pipeline.image import inventory_of
from careen.pipeline.layers import Reading
from careen.pipeline.origin import Base, Search, early_of, with_origin
from careen.store.memory import MemoryStore


def made(*names, purl="pkg:generic/{}", most=None):
    found = []
    for name in names:
        reader = ReleaseReader()
        releases = [reader.read(version, files.items()) for version, files in list(PROJECTS[name].items())[:most]]
        versions = tuple(release.version for release in releases)
        found.append((Project(name, versions, (purl.format(name),), (f"vendor:{name}",)), releases))
    return build(found)


@pytest.fixture(scope="module")
def one():
    known = made("liba")
    return Base("a", lambda: known, proven=True, small=True)


COPY = {f"opt/app/inner/{path}": data for path, data in PROJECTS["liba"]["1.2"].items()}
OTHER = {f"opt/other/{path}": data for path, data in PROJECTS["libb"]["1.3"].items()}


class Opened:
    """An image of one layer, and how often the layer is read."""

    def __init__(self, files):
        data, self.count = make_layer(files), 0

        def again():
            self.count += 1
            return io.BytesIO(data)

        layer = Layer(0, "", "", len(data), "", again, identity="here")
        self.image = Image("shop:1", "image", "sha256:1", None, ImageConfig(), (layer,))


def reading(store):
    return Reading(Readers.of((*CATALOGERS, program_digests.CATALOGER), "test"), store)


def run(opened, search, store=None):
    store = store or MemoryStore()
    image, inventory = inventory_of(opened.image, reading(store))
    return with_origin(image, inventory, search, reading(store))


def test_a_copy_becomes_a_package_with_its_places(one):
    found = run(Opened(COPY | OTHER), Search((one,)))
    (package,) = [package for package in found.packages if package.origin]
    assert (package.purl, package.cataloger) == ("pkg:generic/liba@1.2", "origin")
    assert package.cpe == "cpe:2.3:a:vendor:liba:1.2:*:*:*:*:*:*:*"
    assert package.evidence == tuple(Evidence(path, 0) for path in sorted(COPY))
    assert (package.origin.versions, package.origin.band, package.origin.proven) == (("1.2",), "exact", True)
    assert found.origin_read == OriginRead(files=8, unexplained=4, projects=1, small=True)


def test_copies_in_two_places_are_one_package(one):
    again = {path.replace("opt/app", "srv/shop"): data for path, data in COPY.items()}
    (package,) = [package for package in run(Opened(COPY | again), Search((one,))).packages if package.origin]
    assert len(package.evidence) == 8


def test_a_base_with_more_versions_names_a_copy_before_the_one_that_ships():
    shipped, own = (Base(str(most), lambda most=most: made("liba", most=most), small=most == 1) for most in (1, None))
    (package,) = [package for package in run(Opened(COPY), Search((shipped, own))).packages if package.origin]
    assert (package.version, package.origin.nearest, package.origin.band) == ("1.2", False, "exact")


def test_a_known_image_is_read_once_for_what_ships_and_once_for_all_others(one):
    opened, store = Opened(COPY | OTHER), MemoryStore()
    first = run(opened, Search((one,)), store)
    read = opened.count
    closed = replace(one, open=lambda: pytest.fail("it is opened"))
    assert run(opened, Search((closed,)), store) == first
    known = made("libb")
    other = run(opened, Search((one, Base("b", lambda: known))), store)
    assert opened.count == read + 1
    third = made("libc")
    assert run(opened, Search((Base("c", lambda: third),)), store).origin_read.unexplained == 8
    assert opened.count == read + 1
    assert [package.name for package in other.packages if package.origin] == ["liba", "libb"]
    assert other.origin_read == OriginRead(files=8, unexplained=0, projects=2)


def test_a_damaged_base_is_left_out(one, caplog):
    def damaged():
        raise ValueError("kb: damaged")

    found = run(Opened(COPY), Search((Base("x", damaged), one)))
    assert [package.name for package in found.packages] == ["liba"]
    assert "kb: damaged" in caplog.text


def test_an_answer_cut_short_is_reported_and_not_kept(one):
    opened, store = Opened(COPY), MemoryStore()
    cut = run(opened, Search((one,), seconds=-1), store)
    assert (cut.packages, cut.origin_read.unread) == ((), 4)
    assert run(opened, Search((one,)), store).origin_read.unread == 0


def test_a_layer_that_cannot_be_fetched_again(one, monkeypatch, caplog):
    def gone(*_):
        raise NetworkError("no answer")

    monkeypatch.setattr("careen.layers.verified.read_again", gone)
    found = run(Opened(COPY), Search((one,)))
    assert (found.packages, found.origin_read.unread) == ((), 4)
    assert "no answer" in caplog.text


def test_without_numpy_it_is_stated(one):
    assert run(Opened(COPY), Search(reduced=True)).origin_read == OriginRead(files=4, unexplained=4, reduced=True)


def test_without_any_base_it_is_stated():
    assert run(Opened(COPY), Search()).origin_read == OriginRead(files=4, unexplained=4, small=True)


def test_an_image_without_such_code_is_left_as_it_is(one):
    found = run(Opened({"etc/hostname": b"x"}), Search((one,)))
    assert found.origin_read is None


def test_a_layer_that_another_image_has_brings_its_features(one):
    store = MemoryStore()
    run(Opened(COPY), Search((one,)), store)
    opened = Opened(COPY)
    other = make_layer({"etc/hostname": b"x"})
    top = Layer(1, "", "", len(other), "", lambda: io.BytesIO(other), identity="top")
    opened.image = replace(opened.image, layers=(*opened.image.layers, top))
    opened_before = opened.count
    assert [package.purl for package in run(opened, Search((one,)), store).packages] == ["pkg:generic/liba@1.2"]
    assert opened.count == opened_before


PACKAGE = {
    "srv/node_modules/shop/package.json": b'{"name": "shop", "version": "1.0.0"}',
    **{f"srv/node_modules/shop/vendor/{path}": data for path, data in PROJECTS["liba"]["1.2"].items()},
}


def test_copies_in_packages_are_read_with_their_layer(one):
    search, store = Search((one,)), MemoryStore()
    opened = Opened(PACKAGE)
    with_early = replace(reading(store), early=early_of(search))
    image, inventory = inventory_of(opened.image, with_early)
    before = opened.count
    found = with_origin(image, inventory, search, with_early)
    assert opened.count == before
    later = run(Opened(PACKAGE), search)
    assert [package for package in found.packages if package.origin] == [
        package for package in later.packages if package.origin
    ]
    assert [package.purl for package in found.packages if package.origin] == ["pkg:generic/liba@1.2"]


def test_without_a_base_nothing_is_read_early():
    assert early_of(Search()) is None
    assert early_of(Search(reduced=True)) is None


def test_programs_of_packages_are_left_out_if_nobody_asks_for_them(one):
    path = "srv/node_modules/shop/build/shop.node"
    files = OriginFiles((OriginFile(path, 0, "pkg:npm/shop@1.0.0", costly=True),))
    known = made("libb")
    own = Base("b", lambda: known)
    for search, left_out in ((Search((one,), asked=False), 1), (Search((one,)), 0), (Search((one, own), asked=False), 0)):
        with_early = replace(reading(MemoryStore()), early=early_of(search))
        image, inventory = inventory_of(Opened({path: elf(b"a text of the program\0" * 20)}).image, with_early)
        found = with_origin(image, replace(inventory, origin_files=files), search, with_early)
        assert (found.origin_read.costly, found.origin_read.files) == (left_out, 1 - left_out)
