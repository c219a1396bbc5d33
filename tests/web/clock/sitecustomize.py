"""Moves the clock of a Python process on by ``SHIFT_S`` seconds, for a test that plays the next day."""

import datetime
import os
import time

SHIFT_S = float(os.environ.get("SHIFT_S", "0"))

if SHIFT_S:
    _time, _datetime = time.time, datetime.datetime

    class _Later(_datetime):
        @classmethod
        def now(cls, tz=None):
            return _datetime.fromtimestamp(_time() + SHIFT_S, tz)

        @classmethod
        def utcnow(cls):
            return _datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(seconds=SHIFT_S)

    time.time = lambda: _time() + SHIFT_S
    datetime.datetime = _Later
