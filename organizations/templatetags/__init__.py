"""Template tags about people and their settings."""
