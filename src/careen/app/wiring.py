"""Builds objects from the settings and the installed plugins: policy, store, limits, fetcher, readers, reporters."""

import hashlib
from collections.abc import Collection, Mapping
from operator import ge
from typing import NamedTuple

from careen import __version__
from careen.app.cachefolder import cache_folder
from careen.app.outlines import catalogers
from careen.config import Settings
from careen.contents import contents, outside
from careen.layers.index import Readers
from careen.plugins import AdvisorySource, Cataloger, Fetcher, Named, Reporter, load
from careen.policy.licences import LicencePolicy
from careen.policy.policy import Policy
from careen.safety.budget import Limits
from careen.store.memory import NoStore, Store

_OF_BEHAVIOUR = ("hardening", "hooks", "notices")  # roles of catalogers
_OF_FILES = {"config", "origin", "behaviour"}  # scanners that need to know which files are as their package installed them


def policy_of(settings: Settings, checking: bool = False) -> Policy:
    """The policy of the settings. ``checking``: for source files."""
    from careen.policy.gates import OF_SCANNERS
    from careen.policy.load import load_policy

    return load_policy(
        fail_on=settings.fail_on,
        ignore_unfixed=settings.ignore_unfixed,
        unknown_as=settings.unknown_as,
        ignore_files=settings.ignore_file,
        vex=settings.vex,
        strict=settings.strict,
        grace_days=settings.grace_days,
        image_vex=settings.image_vex,
        severity_from=settings.severity_from,
        exclude_base=settings.exclude_base,
        accept=settings.accept,
        has_rego=bool(settings.policy),
        age_is_a_rule=settings.db_max_age not in (None, "off"),
        looked_for=frozenset().union(*(OF_SCANNERS[scanner] for scanner in settings.scanners)),
        checking=checking,
        require_signature=settings.require_signature,
        overdue=settings.overdue,
    )


def licence_policy_of(settings: Settings) -> LicencePolicy:
    return LicencePolicy(settings.licence_deny, settings.licence_ask, settings.licence_allow, settings.licence_except)


def gate_words() -> tuple[str, ...]:
    """The words that a gate (``--fail-on``) may begin with."""
    from careen.policy.gates import WORDS

    return tuple(WORDS)


def max_age_days(settings: Settings) -> int | None:
    """The maximum age of advisory data in days; None: any age."""
    from careen.matching.coverage import MAX_AGE_DAYS

    return None if settings.db_max_age == "off" else MAX_AGE_DAYS if settings.db_max_age is None else settings.db_max_age


def open_store(settings: Settings, max_bytes: int | None = None) -> Store:
    """The store of layers, by the settings. Beyond its size limit it drops the least recently used entries."""
    if settings.no_cache:
        return NoStore()
    from careen.safety.cache_limits import cache_limits
    from careen.store.sqlite import SqliteStore

    limit = cache_limits(settings.cache_max_size).layers if max_bytes is None else max_bytes
    return SqliteStore(cache_folder(settings) / "layers.sqlite", limit)


def limits_of(settings: Settings) -> Limits:
    limits = Limits(inflated_bytes=settings.max_layer_bytes, ratio=settings.max_ratio, scan_seconds=settings.max_seconds)
    return limits.times(settings.budget)


def fetcher_of(settings: Settings, attempts: int = 4) -> Fetcher:
    """The fetcher for advisories. Settings about the registry's TLS do not apply to it."""
    from careen.net import NetSettings, make_fetcher

    return make_fetcher(
        NetSettings(
            timeout_s=settings.timeout_s,
            attempts=attempts,
            ca_file=settings.ca_file,
            plain_http=_plain_host(settings.db_from),
        )
    )


def _plain_host(address: str | None) -> tuple[str, ...]:
    """The host of a mirror with an http:// address, for which the user accepts that it has no TLS; else empty."""
    from urllib.parse import urlsplit

    parts = urlsplit(address or "")
    return (parts.netloc.rpartition("@")[2],) if parts.scheme == "http" else ()


def reporters() -> Mapping[str, Reporter]:
    return Named("careen.reports", "REPORTER", Reporter)


def advisory_sources() -> tuple[AdvisorySource, ...]:
    return load("careen.advisories", "ADVISORY_SOURCE", AdvisorySource)


def readers_of(settings: Settings, details: bool = False, compare: bool = False) -> Readers:
    """The readers. Their ``wider`` fingerprints are those of a default scan and of an SBOM, if these find everything
    that is requested. Policies in Rego get the whole report.
    """
    compare = compare or settings.strict or settings.verify or bool(settings.origin_kb or settings.policy)
    own = _reads(settings.scanners, details, compare)
    usual = (_reads(Settings(cache_dir=settings.cache_dir).scanners, more, compare) for more in (False, True))
    wider = [reads for reads in usual if reads != own and all(map(ge, reads, own))]
    first, *others = _fingerprints(own, *wider)
    return Readers(lambda: readers_with(settings.scanners, details, compare), first, others)


def readers_with(scanners: Collection[str], details: bool = False, compare: bool = False) -> tuple[Cataloger, ...]:
    """The catalogers for the scanners. ``details``: with those that SBOMs and licence reports need. ``compare``: with
    the digests of programs, whatever the scanners are.
    """
    reads = _reads(scanners, details, compare)
    left_out = (() if reads.behaviour else _OF_BEHAVIOUR) + (() if reads.digests else ("digests",))
    found = tuple(found for found in catalogers() if found.role not in left_out)
    if reads.secrets:
        from careen.secrets.reader import SECRETS

        found = (*found, SECRETS)
    if reads.details:
        found = (*found, *load("careen.details", "CATALOGER", Cataloger))
    return found


def fingerprint(scanners: Collection[str], details: bool = False, compare: bool = False) -> str:
    """A text that changes with the code that turns bytes into facts, so that results of another version are not taken
    from the store. All installations of the same code have the same fingerprint.
    """
    return _fingerprints(_reads(scanners, details, compare))[0]


def _fingerprints(*all_reads: "_Reads") -> list[str]:
    code = f"{__version__} {contents().key} {outside()}"
    return [hashlib.sha256(f"{code} {reads}".encode()).hexdigest()[:16] for reads in all_reads]


class _Reads(NamedTuple):
    secrets: bool
    behaviour: bool  # ``config`` counts programs without protection
    details: bool
    digests: bool


def _reads(scanners: Collection[str], details: bool, compare: bool) -> _Reads:
    behaviour = "behaviour" in scanners or "config" in scanners
    digests = compare or details or not _OF_FILES.isdisjoint(scanners)
    return _Reads("secret" in scanners, behaviour, details or "licence" in scanners, digests)
