"""Secrets in the configuration of an image: environment, labels, commands, ONBUILD, and the history of its build.

Every user who can pull the image can read them, even if a later step unset them.
Source: OCI image-spec, config.md.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache

from msgspec.structs import replace

from careen.model.finding import ExposedSecret, Location
from careen.model.image import ImageConfig
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.safety.pattern import pattern

from .find import MAX_SECRETS as MOST_IN_A_TEXT
from .find import find, spans
from .keywords import Keywords
from .placeholders import crossed_out, placeholder
from .ruleset import load
from .values import joined

PATH = "image configuration"
MAX_TEXTS = 10_000  # variables, labels, instructions and steps; images have some hundreds
MAX_CHARACTERS = 1 << 20  # of all texts together
MAX_SECRETS = 1000
_BATCH = 4096  # characters that are searched for keywords at once: starting a search costs more than a short text
# Names of variables with a credential as their value, and names for its place or its kind instead.
_CREDENTIAL = pattern(
    r"(?i)(?:^|_)(?:password|passwd|passphrase|pwd|secret|token|api_?key|apikey|private_?key|access_?key|secret_?key|auth_?key|"
    r"credentials?)(?:_(?:base64|b64|default|prod|dev|staging))?$|(?i:password|secret_key|_token)$"
)
_NOT_A_VALUE = pattern(r"(?i)_(?:file|path|dir|url|uri|name|id|type|version|ttl|length|min|max|expiry|header|field|algorithm)$")
_ASSIGNMENT = pattern(r"""(?:^|\s)([A-Za-z_]\w{0,80})=("[^"]{0,4000}"|'[^']{0,4000}'|[^\s"';&|]{1,4000})""")
_REDACTED = "…(redacted)"

Text = tuple[str, str, bool]  # place, content, whether it consists of assignments


def exposed(config: ImageConfig) -> tuple[tuple[ExposedSecret, ...], tuple[Unknown, ...]]:
    """One finding per value with all its places, the environment first; and what was not searched."""
    found: dict[str, list[ExposedSecret]] = {}
    texts = characters = 0
    for batch in _batches(_texts(config)):
        texts += len(batch)
        characters += sum(len(text) for _, text, _ in batch)
        if over := _over(texts, characters):
            return _joined(found), (_unsearched(over, whole=True),)
        if len(found) > MAX_SECRETS:
            return _joined(found), (_unsearched(f"it has more than {MAX_SECRETS:,} secrets: the rest is not listed"),)
        using = _keywords_in("\n".join(text for _, text, _ in batch).encode(errors="replace"))
        for place, text, assignments in batch:
            for key, secret in _in_text(place, text, assignments, using):
                found.setdefault(key, []).append(secret)
    return _joined(found), ()


def without_secrets(step: str) -> str:
    """A step of the history as reports show it, with each secret redacted wherever the step repeats it."""
    text = step.encode(errors="replace")
    found = spans(text, PATH, _keywords_in(text))
    if len(found) >= MOST_IN_A_TEXT:
        return _REDACTED  # there may be more
    for value in sorted({text[start:end] for start, end in found}, key=len, reverse=True):
        text = text.replace(value, _REDACTED.encode())
    return _ASSIGNMENT.sub(_redacted, text.decode(errors="replace") if found else step)


def _redacted(assignment: "re.Match[str]") -> str:
    name, quoted = assignment.groups()
    if _REDACTED in quoted or not _is_credential(name, quoted.strip("\"'")):
        return assignment[0]
    return f"{assignment[0].removesuffix(quoted)}{_REDACTED}"


def _joined(found: dict[str, list[ExposedSecret]]) -> tuple[ExposedSecret, ...]:
    return tuple(joined(group) for group in found.values())


def _over(texts: int, characters: int) -> str:
    """The message for an exceeded bound; "" if none is exceeded."""
    if texts > MAX_TEXTS:
        return (
            f"only the first {MAX_TEXTS:,} variables, labels, instructions and steps of the history were searched for secrets"
        )
    return f"only its first {MAX_CHARACTERS >> 20} MiB were searched for secrets" if characters > MAX_CHARACTERS else ""


def _unsearched(why: str, whole: bool = False) -> Unknown:
    return Unknown("secrets", Evidence(PATH, 0), why, whole_layer=whole, code="over_budget")


def _batches(texts: Iterable[Text]) -> Iterator[list[Text]]:
    """Batches of texts: short ones together, long ones alone."""
    batch: list[Text] = []
    characters = 0
    for entry in texts:
        if batch and characters + len(entry[1]) > _BATCH:
            yield batch
            batch, characters = [], 0
        batch.append(entry)
        characters += len(entry[1]) + 1
    if batch:
        yield batch


def _keywords_in(text: bytes) -> Keywords:
    """The rules with a keyword in a batch; only these are searched in its texts."""
    everything = _keywords()
    return everything if len(text) > _BATCH else Keywords([rule for rule, _ in everything.everywhere(text.lower(), PATH)])


def _texts(config: ImageConfig) -> Iterator[Text]:
    for variable in config.env:
        yield f"ENV {variable.partition('=')[0]}", variable, True
    for name, value in sorted(config.labels.items()):
        yield f"LABEL {name}", f"{name}={value}", False
    yield "ENTRYPOINT", " ".join(config.entrypoint), True
    yield "CMD", " ".join(config.cmd), True
    yield "HEALTHCHECK", " ".join(config.health_check), True
    for number, instruction in enumerate(config.on_build):
        yield f"ONBUILD {number}", instruction, True
    for number, step in enumerate(config.history):
        yield f"history {number}", step.created_by, True


def _in_text(place: str, text: str, assignments: bool, using: Keywords) -> Iterator[tuple[str, ExposedSecret]]:
    """Each secret with a key that is equal for the same value in another place."""
    encoded = text.encode(errors="replace")
    found = find(encoded, PATH, using)
    for secret in found:
        yield secret.fingerprint, replace(secret, location=Location(place))
    known = [encoded[start:end].decode(errors="replace") for start, end in spans(encoded, PATH, using)] if found else []
    pairs = [tuple(text.partition("=")[::2])] if place.startswith("ENV ") else _ASSIGNMENT.findall(text) if assignments else []
    for name, quoted in pairs:
        value = quoted.strip("\"'")
        if _is_credential(name, value) and not any(secret in value or value in secret for secret in known):
            yield f"{name} {value}", _credential(name, place)


def _is_credential(name: str, value: str) -> bool:
    raw = value.encode(errors="replace")
    return bool(
        _CREDENTIAL.search(name)
        and not _NOT_A_VALUE.search(name)
        and len(value) >= 4
        and not re.fullmatch(r"[0-9.]{1,12}|(?i:true|false|yes|no|on|off|none|null|enabled|disabled)", value)
        and not crossed_out(raw)
        and not (
            placeholder(raw)
            and not re.fullmatch(rb"(?i)[\w.!@#$%-]*(?:password|passwd|changeme|admin|root|qwerty|1234567)[\w.!@#$%-]*", raw)
        )
    )


def _credential(name: str, place: str) -> ExposedSecret:
    identity = "\0".join(("secret", "credential-in-configuration", place, name))
    return ExposedSecret(
        id="credential-in-configuration",
        title="Credential in the image's configuration",
        severity="high",
        location=Location(place),
        match=f"{name}={_REDACTED}",
        fingerprint=hashlib.sha256(identity.encode(errors="replace")).hexdigest()[:32],
    )


@cache
def _keywords() -> Keywords:
    """The keywords of all rules except those that recognise a value by its name, which ``_is_credential`` does here."""
    return Keywords([rule for rule in load() if not rule.named])
