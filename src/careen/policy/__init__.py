"""Judge: findings and coverage come in, what is set aside, which rules passed and the exit code go out."""
