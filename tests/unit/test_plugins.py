import pytest

from careen.plugins import ImageSource, Named, Reporter, VersionScheme, load

FOLDERS = [
    ("careen.versions", "VERSION_SCHEME", VersionScheme),
    ("careen.images", "IMAGE_SOURCE", ImageSource),
    ("careen.reports", "REPORTER", Reporter),
]


@pytest.mark.parametrize(("folder", "name", "kind"), FOLDERS, ids=[folder for folder, _, _ in FOLDERS])
def test_every_plugin_is_found_by_its_name(folder, name, kind):
    """So that one is imported without the others, it stands in the module of its name."""
    found = load(folder, name, kind)
    assert {one.name: Named(folder, name, kind)[one.name] for one in found} == {one.name: one for one in found}
    assert dict(Named(folder, name, kind)) == {one.name: one for one in found}


@pytest.mark.parametrize("name", ["nothing", "archive", "..os", "os", "", "a/b", "docker_archive"])
def test_other_names_are_none(name):
    sources = Named("careen.images", "IMAGE_SOURCE", ImageSource)
    assert name not in sources
    with pytest.raises(KeyError):
        sources[name]
