"""Adds the user's plugins, in the folders of the settings, to Careen's own."""

from careen.config import Settings
from careen.errors import UsageError


def use_plugin_folders(settings: Settings) -> None:
    """Adds the plugins in the folders of the settings. Raises UsageError for a folder that cannot be used."""
    for folder in settings.plugins:
        from careen.plugins import use_folder

        try:
            use_folder(folder.absolute())
        except ValueError as error:
            raise UsageError(f"{folder}: {error}", "put a cataloger into FOLDER/catalogers/x.py, for example") from None
