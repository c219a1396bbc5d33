"""Which log messages of the command line reach standard error, from which level on."""

from careen.log import configure_on_load


def start(level: str, quiet: bool) -> None:
    level = "ERROR" if quiet and level != "debug" else level.upper()

    def configure() -> None:
        import logging

        from .log_lines import Lines

        root = logging.getLogger("careen")
        root.handlers = [Lines()]
        root.setLevel(level)

    if level in ("DEBUG", "INFO"):
        configure()
    else:
        configure_on_load(configure)
