"""The distribution of a base image, according to the naming rules of its publisher; None if the name does not show
it.

Official images of a distribution have its release as tag; images of a language end in the codename or release of
their base (``python:3.13-slim-bookworm``, ``node:22-alpine3.20``).
**Source:** Docker official images and their tags; Red Hat UBI; Google distroless.
"""

import re
from collections.abc import Iterable
from functools import cache

from careen.distributions.profile import Profile
from careen.distributions.registry import profiles
from careen.formats.images.image_name import parse
from careen.model.package import Distribution

_BASE = ("base", "baseimage", "core", "docker", "image", "mini", "minimal", "os", "slim")  # words of a base image's name


def distribution_of(image: str) -> Distribution | None:
    if "$" in image:
        return None
    name = parse(image)
    last, tag = name.last.lower(), name.tag.lower()
    for known in profiles().values():
        if known.images.registry and known.images.registry == name.registry:
            return _by_suffix(tag, [(expression, known) for expression in known.images.tags]) or Distribution(known.id, "")
    for known in profiles().values():
        for expression in known.images.repositories:
            if found := re.search(expression, name.repository):
                return Distribution(known.id, found[1]) if found.groups() else _released(known, tag)
    words = [word for word in re.split(r"[-_]", last) if word not in _BASE]
    names = {last, words[0]} if len(words) == 1 else {last}  # baseimage-alpine, debian-base
    for known in profiles().values():
        if not names.isdisjoint(known.images.names):
            return _released(known, tag) if known.releases.parts else Distribution(known.id, "")
    text = f"{tag}-{last}" if tag else last
    return _by_codename(text) or _by_suffix(text, _suffixes())


def _released(known: Profile, tag: str) -> Distribution | None:
    for part in re.split(r"[-_]", tag):
        if release := known.release_of(part):
            return Distribution(known.id, release, part)
    version = re.match(r"(?:v|p|ubi)?(\d+(?:\.\d+)*)", tag)
    if tag and tag == known.images.rolling_tag:
        return Distribution(known.id, tag)
    return Distribution(known.id, version[1]) if version else None


def _by_codename(text: str) -> Distribution | None:
    for part in reversed(text.split("-")):
        for known in profiles().values():
            if release := known.release_of(part):
                return Distribution(known.id, release, part)
    return None


def _by_suffix(text: str, suffixes: Iterable[tuple[str, Profile]]) -> Distribution | None:
    for expression, known in suffixes:
        if found := re.search(rf"(?:^|-)(?:{expression})(?=-|$)", text):
            return Distribution(known.id, found[1])
    return None


@cache
def _suffixes() -> tuple[tuple[str, Profile], ...]:
    return tuple((tag, known) for known in profiles().values() if not known.images.registry for tag in known.images.tags)
