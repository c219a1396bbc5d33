"""The advisory database: records of feeds are packed into one SQLite file, in which look-ups read."""
