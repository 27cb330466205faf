"""What stands between the wire and Django: routes, limits, request bodies on disk, threads, health."""
