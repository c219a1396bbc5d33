"""The base image and the Dockerfile in the settings, from which an image was built.

Raises: InputError if either cannot be read, or the image was not built on that base image.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.app.opening import open_image
from careen.config import Settings
from careen.errors import InputError
from careen.formats.images.base import base_among
from careen.log import logger
from careen.model.image import BaseImage, Image
from careen.plugins import Fetcher, silent

if TYPE_CHECKING:
    from careen.formats.dockerfile.stages import Dockerfile

log = logger(__name__)


def named_base(image: Image, settings: Settings, fetcher: Fetcher | None) -> BaseImage | None:
    """The base image in the settings; None if there is none."""
    name = settings.base
    if name is None:
        return None
    settings = replace(settings, referrers=False, trust_key=(), require_signature=None)
    if settings.platform is None and image.platform is not None:
        settings = replace(settings, platform=str(image.platform))
    found = base_among(image, open_image(name, settings, silent, fetcher))
    if found is None:
        raise InputError(
            f"{image.reference} was not built on {name}: its first layers differ",
            "name the base image that it was built on, by digest if its tag has moved since",
        )
    return found


def named_dockerfile(settings: Settings) -> "Dockerfile | None":
    """The Dockerfile in the settings; None if there is none."""
    if settings.dockerfile is None:
        return None
    from careen.checks.files import shown
    from careen.formats.dockerfile.reader import read_dockerfile

    try:
        return read_dockerfile(settings.dockerfile.read_bytes().decode("utf-8-sig"), shown(settings.dockerfile))
    except OSError as error:
        raise InputError(f"{settings.dockerfile}: {error.strerror or error}", "check --dockerfile") from None
    except ValueError as error:
        raise InputError(f"{settings.dockerfile} is not a Dockerfile: {error}", "check --dockerfile") from None


def with_instructions(image: Image, dockerfile: "Dockerfile", base: BaseImage | None) -> Image | None:
    """The image, with the line of the Dockerfile in each of its layers. None, with a warning, if its history does not
    match.
    """
    from careen.predict import built

    found = built.with_instructions(image, dockerfile, base.layers if base else None)
    if found is None:
        log.warning("%s is ignored: %s", dockerfile.path, why_not_built_from(image))
    return found


def is_built_from(image: Image, dockerfile: "Dockerfile") -> bool:
    """Whether the image's history matches the Dockerfile."""
    from careen.predict import built

    return built.with_instructions(image, dockerfile) is not None


def why_not_built_from(image: Image) -> str:
    """Why a Dockerfile does not match the image."""
    if not image.config.history:
        return f"{image.reference} has no history to compare it with"
    return f"its instructions do not match the history of {image.reference}: it is another file, or has changed since"
