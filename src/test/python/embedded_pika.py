"""pika against a broker: publish with a confirm, consume, and an RPC over direct reply-to.

usage: embedded_pika.py PORT. Prints OK at the end; anything else is a failure.
"""

import sys
import threading

import pika

PORT = int(sys.argv[1])
COUNT = 100


def connect():
    return pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", PORT, heartbeat=5))


def publish_and_consume():
    with connect() as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.exchange_declare("pika-x", "topic", durable=True)
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "pika-x", "a.#")
        headers = {"int": 1, "text": "grüß", "list": [1, "two"], "nested": {"deep": True}}
        for i in range(COUNT):
            channel.basic_publish(
                "pika-x",
                "a.b",
                str(i).encode(),
                pika.BasicProperties(headers=headers, delivery_mode=2),
                mandatory=True,
            )
        channel.basic_qos(prefetch_count=10)
        bodies = []
        for method, properties, body in channel.consume(queue, inactivity_timeout=10):
            assert method is not None, "no delivery within 10 s"
            assert properties.headers == headers, properties.headers
            bodies.append(int(body))
            channel.basic_ack(method.delivery_tag)
            if len(bodies) == COUNT:
                break
        assert bodies == list(range(COUNT)), bodies

        try:
            channel.basic_publish("", "nowhere", b"", mandatory=True)
            raise AssertionError("not returned")
        except pika.exceptions.UnroutableError:
            pass


def serve(ready):
    with connect() as connection:
        channel = connection.channel()
        channel.queue_declare("pika-rpc", auto_delete=True)

        def answer(channel, method, properties, body):
            channel.basic_publish(
                "",
                properties.reply_to,
                body.upper(),
                pika.BasicProperties(correlation_id=properties.correlation_id),
            )
            channel.basic_ack(method.delivery_tag)
            if body == b"last":
                channel.stop_consuming()

        channel.basic_consume("pika-rpc", answer)
        ready.set()
        channel.start_consuming()


def call():
    ready = threading.Event()
    server = threading.Thread(target=serve, args=(ready,))
    server.start()
    assert ready.wait(10), "server not ready within 10 s"
    with connect() as connection:
        channel = connection.channel()
        replies = []
        channel.basic_consume(
            "amq.rabbitmq.reply-to", lambda *delivery: replies.append(delivery), auto_ack=True
        )
        for word in (b"first", b"last"):
            request(channel, word)
            while not replies:
                connection.process_data_events(time_limit=1)
            _, _, properties, body = replies.pop()
            assert properties.correlation_id == word.decode(), properties
            assert body == word.upper(), body
    server.join(10)
    assert not server.is_alive(), "server still runs"


def request(channel, word):
    properties = pika.BasicProperties(
        reply_to="amq.rabbitmq.reply-to", correlation_id=word.decode()
    )
    channel.basic_publish("", "pika-rpc", word, properties)


publish_and_consume()
call()
print("OK")
