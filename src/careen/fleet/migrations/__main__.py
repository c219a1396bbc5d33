"""``python -m careen.fleet.migrations "What it does"``: writes a new step, from the differences between tables and
steps.
"""

import sys

from alembic import command
from sqlalchemy import create_engine

from . import HERE, configured


def main(message: str) -> None:
    number = len(list((HERE / "versions").glob("*.py"))) + 1
    with create_engine("sqlite://").connect() as connection:
        config = configured(connection)
        command.upgrade(config, "head")
        command.revision(config, message=message, rev_id=f"{number:04}", autogenerate=True)


if __name__ == "__main__":
    main(sys.argv[1])
