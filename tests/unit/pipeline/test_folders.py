import pytest

from careen.model.package import Evidence, Package
from careen.pipeline.folders import PackageFolders


def package(type, name, path, **fields):
    return Package(type, None, name, "1", evidence=(Evidence(path, 0),), **fields)


FOLDERS = PackageFolders(
    (
        package("npm", "shop", "app/package.json"),
        package("npm", "left", "app/node_modules/left/package.json"),
        package("npm", "inner", "app/node_modules/left/node_modules/inner/package.json"),
        package("npm", "@a/b", "app/node_modules/@a/b/package.json"),
        package("npm", "locked", "app/node_modules/locked/package.json", presence="declared"),
        package("gem", "rack", "usr/local/bundle/specifications/rack-2.2.3.gemspec"),
        package("pypi", "six", "lib/six.dist-info/METADATA"),
    )
)


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("app/node_modules/left/lib/deep/index.js", "pkg:npm/left@1"),
        ("app/node_modules/left/node_modules/inner/index.js", "pkg:npm/inner@1"),
        ("app/node_modules/@a/b/index.js", "pkg:npm/%40a/b@1"),
        ("usr/local/bundle/gems/rack-2.2.3/lib/rack.rb", "pkg:gem/rack@1"),
        ("usr/local/bundle/gems/rack-2.2.30/lib/rack.rb", ""),
        ("app/node_modules/locked/index.js", ""),
        ("app/node_modules/lefty/index.js", ""),
        ("app/server.js", ""),  # the application's own
        ("lib/six.py", ""),  # its list says so, not its folder
        ("x", ""),
    ],
)
def test_a_file_is_of_the_nearest_package_whose_folder_it_is_in(path, owner):
    assert FOLDERS.owner(path) == owner
