"""The packed form of advisories and records in a bucket, without what their key, section and feed already contain."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from careen.model.advisory import (
    Advisory,
    Cvss,
    Epss,
    Exploited,
    Import,
    LimitedSupport,
    Listed,
    Malicious,
    Range,
    Repository,
    Severity,
    Status,
    Support,
    VulnerabilityRecord,
)
from careen.plugins import Record
from careen.safety.pattern import pattern

# Version of the tables and of their packed values. A file of another version is not read.
SCHEMA = 7
# Longer lists of aliases are stored once for all packages of an erratum.
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
    p: str = ""  # the package's name if it is not the key
    q: tuple[str, ...] = ()
    k: str = ""
    i: tuple[Import, ...] = ()


class _OnlyStatus(Struct, gc=False):
    s: Status = "fixed"


class RecordBody(Struct, gc=False, omit_defaults=True):
    o: int
    a: tuple[str, ...] = ()
    t: str = ""
    y: Severity = "unknown"
    c: tuple[tuple[str, str, str, float], ...] = ()
    p: str = ""
    w: tuple[str, ...] = ()


def unpacked(
    kind: str,
    space: str,
    key: str,
    value: bytes,
    words: Sequence[str],
    bundles: Callable[[Iterable[int]], Mapping[int, tuple[str, ...]]],
) -> Iterator[Record]:
    """The records of one key, of any kind; none for kinds that only serve look-ups. ``bundles`` looks up lists of
    aliases by their numbers.
    """
    match kind:
        case "advisory":
            yield from unpack_advisories(space, key, value, words, bundles)
        case "malicious":
            yield from (Malicious(id, space, key, versions) for id, versions in unpack_malicious(value))
        case "record":
            yield unpack_record(key, value, words)
        case "epss":
            yield Epss(key, *unpack_epss(value))
        case "exploited":
            yield Exploited(key, *unpack_exploited(value))
        case "repository":
            yield Repository(key, unpack_words(value))
        case "listed":
            yield Listed(space, key, unpack_words(value))
        case "support":
            text = unpack_text(value)
            yield unpack_limited(key, text) if LIMITED in key else Support(key, text)


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
            k=advisory.pattern,
            i=advisory.imports,
        )
    )


def unpack_advisories(
    namespace: str,
    name: str,
    packed: bytes,
    words: Sequence[str],
    bundles: Callable[[Iterable[int]], Mapping[int, tuple[str, ...]]],
) -> list[Advisory]:
    """All advisories of one feed about one package; ``bundles`` looks up lists of aliases by their numbers."""
    bodies = _BODIES.decode(packed)
    numbers = {body.b for _, body in bodies if body.b}
    found = bundles(numbers) if numbers else {}
    return [_advisory(namespace, name, id, body, words, found) for id, body in bodies]


def _advisory(
    namespace: str, name: str, id: str, body: Body, words: Sequence[str], bundles: Mapping[int, tuple[str, ...]]
) -> Advisory:
    return Advisory(
        id,
        words[body.o],
        namespace,
        body.p or name,
        body.r,
        body.v,
        body.s,
        bundles[body.b] if body.b else body.a,
        body.y,
        body.x,
        body.m,
        body.h,
        body.c,
        body.u if isinstance(body.u, str) else words[body.u].replace("{id}", id),
        body.q,
        body.k,
        body.i,
    )


def status_of(packed: bytes) -> Status:
    return _STATUS.decode(packed).s


def statements(packed: bytes) -> list[tuple[str, Raw]]:
    """The statements of one feed under one key, as pairs of id and packed body."""
    found = _STATEMENTS.decode(packed)
    if isinstance(found, int):
        return [(_malicious_id(found), _NO_VERSIONS)]
    return [(id if isinstance(id, str) else _malicious_id(id), body) for id, body in found]


def pack_record(record: VulnerabilityRecord, word: Callable[[str], int]) -> bytes:
    return _PACKER.encode(
        RecordBody(
            o=word(record.source),
            a=record.aliases,
            t=record.summary,
            y=record.severity,
            c=tuple((score.source, score.version, score.vector, score.score) for score in record.cvss),
            p=record.published,
            w=record.cwes,
        )
    )


def unpack_record(id: str, packed: bytes, words: Sequence[str]) -> VulnerabilityRecord:
    body = _RECORD.decode(packed)
    scores = tuple(Cvss(*fields) for fields in body.c)
    return VulnerabilityRecord(id, words[body.o], body.a, body.t, body.y, scores, body.p, body.w)


# In the section of support, the key of a package is the release's name followed by the package's.
LIMITED = " "


def limited_key(namespace: str, package: str = "") -> str:
    return f"{namespace}{LIMITED}{package}"


def pack_limited(limited: LimitedSupport) -> str:
    return msgspec.json.encode((limited.ended, limited.version, limited.detail)).decode()


def unpack_limited(key: str, packed: str) -> LimitedSupport:
    namespace, _, package = key.partition(LIMITED)
    ended, version, detail = msgspec.json.decode(packed, type=tuple[str, str, str])
    return LimitedSupport(namespace, package, ended, version, detail)


def bundle_key(number: int) -> str:
    return f"{number:08}"


def pack(value: object) -> bytes:
    return _PACKER.encode(value)


def unpack_words(packed: bytes) -> tuple[str, ...]:
    return _WORDS.decode(packed)


def pack_malicious(found: list[tuple[str, bytes]]) -> bytes:
    """Packs the statements about a malicious package. Hundreds of thousands of packages have one record, about all
    versions: only the number of its id is packed.
    """
    short = [(_malicious_number(id), body) for id, body in found]
    if len(short) == 1 and isinstance(short[0][0], int) and bytes(short[0][1]) == bytes(_NO_VERSIONS):
        return _PACKER.encode(short[0][0])
    return _PACKER.encode([(id, Raw(body)) for id, body in short])


def unpack_malicious(packed: bytes) -> list[tuple[str, tuple[str, ...]]]:
    return [(id, _WORDS.decode(body)) for id, body in statements(packed)]


def _malicious_number(id: str) -> int | str:
    """``MAL-2024-1234`` as a number; an id of another form unchanged."""
    found = _MALICIOUS_ID.fullmatch(id)
    return int(found[2]) << 7 | int(found[1]) if found else id


def _malicious_id(number: int) -> str:
    return f"MAL-20{number & 127:02}-{number >> 7}"


def pack_epss(record: Epss) -> bytes:
    """Packs an EPSS score, as whole steps if that is exact: then all scores need half as many buckets."""
    score, percentile = record.score, record.percentile
    if 0 <= score <= 1 and 0 <= percentile <= 1:
        steps = round(score * _EPSS_STEPS), round(percentile * _EPSS_STEPS)
        if steps[0] / _EPSS_STEPS == score and steps[1] / _EPSS_STEPS == percentile:
            return _PACKER.encode(steps)
    return _PACKER.encode((score, percentile))


def unpack_epss(packed: bytes) -> tuple[float, float]:
    score, percentile = _EPSS.decode(packed)
    return _lengthened(score), _lengthened(percentile)


def unpack_exploited(packed: bytes) -> tuple[str, bool]:
    return _EXPLOITED.decode(packed)


def unpack_text(packed: bytes) -> str:
    return _TEXT.decode(packed)


def _lengthened(number: float | int) -> float:
    return number / _EPSS_STEPS if isinstance(number, int) else number


_PACKER = msgspec.msgpack.Encoder()
_STATUS = msgspec.msgpack.Decoder(_OnlyStatus)
_BODIES = msgspec.msgpack.Decoder(list[tuple[str, Body]])
_STATEMENTS = msgspec.msgpack.Decoder(int | list[tuple[str | int, Raw]])
_MALICIOUS_ID = pattern(r"MAL-20(\d\d)-([1-9]\d{0,8})")
_NO_VERSIONS = Raw(b"\x90")
_EPSS = msgspec.msgpack.Decoder(tuple[float | int, float | int])
_EPSS_STEPS = 100_000  # scores are published with five decimals
_EXPLOITED = msgspec.msgpack.Decoder(tuple[str, bool])
_TEXT = msgspec.msgpack.Decoder(str)
_RECORD = msgspec.msgpack.Decoder(RecordBody)
_WORDS = msgspec.msgpack.Decoder(tuple[str, ...])
