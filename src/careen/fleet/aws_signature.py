"""Signs requests to an S3-compatible store. The signature headers identify the sender and are valid for one request,
within a quarter of an hour.

**Source:** AWS, "Signature Version 4 for API requests" and "Authenticating requests: using the Authorization header (S3)",
whose examples are the tests.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

from msgspec import Struct

_METHOD = "AWS4-HMAC-SHA256"


class Access(Struct, frozen=True):
    key_id: str
    secret: str
    token: str = ""  # only for temporary credentials
    region: str = "us-east-1"

    def __repr__(self) -> str:
        return f"Access(key_id={self.key_id!r}, region={self.region!r})"  # secrets stay out of logs


def signed(
    access: Access, method: str, url: str, headers: Mapping[str, str], body_sha256: str, now: datetime
) -> dict[str, str]:
    """The given headers plus the signature headers. ``body_sha256`` is the hex digest of the body. The path of the URL
    has to be percent-encoded already.
    """
    parts = urlsplit(url)
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{access.region}/s3/aws4_request"
    sent = {**headers, "Host": parts.netloc, "X-Amz-Content-SHA256": body_sha256, "X-Amz-Date": moment}
    if access.token:
        sent["X-Amz-Security-Token"] = access.token
    named = sorted((name.lower(), " ".join(value.split())) for name, value in sent.items())
    names = ";".join(name for name, _ in named)
    query = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in parse_qsl(parts.query, True))
    request = "\n".join(
        (
            method,
            parts.path or "/",
            "&".join(f"{name}={value}" for name, value in query),
            *(f"{name}:{value}" for name, value in named),
            "",
            names,
            body_sha256,
        )
    )
    text = f"{_METHOD}\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{access.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    authorization = f"{_METHOD} Credential={access.key_id}/{scope},SignedHeaders={names},Signature={signature}"
    return {name: value for name, value in sent.items() if name != "Host"} | {"Authorization": authorization}
