import pytest

from careen.formats.packages.package_file_name import read_address


@pytest.mark.parametrize(
    ("url", "kind", "name", "version", "arch"),
    [
        ("https://x/a-b-1.2-3.el9.x86_64.rpm", "rpm", "a-b", "1.2-3.el9", "x86_64"),
        ("https://x/mysql80-community-release-el7-3.noarch.rpm", "rpm", "mysql80-community-release", "el7-3", "noarch"),
        ("https://x/public/org/a/log/log-war/2.1/log-war-2.1.war", "maven", "org.a.log:log-war", "2.1", None),
        ("https://x/download/postgresql-42.4.0.jar", "maven", "postgresql", "42.4.0", None),
        ("https://x/war-stable/2.332.1/jenkins.war", "generic", "jenkins", "2.332.1", None),
        ("https://github.com/o/r/releases/download/$V/r-1.2.3.tgz", "generic", "r", "1.2.3", None),
        ("https://github.com/o/r/releases/download/1.16/r-$ARCH", "github", "o/r", "1.16", None),
        (
            "https://x/dotnet/Runtime/6.0.9/dotnet-runtime-6.0.9-linux-musl-x64.tar.gz",
            "nuget",
            "Microsoft.NETCore.App.Runtime.linux-musl-x64",
            "6.0.9",
            None,
        ),
        (
            "https://x/aspnetcore-runtime-6.0.9-linux-x64.tar.gz",
            "nuget",
            "Microsoft.AspNetCore.App.Runtime.linux-x64",
            "6.0.9",
            None,
        ),
        ("https://x/a_1%3a1.2-1_amd64.deb?x=y", "deb", "a", "1:1.2-1", "amd64"),
        ("https://x/a-1.2.3-r4.apk", "apk", "a", "1.2.3-r4", None),
        ("https://x/my_pkg-1.2-py3-none-any.whl", "pypi", "my-pkg", "1.2", None),
        ("https://x/rack-2.0.1.gem", "gem", "rack", "2.0.1", None),
        ("https://x/@s/p/-/p-1.2.3.tgz", "npm", "@s/p", "1.2.3", None),
        ("https://x/maven2/org/a/log/log-core/2.14.1/log-core-2.14.1.jar", "maven", "org.a.log:log-core", "2.14.1", None),
        ("https://x/repository/public/com/a/b/1.0-RC1/b-1.0-RC1-all.jar", "maven", "com.a:b", "1.0-RC1", None),
        ("https://github.com/o/r/releases/download/v1.4/any.zip", "github", "o/r", "v1.4", None),
        ("https://github.com/o/r/archive/refs/tags/v2.tar.gz", "github", "o/r", "v2", None),
        ("https://x/zlib-1.3.1.tar.gz", "generic", "zlib", "1.3.1", None),
        ("https://x/files/libpng-1.6.37.tar.gz/download", "generic", "libpng", "1.6.37", None),
        ("http://x/get/php-5.5.38.tar.bz2/from/this/mirror", "generic", "php", "5.5.38", None),
        ("https://x/openssl-1.1.1k.tar.gz", "generic", "openssl", "1.1.1k", None),
        ("https://x/dl/go1.21.5.linux-amd64.tar.gz", "golang", "stdlib", "1.21.5", None),
        ("https://x/dl/go1.16.linux-amd64.tar.gz", "golang", "stdlib", "1.16", None),
        ("https://x/go1.22rc1.src.tar.gz", "golang", "stdlib", "1.22rc1", None),
        ("https://x/boost_1_70_0.tar.bz2", "generic", "boost", "1.70.0", None),
        ("https://x/2021/sqlite-autoconf-3350500.tar.gz", "generic", "sqlite", "3.35.5", None),
        ("https://x/sqlite-amalgamation-3081101.zip", "generic", "sqlite", "3.8.11.1", None),
        ("https://x/a-b-3.2.1-1-x86_64.pkg.tar.zst", "alpm", "a-b", "3.2.1-1", "x86_64"),
        ("https://x/release/v1.29.0/bin/linux/amd64/tool", "generic", "tool", "1.29.0", None),
        ("https://x/3.6.0/tool_2.13-3.6.0.tgz", "generic", "tool_2.13", "3.6.0", None),
        ("https://x/1.2.3/app.tar.gz", "generic", "app", "1.2.3", None),
        ("https://x/tool_1.2.3_linux_amd64.tar.gz", "generic", "tool", "1.2.3", None),
        ("https://x/elasticsearch-6.1.0.deb", "deb", "elasticsearch", "6.1.0", None),
        ("https://x/elasticsearch-7.17.0-amd64.deb", "deb", "elasticsearch", "7.17.0", "amd64"),
        ("https://x/kibana-7.17.0-x86_64.rpm", "rpm", "kibana", "7.17.0", "x86_64"),
        ("https://x/mongodb-linux-x86_64-3.4.0.tgz", "generic", "mongodb", "3.4.0", None),
        ("https://x/mongodb-linux-x86_64-ubuntu1604-4.2.1.tgz", "generic", "mongodb", "4.2.1", None),
        ("https://x/nexus-3.14.0-04-unix.tar.gz", "generic", "nexus", "3.14.0", None),
        ("https://x/otn-pub/java/jdk/8u131-b11/0a/jdk-8u131-linux-x64.tar.gz", "generic", "openjdk", "1.8.0_131", None),
        (
            "https://github.com/adoptium/temurin11-binaries/releases/download/jdk-11.0.11%2B9/OpenJDK11U-jdk_x64_linux_hotspot_11.0.11_9.tar.gz",
            "generic",
            "openjdk",
            "11.0.11+9",
            None,
        ),
        ("https://x/OpenJDK8U-jre_x64_alpine-linux_hotspot_8u292b10.tar.gz", "generic", "openjdk", "1.8.0_292", None),
        ("https://x/openjdk-11.0.2_linux-x64_bin.tar.gz", "generic", "openjdk", "11.0.2", None),
        ("https://x/zulu8.54.0.21-ca-jdk8.0.292-linux_x64.tar.gz", "generic", "openjdk", "1.8.0_292", None),
        ("https://x/zulu17.30.15-ca-jre17.0.1-linux_x64.tar.gz", "generic", "openjdk", "17.0.1", None),
        ("https://x/amazon-corretto-8.292.10.1-linux-x64.tar.gz", "generic", "openjdk", "1.8.0_292", None),
        ("https://x/amazon-corretto-11.0.11.9.1-linux-x64.tar.gz", "generic", "openjdk", "11.0.11+9", None),
    ],
)
def test_names_that_follow_their_rule(url, kind, name, version, arch):
    found = read_address(url)
    assert found is not None
    assert (found.kind, found.name, found.version, found.arch) == (kind, name, version, arch)
    assert found.resolved


@pytest.mark.parametrize(
    ("url", "name", "distribution"),
    [
        ("https://repo.example/mysql-community-release-el7.rpm", "mysql-community-release", "el7"),
        ("https://repo.example/mysql-community-minimal-release-el7.rpm", "mysql-community-minimal-release", "el7"),
        ("https://repo.example/epel-release-latest-9.noarch.rpm", "epel-release-latest-9", ""),
        ("https://repo.example/chrome-stable_current_amd64.deb", "chrome-stable_current", ""),
        ("https://repo.example/remi-release-8.rpm", "remi-release-8", ""),
        ("https://repo.example/remi-release-8.5.rpm", "remi-release-8.5", ""),
        ("https://x/jdk-17_linux-x64_bin.tar.gz", "jdk-17_linux-x64_bin", ""),
        ("https://github.com/o/r/releases/download/latest/x.tgz", "o/r", ""),
        ("https://x/app.tar.gz", "app", ""),
        ("https://x/app-$V.tar.gz", "app-$V", ""),
    ],
)
def test_an_alias_is_not_split(url, name, distribution):
    found = read_address(url)
    assert found is not None
    assert (found.name, found.version, found.distribution) == (name, "", distribution)
    assert not found.resolved


@pytest.mark.parametrize(
    "url",
    [
        "https://x/install.sh",
        "https://x/v1.2.3/install.sh",
        "https://x/v1.2.3/install",
        "https://x/v1/tool",
        "https://x/",
        "https://[",
        "https://x/key.asc",
        "https://github.com/o/r/releases/download/v1/r.tgz.sha256",
        "https://x/app-1.2.3.tar.gz.sig",
    ],
)
def test_other_files_are_refused(url):
    assert read_address(url) is None
