"""The store of a fleet in an S3-compatible bucket, which workers on many machines share.

Its address is ``s3://BUCKET/PREFIX?endpoint=https://…&region=…``; the default endpoint is that of AWS. Credentials come
from the environment variables that AWS's own programs read. Content is compressed and has a checksum that includes its
key, as in the database (``bulk``). An object that exists already is not written again.
Raises: UsageError for another form of address or missing credentials, NetworkError if the store does not answer or refuses.
**Source:** AWS, "Amazon S3 API Reference": GetObject, PutObject (``If-None-Match``).
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

from careen.errors import NetworkError, UsageError
from careen.log import logger
from careen.plugins import Fetcher, Response

from .aws_signature import Access, signed
from .bulk import PASSING, packed, row_key, unpacked

log = logger(__name__)

MAX_BYTES = 1 << 30  # of one object
_HINT = "s3://BUCKET/PREFIX?endpoint=https://minio.example:9000&region=us-east-1"


class BucketStore:
    """A store in a bucket. Threads may share it."""

    def __init__(
        self, fetcher: Fetcher, base: str, access: Access, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._fetcher, self._base, self._access, self._now = fetcher, base, access, now

    def get(self, key: str) -> bytes | None:
        with self._ask("GET", key) as response:
            if response.status == 404:
                return None
            self._require(response, (200,), key)
            data = response.read(MAX_BYTES)
        return unpacked(key, data)

    def put(self, key: str, data: bytes) -> None:
        if key.partition(" ")[0] in PASSING:
            return
        with self._ask("PUT", key, packed(key, data), {"If-None-Match": "*"}) as response:
            if response.status != 412:
                self._require(response, (200, 201, 204), key)
                return
        if self.get(key) is None:  # the stored object is damaged
            with self._ask("PUT", key, packed(key, data)) as response:
                self._require(response, (200, 201, 204), key)

    def close(self) -> None:
        pass  # the connections belong to the fleet

    def _ask(self, method: str, key: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> "_Closing":
        name = row_key(key).hex()
        url = f"{self._base}{quote(key.partition(' ')[0], safe='')}/{name[:2]}/{name}"
        digest = hashlib.sha256(body or b"").hexdigest()
        sent = signed(self._access, method, url, {"Accept-Encoding": "identity", **(headers or {})}, digest, self._now())
        return _Closing(self._fetcher.request(url, method=method, headers=sent, body=body))

    def _require(self, response: Response, allowed: tuple[int, ...], key: str) -> None:
        if response.status not in allowed:
            host = urlsplit(self._base).netloc
            kind = key.partition(" ")[0]
            hint = "check its credentials, and that the bucket exists"
            raise NetworkError(f"the store {host} answers {response.status} for a {kind}", hint)


class _Closing:
    def __init__(self, response: Response) -> None:
        self._response = response

    def __enter__(self) -> Response:
        return self._response

    def __exit__(self, *_: object) -> None:
        self._response.close()


def bucket(address: str, fetcher: Fetcher, environ: Mapping[str, str] | None = None) -> BucketStore:
    environ = os.environ if environ is None else environ
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.netloc or asked.keys() - {"endpoint", "region"}:
        raise UsageError(f"{address!r} is not the address of a bucket", _HINT)
    key_id, secret = environ.get("AWS_ACCESS_KEY_ID", ""), environ.get("AWS_SECRET_ACCESS_KEY", "")
    if not key_id or not secret:
        raise UsageError("no credentials for the bucket are set", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    region = asked.get("region") or environ.get("AWS_REGION") or "us-east-1"
    endpoint = asked.get("endpoint", "").rstrip("/")
    base = f"{endpoint}/{parts.netloc}" if endpoint else f"https://{parts.netloc}.s3.{region}.amazonaws.com"
    prefix = quote(parts.path.strip("/"), safe="/~")
    access = Access(key_id, secret, environ.get("AWS_SESSION_TOKEN", ""), region)
    return BucketStore(fetcher, f"{base}/{prefix}/" if prefix else f"{base}/", access)
