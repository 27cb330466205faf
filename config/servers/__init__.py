"""The embedded PostgreSQL and Valkey: where they are, and keeping them up while they are used."""

from config.servers.errors import ServersError
from config.servers.holding import Held, hold
from config.servers.urls import cache_url, database_settings, redis_url

__all__ = ["Held", "ServersError", "cache_url", "database_settings", "hold", "redis_url"]
