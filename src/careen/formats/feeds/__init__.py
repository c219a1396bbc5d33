"""Formats of advisory feeds that several sources share, and the names that advisories use for software."""
