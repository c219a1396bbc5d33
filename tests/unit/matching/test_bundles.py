from careen.matching.bundles import Bundles
from careen.model.package import Evidence, Package

SITE = "opt/venv/lib/python3.9/site-packages"


def package(type, name, *paths):
    return Package(type, None, name, "1", evidence=tuple(Evidence(path, 0) for path in paths))


CRYPTOGRAPHY = package("pypi", "cryptography", f"{SITE}/cryptography-3.2.dist-info/METADATA")
PILLOW = package("pypi", "Pillow", f"{SITE}/Pillow-8.0.0.dist-info/METADATA")
WERKZEUG = package("pypi", "Werkzeug", f"{SITE}/werkzeug-0.15.0.dist-info/METADATA")
NPM = package("npm", "npm", "usr/local/lib/node_modules/npm/package.json")
NODE = package("generic", "node", "usr/local/bin/node")
OWNERS = Bundles((CRYPTOGRAPHY, PILLOW, WERKZEUG, NPM, NODE))


def owner(type, name, *paths):
    return " and ".join(sorted(OWNERS.owners_of(package(type, name, *paths))))


def test_a_library_in_the_folder_of_a_wheel():
    assert owner("generic", "openssl", f"{SITE}/cryptography/hazmat/bindings/_openssl.abi3.so") == "cryptography"
    assert owner("generic", "libpng", f"{SITE}/Pillow.libs/libpng16.so") == "Pillow"
    assert owner("npm", "jquery", f"{SITE}/werkzeug/debug/shared/jquery.js") == "Werkzeug"
    assert owner("generic", "libpng", f"{SITE}/PIL/libpng16.so") == ""  # no package of that name


def test_copies_in_several_packages_have_several_owners():
    both = (f"{SITE}/Pillow.libs/libz.so", f"{SITE}/cryptography/libz.so")
    assert owner("generic", "zlib", *both) == "Pillow and cryptography"
    assert owner("generic", "zlib", *both, "usr/lib/libz.so") == "Pillow and cryptography"
    assert OWNERS.owner_at(package("generic", "zlib", *both), "usr/lib/libz.so") == ""


def test_a_script_in_the_folder_of_a_module_of_node():
    assert owner("npm", "jquery", "usr/local/lib/node_modules/npm/docs/jquery.js") == "npm"
    assert owner("npm", "left-pad", "usr/local/lib/node_modules/npm/node_modules/left-pad/package.json") == ""


def test_a_library_in_the_program_of_another():
    assert owner("generic", "openssl", "usr/local/bin/node") == "node"
    assert OWNERS.owners_of(NODE) == OWNERS.owners_of(PILLOW) == OWNERS.owners_of(NPM) == set()
