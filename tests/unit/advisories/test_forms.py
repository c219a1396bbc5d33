"""One source's knowledge in several forms: of those that a mirror has, the one that says the most is read, and no other."""

import pytest

from careen.advisories import debian
from careen.plugins import Need


def offered(source, **folders):
    """The feeds of a mirror with these files; "/" in the name of a folder is written ``__``."""
    by_folder = {name.replace("__", "/"): tuple(files) for name, files in folders.items()}
    return [feed.path for feed in source.feeds(Need(), lambda name: by_folder.get(name, ()))]


OVAL = "oval-definitions-bookworm.xml.bz2"
LISTS = "security-tracker-master.tar.gz"


@pytest.mark.parametrize(
    ("files", "read"),
    [
        ([], "tracker.json"),
        ([OVAL, LISTS, "tracker.json"], "tracker.json"),
        ([OVAL, LISTS], LISTS),
        ([OVAL, "README"], OVAL),
    ],
)
def test_debian(files, read):
    assert offered(debian, debian=files) == [f"debian/{read}"]
