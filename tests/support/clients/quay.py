"""Quay's client of Clair, with its limits: 600 seconds for an index, 30 for anything else, and its own older schema.

Written from quay/quay, util/secscan/v4/api.py and data/secscan_model/secscan_v4_model.py.
"""

import base64
import hashlib
import hmac
import json
import time

import httpx2 as httpx

from tests.support.clients import schemas

INDEX_S, USUAL_S = 600.0, 30.0
STATES = ("IndexFinished", "IndexError")
SEVERITIES = ("Unknown", "Negligible", "Low", "Medium", "High", "Critical")
CLAIR_CVSS = "enricher=clair.cvss"


class QuayError(Exception):
    """``status``: of an answer that is not 2xx; 400 marks a manifest as unsupported for ever."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class QuayClient:
    def __init__(self, address: str, psk: bytes | None, issuer: str = "quay") -> None:
        self._address, self._psk, self._issuer = address.rstrip("/") + "/", psk, issuer
        self._client = httpx.Client(follow_redirects=True, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))

    def state(self) -> str:
        found = self._perform("GET", "indexer/api/v1/index_state")
        self._conforms(found.json(), "State")
        return found.json()["state"]

    def index(self, digest: str, layers: list[dict]) -> tuple[dict, str]:
        """The report and its ETag."""
        body = {"hash": digest, "layers": layers}
        response = self._perform("POST", "indexer/api/v1/index_report", body, INDEX_S)
        report = response.json()
        self._conforms(report, "IndexReport")
        assert response.headers["etag"]
        if report["state"] not in STATES:
            raise QuayError(f"state {report['state']}")
        return report, response.headers["etag"].strip('"')

    def index_report(self, digest: str) -> dict | None:
        response = self._perform("GET", f"indexer/api/v1/index_report/{digest}", missing_ok=True)
        if response is None:
            return None
        self._conforms(response.json(), "IndexReport")
        return response.json()

    def delete(self, digest: str) -> dict:
        return self._perform("DELETE", f"indexer/api/v1/index_report/{digest}").json()

    def vulnerability_report(self, digest: str) -> dict | None:
        response = self._perform("GET", f"matcher/api/v1/vulnerability_report/{digest}", missing_ok=True)
        if response is None:
            return None
        self._conforms(response.json(), "VulnerabilityReport")
        return response.json()

    def security(self, digest: str) -> dict[str, list[dict]]:
        """What Quay shows: the vulnerabilities of each package, by its name."""
        report = self.vulnerability_report(digest)
        return features_of(report)

    def notifications(self, callback: str, page_size: int = 100) -> list[dict]:
        """All pages of a notification; the callback is an address on the same server."""
        id, following, found = callback.rpartition("/")[2], "", []
        for _ in range(1000):
            query = f"?page_size={page_size}" + (f"&next={following}" if following else "")
            page = self._perform("GET", f"notifier/api/v1/notification/{id}{query}").json()
            self._conforms(page, "PagedNotifications")
            found += page["notifications"]
            following = page["page"].get("next")
            if not following or following == "-1":
                return found
        raise QuayError("pages without end")

    def delete_notification(self, callback: str) -> None:
        self._perform("DELETE", f"notifier/api/v1/notification/{callback.rpartition('/')[2]}", missing_ok=True)

    def _perform(self, method, path, body=None, timeout_s=USUAL_S, missing_ok=False):
        headers = {"Authorization": f"Bearer {self.token()}"} if self._psk is not None else {}
        begun = time.monotonic()
        response = self._client.request(method, self._address + path, json=body, headers=headers, timeout=timeout_s)
        if time.monotonic() - begun > timeout_s:
            raise QuayError("timeout")
        if response.status_code == 404 and missing_ok:
            return None
        if response.status_code // 100 != 2:
            raise QuayError(f"{response.status_code}: {response.text[:300]}", response.status_code)
        return response

    def _conforms(self, document: dict, name: str) -> None:
        schemas.check_quay(document, name)

    def token(self, life_s: int = 300, **more) -> str:
        now = int(time.time())
        claims = {"iss": self._issuer, "iat": now, "nbf": now, "exp": now + life_s, **more}
        return signed(claims, self._psk)


def features_of(report: dict) -> dict[str, list[dict]]:
    """``features_for`` of the model: every listed package needs an environment that names its layer."""
    found: dict[str, list[dict]] = {}
    scores = {}
    for name, entries in report.get("enrichments", {}).items():
        if CLAIR_CVSS in name:
            scores.update({id: values for entry in entries for id, values in entry.items()})
    for id, package in report["packages"].items():
        added_by = report["environments"][id][0]["introduced_in"]
        for vulnerability in report["package_vulnerabilities"].get(id, ()):
            known = report["vulnerabilities"][vulnerability]
            if known["normalized_severity"] not in SEVERITIES:
                raise QuayError(known["normalized_severity"])
            score = max((value["baseScore"] for value in scores.get(vulnerability, ())), default=None)
            entry = {
                "Name": known["name"],
                "Severity": known["normalized_severity"],
                "FixedBy": "" if known["fixed_in_version"] == "0" else known["fixed_in_version"],
                "Link": known["links"].split(" ")[0],
                "AddedBy": added_by,
                "Score": score,
                "Vectors": [value["vectorString"] for value in scores.get(vulnerability, ())],
            }
            found.setdefault(package["name"], []).append(entry)
    return found


def signed(claims: dict, key: bytes, algorithm: str = "HS256") -> str:
    parts = [{"alg": algorithm, "typ": "JWT"}, claims]
    text = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    signature = hmac.digest(key, text.encode(), hashlib.sha256) if algorithm == "HS256" else b""
    return f"{text}.{_encoded(signature)}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
