"""The advisory database: records of feeds are packed into one SQLite file, and look-ups read from it."""
