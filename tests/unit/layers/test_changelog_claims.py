"""Which vulnerabilities the entries of a changelog name as fixed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.layers.changelog_claims import claims_of

CUT = "# Older entries have been removed from this changelog.\n# To read the complete changelog use `apt changelog foo`.\n"


def entry(*lines, version="1.2-3", day="Mon, 04 Mar 2024"):
    text = "\n".join(lines)
    return f"foo ({version}) unstable; urgency=medium\n\n{text}\n\n -- A B <a@example.org>  {day} 10:00:00 +0000\n\n"


def claimed(*lines):
    _, entries, _ = claims_of(entry(*lines))
    return (entries[0].fixed, entries[0].retracted) if entries else ((), ())


def test_versions_and_entries_newest_first():
    text = entry("  * Fix CVE-2024-0002", version="1.2-3") + entry("  * Upload", version="1.2-2")
    text += entry("  * CAN-2003-0001, GHSA-aaaa-bbbb-cccc", version="1:1.0-1", day="Tue, 01 Mar 2022")
    versions, entries, cut_off = claims_of(text)
    assert versions == ("1.2-3", "1.2-2", "1:1.0-1")
    assert [(one.version, one.fixed) for one in entries] == [
        ("1.2-3", ("CVE-2024-0002",)),
        ("1:1.0-1", ("CVE-2003-0001", "GHSA-aaaa-bbbb-cccc")),
    ]
    assert cut_off == ""


@pytest.mark.parametrize(
    "text",
    [
        "Revert the fix of CVE-2024-0001",
        "CVE-2024-0001 is not fixed by this",
        "Not affected by CVE-2024-0001",
        "CVE-2024-0001: not yet fixed upstream",
        "The fix of CVE-2024-0001 was incomplete",
        "Partial fix of CVE-2024-0001",
        "Unaffected: CVE-2024-0001",
        "Drop CVE-2024-0001.patch, it breaks builds",
        "Remove the patch of CVE-2024-0001",
        "Back out CVE-2024-0001",
        "This doesn't fix CVE-2024-0001",
        "Reopen CVE-2024-0001",
        "Ignore CVE-2024-0001 (no-dsa)",
        "Still vulnerable to CVE-2024-0001",
        "Upstream won't fix CVE-2024-0001",
        "CVE-2024-0001 fixed partially",
    ],
)
def test_an_item_that_takes_a_fix_back_or_excludes_the_package_is_no_fix(text):
    assert claimed(f"  * {text}") == ((), ("CVE-2024-0001",))
    assert claimed("  * Fix CVE-2024-0001", f"  * {text}") == ((), ("CVE-2024-0001",))


def test_words_of_descriptions_are_no_retractions():
    text = "  * CVE-2024-0001: partial requests were ignored, so that the server removed no limits"
    assert claimed(text) == (("CVE-2024-0001",), ())


def test_items_count_with_those_that_they_are_part_of():
    lines = ("  * Revert:", "    - CVE-2024-0001", "      + CVE-2024-0002", "    - CVE-2024-0003", "  * Fix CVE-2024-0004")
    assert claimed(*lines) == (("CVE-2024-0004",), ("CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003"))
    assert claimed("  * New upload", "    - Fix CVE-2024-0001", "    - Revert CVE-2024-0002") == (
        ("CVE-2024-0001",),
        ("CVE-2024-0002",),
    )


def test_an_item_over_several_lines_and_under_the_name_of_a_person():
    lines = ("  [ A B ]", "  * Fix an overflow", "    (CVE-2024-0001,", "    CVE-2024-0002)", "  [ C D ]", "  * CVE-2024-0003")
    assert claimed(*lines)[0] == ("CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003")


def test_the_fix_of_a_regression_states_nothing():
    assert claimed("  * Fix a regression of the patch for CVE-2024-0001") == ((), ())


@pytest.mark.parametrize("mark", [CUT, "# For older changelog entries, run 'apt-get changelog foo'\n"])
def test_a_changelog_that_is_cut_off_states_the_day_of_its_oldest_entry(mark):
    old = entry("  * CVE-2021-0001", version="1.0-1", day="Tue, 09 Mar 2021")
    assert claims_of(entry("  * Upload") + old + mark)[2] == "2021-03-09"
    assert claims_of(entry("  * Upload") + "broken\n" + mark)[2] == "2024-03-04"
    assert claims_of("no entry at all\n" + mark)[2] == "9999-12-31"


@given(st.text(alphabet="aC VE-20241*\n()<>;fixrevt", max_size=300))
def test_any_text_is_read(text):
    versions, entries, _ = claims_of(text + "\n" + entry("  * Fix CVE-2024-0001"))
    assert "1.2-3" in versions
    assert entries[-1].version == "1.2-3"


def test_hostile_texts_take_linear_time():
    deep = "".join(f"{' ' * (number % 900)}* Fix CVE-2024-{number:04}\n" for number in range(20_000))
    long = "  * " + "drop a " * 200_000 + "CVE-2024-0001\n" + "  * " + "not " * 200_000
    versions, _, _ = claims_of(entry(deep) + entry(long))
    assert len(versions) == 2
