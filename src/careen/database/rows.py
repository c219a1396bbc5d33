"""Advisories and records as they lie in a row: packed, without what the row's key and its feed already say."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from careen.model.advisory import Advisory, Cvss, LimitedSupport, Range, Severity, Status, VulnerabilityRecord

# Of the tables and of what is packed into them: a file of another one is not read.
SCHEMA = 4
# Longer lists of aliases are kept once for all packages of an erratum.
BUNDLE_FROM = 4


class Body(Struct, gc=False, omit_defaults=True):
    o: int  # source, a word
    r: tuple[Range, ...] = ()
    v: tuple[str, ...] = ()
    s: Status = "fixed"
    a: tuple[str, ...] = ()
    b: int = 0  # bundle of aliases
    y: Severity = "unknown"
    x: tuple[str, ...] = ()
    m: str | None = None
    h: tuple[str, ...] = ()
    c: Literal["confirmed", "likely", "possible"] = "confirmed"
    u: int | str = ""  # address, a word with "{id}" in it or as it is
    p: str = ""  # the package's name where it is not the key
    q: tuple[str, ...] = ()


class RecordBody(Struct, gc=False, omit_defaults=True):
    o: int
    a: tuple[str, ...] = ()
    t: str = ""
    y: Severity = "unknown"
    c: tuple[tuple[str, str, str, float], ...] = ()
    p: str = ""
    w: tuple[str, ...] = ()


def pack_advisory(advisory: Advisory, name: str, word: Callable[[str], int], bundle: int) -> bytes:
    return _PACKER.encode(
        Body(
            o=word(advisory.source),
            r=advisory.ranges,
            v=advisory.versions,
            s=advisory.status,
            a=() if bundle else advisory.aliases,
            b=bundle,
            y=advisory.severity,
            x=advisory.fixed_versions,
            m=advisory.module,
            h=advisory.arch,
            c=advisory.confidence,
            u=word(advisory.url.replace(advisory.id, "{id}")) if advisory.id in advisory.url else advisory.url,
            p="" if advisory.package == name else advisory.package,
            q=advisory.systems,
        )
    )


def unpack_advisory(
    namespace: str, name: str, id: str, packed: bytes, words: Mapping[int, str], bundle: Callable[[int], tuple[str, ...]]
) -> Advisory:
    body = _BODY.decode(packed)
    return Advisory(
        id,
        words[body.o],
        namespace,
        body.p or name,
        body.r,
        body.v,
        body.s,
        bundle(body.b) if body.b else body.a,
        body.y,
        body.x,
        body.m,
        body.h,
        body.c,
        body.u if isinstance(body.u, str) else words[body.u].replace("{id}", id),
        body.q,
    )


def status_of(packed: bytes) -> Status:
    return _BODY.decode(packed).s


def pack_record(record: VulnerabilityRecord, word: Callable[[str], int]) -> bytes:
    return _PACKER.encode(
        RecordBody(
            o=word(record.source),
            a=record.aliases,
            t=record.summary,
            y=record.severity,
            c=tuple((one.source, one.version, one.vector, one.score) for one in record.cvss),
            p=record.published,
            w=record.cwes,
        )
    )


def unpack_record(id: str, packed: bytes, words: Mapping[int, str]) -> VulnerabilityRecord:
    body = _RECORD.decode(packed)
    scores = tuple(Cvss(*one) for one in body.c)
    return VulnerabilityRecord(id, words[body.o], body.a, body.t, body.y, scores, body.p, body.w)


# In the table of releases' support a package's row is the release's name with the package's behind it.
LIMITED = " "


def limited_key(namespace: str, package: str = "") -> str:
    return f"{namespace}{LIMITED}{package}"


def pack_limited(limited: LimitedSupport) -> str:
    return msgspec.json.encode((limited.ended, limited.version, limited.detail)).decode()


def unpack_limited(key: str, packed: str) -> LimitedSupport:
    namespace, _, package = key.partition(LIMITED)
    ended, version, detail = msgspec.json.decode(packed, type=tuple[str, str, str])
    return LimitedSupport(namespace, package, ended, version, detail)


def pack_words(words: Iterable[str]) -> bytes:
    return _PACKER.encode(tuple(words))


def unpack_words(packed: bytes) -> tuple[str, ...]:
    return _WORDS.decode(packed)


_PACKER = msgspec.msgpack.Encoder()
_BODY = msgspec.msgpack.Decoder(Body)
_RECORD = msgspec.msgpack.Decoder(RecordBody)
_WORDS = msgspec.msgpack.Decoder(tuple[str, ...])
