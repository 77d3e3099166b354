from tests.databases import database, database_url, migrated_file, postgres, postgres_url, sqlite_url

__all__ = ["database", "database_url", "migrated_file", "postgres", "postgres_url", "sqlite_url"]
