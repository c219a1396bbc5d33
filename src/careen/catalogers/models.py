"""Machine learning models: GGUF and safetensors files, by their own headers and by their path.

A cache of the Hugging Face hub has repository and commit in the path (``models--ORG--NAME/snapshots/COMMIT/``). Else a GGUF
file names its model in ``general.name``; a file with only a file name counts with a confidence of 0.4. The parts of one model
(``-00001-of-00005``) are one package.
Raises: ValueError for impossible headers.
**Source:** GGUF specification, version 3; safetensors, "Format"; huggingface_hub, "Understand caching".
"""

import struct
from collections.abc import Iterator

import msgspec

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_PAIRS = 2_000
MAX_KEY_BYTES = 1_000
MAX_HEADER_BYTES = 100_000_000

_CACHED = pattern(r"(?:^|/)models--([^/]{1,100}?)--([^/]{1,100})/snapshots/([0-9a-f]{7,64})/")
_PART = pattern(r"-\d{5}-of-\d{5}$")
_FIXED = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # type -> bytes
_TEXT, _LIST = 8, 9


def read_gguf(file: File) -> Iterator[Package]:
    data = file.data
    if data[:4] != b"GGUF":
        raise ValueError("not a GGUF file")
    fields = _pairs(data)
    name = fields.get("general.basename") or fields.get("general.name", "")
    licenses = (fields["general.license"],) if fields.get("general.license") else ()
    yield _package(file.path, name, fields.get("general.version", ""), licenses)


def read_safetensors(file: File) -> Iterator[Package]:
    data = file.data
    size = int.from_bytes(data[:8], "little")
    if len(data) < 10 or size > MAX_HEADER_BYTES or data[8:9] != b"{":
        raise ValueError("not a safetensors file")
    if 8 + size <= len(data):
        try:
            msgspec.json.decode(data[8 : 8 + size], type=dict[str, msgspec.Raw])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(f"not a safetensors file: {error}") from None
    yield _package(file.path, "", "", ())


def _package(path: str, name: str, version: str, licenses: tuple[str, ...]) -> Package:
    cached = _CACHED.search(path)
    if cached:
        return Package("huggingface", None, f"{cached[1]}/{cached[2]}", cached[3], licenses=licenses, cataloger="models")
    name = " ".join(name.split())[:200].replace("/", " ")
    if name:
        return Package("generic", None, name, version, licenses=licenses, cataloger="models", confidence=0.6)
    stem = _PART.sub("", path.rpartition("/")[2].rpartition(".")[0])
    return Package("generic", None, stem or "model", "", licenses=licenses, cataloger="models", confidence=0.4)


def _pairs(data: bytes) -> dict[str, str]:
    """The texts among the key-value pairs in the first bytes of the file, up to the first list that reaches beyond."""
    found: dict[str, str] = {}
    try:
        version, _, count = struct.unpack_from("<IQQ", data, 4)
        if not 2 <= version <= 3:
            raise ValueError(f"GGUF of version {version}")
        position = 24
        for _ in range(min(count, MAX_PAIRS)):
            length = struct.unpack_from("<Q", data, position)[0]
            if length > MAX_KEY_BYTES:
                raise ValueError("impossible GGUF key")
            key = data[position + 8 : position + 8 + length].decode("utf-8", "replace")
            kind = struct.unpack_from("<I", data, position + 8 + length)[0]
            position += 12 + length
            if kind == _TEXT:
                length = struct.unpack_from("<Q", data, position)[0]
                if position + 8 + length > len(data):
                    break
                found[key] = data[position + 8 : position + 8 + length][:1000].decode("utf-8", "replace")
                position += 8 + length
            elif kind == _LIST:
                inner, items = struct.unpack_from("<IQ", data, position)
                position = _list_end(data, position + 12, inner, items)
            elif kind in _FIXED:
                position += _FIXED[kind]
            else:
                raise ValueError("GGUF value of an unknown type")
    except struct.error:
        pass  # the rest is beyond the bytes read
    return found


def _list_end(data: bytes, position: int, kind: int, items: int) -> int:
    """The position at which a list ends; at most the number of bytes read."""
    if kind in _FIXED:
        return min(position + _FIXED[kind] * items, len(data))
    if kind != _TEXT:
        raise ValueError("GGUF list of an unknown type")
    for _ in range(items):
        if position >= len(data):
            break
        position += 8 + int(struct.unpack_from("<Q", data, position)[0])
    return min(position, len(data))


CATALOGER = Cataloger(
    name="models",
    ecosystem=Ecosystem(purl_type="huggingface", scheme="generic"),
    readers=(
        Reader(Wants(suffixes=(".gguf",), amount="head"), read_gguf),
        Reader(Wants(suffixes=(".safetensors",), amount="head"), read_safetensors),
    ),
    limits="Other formats (pickle, ONNX), and the data or models that a model was made from.",
)
