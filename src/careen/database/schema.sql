-- Written once, aside, and then never changed: readers open it as immutable and take no lock.
-- What the rows hold, and how a look-up verifies them, is in ``buckets.py``.

CREATE TABLE head (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE bucket (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
