import pytest

from careen.origin.public import is_public


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
