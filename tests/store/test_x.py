import pytest
from sqlalchemy import text
@pytest.mark.parametrize("n", range(8))
async def test_a(database, n):
    async with database.read() as c:
        print((await c.execute(text("select count(*) from source"))).scalar())
