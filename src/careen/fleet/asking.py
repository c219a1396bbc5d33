"""How a fleet sends requests to a registry: with the registry's own credentials, at a limited rate, and only to
addresses that a server may contact.

Credentials are those of the registry's row. The server's own Docker configuration and credential helpers are used only
for a registry that the server's operator has marked for this: a project that names any host gets no credentials.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Row, select

from careen.app.opening import open_context
from careen.errors import InputError
from careen.images.credentials import Credential, Found, SharedCredential, find_for_others
from careen.images.fetching import net_settings
from careen.net import NetSettings, make_fetcher
from careen.plugins import Fetcher, OpenContext
from careen.registries.asked import Asked
from careen.safety.typed import from_json

from . import guard
from .fleet import Fleet
from .pace import MAX_PAUSE_S, PacedFetcher
from .tables import registry

ATTEMPTS = 5
SOURCE = "the stored credentials"

MakeFetcher = Callable[[NetSettings, Callable[[float], None]], Fetcher]  # takes the settings and a function that waits


class Login(Struct, frozen=True, omit_defaults=True):
    """The content of a registry row's sealed credentials. ``helper``: the server's own Docker configuration provides
    them.
    """

    username: str = ""
    password: str = ""
    helper: bool = False

    def __repr__(self) -> str:
        return f"Login(username={self.username!r}, helper={self.helper})"  # the password stays out of logs


def http(settings: NetSettings, wait: Callable[[float], None]) -> Fetcher:
    return make_fetcher(settings, sleep=wait)


def asked_of(fleet: Fleet, registry_id: int, make: MakeFetcher = http) -> Asked:
    """The host and the request context of a registry. Raises InputError if the registry was removed, SealError if its
    credentials cannot be decrypted.
    """
    row = row_of(fleet, registry_id)
    return Asked(row.host, context_of(fleet, row, make))


def row_of(fleet: Fleet, registry_id: int) -> Row[Any]:
    with fleet.engine.connect() as connection:
        row = connection.execute(select(registry).where(registry.c.id == registry_id)).first()
    if row is None:
        raise InputError(f"there is no registry {registry_id}", "careen registry list")
    return row


def context_of(fleet: Fleet, row: Row[Any], make: MakeFetcher = http) -> OpenContext:
    """The context for all requests to one registry, its layers included."""
    login = login_of(fleet, row)
    plain = open_context(fleet.settings, lambda *_: None)
    net = replace(
        guard.guarded(net_settings(plain.settings), guard.listed(fleet.settings)),
        attempts=ATTEMPTS,
        max_wait_s=MAX_PAUSE_S * ATTEMPTS,  # the rate limiter decides which waits are too long
        client_cert=None,
        client_key=None,
    )
    paced = PacedFetcher(fleet.engine, row.id, lambda wait: make(net, wait))
    values = {**plain.settings, "credential": SharedCredential(lambda: _found(fleet, row.host, login))}
    return replace(plain, fetcher=guard.GuardedFetcher(paced, f"registry {row.id} ({row.host})"), settings=values)


def login_of(fleet: Fleet, row: Row[Any]) -> Login:
    return from_json(fleet.unseal(bytes(row.credentials)), Login) if row.credentials else Login()


def _found(fleet: Fleet, host: str, login: Login) -> Found:
    if login.helper:
        if fleet.settings.docker_config is None:
            raise InputError(
                f"the server's settings name no credential helper for {host}", "docker_config names the folder of config.json"
            )
        refused = guard.allowed(f"https://{host}", guard.listed(fleet.settings))
        if refused:
            raise InputError(f"no helper is asked about {host}: {refused}", "the server's operator lists it with private_hosts")
        return find_for_others(host, "", open_context(fleet.settings, lambda *_: None).settings)
    if login.username:
        return Found(Credential(login.username, login.password, source=SOURCE))
    return Found(Credential(bearer=login.password, source=SOURCE) if login.password else None)
