import pytest

from careen.origin.public import COPIED, is_library, is_public


@pytest.mark.parametrize(
    "path",
    [
        "src/md5.c", "core/ngx_md5.c", "lib/MD5_native.cc", "sha256.c", "hashes/sha2/sha512.c", "hash_sha256_cp.c", "crc32.h",
        "check/crc32_fast.c", "rijndael.c", "lib/aes.js", "base64.py", "compat/strlcpy.c", "src/strl.c", "getopt_long.c",
        "ares_inet_ntop.c", "sys/queue.h", "src/vsnprintf.c", "utf8.c",
    ],
)  # fmt: skip
def test_files_of_public_algorithms(path):
    assert is_public(path, "deb:other")


@pytest.mark.parametrize(
    "path",
    [
        "share.c",
        "shadow.c",
        "destroy.c",
        "description.py",
        "src/string.c",
        "tree.c",
        "queue.js",
        "crypt.c",
        "parse.c",
        "sha.d/x.c",
    ],
)
def test_other_files(path):
    assert not is_public(path, "deb:other")


@pytest.mark.parametrize(
    ("path", "project"), [("xxhash.h", "deb:xxhash"), ("lib/base64.js", "npm:base64-js"), ("murmur.py", "pypi:murmurhash")]
)
def test_a_project_with_the_name_of_its_algorithm_is_its_author(path, project):
    assert not is_public(path, project)


@pytest.mark.parametrize("path", ["packages/six.py", "src/linenoise.c", "compat/queue.h", "getopt.in.h", "js/json2.min.js"])
def test_libraries_that_are_made_to_be_copied(path):
    assert is_library(path, "pypi:urllib3")
    assert is_public(path, "pypi:urllib3")


@pytest.mark.parametrize(
    ("path", "project"),
    [("six.py", "pypi:six"), ("tinyxml2.cpp", "deb:tinyxml"), ("src/queue.c", "deb:other"), ("md5.c", "deb:o")],
)
def test_files_that_are_no_copied_library(path, project):
    assert not is_library(path, project)


def test_the_list_of_copied_libraries_has_each_once_in_lower_case():
    names = [line for line in COPIED.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len(names) == len(set(names)) > 100
    assert names == [name.lower() for name in names]
