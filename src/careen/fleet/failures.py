"""The reasons of failures as users may read them, without the server's paths and internal texts."""

import re
import sys
import tempfile
from pathlib import Path

from sqlalchemy.exc import OperationalError

from careen.config import Settings
from careen.errors import Error
from careen.log import logger

from .connection import in_log, trouble_of
from .queue import Handler, Job, RetryError

log = logger(__name__)

MOST = 2000  # characters
_HERE = Path(__file__).resolve().parents[2]


class FailedError(Exception):
    """A job failed. Users may read the message."""


def reason_of(settings: Settings, error: BaseException) -> str:
    """The reason of an error as users may read it. For unexpected errors it is only their type; the log has the
    details.
    """
    if isinstance(error, Error | RetryError | FailedError):
        return without_paths(settings, str(error))
    if isinstance(error, OperationalError):
        return trouble_of(error)
    return f"{type(error).__name__}: {error.strerror}" if isinstance(error, OSError) else type(error).__name__


def without_paths(settings: Settings, text: str) -> str:
    roots = (settings.cache_dir.parent, tempfile.gettempdir(), sys.prefix, _HERE)
    named = "|".join(re.escape(str(root)) for root in roots if len(Path(root).parts) > 1)
    return re.sub(rf"(?:{named})(?![\w-])(?:/[^\s'\",;:()]*)?", "a file on the server", text)[:MOST]


def shown(settings: Settings, handler: Handler) -> Handler:
    """Wraps a handler so that the messages of its failures may be shown to users."""

    def run(job: Job) -> None:
        try:
            handler(job)
        except (RetryError, FailedError):
            raise
        except Exception as error:
            log.warning("the job %s failed: %s", job.key, in_log(error))
            log.debug("the job %s failed", job.key, exc_info=True)
            raise FailedError(reason_of(settings, error)) from error

    return run
