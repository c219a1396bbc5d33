"""Notations of versions and ranges that several version schemes share."""
