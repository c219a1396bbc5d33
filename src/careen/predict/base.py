"""The distribution of a base image, by the rules that its publishers name their tags by.

Official images of a distribution carry its release as tag; images of a language end in the codename or release that they
are built on (``python:3.13-slim-bookworm``, ``node:22-alpine3.20``). Where the name does not say, the answer is None.
**Source:** Docker official images and their tags; Red Hat UBI; Google distroless.
"""

import re
from collections.abc import Iterable
from functools import cache

from careen.distributions.profile import Profile
from careen.distributions.registry import profiles
from careen.formats.images.image_name import parse
from careen.model.package import Distribution


def distribution_of(image: str) -> Distribution | None:
    if "$" in image:
        return None
    name = parse(image)
    last, tag = name.last.lower(), name.tag.lower()
    for one in profiles().values():
        if one.images.registry and one.images.registry == name.registry:
            return _by_suffix(tag, [(expression, one) for expression in one.images.tags]) or Distribution(one.id, "")
    for one in profiles().values():
        for expression in one.images.repositories:
            if found := re.search(expression, name.repository):
                return Distribution(one.id, found[1]) if found.groups() else _released(one, tag)
    for one in profiles().values():
        if last in one.images.names:
            return _released(one, tag) if one.releases.parts else Distribution(one.id, "")
    text = f"{tag}-{last}" if tag else last
    return _by_codename(text) or _by_suffix(text, _suffixes())


def _released(one: Profile, tag: str) -> Distribution | None:
    for part in re.split(r"[-_]", tag):
        if release := one.release_of(part):
            return Distribution(one.id, release, part)
    version = re.match(r"(?:v|p|ubi)?(\d+(?:\.\d+)*)", tag)
    if tag and tag == one.images.rolling_tag:
        return Distribution(one.id, tag)
    return Distribution(one.id, version[1]) if version else None


def _by_codename(text: str) -> Distribution | None:
    for part in reversed(text.split("-")):
        for one in profiles().values():
            if release := one.release_of(part):
                return Distribution(one.id, release, part)
    return None


def _by_suffix(text: str, suffixes: Iterable[tuple[str, Profile]]) -> Distribution | None:
    for expression, one in suffixes:
        if found := re.search(rf"(?:^|-)(?:{expression})(?=-|$)", text):
            return Distribution(one.id, found[1])
    return None


@cache
def _suffixes() -> tuple[tuple[str, Profile], ...]:
    return tuple((tag, one) for one in profiles().values() if not one.images.registry for tag in one.images.tags)
