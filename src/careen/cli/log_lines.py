"""One escaped line per log message, on standard error."""

import logging
import sys

from careen.output.escape import visible


class Lines(logging.Handler):
    """Looks up standard error for each message: a progress display may replace it for a while."""

    def emit(self, record: logging.LogRecord) -> None:
        where = f" {record.name.removeprefix('careen.')}:" if record.levelno <= logging.DEBUG else ""
        try:
            sys.stderr.write(f"careen: {record.levelname.lower()}:{where} {visible(record.getMessage())}\n")
            if record.exc_info and logging.getLogger("careen").level <= logging.DEBUG:
                sys.stderr.write(logging.Formatter().formatException(record.exc_info) + "\n")
        except (OSError, ValueError):  # standard error is closed
            return
