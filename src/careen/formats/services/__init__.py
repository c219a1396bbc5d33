"""Files and commands that start containers: Compose files, units, Quadlets, pipelines, commands, running containers."""
