"""Functions that would make something random or secret: a rendering gives a fixed text instead."""

from typing import Any

from .arguments import few, typed

_CERTIFICATES = (
    "buildCustomCert", "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert",
    "genSignedCertWithKey",
)  # fmt: skip
_CERTIFICATE = {"Cert": "GENERATED-BY-THE-CHART", "Key": "GENERATED-BY-THE-CHART"}


def _filled(count: int) -> str:
    return "x" * few(max(count, 0))


def _certificate(*_: Any) -> dict[str, str]:
    return dict(_CERTIFICATE)


def _generated(*_: Any) -> str:
    return "GENERATED-BY-THE-CHART"


FUNCTIONS = {
    **dict.fromkeys(("randAlphaNum", "randAlpha", "randAscii", "randBytes"), typed("i", _filled)),
    "randNumeric": typed("i", lambda count: "0" * few(max(count, 0))),
    "randInt": typed("ii", lambda least, _: least),
    "shuffle": typed("s", lambda text: text),
    "uuidv4": lambda: "00000000-0000-4000-8000-000000000000",
    **dict.fromkeys(_CERTIFICATES, _certificate),
    **dict.fromkeys(("bcrypt", "htpasswd", "genPrivateKey", "derivePassword", "encryptAES", "decryptAES"), _generated),
}
