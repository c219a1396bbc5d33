"""The codes of the reasons for which a signature, or a document beside an image, is refused. A program reads the
code; its text is for people."""

from msgspec import Struct

REFUSALS = {
    "signature_mismatch": "no trusted key made this signature of these bytes: another key did, or a byte has changed",
    "no_key_listed": "it is signed by a key, and only identities are trusted",
    "no_identity_listed": "it is signed by a certificate, and only keys are trusted",
    "another_identity": "the certificate is that of another identity or issuer",
    "certificate_expired": "the signature was logged at a time when its certificate was not valid",
    "certificate_untrusted": "the certificate was not issued by the root of trust",
    "not_proven": "the transparency log, its time, or the log of certificates does not prove it",
    "another_subject": "what is signed is about another image",
    "another_payload": "what is signed is not an in-toto statement",
    "digest_mismatch": "its content has another digest",
    "malformed": "it is malformed",
    "unreadable": "it could not be read",
    "not_supported": "signatures of this kind are not verified",
    "not_checked": "it was not verified: the check itself was not possible",
}


class RefusedError(ValueError):
    """A document beside an image is refused; ``code`` is the reason."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or REFUSALS[code])
        self.code = code


class Checked(Struct, frozen=True):
    """The result for one signature. ``by`` is the trusted key or identity that signed; else ``refusal`` is the code
    of the reason why none is accepted ("": not checked)."""

    by: str = ""
    refusal: str = ""
    why: str = ""
    identity: str = ""  # as the certificate has it, once it is verified
    issuer: str = ""


def refused(code: str, why: str = "") -> Checked:
    return Checked(refusal=code, why=why or REFUSALS[code])
