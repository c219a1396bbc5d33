"""Folders of the caches of Go and Cargo, and the packages whose source they contain."""

import pytest

from careen.layers.source_caches import cached_in, key_of
from careen.model.package import Package


@pytest.mark.parametrize(
    ("folder", "type", "name", "version"),
    [
        ("go/pkg/mod/github.com/!burnt!sushi/toml@v1.4.0", "golang", "github.com/BurntSushi/toml", "v1.4.0"),
        ("root/go/pkg/mod/gopkg.in/yaml.v3@v3.0.1", "golang", "gopkg.in/yaml.v3", "v3.0.1"),
        ("pkg/mod/example.com/a/v2@v2.0.0+incompatible", "golang", "example.com/a/v2", "v2.0.0+incompatible"),
        ("usr/local/cargo/registry/src/index.crates.io-6f17d22bba15001f/serde-1.0.1", "cargo", "serde", "1.0.1"),
        ("root/.cargo/registry/src/host.example-1/time-0.3.0-alpha.1", "cargo", "time", "0.3.0-alpha.1"),
    ],
)
def test_a_package_in_its_cache(folder, type, name, version):
    package = Package(type=type, namespace=None, name=name, version=version, cataloger=type)
    assert cached_in(folder) == key_of(package)


@pytest.mark.parametrize(
    "folder",
    [
        "",
        "app",
        "go/pkg/mod/example.com/a@v1.0.0/internal",  # a part of a module may have a licence of its own
        "go/pkg/mod/cache/download/example.com/a/@v",
        "go/pkg/mod/cache/x@v1.0.0",
        "root/.cargo/registry/src/host.example-1/serde-1.0.1/src",
        "root/.cargo/registry/cache/host.example-1/serde-1.0.1",
        "go/pkg/mod/" + "a" * 1000 + "@v1",
    ],
)
def test_other_folders(folder):
    assert cached_in(folder) == ""
