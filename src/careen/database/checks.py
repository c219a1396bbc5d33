"""The results of the last attempts to refresh feeds, in ``checked.json`` beside their database.

An attempt without news does not change the database. This file stores its date: when the request was made, up to when
the origin states that there is nothing newer, and why the last attempt failed. The first line is the checksum of the
rest; a file that is damaged or belongs to another database is ignored.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from careen.atomic import write_whole
from careen.safety.typed import from_json

# Why a feed of the database was not refreshed.
Trouble = Literal[
    "",
    "unreachable",  # no answer, or a refusal
    "late",  # no answer within the time limit of a scan
    "damaged",  # the answer is not what it should be
    "held_back",  # it lost records, reversed itself, or is older or less complete than the edition of the database
    "refused",  # a publication that the trusted keys did not sign
    "not_listed",  # the feeds of the source could not be listed
    "not_offered",  # this origin does not have it
    "large",  # left to ``careen db update --full``
]


class Check(Struct, frozen=True, omit_defaults=True):
    asked: str = ""  # time of the last answer
    confirmed: str = ""  # day up to which the origin states that there is nothing newer
    trouble: Trouble = ""
    detail: str = ""


def read_checks(database: Path) -> dict[str, Check]:
    """The stored checks by the feed's path in the database; empty if the file is missing or damaged."""
    try:
        digest, _, body = checks_file(database).read_bytes().partition(b"\n")
        return from_json(body, dict[str, Check]) if digest == _digest(body) else {}
    except (OSError, ValueError, RecursionError):
        return {}


def write_checks(database: Path, checks: Mapping[str, Check]) -> None:
    body = msgspec.json.encode(checks)
    write_whole(checks_file(database), lambda file: file.write(_digest(body) + b"\n" + body))


def forget_checks(database: Path) -> None:
    """Removes the stored results, which belong to the previous database. It has to be called for a new one."""
    checks_file(database).unlink(missing_ok=True)


def checks_file(database: Path) -> Path:
    """The path of the stored results."""
    return database.with_name("checked.json")


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).hexdigest().encode()
