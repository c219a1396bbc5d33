"""``python -m careen``."""

import sys

from careen.cli.main import main

sys.exit(main())
