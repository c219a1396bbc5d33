"""The data that distributions' package archives, and the facts shipped with Careen, add to the advisories about an
image.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from careen.app.cachefolder import cache_folder
from careen.config import Settings
from careen.database.knowledge import Knowledge
from careen.distributions.registry import profile
from careen.errors import UsageError
from careen.formats.debian.releases import codename_of
from careen.model.inventory import Inventory
from careen.plugins import Ecosystem, Progress, silent
from careen.safety.cache_limits import cache_limits

if TYPE_CHECKING:
    from careen.database.archive_files import Archives
    from careen.formats.feeds.archive_facts import ArchiveFacts

IMAGE = "image"  # in place of an address: the archives in the image's package configuration
MAX_NAMED = 8


class OwnArchives:
    """The archives of one run. One thread at a time reads them; data read for one image is reused for the next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[str, ...], Archives] = {}

    def knowledge(
        self,
        settings: Settings,
        inventory: Inventory,
        ecosystems: Mapping[str, Ecosystem],
        progress: Progress,
        on_unread: Callable[[str], None],
    ) -> list[Knowledge]:
        """The data from archives about the inventory. ``on_unread`` is called with the reason why an archive could not
        be read.
        """
        if not settings.archive:
            return []
        from careen.database.archive import archive_knowledge
        from careen.database.rpm_repository import repository_knowledge
        from careen.matching.installed import installed_sources
        from careen.versions.deb import key

        installed = installed_sources(inventory, ecosystems, "deb")
        rpms = installed_sources(inventory, ecosystems, "rpm")
        given = tuple(place for place in settings.archive if place != IMAGE)
        named = _named(inventory, installed) if IMAGE in settings.archive else ()
        if IMAGE in settings.archive and installed and not named:
            on_unread("the image names no archive of its release")
        found = []
        with self._lock:
            for places, trusted in ((given, True), (named, False)):
                if places:
                    if places not in self._open:
                        self._open[places] = _archives(settings, places, progress, trusted)
                    archives = self._open[places]
                    found += [archive_knowledge(archives, installed, key, on_unread)] if installed else []
                    found += [repository_knowledge(archives, rpms, on_unread)] if rpms else []
        return [knowledge for knowledge in found if knowledge is not None]


def with_shipped(known: Sequence[Knowledge], inventory: Inventory, ecosystems: Mapping[str, Ecosystem]) -> list[Knowledge]:
    """Adds the facts shipped with Careen, for vulnerabilities of an image's packages that no other source has.

    They are read only if the other data about the release is a sample: fixes for a few packages.
    """
    release = profile(inventory.distribution.id) if inventory.distribution else None
    if release is None or not release.advisories.shipped:
        return list(known)
    from careen.database.combined import CombinedKnowledge, FallbackKnowledge
    from careen.matching.installed import installed_sources
    from careen.matching.subject import is_sample

    best = CombinedKnowledge(known)
    missing = [
        namespace
        for namespace, names in installed_sources(inventory, ecosystems, "deb").items()
        if codename_of(namespace) and names and is_sample(best.namespace(namespace))
    ]
    if not missing:
        return list(known)
    from careen.database.seed import shipped_knowledge

    seed = shipped_knowledge(missing)
    return list(known) if seed is None else [FallbackKnowledge(best, seed)]


def make_facts(settings: Settings, target: Path, progress: Progress = silent) -> "ArchiveFacts":
    """Writes a file of facts about the packages of Debian's base images, from the archive in the settings."""
    from careen.database.seed import make_seed
    from careen.versions.deb import key

    places = tuple(place for place in settings.archive if place != IMAGE)
    if not places:
        raise UsageError("no archive is named", "careen db seed --archive URL|DIR --to FILE")
    return make_seed(_archives(settings, places, progress, trusted=True), target, key)


def _named(inventory: Inventory, namespaces: Collection[str]) -> tuple[str, ...]:
    """The addresses in the image's package configuration that belong to its release."""
    codenames = {codename for namespace in namespaces if (codename := codename_of(namespace))}
    return tuple(
        archive.address
        for archive in inventory.archives
        if any(suite.partition("-")[0] in codenames for suite in archive.suites)
    )[:MAX_NAMED]


def _archives(settings: Settings, places: tuple[str, ...], progress: Progress, trusted: bool) -> "Archives":
    """Opens archives. ``trusted``: the user named them. Addresses from an image may be hostile: then only listed hosts,
    or public ones, are contacted.
    """
    from careen.database.archive_files import Archives
    from careen.net import NetSettings, make_fetcher

    plain = tuple(urlsplit(place).netloc.rpartition("@")[2] for place in places if place.startswith("http://"))
    fetcher = make_fetcher(
        NetSettings(
            timeout_s=settings.timeout_s,
            ca_file=settings.ca_file,
            plain_http=plain,  # signatures and checksums protect without TLS
            only=None if trusted else settings.archive_hosts or ("*",),
            only_flag="--archive-hosts",
        )
    )
    cache = None if settings.no_cache else cache_folder(settings) / "archive"
    limit = cache_limits(settings.cache_max_size).archive
    return Archives(places, fetcher, cache, settings.archive_keys, progress, limit)
