"""Which processes use the cache folder: each holds a shared lock on a file there, which the system releases when it ends.

So a process that removes files from the folder can tell whether another may need them. Without such locks (Windows, some
network file systems), the folder counts as used.
"""

import sys
import time
from pathlib import Path
from typing import BinaryIO

NAME = "in-use"
TRIES, PAUSE_S = 50, 0.01

if sys.platform == "win32":

    def using(folder: Path) -> BinaryIO | None:
        """Closing the result ends the use."""
        return None

    def is_used(folder: Path) -> bool:
        return True

else:
    import fcntl

    def using(folder: Path) -> BinaryIO | None:
        """Closing the result ends the use."""
        try:
            file = (folder / NAME).open("ab")
        except OSError:  # a folder that can only be read
            return None
        for _ in range(TRIES):
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except BlockingIOError:  # another process checks whether it is used, which takes no time
                time.sleep(PAUSE_S)
            except OSError:
                break
        return file

    def is_used(folder: Path) -> bool:
        """Whether another process, or another place in this one, uses the folder."""
        try:
            with (folder / NAME).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False
