"""Running containers: checks inspect those of an engine, each with its image."""
