"""Notations of advisory feeds that several sources share, and the names by which they call software."""
