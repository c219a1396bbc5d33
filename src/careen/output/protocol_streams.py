"""Standard input and output for a protocol alone: all other output goes to standard error."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO


@contextmanager
def protocol_streams() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """(stream to read from, stream to write to). Printed text would break the protocol, and a library may print."""
    printed = sys.stdout
    writer = os.fdopen(os.dup(printed.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), printed.fileno())
    sys.stdout = sys.stderr
    try:
        yield sys.stdin.buffer, writer
    finally:
        sys.stdout = printed
        try:
            writer.close()
        except OSError:  # the other side is gone
            pass
