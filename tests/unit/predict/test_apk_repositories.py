"""Repositories that ``apk add`` names."""

import pytest

from careen.formats.dockerfile.reader import read_dockerfile
from careen.predict.declared import predicted


def packages(*lines):
    return {one.package.name: one.package for one in predicted(read_dockerfile("\n".join(("FROM alpine:3.16.0", *lines))))}


@pytest.mark.parametrize(
    "address",
    [
        "http://dl-cdn.alpinelinux.org/alpine/edge/testing",
        "https://mirror.example/alpine/edge/community/",
        "https://dl-3.alpinelinux.org/alpine/edge/main",
    ],
)
def test_a_package_of_another_release_has_that_release(address):
    found = packages(f"RUN apk add --repository={address} a=1.0-r0 && apk add -X {address} b=1-r0 && apk add c=1.0-r0")
    assert [found[name].distro for name in "abc"] == ["alpine-edge", "alpine-edge", "alpine-3.16.0"]
    assert {package.vendor for package in found.values()} == {"unknown"}


def test_a_tag_stands_for_the_address_in_the_list_of_repositories():
    found = packages(
        'RUN echo "@next http://dl-cdn.alpinelinux.org/alpine/v3.18/main" >> /etc/apk/repositories',
        "RUN apk add nodejs@next=18.16.0-r0 other@unknown=1.0-r0",
    )
    assert (found["nodejs"].distro, found["nodejs"].vendor) == ("alpine-3.18", "unknown")
    assert (found["other"].vendor, found["other"].maintainer) == ("third_party", "@unknown")


@pytest.mark.parametrize(
    "address", ["https://nginx.org/packages/alpine/v3.16/main", "https://t0ken@x.example/apk/alpine/edge/main?key=5eCr3t"]
)
def test_another_address_is_that_of_a_third_party(address):
    package = packages(f"RUN apk add -X {address} nginx=1.25.2-r1")["nginx"]
    assert package.vendor == "third_party"
    assert package.maintainer in ("nginx.org/packages/alpine/main", "x.example/apk/alpine/edge/main")
