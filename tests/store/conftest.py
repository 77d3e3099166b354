from tests.databases import bare_url, database, database_url, migrated_file, postgres, postgres_url, sqlite_url

__all__ = ["bare_url", "database", "database_url", "migrated_file", "postgres", "postgres_url", "sqlite_url"]
