from careen.layers.compare import changes, shared_layers
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, deb, pypi


def compared(before, after):
    inventories = (Inventory(DEBIAN, tuple(before)), Inventory(DEBIAN, tuple(after)))
    return [(one.how, one.name, one.before, one.after) for one in changes(*inventories, SCHEMES, ECOSYSTEMS)]


def test_added_removed_upgraded_and_downgraded():
    before = [deb("bash", "5.2"), deb("gone", "1"), pypi("django", "4.2"), pypi("same", "1.0"), deb("tool", "9.0")]
    after = [deb("bash", "5.10"), deb("new", "1"), pypi("django", "4.1"), pypi("same", "1.0"), deb("tool", "10.0")]
    assert compared(before, after) == [
        ("upgraded", "bash", "5.2", "5.10"),
        ("removed", "gone", "1", None),
        ("added", "new", None, "1"),
        ("upgraded", "tool", "9.0", "10.0"),
        ("downgraded", "django", "4.2", "4.1"),
    ]


def test_several_versions_are_paired_in_order():
    before = [pypi("django", "1.9"), pypi("django", "3.0"), pypi("django", "2.0")]
    after = [pypi("django", "3.0"), pypi("django", "1.10")]
    assert compared(before, after) == [("upgraded", "django", "1.9", "1.10"), ("removed", "django", "2.0", None)]


def test_where_nothing_orders_versions_they_have_changed():
    assert compared([Package("odd", None, "x", "a")], [Package("odd", None, "x", "b")]) == [("changed", "x", "a", "b")]
    assert compared([pypi("x", "old")], [pypi("x", "new")]) == [("changed", "x", "old", "new")]


def test_each_side_has_its_layer():
    one, other = deb("a", "1"), deb("a", "2", evidence=(Evidence("var/lib/dpkg/status", 4),))
    (change,) = changes(Inventory(None, (one,)), Inventory(None, (other,)), SCHEMES, ECOSYSTEMS)
    assert (change.layer_before, change.layer_after, change.purl) == (0, 4, other.purl)


def test_equal_inventories_have_no_changes():
    packages = (deb("a", "1"), pypi("b", "2.0"))
    assert compared(packages, packages[::-1]) == []


def test_layers_are_shared_from_the_base_upward():
    assert shared_layers(["a", "b", "c"], ["a", "b", "d", "c"]) == 2
    assert shared_layers(["", "b"], ["", "b"]) == 0
