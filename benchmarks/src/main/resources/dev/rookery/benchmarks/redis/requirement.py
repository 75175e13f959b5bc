"""The requirement's publisher and consumer, as it has them; what it leaves out is filled in as simply as can be.

    requirement.py publish PORT        a line on standard input is an event, an empty line the end of a batch,
                                       which is answered with an empty line once all of it is stored
    requirement.py consume PORT BOT    the data of each event that was handled is a line on standard output

Both end with their standard input.
"""
import asyncio
import json
import logging
import os
import sys
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional

import redis.asyncio as aioredis
from redis.exceptions import ResponseError

logger = logging.getLogger("requirement")


@dataclass
class Event:
    """Core event structure"""
    type: str
    source: str
    data: Dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    correlation_id: Optional[str] = None
    causation_id: Optional[str] = None
    timestamp: float = field(default_factory=time.time)
    version: int = 1

    def to_dict(self) -> Dict[str, str]:
        """Convert to Redis stream format"""
        return {
            'id': self.id,
            'type': self.type,
            'source': self.source,
            'data': json.dumps(self.data),
            'correlation_id': self.correlation_id or '',
            'causation_id': self.causation_id or '',
            'timestamp': str(self.timestamp),
            'version': str(self.version)
        }


class EventStreams:
    """Event stream organization"""
    BOT_EVENTS = "stream:bot-events"
    SYSTEM_EVENTS = "stream:system-events"
    USER_EVENTS = "stream:user-events"
    ERROR_EVENTS = "stream:error-events"


class EventPublishError(Exception):
    pass


class RedisEventPublisher:
    """High-performance event publishing"""

    def __init__(self, redis_client: aioredis.Redis):
        self.redis = redis_client

    async def publish(self, event: Event) -> str:
        """Publish event to appropriate stream"""
        stream_key = self._get_stream_key(event.type)

        try:
            # Add to Redis stream
            message_id = await self.redis.xadd(
                stream_key,
                event.to_dict(),
                maxlen=100000,  # Keep last 100k events
                approximate=True
            )

            logger.debug(f"Published event {event.id} to {stream_key}")
            return message_id

        except Exception as e:
            logger.error(f"Failed to publish event {event.id}: {e}")
            raise EventPublishError(f"Publication failed: {e}")

    def _get_stream_key(self, event_type: str) -> str:
        """Route event to appropriate stream"""
        if event_type.startswith('bot.'):
            return EventStreams.BOT_EVENTS
        elif event_type.startswith('user.'):
            return EventStreams.USER_EVENTS
        elif event_type.startswith('system.'):
            return EventStreams.SYSTEM_EVENTS
        else:
            return EventStreams.BOT_EVENTS  # Default


class RedisEventConsumer:
    """Event consumption with consumer groups"""

    def __init__(self, redis_client: aioredis.Redis, bot_id: str):
        self.redis = redis_client
        self.bot_id = bot_id
        self.consumer_group = f"bot-group-{bot_id}"
        self.consumer_name = f"consumer-{bot_id}-{os.getpid()}"
        self.handlers: Dict[str, List[Callable]] = defaultdict(list)
        self.running = False

    async def start(self):
        """Start consuming events"""
        # Create consumer groups for all streams
        await self._create_consumer_groups()

        self.running = True
        self.task = asyncio.create_task(self._consume_loop())

    async def subscribe(self, event_pattern: str, handler: Callable):
        """Subscribe to event pattern"""
        self.handlers[event_pattern].append(handler)

    async def _consume_loop(self):
        """Main consumption loop"""
        streams = {
            EventStreams.BOT_EVENTS: '>',
            EventStreams.USER_EVENTS: '>',
            EventStreams.SYSTEM_EVENTS: '>',
            EventStreams.ERROR_EVENTS: '>'
        }

        while self.running:
            try:
                # Read from multiple streams
                messages = await self.redis.xreadgroup(
                    self.consumer_group,
                    self.consumer_name,
                    streams,
                    count=10,
                    block=1000  # 1 second timeout
                )

                for stream, msgs in messages:
                    for msg_id, fields in msgs:
                        await self._process_message(stream, msg_id, fields)

            except Exception as e:
                logger.error(f"Error in consume loop: {e}")
                await asyncio.sleep(1)

    async def _process_message(self, stream: str, msg_id: str, fields: dict):
        """Process individual message"""
        try:
            event = self._parse_event(fields)

            # Find matching handlers
            for pattern, handlers in self.handlers.items():
                if self._matches_pattern(event.type, pattern):
                    for handler in handlers:
                        await handler(event)

            # Acknowledge message
            await self.redis.xack(stream, self.consumer_group, msg_id)

        except Exception as e:
            logger.error(f"Error processing message {msg_id}: {e}")
            # Let message remain unacknowledged for retry

    # Named by the requirement and not written there

    async def _create_consumer_groups(self):
        for stream in (EventStreams.BOT_EVENTS, EventStreams.USER_EVENTS,
                       EventStreams.SYSTEM_EVENTS, EventStreams.ERROR_EVENTS):
            try:
                await self.redis.xgroup_create(stream, self.consumer_group, id='0', mkstream=True)
            except ResponseError:
                pass  # Group already exists

    def _parse_event(self, fields: dict) -> Event:
        return Event(
            id=fields['id'],
            type=fields['type'],
            source=fields['source'],
            data=json.loads(fields['data']),
            correlation_id=fields['correlation_id'] or None,
            causation_id=fields['causation_id'] or None,
            timestamp=float(fields['timestamp']),
            version=int(fields['version'])
        )

    def _matches_pattern(self, event_type: str, pattern: str) -> bool:
        return event_type == pattern or pattern.endswith('*') and event_type.startswith(pattern[:-1])


async def read_lines() -> asyncio.StreamReader:
    lines = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    return lines


async def publish(client: aioredis.Redis):
    publisher = RedisEventPublisher(client)
    lines = await read_lines()
    os.write(1, b'\n')
    while line := await lines.readline():
        if line == b'\n':
            os.write(1, b'\n')
            continue
        event_type, source, correlation_id, data = line.split(b'\t', 3)
        await publisher.publish(Event(
            type=event_type.decode(), source=source.decode(), data=json.loads(data),
            correlation_id=correlation_id.decode()))


async def consume(client: aioredis.Redis, bot_id: str):
    async def handle(event: Event):
        os.write(1, json.dumps(event.data, separators=(',', ':')).encode() + b'\n')

    consumer = RedisEventConsumer(client, bot_id)
    await consumer.subscribe('bot.*', handle)
    await consumer.start()
    os.write(1, b'\n')
    await (await read_lines()).read()
    consumer.running = False
    await consumer.task


async def main():
    client = aioredis.Redis(port=int(sys.argv[2]), decode_responses=True)
    if sys.argv[1] == 'publish':
        await publish(client)
    else:
        await consume(client, sys.argv[3])
    await client.close()


asyncio.run(main())
