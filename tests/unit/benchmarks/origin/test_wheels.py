"""What the name of a library beside a package says."""

import pytest

pytest.importorskip("numpy")

from benchmarks.origin.wheels import of_name


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pillow.libs/libpng16-1d1ba958.so.16.58.0", ("libpng16", "libpng1.6", "16.58.0")),
        ("pillow.libs/libwebpmux-8fb1c9f6.so.3.1.2", ("libwebpmux", "libwebp", "3.1.2")),
        ("pillow.libs/libzstd-40ad5e7e.so.1.5.7", ("libzstd", "libzstd", "1.5.7")),
        ("rasterio.libs/libz-1ab2c3d4.so.1.3.1", ("libz", "zlib", "1.3.1")),
        ("pyzmq.libs/libzmq-2f02442c.so.5.2.5", ("libzmq", "", "5.2.5")),
        ("pygit2.libs/libssh2-470cf730.so.1.0.1", ("libssh2", "libssh2", "1.0.1")),
        ("psycopg2_binary.libs/libssl-8bd944e8.so.3", ("libssl", "openssl", "3")),
        ("_soundfile_data/libsndfile_x86_64.so", ("libsndfile_x86_64", "libsndfile", "")),
        ("lz4/block/_block.cpython-311-x86_64-linux-gnu.so", ("", "", "")),
        ("pkg/libz-1ab2c3d4.so.1", ("", "", "")),
    ],
)
def test_of_name(path, expected):
    assert of_name(path) == expected
