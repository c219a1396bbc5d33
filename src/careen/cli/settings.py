"""Loads the settings of a command, and activates the plugins that they name."""

import argparse
from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.safety.interrupts import interrupts_wait

from .arguments import given

if TYPE_CHECKING:
    from careen.config import Loaded


def loaded_settings(arguments: argparse.Namespace) -> "Loaded":
    with interrupts_wait():
        from careen.config import load

        found = load(given(arguments), file=arguments.config)
    if found.settings.plugins:
        from careen.app.plugin_folders import use_plugin_folders

        use_plugin_folders(found.settings)
    return found if found.settings.refresh else replace(found, settings=replace(found.settings, refresh="background"))
