"""Running containers: checks get those of an engine, each with what its image says."""
