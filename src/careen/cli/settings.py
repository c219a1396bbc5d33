"""The settings of a command, with the plugins that they name in their places."""

import argparse
from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.errors import UsageError

from .arguments import given

if TYPE_CHECKING:
    from careen.config import Loaded


def loaded_settings(arguments: argparse.Namespace) -> "Loaded":
    from careen.config import load

    found = load(given(arguments), file=arguments.config)
    for folder in found.settings.plugins:
        from careen.plugins import use_folder

        try:
            use_folder(folder.absolute())
        except ValueError as error:
            raise UsageError(f"{folder}: {error}", "a cataloger, say, stands in FOLDER/catalogers/x.py") from None
    return found if found.settings.refresh else replace(found, settings=replace(found.settings, refresh="background"))
