"""Collects the documents attached to an image, and those that could not be read."""

from careen.errors import Error, NetworkError
from careen.log import logger
from careen.model.attached import Attached, AttachedSbom, AttachedVex, Provenance, Refusal, Signature
from careen.signing.refusals import RefusedError

log = logger(__name__)

MAX_TROUBLES = 10
MAX_REFUSALS = 100


class Answer:
    def __init__(self) -> None:
        self.signatures: list[Signature] = []
        self.provenance: list[Provenance] = []
        self.sboms: list[AttachedSbom] = []
        self.vex: list[AttachedVex] = []
        self.others = 0
        self._troubles: list[str] = []
        self._refusals: list[Refusal] = []
        self._complete = True

    def incomplete(self, why: str) -> None:
        """Marks the answer as incomplete. The reason is listed first, so that many odd documents cannot hide it."""
        self._complete = False
        log.debug("beside the image: %s", why)
        self._troubles.insert(0, why)

    def unread(self, digest: str, error: Error | ValueError) -> None:
        """Adds a document that could not be read. After a network error it may be available another time; a malformed
        one is ignored.
        """
        if isinstance(error, NetworkError):
            self.incomplete(f"{digest}: {error}")
        else:
            log.debug("beside the image: %s: %s", digest, error)
            code = error.code if isinstance(error, RefusedError) else "unreadable" if isinstance(error, Error) else "malformed"
            if len(self._refusals) < MAX_REFUSALS:
                self._refusals.append(Refusal(digest, code, str(error)[:500]))
            self._troubles.append(f"{digest}: {error}")

    def attached(self, asked: tuple[str, ...], keys: tuple[str, ...]) -> Attached:
        more = len(self._troubles) - MAX_TROUBLES
        return Attached(
            asked=asked,
            signatures=tuple(self.signatures),
            provenance=tuple(self.provenance),
            sboms=tuple(self.sboms),
            vex=tuple(self.vex),
            others=self.others,
            keys=keys,
            complete=self._complete,
            troubles=(*self._troubles[:MAX_TROUBLES], *([f"and {more} more"] if more > 0 else [])),
            refusals=tuple(self._refusals),
        )
