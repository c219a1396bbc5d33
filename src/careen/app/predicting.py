"""Finds packages that a build will install: from its lock files and, if the user allows it, from what hosts answer."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.app.session import Session
from careen.app.wiring import readers_with
from careen.config import Settings
from careen.pipeline.files import Prediction
from careen.plugins import Progress

if TYPE_CHECKING:
    from careen.formats.dockerfile.stages import Dockerfile
    from careen.formats.packages.repositories import Offer
    from careen.predict.locked import Locked
    from careen.predict.resolve import Ask
    from careen.predict.today import OffersOf


def prediction_of(settings: Settings, opened: ExitStack, progress: Progress) -> Prediction:
    """The functions for the prediction. ``opened`` closes the connections."""
    ask, offers_of = _online(settings, opened, progress) if settings.resolve else (None, None)
    return Prediction(ask, _lock_files(settings) if "vuln" in settings.scanners else None, offers_of)


def _lock_files(settings: Settings) -> "Callable[[Dockerfile], Locked]":
    """A function that reads the lock files of a build context, which is the Dockerfile's folder unless another one is
    set.
    """
    from careen.layers.index import Readers
    from careen.layers.loose import inventory_of_files
    from careen.predict.context import Context, context_at
    from careen.predict.locked import Locked, locked

    readers = Readers(lambda: readers_with(()), "")
    named = context_at(settings.context) if settings.context is not None else None

    def of(document: "Dockerfile") -> "Locked":
        if named is None and document.path == "stdin":
            return Locked((), ())
        context = named or Context(Path(document.path).parent, document.ignored or ())
        return locked(document, context, lambda files: inventory_of_files(files, readers))

    return of


def _online(settings: Settings, opened: ExitStack, progress: Progress) -> "tuple[Ask, OffersOf]":
    """Functions that query addresses and the repositories of base images, once each, on the hosts that the user listed."""
    from careen.formats.packages.repositories import indices_of
    from careen.net import NetSettings, make_fetcher
    from careen.predict.resolve import head_at
    from careen.predict.today import newest

    fetcher = opened.enter_context(
        make_fetcher(
            NetSettings(
                timeout_s=settings.timeout_s,
                attempts=2,
                ca_file=settings.ca_file,
                plain_http=("*",),  # DKR-009 reports plain HTTP in a Dockerfile; apt and apk verify signatures
                only=settings.resolve_hosts,
            )
        )
    )
    session = opened.enter_context(Session(replace(settings, scanners=("config",)), fetcher))

    def offers_of(base: str, names: frozenset[str]) -> "Mapping[str, Offer] | str":
        image, inventory = session.inventory(f"registry:{base}", progress)
        indices = indices_of(inventory.filesystem.texts, image.platform.architecture if image.platform else "amd64")
        return newest(indices, names, fetcher) if indices else f"{base} names no repository of apt or apk"

    return cache(partial(head_at, fetcher=fetcher)), cache(offers_of)
