"""Whether a named value is a credential in plain text: by its name, and by the form of the value.

Randomness does not count: a variable DB_PASSWORD with a literal value is enough. References (``${X}``, ``$(X)``, ``<x>``,
``{{ x }}``, file paths) and switches are not credentials.
"""

import re
from itertools import pairwise

from careen.safety.pattern import pattern

_WORDS = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TELLING = frozenset(
    (
        *("password", "passwords", "passwd", "passphrase", "pass", "pwd", "secret", "secrets", "token", "tokens"),
        *("apikey", "accesskey", "secretkey", "privatekey", "credential", "credentials", "dsn"),
        *("requirepass", "masterauth"),  # Redis
    )
)
_KEYS = frozenset(
    (
        *("access", "account", "api", "batch", "client", "encryption", "license", "master", "private", "secret"),
        *("service", "shared", "signing", "ssh", "storage", "subscription", "webhook"),
    )
)
_ABOUT = frozenset(  # NAME_OF: the variable describes a credential instead of containing it
    (
        *("age", "algorithm", "class", "count", "dir", "directory", "enabled", "endpoint", "expiration", "expiry", "expires"),
        *("file", "format", "hash", "header", "host", "id", "issuer", "length", "lifetime", "max", "min", "mode", "name"),
        *("namespace", "path", "policy", "port", "provider", "realm", "ref", "reset", "rotation", "seconds", "size", "store"),
        *("timeout", "ttl", "type", "uri", "url", "user", "username", "version"),
    )
)
_REFERENCE = pattern(r"\$\{.*\}|\$\(.*\)|\$[A-Za-z_]\w*|<.*>|\{\{.*\}\}|%\w+%|@\w+@|\[.*\]|/\S*/\S*|\.{1,2}/\S+", re.DOTALL)
_FILE_OF_CREDENTIALS = pattern(r"(?i)[\w.-]*(?<![A-Z])cred(?:ential)?s?(?:\.\w+)?")
_SWITCH = frozenset(("true", "false", "yes", "no", "on", "off", "none", "null", "enabled", "disabled", "required", "0", "1"))
_PRIVATE_KEY = pattern(r"-{3,5}BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-{3,5}")
_ASSIGNMENT = pattern(
    r"""^[ \t]*(?:export[ \t]+)?["']?([A-Za-z][\w.-]{0,80})["']?[ \t]*[=:][ \t]*(\S.{0,500})$""", re.MULTILINE
)
_USER_INFO = pattern(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,100}:([^\s/:@]{1,200})@")
_IN_A_LINE = pattern(
    r"""(?P<before>
          \b(?P<name>[A-Za-z][\w.-]{0,80})=["']?
        | (?<!\S)(?:-u|--user|--creds)[ =]["']?[^\s:'"]{1,60}:
        | \b(?:[Bb]earer|[Bb]asic|[Tt]oken)[ ](?=\S{8})
        | \bmysql\w*\b[^|;&]{0,200}?[ ]-p
        | \b(?:gh[pousr]_|github_pat_|npm_|glpat-|xox[abprs]-|[sr]k_live_|hf_|pypi-)(?=\w{10})
        )(?P<value>[^\s"'&;|]+)""",
    re.VERBOSE,
)
MAX_TEXT = 256 * 1024
HIDDEN = "(redacted)"


def is_credential(name: str, value: str) -> bool:
    """Whether ``value`` is a credential: its name is that of one, or it is a private key or a URL with a password."""
    value = value.strip().strip("\"'")
    if not value or value.lower() in _SWITCH or _REFERENCE.fullmatch(value):
        return False
    if _FILE_OF_CREDENTIALS.fullmatch(name) and _FILE_OF_CREDENTIALS.fullmatch(value):
        return False  # KAFKA_SSL_KEY_CREDENTIALS: key_creds, as images of Kafka take them from a folder
    return names_credential(name) or holds_key(value) or holds_password(value)


def names_credential(name: str) -> bool:
    """Whether a variable of that name should contain a credential."""
    words = [word.lower() for word in _WORDS.findall(name[:200])]
    if not words or words[-1] in _ABOUT:
        return False
    if not _TELLING.isdisjoint(words) or any(word.endswith(("password", "passwd")) for word in words):
        return True  # PGPASSWORD
    return any(
        (second == "key" and first in _KEYS) or (first == "key" and second == "content") for first, second in pairwise(words)
    )


def holds_key(value: str) -> bool:
    return "PRIVATE KEY" in value[:MAX_TEXT] and _PRIVATE_KEY.search(value, 0, MAX_TEXT) is not None


def holds_password(value: str) -> bool:
    """Whether a URL in the value has a password."""
    return bool(passwords(value))


def passwords(value: str) -> list[str]:
    """The passwords of URLs in the value."""
    return [found for found in _USER_INFO.findall(value, 0, MAX_TEXT) if not _REFERENCE.fullmatch(found)]


def hidden(line: str) -> str:
    """A command line or URL as it is displayed, without its credentials."""
    line = _USER_INFO.sub(lambda found: found[0].replace(f":{found[1]}@", f":{HIDDEN}@"), line)
    return _IN_A_LINE.sub(_hidden, line)


def _hidden(found: "re.Match[str]") -> str:
    value = found["value"]
    if found["name"] is not None and not (names_credential(found["name"]) and is_credential(found["name"], value)):
        return found[0]
    return found[0] if value.startswith(("$", "<", "{", "%", "@")) else f"{found['before']}{HIDDEN}"


def assigned(text: str) -> list[tuple[int, str]]:
    """The lines (counted from 0) of a configuration file that assign a credential, each with its name."""
    found = []
    line = at = 0
    for match in _ASSIGNMENT.finditer(text, 0, MAX_TEXT):
        name, value = match[1], match[2].strip().rstrip(",;")
        if names_credential(name) and is_credential(name, value):
            line, at = line + text.count("\n", at, match.start(1)), match.start(1)
            found.append((line, name))
    return found
