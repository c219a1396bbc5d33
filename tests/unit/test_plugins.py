import pkgutil

import pytest

from careen.plugins import ImageSource, Named, Reporter, VersionScheme, load, modules_in

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
def test_unknown_names_are_missing(name):
    sources = Named("careen.images", "IMAGE_SOURCE", ImageSource)
    assert name not in sources
    with pytest.raises(KeyError):
        sources[name]


def test_modules_are_those_that_python_would_import(tmp_path):
    for name in ("one.py", "_two.py", "no-module.py", "text.txt", "3.py", "__init__.py"):
        (tmp_path / name).touch()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "__pycache__").mkdir()
    found = {info.name for info in pkgutil.iter_modules([str(tmp_path)])}
    assert modules_in([str(tmp_path)]) == {name for name in found if name.isidentifier()} == {"one", "_two", "package"}
