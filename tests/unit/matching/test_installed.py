from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, deb, pypi

from careen.matching.installed import installed_sources
from careen.model.inventory import Inventory
from careen.model.package import Source


def installed(*packages, scheme="deb"):
    found = installed_sources(Inventory(DEBIAN, packages), ECOSYSTEMS, scheme)
    return {namespace: dict(names) for namespace, names in found.items()}


def test_versions_of_source_packages_by_release():
    older = deb("libssl1", source=Source("openssl", "1.1-1"))
    assert installed(deb(), deb("openssl"), older, pypi()) == {"debian:12": {"openssl": {"3.0.11-1", "1.1-1"}}}


def test_other_schemes_and_third_parties_are_left_out():
    nginx = deb("nginx", "1.24.0-1~bookworm", Source("nginx", "1.24.0-1~bookworm"), vendor="third_party")
    assert installed(nginx) == {}
    assert installed(deb(), scheme="rpm") == {}
    assert installed(replace(nginx, vendor="distribution")) == {"debian:12": {"nginx": {"1.24.0-1~bookworm"}}}
