"""Base image is deprecated or end-of-life."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

# Official images that their publishers ended; releases without free support.
_RETIRED = {
    "centos": "CentOS Linux has ended; its image gets no more updates",
    "openjdk": "deprecated by its publisher in favour of the vendors' own images",
    "java": "deprecated by its publisher since 2016",
    "adoptopenjdk": "deprecated by its publisher in favour of eclipse-temurin",
    "jenkins": "deprecated by its publisher in favour of jenkins/jenkins",
    "rails": "deprecated by its publisher in favour of ruby",
    "django": "deprecated by its publisher in favour of python",
    "nodejs": "deprecated by its publisher in favour of node",
}
_RELEASES = (
    (r"debian:(?:[1-9]|10)(?:[.-]|$)", "this release is out of support"),
    (r"[^:]*:(?:.*-)?(?:wheezy|jessie|stretch|buster)(?:-|$)", "built on a Debian release that is out of support"),
    (r"ubuntu:(?:1[0-9]\.|precise|trusty|xenial|bionic|2[0-2]\.10|2[0-3]\.04(?<!20\.04)(?<!22\.04))", "out of free support"),
    (r"alpine:(?:2\.|3\.(?:\d|1[0-7])(?:\.|$))", "this release is out of support"),
    (r"fedora:(?:[1-9]|[12]\d|3\d)$", "this release is out of support"),
    (r"python:(?:2|3\.[0-8])(?:[.-]|$)", "this release is out of support"),
    (r"node:(?:[0-9]|1[0-7]|19|21)(?:[.-]|$)", "this release is out of support"),
    (r"php:(?:5|7|8\.0)(?:[.-]|$)", "this release is out of support"),
    (r"ruby:(?:1|2|3\.0)(?:[.-]|$)", "this release is out of support"),
    (r"golang:1\.(?:\d|1\d|2[0-2])(?:[.-]|$)", "this release is out of support"),
    (r"(?:postgres:(?:9|1[0-2])|mysql:5)(?:[.-]|$)", "this release is out of support"),
    (r"mcr\.microsoft\.com/dotnet/[^:]+:[1-7]\.", "this release is out of support"),
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        if stage.parent is not None:
            continue
        name, _, tag = stage.resolved.partition("@")[0].removeprefix("docker.io/").removeprefix("library/").partition(":")
        why = _RETIRED.get(name) or next((why for key, why in _RELEASES if re.match(key, f"{name}:{tag}")), None)
        if why:
            yield of_stage(stage, f"{stage.resolved}: {why}")


CHECK = Check(
    id="DKR-025",
    title="Base image is deprecated or end-of-life",
    severity="medium",
    why="The packages of this image get no more security fixes: each new vulnerability stays.",
    fix="Use the successor that the publisher names, or a supported release.",
    references=("CWE-1104",),
    inspect=inspect,
)
