from tests.databases import migrated_file, postgres, postgres_url, sqlite_url

__all__ = ["migrated_file", "postgres", "postgres_url", "sqlite_url"]
