"""Which processes use the cache folder: each has a shared lock on a file there, which the system releases when it ends.

So a process that removes files from the folder can determine whether another may need them. Without such locks
(Windows, some network file systems), the folder counts as used.
"""

import sys
import time
from pathlib import Path
from typing import BinaryIO

NAME = "in-use"
TRIES, PAUSE_S = 50, 0.01

if sys.platform == "win32":

    def using(folder: Path) -> BinaryIO | None:
        """Always None, because there are no locks on this system."""
        return None

    def is_used(folder: Path) -> bool:
        return True

else:
    import fcntl

    def using(folder: Path) -> BinaryIO | None:
        """Marks the folder as used until the returned file is closed. None if it cannot be marked."""
        try:
            file = (folder / NAME).open("ab")
        except OSError:  # the folder is read-only
            return None
        for _ in range(TRIES):
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except BlockingIOError:  # another process checks whether the folder is used, which takes no time
                time.sleep(PAUSE_S)
            except OSError:
                break
        return file

    def is_used(folder: Path) -> bool:
        """Whether another process, or another part of this one, uses the folder."""
        try:
            with (folder / NAME).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False
