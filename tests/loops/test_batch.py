from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.loops.batch import Batch


class Book:
    """Keeps the groups that were written; `refuses` how many times it does not."""

    def __init__(self, refuses: int = 0) -> None:
        self.groups: list[list[int]] = []
        self.refuses = refuses
        self.wrote = asyncio.Event()

    async def write(self, group: Sequence[int]) -> None:
        if self.refuses:
            self.refuses -= 1
            raise OSError("the disk is full")
        self.groups.append(list(group))
        self.wrote.set()


async def test_what_comes_together_is_written_together() -> None:
    book = Book()
    batch = Batch(book.write, pause=0.001)
    writer = asyncio.create_task(batch.run())

    for number in range(5):
        batch.add(number)
    await book.wrote.wait()
    writer.cancel()

    assert book.groups == [[0, 1, 2, 3, 4]]


async def test_a_large_number_is_written_in_groups() -> None:
    book = Book()
    batch = Batch(book.write, pause=0, most=2)
    for number in range(5):
        batch.add(number)

    await batch.flush()

    assert book.groups == [[0, 1], [2, 3], [4]]


async def test_what_comes_while_a_group_is_written_is_written_next() -> None:
    groups: list[list[int]] = []

    async def write(group: Sequence[int]) -> None:
        groups.append(list(group))
        if len(groups) == 1:
            batch.add(2)
        await asyncio.sleep(0)

    batch = Batch(write, pause=0)
    batch.add(1)

    await batch.flush()

    assert groups == [[1], [2]]


async def test_what_comes_after_a_group_was_written_is_written_too() -> None:
    book = Book()
    batch = Batch(book.write, pause=0)
    writer = asyncio.create_task(batch.run())

    for number in range(3):
        batch.add(number)
        await book.wrote.wait()
        book.wrote.clear()
    writer.cancel()

    assert book.groups == [[0], [1], [2]]


async def test_what_can_not_be_written_is_kept_and_tried_again() -> None:
    book = Book(refuses=1)
    batch = Batch(book.write, pause=0)
    batch.add(1)

    with pytest.raises(OSError, match="full"):
        await batch.flush()
    batch.add(2)
    await batch.flush()

    assert book.groups == [[1, 2]]


async def test_a_writer_that_fails_says_so() -> None:
    batch = Batch(Book(refuses=1).write, pause=0)
    writer = asyncio.create_task(batch.run())
    batch.add(1)

    with pytest.raises(OSError, match="full"):
        await writer


async def test_what_is_left_when_the_writer_is_cancelled_can_still_be_written() -> None:
    book = Book()
    batch = Batch(book.write, pause=3_600)
    writer = asyncio.create_task(batch.run())
    batch.add(1)
    await asyncio.sleep(0)
    writer.cancel()

    await batch.flush()

    assert book.groups == [[1]]


async def test_nothing_to_write_is_not_written() -> None:
    book = Book()

    await Batch(book.write, pause=0).flush()

    assert book.groups == []
