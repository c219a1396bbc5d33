"""Secrets over layers: deleted, overwritten, owned."""

from careen.catalogers import distribution, dpkg
from careen.layers.bind import bind
from careen.secrets.reader import SECRETS
from tests.support.images import Hardlink
from tests.support.secrets import filled
from tests.unit.layers.helpers import OS_RELEASE, delta_of, status

CATALOGERS = (distribution.CATALOGER, dpkg.CATALOGER, SECRETS)
TOKEN = filled("npm_{alnum36}").encode()
OTHER = filled("npm_{alnum36}", 2).encode()


def secrets_of(*layers):
    inventory = bind([delta_of(layer, catalogers=CATALOGERS) for layer in layers], CATALOGERS)
    return [(one.location.path, one.layer, one.deleted) for one in inventory.secrets]


def test_the_layer_that_brought_it_is_named():
    assert secrets_of({"etc/os-release": OS_RELEASE}, {"app/a": TOKEN}) == [("app/a", 1, False)]


def test_a_deleted_file_still_exposes_it():
    assert secrets_of({"app/a": TOKEN}, {"app/.wh.a": b""}) == [("app/a", 0, True)]
    assert secrets_of({"app/a": TOKEN}, {".wh.app": b""}) == [("app/a", 0, True)]


def test_an_overwritten_file_does_too():
    assert secrets_of({"app/a": TOKEN}, {"app/a": b"nothing"}) == [("app/a", 0, True)]
    assert secrets_of({"app/a": TOKEN}, {"app/a": OTHER}) == [("app/a", 0, True), ("app/a", 1, False)]


def test_the_same_secret_in_a_later_version_of_the_file_is_one():
    assert secrets_of({"app/a": TOKEN}, {"app/a": b"# changed\n" + TOKEN}) == [("app/a", 1, False)]


def test_a_hard_link_is_not_a_second_file():
    assert secrets_of({"app/a": TOKEN, "app/b": Hardlink("app/a")}) == [("app/a", 0, False)]


def test_what_came_with_a_package_is_its_publishers():
    packaged = {
        "var/lib/dpkg/status": status(("tool", "1")),
        "var/lib/dpkg/info/tool.list": b"/.\n/opt/tool/key\n/etc/tool.conf\n",
        "opt/tool/key": TOKEN,
        "etc/tool.conf": OTHER,
    }
    assert secrets_of(packaged) == [("etc/tool.conf", 0, False)]
    assert secrets_of(packaged, {"opt/tool/key": OTHER}) == [("etc/tool.conf", 0, False), ("opt/tool/key", 1, False)]
