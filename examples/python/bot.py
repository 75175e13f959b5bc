#!/usr/bin/env python3
"""A bot in Python that shares the streams of a Rookery bus at redis://, with nothing but redis.asyncio.

    bot.py publish TYPE COUNT   publishes, and prints the entry's id and the event's id of each
    bot.py consume COUNT        handles events with its own consumer group, and prints type and event id

It writes the eight fields that every bot on these streams understands, and never trims: a bot that gives XADD a MAXLEN
takes events from bots that have not read them yet (--maxlen shows what Rookery says about it).
"""

import argparse
import asyncio
import json
import os
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Dict, Optional

from redis import asyncio as aioredis
from redis.exceptions import ResponseError

STREAMS = {
    "bot": "stream:bot-events",
    "user": "stream:user-events",
    "system": "stream:system-events",
    "error": "stream:error-events",
}


@dataclass
class Event:
    type: str
    source: str
    data: Dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    correlation_id: Optional[str] = None
    causation_id: Optional[str] = None
    timestamp: float = field(default_factory=time.time)
    version: int = 1

    def to_dict(self) -> Dict[str, str]:
        return {
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "data": json.dumps(self.data),
            "correlation_id": self.correlation_id or "",
            "causation_id": self.causation_id or "",
            "timestamp": str(self.timestamp),
            "version": str(self.version),
        }

    @staticmethod
    def of(fields: Dict[str, str]) -> "Event":
        return Event(
            id=fields["id"],
            type=fields["type"],
            source=fields["source"],
            data=json.loads(fields["data"]),
            correlation_id=fields["correlation_id"] or None,
            causation_id=fields["causation_id"] or None,
            timestamp=float(fields["timestamp"]),
            version=int(fields["version"]),
        )


class Publisher:
    def __init__(self, redis: aioredis.Redis, maxlen: Optional[int]):
        self.redis = redis
        self.maxlen = maxlen

    async def publish(self, event: Event) -> str:
        stream = STREAMS.get(event.type.split(".")[0], STREAMS["bot"])
        return await self.redis.xadd(stream, event.to_dict(), maxlen=self.maxlen)


class Consumer:
    def __init__(self, redis: aioredis.Redis, bot: str):
        self.redis = redis
        self.group = f"bot-group-{bot}"
        self.consumer = f"consumer-{bot}-{os.getpid()}"

    async def create_groups(self) -> None:
        for stream in STREAMS.values():
            try:
                await self.redis.xgroup_create(stream, self.group, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    async def consume(self, count: int) -> None:
        while count > 0:
            read = await self.redis.xreadgroup(
                self.group, self.consumer, {stream: ">" for stream in STREAMS.values()}, count=10, block=1000
            )
            for stream, messages in read:
                for message, fields in messages:
                    event = Event.of(fields)
                    print(event.type, event.id, flush=True)
                    await self.redis.xack(stream, self.group, message)
                    count -= 1


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redis", default="redis://127.0.0.1:6379")
    parser.add_argument("--bot", default="python-bot")
    parser.add_argument("--maxlen", type=int, default=None)
    commands = parser.add_subparsers(dest="command", required=True)
    publish = commands.add_parser("publish")
    publish.add_argument("type")
    publish.add_argument("count", type=int)
    consume = commands.add_parser("consume")
    consume.add_argument("count", type=int)
    asked = parser.parse_args()

    redis = aioredis.from_url(asked.redis, decode_responses=True)
    if asked.command == "publish":
        publisher = Publisher(redis, asked.maxlen)
        for number in range(asked.count):
            event = Event(asked.type, asked.bot, {"number": number})
            print(await publisher.publish(event), event.id, flush=True)
    else:
        consumer = Consumer(redis, asked.bot)
        await consumer.create_groups()
        await consumer.consume(asked.count)
    await redis.close()


asyncio.run(main())
