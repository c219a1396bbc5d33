"""Many images, always up to date: what was read once is stored, and a new database is a question to the stored packages.

In: references, a registry's lists, events. Out: rows that the server shows. The steps are those of ``careen.pipeline``:
each unique layer is read once (``layers``), an image is joined when its layers are there (``images``), and its packages are
assessed once, however many images have them (``units``, ``rematch``). ``connection`` opens the database, SQLite or
PostgreSQL; ``queue`` hands out the work.
"""
