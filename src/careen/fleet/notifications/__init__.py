"""Notifications: events become messages, which are sent until they arrive or are given up.

``events`` writes the events that subscriptions match into the outbox. ``gathering`` makes messages of them, and
``sending`` sends these through ``channels``. Several workers may do all of it at the same time.
"""
