from careen.formats.feeds.rpm_errata import Build, evr, statements
from careen.model.advisory import Range


def merged(*builds, **options):
    return [(one.namespace, one.package, one.status, one.arch, one.module) for one in statements("E-1", "s", builds, **options)]


def test_architectures_come_together():
    x86, arm = Build("os:1", "a", "fixed", "1-2", "x86_64"), Build("os:1", "a", "fixed", "1-2", "aarch64")
    assert merged(x86, arm) == [("os:1", "a", "fixed", ("aarch64", "x86_64"), None)]


def test_a_build_without_architecture_is_for_all():
    assert merged(Build("os:1", "a", "fixed", "1-2", "x86_64"), Build("os:1", "a", "fixed", "1-2", "noarch"))[0][3] == ()


def test_a_source_package_counts_if_no_binary_package_is_listed():
    binary, source = Build("os:1", "liba", "fixed", "1-2", "x86_64"), Build("os:1", "a", "fixed", "1-2", "src")
    assert merged(binary, source) == [("os:1", "liba", "fixed", ("x86_64",), None)]
    assert merged(source) == [("os:1", "a", "fixed", ("src",), None)]
    assert merged(binary, source._replace(status="open", evr="")) == [
        ("os:1", "a", "open", ("src",), None),
        ("os:1", "liba", "fixed", ("x86_64",), None),
    ]
    assert len(merged(binary, source._replace(namespace="os:2"))) == 2


def test_statements_about_a_package_are_adjacent():
    """The database counts such statements only while they follow one another."""
    builds = [Build(f"os:{number % 3}", f"p{number % 2}", "fixed", f"{number}-1", module=f"m:{number}") for number in range(12)]
    places = [place[:2] for place in merged(*builds)]
    assert places == sorted(places)
    assert len(places) == 12


def test_ids_and_ends():
    (one,) = statements("CVE-1", "s", [Build("os:1", "a", "fixed", "1-2", "x86_64", errata=("E-2",))], "u", ("CVE-3",))
    assert (one.aliases, one.ranges, one.url) == (("CVE-3", "E-2"), (Range(None, "1-2"),), "u")
    assert (evr("0:1-2"), evr("1:1-2"), evr("10:1-2")) == ("1-2", "1:1-2", "10:1-2")
