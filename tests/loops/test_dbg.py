import asyncio, gc, traceback, sqlite3, random, pytest
import aiosqlite
from tests.loops.acme import *
from tests.loops.world import *
from tests.loops.test_watch import watched, is_seen, BEGUN
from bot.store import sources
from tests.databases import opened

@pytest.mark.parametrize("seed", range(25))
async def test_dbg(sqlite_url, seed):
    r = random.Random(seed)
    async with opened(sqlite_url) as database:
     async with acme(database, summary(incident("i1", BEGUN))) as world:
        for turns in range(12):
            async with watched(world):
                await asyncio.sleep(r.random()*0.06)
            try:
                await asyncio.wait_for(sources.release_all(database), 3)
            except BaseException as e:
                print("STUCK", turns, repr(e))
                for t in asyncio.all_tasks():
                    print(t); t.print_stack()
                for o in gc.get_objects():
                    if isinstance(o, aiosqlite.Connection):
                        print(o, o._running, o._connection, o._thread.is_alive(), o._tx.qsize(), o._connection and o._connection.in_transaction)
                        for ref in gc.get_referrers(o): print("   ref", type(ref), str(ref)[:200])
                    if isinstance(o, sqlite3.Connection):
                        try: print("raw", o, o.in_transaction, [str(type(x))+str(x)[:100] for x in gc.get_referrers(o)])
                        except Exception as e2: print("raw", o, e2)
                raise
            world.clock.move(seconds=12)
