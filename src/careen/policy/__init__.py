"""Policy: from findings and coverage to what is suppressed, which rules pass, and the exit code."""
