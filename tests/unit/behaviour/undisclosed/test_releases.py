import pytest

from careen.behaviour.undisclosed.releases import MAX_RELEASES, changes_of, numbers_of, releases_of


@pytest.mark.parametrize(
    ("heading", "version"),
    [
        ("## [1.2.3] - 2026-01-31", "1.2.3"),
        ("## 1.2.3 (Jan 31, 2026)", "1.2.3"),
        ("# v1.2 / 2026-01-31", "1.2"),
        ("### Version 1.2.3", "1.2.3"),
        ("## axios 1.2.3 [yanked]", "1.2.3"),
        ("* Release 1.2.3 (31 Jan 2026)", "1.2.3"),
        ("1.2.3rc1 (2026-01-31)\n----------", "1.2.3rc1"),
        ("`v1.2.3 <https://example.org/compare/v1.2.2...v1.2.3>`__\n=====", "1.2.3"),
        ("Version 1.2.3", "1.2.3"),
        ("1.2.3\t2026-01-31", "1.2.3"),
    ],
)
def test_a_heading_names_a_version(heading, version):
    (release,) = releases_of(f"Changes\n\n{heading}\n\n* Fix a\n")
    assert (release.version, release.day in ("", "2026-01-31")) == (version, True)
    assert list(changes_of(release.text)) == ["Fix a"]


@pytest.mark.parametrize(
    "line",
    [
        "## Support of Python 3.8 ends",
        "* Drop support for Python 3.8.",
        "- upgrade lib to 1.2.3",
        "Requires 2.0 or newer",
        "1.2.3.4.5.6",
        "see https://example.org/1.2.3",
        "12",
    ],
)
def test_what_only_mentions_a_version_is_no_heading(line):
    assert list(releases_of(f"## 9.9\n{line}\n"))[1:] == []


def test_releases_in_the_order_of_the_text():
    found = list(releases_of("## 2.0.0 - 2026-02-01\n* a\n\n1.9.1\n=====\n* b\n  c\n## 1.9.0\n"))
    assert [(release.version, release.day, list(changes_of(release.text))) for release in found] == [
        ("2.0.0", "2026-02-01", ["a"]),
        ("1.9.1", "", ["b c"]),
        ("1.9.0", "", []),
    ]


@pytest.mark.parametrize("title", ["### Security", "**Security fixes**", "Security:", "Vulnerabilities"])
def test_a_title_counts_for_its_items(title):
    text = f"### Added\n* a\n\n{title}\n\n* b\n* c\n\n### Changed\n* d\n"
    assert list(changes_of(text)) == ["a", "Security: b", "Security: c", "d"]


def test_numbers_sort():
    assert sorted(("1.10", "1.9.2", "1.9"), key=numbers_of) == ["1.9", "1.9.2", "1.10"]


def test_releases_are_bounded():
    assert len(list(releases_of("## 1.2\n" * 20_000))) == MAX_RELEASES
