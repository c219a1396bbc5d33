"""An unpacked root file system in a folder: one layer, read in place and never written to."""

from pathlib import Path

from careen.errors import InputError
from careen.model.image import Image, ImageConfig, Layer
from careen.plugins import ImageSource, OpenContext


def open_image(reference: str, context: OpenContext) -> Image:
    folder = Path(reference)
    if not folder.is_dir():
        raise InputError(
            f"{folder} is not a folder" if folder.exists() else f"{folder} does not exist",
            "give the folder that holds the root file system",
        )
    try:
        empty = next(folder.iterdir(), None) is None
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}", "check its permissions") from error
    if empty:
        raise InputError(f"{folder} is an empty folder", "give the folder that holds the root file system")

    def no_stream() -> None:
        raise ValueError("a folder has no stored bytes")

    excluded = tuple(context.settings.get("exclude") or ())
    layer = Layer(0, "", "", 0, "", no_stream, folder=str(folder), excluded=excluded)  # type: ignore[arg-type]
    return Image(reference, "directory", "", None, ImageConfig(), (layer,))


IMAGE_SOURCE = ImageSource(
    name="directory",
    open=open_image,
    accepts=lambda reference: Path(reference).is_dir() and not (Path(reference) / "index.json").is_file(),
    description="a folder with an unpacked root file system",
)
