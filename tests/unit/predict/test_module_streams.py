"""Module streams that a Dockerfile enables."""

from careen.formats.dockerfile.reader import read_dockerfile
from careen.predict.declared import predicted
from careen.predict.module_streams import label_of, streams_of

TEXT = (
    "FROM rockylinux:8.6 AS base\nRUN dnf -y module enable nodejs:16 && dnf module install -y postgresql:13/server\n"
    "FROM base\nRUN dnf module enable -y php:7.4 nodejs:18\n"
    "RUN dnf install -y nodejs-18.12.1 php-fpm-7.4.19-2.module+el8.6.0+1+a curl-7.61.1-22.el8\nFROM base\n"
)


def test_streams_are_inherited():
    assert streams_of(read_dockerfile(TEXT)) == {
        0: {"nodejs": "16", "postgresql": "13"},
        1: {"nodejs": "18", "postgresql": "13", "php": "7.4"},
        2: {"nodejs": "16", "postgresql": "13"},
    }
    assert streams_of(read_dockerfile("FROM a\nRUN dnf install -y nodejs:16\n")) == {}


def test_a_package_has_the_label_of_its_module():
    assert label_of("nodejs-docs", {"nodejs": "16", "nodejs-docs-x": "1"}) == "nodejs:16"
    assert label_of("nodejsx", {"nodejs": "16"}) is None
    found = {one.package.name: one.package.module for one in predicted(read_dockerfile(TEXT.removesuffix("FROM base\n")))}
    assert found == {"postgresql": "postgresql:13", "nodejs": "nodejs:18", "php-fpm": "php:7.4", "curl": None}
