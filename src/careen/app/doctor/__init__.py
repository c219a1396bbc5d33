"""``careen doctor``: checks what a scan needs on this machine, and lists what to do.

Nothing is changed but the cache folder, which is made if it is missing. No secret is read out: of credentials only the
names of hosts, files and helpers are shown. Network requests end after a few seconds; with ``offline`` there are none.
"""

from .examine import examine
from .line import Line, state_of

__all__ = ["Line", "examine", "state_of"]
