"""Running containers: checks get those of an engine, each with its image."""
