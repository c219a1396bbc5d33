from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from careen.formats.sboms.joined import joined
from careen.model.package import Evidence, Package

GO = Package("golang", None, "stdlib", "1.19.8")
PLACES = st.lists(st.builds(Evidence, st.sampled_from(["usr/bin/a", "usr/bin/b", "usr/bin/c"]), st.integers(0, 1)), max_size=3)


@st.composite
def packages(draw):
    package = replace(
        GO, version=draw(st.sampled_from(["1.19.6", "1.19.8"])), owned_by=draw(st.sampled_from([None, "pkg:x/y"]))
    )
    return replace(
        package,
        presence=draw(st.sampled_from(["present", "absent"])),
        cpe=draw(st.text(max_size=1)),
        evidence=tuple(draw(PLACES)),
    )


def test_the_places_of_all_entries_are_kept():
    a, b = Evidence("usr/bin/a", 1), Evidence("usr/bin/b", 1)
    first = replace(GO, licenses=("BSD-3-Clause",), evidence=(b, a))
    assert joined([first, replace(GO, evidence=(a,)), GO, replace(GO, evidence=(Evidence("usr/bin/c", 0),))]) == (
        replace(first, evidence=(b, a, Evidence("usr/bin/c", 0))),
    )


@given(st.lists(packages(), max_size=8))
def test_no_package_and_no_place_is_lost(found):
    kept = joined(found)
    keys = [(package.purl, package.owned_by, package.presence) for package in found]
    assert [(package.purl, package.owned_by, package.presence) for package in kept] == list(dict.fromkeys(keys))
    for package in kept:
        same = [one for one, key in zip(found, keys, strict=True) if key == (package.purl, package.owned_by, package.presence)]
        assert set(package.evidence) == {place for one in same for place in one.evidence}
        assert package.cpe == same[0].cpe
