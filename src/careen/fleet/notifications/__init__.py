"""Notifications: events become messages, which are sent until they arrive or are given up.

``events`` writes what subscriptions want into the outbox; ``gathering`` makes messages of it, ``sending`` sends them through
``channels``. Several workers may do all of it at the same time.
"""
