"""Security reports of GitLab 15.0: container scanning, dependency scanning and secret detection.

They follow GitLab's documentation of the fields; no schema has validated them.
"""

from .container import CONTAINER
from .dependencies import DEPENDENCIES
from .secrets import SECRETS

REPORTERS = (CONTAINER, DEPENDENCIES, SECRETS)
