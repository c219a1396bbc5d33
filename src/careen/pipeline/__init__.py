"""The pipelines: from an image (``image``) or source files (``files``) to a Report."""
