"""Origins of Alpine's binary packages."""

import pytest

from careen.predict.apk_origins import origin_of


@pytest.mark.parametrize(
    ("binary", "version", "release", "origin"),
    [
        ("openssl-dev", "3.1.1-r0", "3.18", "openssl"),
        ("libcurl", "8.1.2-r0", "3.18", "curl"),
        ("libssl1.1", "1.1.1o-r0", "3.16.0", "openssl"),
        ("libssl1.1", "1.1.1t-r0", "3.17", "openssl1.1-compat"),
        ("libcrypto1.1", "1.1.1t-r0", "edge", "openssl1.1-compat"),
        ("libpq", "14.3-r0", "3.16.0", "postgresql14"),
        ("libpq", "12.4-r0", "3.12", "postgresql"),
        ("libpq", "", "3.18", None),
        ("libpq", "16.1-r0", "", None),
        ("libc6-compat", "1.2.3-r4", "3.17", "musl"),
        ("libc6-compat", "1.1.0-r4", "3.19", None),
        ("php82-fpm", "8.2.7-r0", "3.18", "php82"),
        ("php82-pecl-redis", "5.3.7-r0", "3.18", None),
        ("php82-pecl-redis-dev", "5.3.7-r0", "3.18", "php82-pecl-redis"),
        ("postgresql15-client", "15.3-r0", "3.18", "postgresql15"),
        ("postgresql-common", "1.1-r0", "3.18", None),
        ("mariadb-client", "10.6.8-r0", "3.16", "mariadb"),
        ("mariadb-connector-c", "3.1-r0", "3.16", None),
        ("mariadb-connector-c-dev", "3.1-r0", "3.16", "mariadb-connector-c"),
        ("git-lfs", "3.3-r0", "3.16", None),
        ("git-lfs-doc", "3.3-r0", "3.16", "git-lfs"),
        ("libstdc++", "12-r0", "3.16", "gcc"),
        ("libstdc++-dev", "12-r0", "3.16", "gcc"),
        ("util-linux-misc", "2.38-r0", "3.16", "util-linux"),
        ("docker-cli-compose", "2.1-r0", "3.16", None),
        ("nginx", "1.2-r0", "3.16", None),
        ("", "", "", None),
    ],
)
def test_the_origin_of_a_binary_package(binary, version, release, origin):
    assert origin_of(binary, version, release) == origin
