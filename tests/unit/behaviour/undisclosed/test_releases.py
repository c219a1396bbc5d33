import pytest

from careen.behaviour.undisclosed.releases import (
    MAX_RELEASES,
    Release,
    changes_of,
    circumstances_of,
    numbers_of,
    order_of,
    releases_of,
)


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


@pytest.mark.parametrize(
    "text",
    [
        "## 1.2.3 (May 18, 2020) ##",
        "## 1.2.3 - 18th May 2020",
        "1.2.3 (2020/05/18)\n=====",
        "Version 1.2.3\n-------------\n\nReleased 2020-05-18",
        "## 1.2.3\n:release-date: 2020-05-18 3:00 P.M",
    ],
)
def test_the_day_of_a_release(text):
    assert [release.day for release in releases_of(f"{text}\n* a\n")] == ["2020-05-18"]


@pytest.mark.parametrize("text", ["## 1.2.3 - May 2020", "## 1.2.3\n* Fixed on 2020-05-18"])
def test_a_release_without_a_day(text):
    assert [release.day for release in releases_of(f"{text}\n")] == [""]


def test_the_circumstances_of_a_release():
    releases = [
        Release("2.1.1", "2026-02-01", "* a\n"),
        Release("1.9.8.1", "2026-02-01", "* a\n* b\n"),
        Release("2.1.0", "2026-01-01", "* a\n" * 9),
        Release("2.0", "", ""),
        Release("1.9", "", ""),
    ]
    assert list(circumstances_of(releases)) == [
        ("release: up to 1 changes", "release: correction", "release: same day as another"),
        (
            "release: up to 3 changes",
            "release: correction",
            "release: correction of a correction",
            "release: same day as another",
        ),
        ("release: many changes", "release: features"),
        ("release: up to 1 changes", "release: features"),
        ("release: up to 1 changes", "release: features"),
    ]


def test_numbers_sort():
    assert sorted(("1.10", "1.9.2", "1.9"), key=numbers_of) == ["1.9", "1.9.2", "1.10"]


@pytest.mark.parametrize(
    "versions",
    [
        ("1.9", "1.9.2", "1.10"),
        ("2.0.0.dev1", "2.0.0a1", "2.0.0-beta.2", "2.0.0-beta.10", "2.0.0rc1", "2.0.0", "2.0.0.post1", "2.0.1"),
        ("4.18.0-next.3", "4.18.0"),
        ("", "1"),
    ],
)
def test_versions_sort(versions):
    assert sorted((versions[-1], *versions[:-1]), key=order_of) == list(versions)


@pytest.mark.parametrize(
    ("one", "other"), [("1.2", "1.2.0"), ("v1.2", "1.2"), ("1.2rc1", "1.2.0-rc.1"), ("1.2+build.3", "1.2")]
)
def test_versions_that_are_the_same(one, other):
    assert order_of(one) == order_of(other)


def test_releases_are_bounded():
    assert len(list(releases_of("## 1.2\n" * 20_000))) == MAX_RELEASES
