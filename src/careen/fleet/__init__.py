"""The fleet: many images whose findings stay up to date. Each image is read once, and its stored packages are assessed
again with every new advisory database.

In: references, a registry's lists, events. Out: rows that the server shows. The steps are those of ``careen.pipeline``:
each unique layer is read once (``layers``), an image is joined when all its layers are read (``images``), and its
packages are assessed once, however many images contain them (``units``, ``rematch``). ``connection`` opens the
database, SQLite or PostgreSQL; ``queue`` distributes the jobs to workers.
"""
