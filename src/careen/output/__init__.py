"""The text of results for people: escaped text, wrapped lines, totals and outcomes in words."""
