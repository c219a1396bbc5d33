"""One file a tool: ``command(image, place, cache) -> argv`` and ``count(output) -> packages``."""
