"""Stand-ins for services outside, speaking their protocols over real sockets."""
