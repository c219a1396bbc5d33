import pytest

from careen.predict.base import distribution_of


@pytest.mark.parametrize(
    ("image", "id", "version"),
    [
        ("debian:12", "debian", "12"),
        ("docker.io/library/debian:bookworm-slim", "debian", "12"),
        ("debian:12.7@sha256:" + "0" * 64, "debian", "12.7"),
        ("ubuntu:jammy", "ubuntu", "22.04"),
        ("ubuntu:24.04", "ubuntu", "24.04"),
        ("alpine:3.20.1", "alpine", "3.20.1"),
        ("centos:7", "centos", "7"),
        ("rockylinux:9.3", "rocky", "9.3"),
        ("amazonlinux:2023", "amzn", "2023"),
        ("opensuse/leap:15.6", "opensuse-leap", "15.6"),
        ("registry.access.redhat.com/ubi9/ubi-minimal:9.4", "rhel", "9"),
        ("redhat/ubi8", "rhel", "8"),
        ("python:3.13-slim-bookworm", "debian", "12"),
        ("node:22-alpine3.20", "alpine", "3.20"),
        ("eclipse-temurin:17-jre-jammy", "ubuntu", "22.04"),
        ("eclipse-temurin:17-ubi9-minimal", "rhel", "9"),
        ("openjdk:17-oraclelinux8", "ol", "8"),
        ("gcr.io/distroless/static-debian12:nonroot", "debian", "12"),
        ("cgr.dev/chainguard/wolfi-base", "wolfi", ""),
        ("mcr.microsoft.com/azurelinux/base/core:3.0", "azurelinux", "3.0"),
        ("ubuntu:resolute", "ubuntu", "26.04"),
        ("ubuntu:stonking", "ubuntu", "26.10"),
        ("mcr.microsoft.com/cbl-mariner/distroless/base:2.0", "mariner", "2.0"),
        ("dhi.io/python:3.13-debian13", "dhi", "13"),
        ("dhi.io/nginx:1.29-alpine3.22-dev", "dhi", "3.22"),
        ("dhi.io/redis:8", "dhi", ""),
        ("mageia:9", "mageia", "9"),
        ("ghcr.io/o/baseimage-alpine:3.18", "alpine", "3.18"),
        ("o/alpine-base:3.19", "alpine", "3.19"),
        ("o/baseimage-ubuntu:jammy", "ubuntu", "22.04"),
        ("alt:p10", "altlinux", "10"),
    ],
)
def test_the_distribution_in_the_name(image, id, version):
    found = distribution_of(image)
    assert found is not None
    assert (found.id, found.version) == (id, version)


@pytest.mark.parametrize(
    "image", ["debian", "debian:latest", "golang:1.24", "node:22-alpine", "example/alt:3", "debian:$V", "scratch", "app:1", ""]
)
def test_what_it_does_not_say(image):
    assert distribution_of(image) is None
