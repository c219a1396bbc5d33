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
    assert owner("generic", "libpng", f"{SITE}/PIL/.libs/libpng16.so") == "Pillow"
    assert owner("generic", "zlib", f"{SITE}/_cryptography/libz.so") == "cryptography"
    assert owner("generic", "libpng", f"{SITE}/other/libpng16.so") == ""  # no package of that name


def test_scripts_of_wordpress():
    wordpress = package("generic", "wordpress", "usr/src/wordpress/wp-includes/version.php")
    owners = Bundles((wordpress,))

    def owner_at(path):
        return owners.owner_at(package("npm", "tinymce"), f"usr/src/wordpress/{path}")

    assert owner_at("wp-includes/js/tinymce/tinymce.min.js") == owner_at("wp-admin/js/x.js") == "wordpress"
    assert owner_at("wp-content/plugins/forms/tinymce.min.js") == ""
    assert owners.owner_at(wordpress, "usr/src/wordpress/wp-includes/version.php") == ""


def test_a_folder_may_have_the_beginning_of_a_name_if_one_package_has_it():
    site = "usr/local/lib/python2.7/site-packages"

    def owner_of(path, *names):
        found = Bundles(package("pypi", name, f"{site}/{name}-1.dist-info/METADATA") for name in names)
        return found.owner_at(package("generic", "openssl"), f"{site}/{path}")

    assert owner_of("psycopg2/.libs/libssl.so", "psycopg2-binary", "paramiko") == "psycopg2-binary"
    assert owner_of("psycopg2/.libs/libssl.so", "psycopg2", "psycopg2-binary") == "psycopg2"
    assert owner_of("cv2/.libs/libssl.so", "opencv_python.headless") == "opencv_python.headless"
    assert owner_of("google/libssl.so", "google-auth", "google-api") == ""


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


def test_a_library_in_a_folder_of_packages_anywhere():
    target = package("pypi", "Pillow", "var/task/Pillow-9.5.0.dist-info/METADATA")
    cached = package("pypi", "psycopg-binary", "root/.cache/uv/archive-v0/x/psycopg_binary-3.1.9.dist-info/METADATA")
    at_root = package("pypi", "a-b", "a_b-1.egg-info")
    owners = Bundles((target, cached, at_root))
    assert owners.owners_of(package("generic", "libpng", "var/task/Pillow.libs/libpng16.so")) == {"Pillow"}
    library = package("generic", "openssl", "root/.cache/uv/archive-v0/x/psycopg_binary.libs/libssl.so.1.1")
    assert owners.owners_of(library) == {"psycopg-binary"}
    assert owners.owners_of(package("generic", "zlib", "a_b/libz.so")) == {"a-b"}
    assert owners.owners_of(package("generic", "zlib", "var/other/Pillow.libs/libz.so")) == set()


def test_a_module_compiled_into_another_owns_nothing_of_it():
    folder = "app/node_modules/next"
    compiled = package("npm", "@babel/core", f"{folder}/dist/compiled/@babel/core/package.json")
    next_ = package("npm", "next", f"{folder}/package.json")
    owners = Bundles((compiled, next_))
    assert owners.owners_of(next_) == set()
    assert owners.owners_of(compiled) == {"next"}
    assert owners.owners_of(package("generic", "brotli", f"{folder}/dist/a.node")) == {"next"}
