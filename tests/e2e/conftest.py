from tests.cli.conftest import desk
from tests.databases import bare_url, migrated_file, postgres, postgres_url, sqlite_url

__all__ = ["bare_url", "desk", "migrated_file", "postgres", "postgres_url", "sqlite_url"]
