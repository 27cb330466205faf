"""Live updates: streams of the real web process, what they are told, and when they end."""
