"""kombu against a broker: publish, consume, and an RPC with a reply queue.

usage: embedded_kombu.py PORT. Prints OK at the end; anything else is a failure.
"""

import socket
import sys
import threading
import uuid

from kombu import Connection, Consumer, Exchange, Producer, Queue

URL = "amqp://guest:guest@127.0.0.1:%s//" % sys.argv[1]
COUNT = 100


def drain(connection, done):
    for _ in range(1000):
        if done():
            return
        try:
            connection.drain_events(timeout=10)
        except socket.timeout:
            break
    assert done(), "nothing within 10 s"


def publish_and_consume():
    exchange = Exchange("kombu-x", "direct", durable=True)
    queue = Queue("kombu-q", exchange, routing_key="k", max_priority=5, message_ttl=60)
    got = []

    def on_message(body, message):
        got.append(body)
        message.ack()

    with Connection(URL, heartbeat=5, transport_options={"confirm_publish": True}) as connection:
        producer = Producer(connection.channel(), exchange, serializer="json")
        for i in range(COUNT):
            producer.publish(
                {"n": i, "text": "grüß"}, routing_key="k", declare=[queue], headers={"n": i}
            )
        with Consumer(connection.channel(), [queue], callbacks=[on_message], prefetch_count=10):
            drain(connection, lambda: len(got) == COUNT)
        queue(connection.default_channel).delete()
    assert got == [{"n": i, "text": "grüß"} for i in range(COUNT)], got


def serve(ready):
    queue = Queue("kombu-rpc", auto_delete=True, durable=False)
    answered = []
    with Connection(URL) as connection:
        producer = Producer(connection.channel())

        def answer(body, message):
            producer.publish(
                body * 2,
                exchange="",
                routing_key=message.properties["reply_to"],
                correlation_id=message.properties["correlation_id"],
            )
            message.ack()
            answered.append(body)

        with Consumer(connection.channel(), [queue], callbacks=[answer]):
            ready.set()
            drain(connection, lambda: answered)


def call():
    ready = threading.Event()
    server = threading.Thread(target=serve, args=(ready,))
    server.start()
    assert ready.wait(10), "server not ready within 10 s"
    replies = []
    correlation_id = str(uuid.uuid4())
    with Connection(URL) as connection:
        channel = connection.channel()
        reply_queue = Queue("kombu-reply-" + correlation_id, exclusive=True, auto_delete=True)
        with Consumer(
            channel,
            [reply_queue],
            callbacks=[lambda body, message: replies.append((body, message))],
            no_ack=True,
        ):
            Producer(channel).publish(
                21,
                exchange="",
                routing_key="kombu-rpc",
                reply_to=reply_queue.name,
                correlation_id=correlation_id,
            )
            drain(connection, lambda: replies)
    body, message = replies[0]
    assert body == 42, body
    assert message.properties["correlation_id"] == correlation_id, message.properties
    server.join(10)
    assert not server.is_alive(), "server still runs"


publish_and_consume()
call()
print("OK")
