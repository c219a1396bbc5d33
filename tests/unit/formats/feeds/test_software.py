import re

import pytest
from tests.conftest import ROOT

from careen.catalogers.binary import PROGRAMS
from careen.formats.feeds import software as software_module
from careen.formats.feeds.software import (
    Software,
    cpe_of_archive,
    joined,
    known_cpes,
    software,
    software_of_cpe,
    software_of_package,
    software_of_source,
    upstream_version,
    version_of_cpe,
)
from careen.plugins import VersionScheme, load


def test_the_map_is_sound():
    schemes = {scheme.name for scheme in load("careen.versions", "VERSION_SCHEME", VersionScheme)}
    assert sum(bool(one.packages) for one in software()) >= 60
    for one in software():
        assert one.osv or one.cpe, one.name
        assert one.scheme in schemes, one.name
        assert all(re.fullmatch(r"[A-Za-z.]+:\S+", text) for text in one.osv), one.name
        assert all(re.fullmatch(r"(?:[a-z0-9._-]|\\[/:+!])+(?::(?:[a-z0-9._-]|\\[/:+!])+){1,2}", text) for text in one.cpe), (
            one.name
        )
        re.compile(one.built_by)
    names = [one.name for one in software()]
    assert len(set(names)) == len(names)


def test_every_program_that_is_found_in_binaries_is_in_the_map():
    named = {
        program.cpe.replace("<file>", file)
        for program in PROGRAMS
        if program.cpe
        for file in (program.files if "<file>" in program.cpe else [""])
    }
    assert named - known_cpes() == set()


@pytest.mark.parametrize(
    ("name", "built", "expected", "part"),
    [
        ("mysql-community-server", "Oracle", "MySQL", False),
        ("mysql-community-libs", "Oracle", "MySQL", True),
        ("mysql-community-server-core", "Oracle", "MySQL", False),
        ("postgresql15-server", "PGDG", "PostgreSQL", False),
        ("postgresql-15", "pgdg", "PostgreSQL", False),
        ("postgresql15-libs", "PGDG", "PostgreSQL", True),
        ("percona-server-server", "Percona", "Percona Server for MySQL", False),
        ("percona-server-mongodb-server", "Percona", "Percona Server for MongoDB", False),
        ("docker-ce", "Docker", "Docker Engine", False),
        ("containerd.io", "Docker", "containerd", False),
        ("nodejs", "nodesource", "Node.js", False),
        ("google-chrome-stable", "Google", "Google Chrome", False),
        ("php82-php-fpm", "Remi", "PHP", False),
        ("php82-php-xml", "Remi", "PHP", True),
        ("php8.2-cli", "sury", "PHP", False),
        ("code", "Microsoft Corporation", "Visual Studio Code", False),
        ("unit", "NGINX Packaging", "NGINX Unit", False),
        ("gitlab-ee", "GitLab", "GitLab EE", False),
        ("temurin-17-jdk", "Adoptium", "Java (OpenJDK)", False),
    ],
)
def test_packages_of_third_parties(name, built, expected, part):
    found = software_of_package(name, built)
    assert found is not None
    assert (found[0].name, found[1]) == (expected, part)


@pytest.mark.parametrize(
    ("name", "built"),
    [
        ("code", "somebody"),  # a word that anybody may use
        ("php-pecl-redis5", "Remi"),
        ("php8.2-redis", "sury"),
        ("postgresql-15-postgis-3", "pgdg"),
        ("mysql-community-release", "Oracle"),
        ("python3-pip", "deadsnakes"),
        ("acme-server", "Acme"),
    ],
)
def test_other_packages_do_not_match(name, built):
    assert software_of_package(name, built) is None


@pytest.mark.parametrize(
    ("type", "version", "expected"),
    [
        ("deb", "5:24.0.7-1~debian.12~bookworm", "24.0.7"),
        ("deb", "5:18.06.3~ce~3-0~ubuntu", "18.06.3"),
        ("deb", "1:10.11.6+maria~deb12", "10.11.6"),
        ("deb", "16~beta1-1.pgdg120+1", "16beta1"),
        ("deb", "18.19.0-1nodesource1", "18.19.0"),
        ("deb", "16.7.0-ce.0", "16.7.0"),
        ("deb", "8.3.1-1+0~20231221.7+debian12~1.gbp+deb.sury.org~1", "8.3.1"),
        ("deb", "8.12.0", "8.12.0"),
        ("rpm", "3:20.10.7-3.el7", "20.10.7"),
        ("rpm", "8.0.35-27.1.el9", "8.0.35"),
        ("rpm", "9.6p1-1.el9", "9.6p1"),
        ("rpm", "1.0.2zg-1", "1.0.2zg"),
        ("rpm", "1.8.0_392-1", "1.8.0_392"),
    ],
)
def test_the_makers_version(type, version, expected):
    assert upstream_version(type, version) == expected


def test_cpe_names():
    assert software_of_cpe("cpe:2.3:a:nginx:nginx:1.18.0:*:*:*:*:*:*:*").name == "nginx"
    assert software_of_cpe("cpe:2.3:a:acme:widget:1:*:*:*:*:*:*:*").cpe == ("acme:widget",)
    assert software_of_cpe("cpe:2.3:o:linux:linux_kernel:6.1:*:*:*:*:*:*:*") is None
    assert software_of_cpe("cpe:/a:nginx:nginx:1.18.0") is None
    assert software_of_cpe("cpe:2.3:a:*:nginx:1:*:*:*:*:*:*:*") is None
    assert version_of_cpe("cpe:2.3:a:oracle:jdk:1.8.0:update392:*:*:*:*:*:*") == "1.8.0_392"
    assert version_of_cpe("cpe:2.3:a:erlang:erlang\\/otp:26.0\\+x:*:*:*:*:*:*:*") == "26.0+x"
    assert version_of_cpe("nonsense") == ""


@pytest.mark.parametrize(
    ("source", "cpe"),
    [
        ("lua5.4", "lua:lua"),
        ("libgcrypt20", "gnupg:libgcrypt"),
        ("libpng1.6", "libpng:libpng"),  # by a package of this name
        ("zlib", "zlib:zlib"),  # by conda's name
    ],
)
def test_a_source_package_by_its_name(source, cpe):
    assert software_of_source(source).cpe[0] == cpe


def test_a_source_package_that_nobody_knows():
    assert software_of_source("of-nobody") is None


def test_a_source_package_is_of_one_software():
    sources = [source for entry in software() for source in entry.sources]
    assert len(set(sources)) == len(sources)


def test_most_projects_of_the_knowledge_bases_have_a_name_in_the_cpe_dictionary():
    """Else a scan recognises their code and knows none of its vulnerabilities."""
    shipped, core = (
        re.findall(r"(?m)^deb:([^@\n]+)", (ROOT / path).read_text("utf-8"))
        for path in ("src/careen/origin/base.txt", "knowledge/debian.txt")
    )
    assert [source for source in shipped if not software_of_source(source)] == []
    unknown = [source for source in core if not software_of_source(source)]
    assert len(unknown) <= len(core) / 6, unknown


def test_version_and_update():
    assert joined("9.6", "p1") == "9.6p1"
    assert joined("1.0", "rc1") == "1.0rc1"
    assert joined("1.0", "-") == "1.0"
    assert joined("-", "*") == ""
    assert joined("3.2", "5") == "3.2-5"


@pytest.mark.parametrize(
    ("archive", "product"),
    [
        ("redis", "redis:redis"),
        ("Python", "python:python"),
        ("cpython", "python:python"),
        ("php-src", "php:php"),
        ("apache-tomcat", "apache:tomcat"),
        ("ImageMagick", "imagemagick:imagemagick"),
        ("wordpress", "wordpress:wordpress"),
    ],
)
def test_names_of_source_archives(archive, product):
    assert cpe_of_archive(archive, "1.2.3") == f"cpe:2.3:a:{product}:1.2.3:*:*:*:*:*:*:*"


def test_an_unknown_archive_has_no_name():
    assert cpe_of_archive("thing", "1.2.3") is None
    assert cpe_of_archive("redis", "1.2.3:x") is None


@pytest.mark.parametrize("archive", ["nginx-module-vts", "libnginx-mod-rtmp", "httpd-tools", "server", "python-dateutil"])
def test_parts_of_software_and_names_of_any_product_are_not_the_software(archive):
    assert cpe_of_archive(archive, "1.2.3") is None


def test_the_name_of_two_programs_names_neither(monkeypatch):
    entries = (
        Software("Two Words", packages=("shared", "wild*"), conda=("taken",)),
        Software("Other", archives=("taken",), packages=("shared",), parts=("part",)),
    )
    monkeypatch.setattr("careen.formats.feeds.software.software", lambda: entries)
    software_module._by_archive.cache_clear()
    try:
        found = {name: entry.name for name, entry in software_module._by_archive().items()}
        assert found == {"two-words": "Two Words", "other": "Other", "taken": "Other"}
    finally:
        software_module._by_archive.cache_clear()
