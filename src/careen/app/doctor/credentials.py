"""Which registries have credentials, and where these are stored: only names, no secret is shown and no helper is
started.
"""

import shutil
from collections.abc import Iterator, Mapping

from careen.config import Settings
from careen.images.credentials import Holder, held

from .line import Line, note, ok, problem


def credential_lines(settings: Settings, environ: Mapping[str, str]) -> Iterator[Line]:
    if settings.registry_username or settings.registry_password:
        name = f"the user {settings.registry_username}" if settings.registry_username else "a token"
        yield ok("credentials", "given", f"the settings have {name} for the registry")
    options = {"docker_config": settings.docker_config}
    troubles: list[str] = []
    holders = list(held(options, environ, troubles))
    for text in troubles:
        yield problem("credentials", "config_unreadable", text, "docker login writes it anew")
    for holder in holders:
        yield from _lines(holder)
    if not holders and not troubles:
        yield ok("credentials", "no_credentials", "no login was found: public images need none")


def _lines(holder: Holder) -> Iterator[Line]:
    if holder.hosts:
        yield ok("credentials", "logins", f"{holder.place}: logins for {', '.join(holder.hosts[:10])}")
    for helper in holder.helpers:
        program = f"docker-credential-{helper}"
        if shutil.which(program):
            yield ok("credentials", "helper", f"{holder.place}: helper {program}")
        else:
            text = f"{holder.place} names the helper {program}, which is not installed"
            yield note("credentials", "helper_missing", text, f"install {program}, or remove it from the file")
