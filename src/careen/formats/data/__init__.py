"""General notations: JSON, YAML, XML, SQLite, rule files, Rego."""
