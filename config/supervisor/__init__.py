"""What `make run` runs: the embedded servers, and web, worker and scheduler under one supervisor."""
