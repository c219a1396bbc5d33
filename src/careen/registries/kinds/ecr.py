"""Amazon's Elastic Container Registry: catalogue and tags of the distribution protocol, with a password of 12 hours.

A helper (``docker-credential-ecr-login``) gives the password; an expired one is answered with 403 or 401, and the helper
is called again.
**Source:** Amazon ECR user guide, "Private registry authentication", HTTP API authentication.
"""

import re

from .distribution import repositories, tags
from .kind import Kind, never

_HOST = re.compile(r"\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]{1,30}\.(?:amazonaws\.com|amazonaws\.com\.cn|on\.aws)")

KIND = Kind("ecr", "Amazon ECR", lambda host: _HOST.fullmatch(host) is not None, never, repositories, tags)
