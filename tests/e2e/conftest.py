from tests.databases import bare_url, migrated_file, postgres, postgres_url, sqlite_url

__all__ = ["bare_url", "migrated_file", "postgres", "postgres_url", "sqlite_url"]
