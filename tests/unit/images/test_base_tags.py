import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.images.base_tags import MAX_TAGS, candidates

PYTHON = [
    "latest",
    "slim",
    "alpine",
    "3.11",
    "3.12",
    "4",
    "3.10.1",
    "3.11.4",
    "3.11.9",
    "3.11.9-slim",
    "3.11.10",
    "3.12.1",
    "3.12.2",
    "3.13.0rc1",
    "3.13.0-rc1",
    "3.11.4-slim",
    "3.11.4-alpine",
    "3.11.4-alpine3.18",
    "3.11.4-slim-bookworm",
    "3.11.4-slim-bullseye",
    "3.12.2-slim",
    "4.0.1",
    "windows",
    "v3.11.12",
]
DEBIAN = [
    "12",
    "13",
    "14",
    "15",
    "11",
    "12.4",
    "12.5",
    "12-slim",
    "13-slim",
    "bookworm",
    "bookworm-slim",
    "bookworm-20240110",
    "trixie",
    "trixie-slim",
    "20240110",
]


@pytest.mark.parametrize(
    ("tag", "tags", "expected"),
    [
        ("3.11.4", PYTHON, "patch 3.11.10, minor 3.12.2, slim 3.11.4-slim, alpine 3.11.4-alpine, major 4.0.1"),
        ("3.11.4-slim", PYTHON, "patch 3.11.9-slim, minor 3.12.2-slim, alpine 3.11.4-alpine"),
        ("3.11.8-slim", PYTHON, "patch 3.11.9-slim, minor 3.12.2-slim"),
        ("3.11", PYTHON, "minor 3.12"),
        ("latest", PYTHON, "slim slim, alpine alpine"),
        ("12", DEBIAN, "slim 12-slim, major 15, major 14"),
        ("12.4", DEBIAN, "minor 12.5"),
        ("12-slim", DEBIAN, "major 13-slim"),
        ("bookworm", DEBIAN, "slim bookworm-slim"),
        ("bookworm-slim", DEBIAN, ""),
        ("bookworm", ["slim", "alpine"], "alpine alpine"),  # which release "slim" is, its name does not tell
        ("20230101", DEBIAN, "major 20240110"),
        ("-", DEBIAN, ""),
    ],
)
def test_what_an_image_could_build_on(tag, tags, expected):
    assert ", ".join(f"{found.kind} {found.tag}" for found in candidates(tag, tags)) == expected


def test_the_slim_image_of_the_newest_patch():
    assert ("slim", "1.2.9-slim") in [(found.kind, found.tag) for found in candidates("1.2.3", ["1.2.9", "1.2.9-slim"])]


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=30))
def test_any_text(tag, tags):
    found = [candidate.tag for candidate in candidates(tag, tags)]
    assert set(found) <= set(tags) - {tag}
    assert len(found) == len(set(found)) <= MAX_TAGS


@given(
    st.lists(st.builds("{}.{}.{}-{}".format, *[st.integers(0, 20)] * 3, st.sampled_from(["slim", "alpine", "x"])), max_size=99)
)
def test_there_are_never_many(tags):
    assert len(candidates("1.2.3-x", tags)) <= MAX_TAGS
