"""The pipelines: an image (``image``) or source files (``files``) come in, a Report goes out."""
