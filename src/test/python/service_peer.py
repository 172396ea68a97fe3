"""Services as nameko 2.14 and micro_framework 2.1.1 are on the wire, on kombu alone.

usage: service_peer.py nameko|micro_framework PORT VHOST
       service_peer.py events SOURCE EVENT AUTO_DELETE PORT VHOST

Prints READY when it consumes; `events` then prints each event as a line of JSON. Runs until killed.
"""

import json
import sys
from urllib.parse import quote

from kombu import Connection, Consumer, Exchange, Producer, Queue


def connect(port, vhost):
    return Connection("amqp://guest:guest@127.0.0.1:%s/%s" % (port, quote(vhost, safe="")))


class Boom(Exception):
    pass


class Greeter:
    def hello(self, who, punct="!"):
        return "hello %s%s" % (who, punct)

    def order(self, order):
        return dict(order, items=order["items"] + ["pen"])

    def boom(self):
        raise Boom("bad", 7)

    def nothing(self):
        return None

    def silent(self):
        return None


def safe(value):
    return value if isinstance(value, str) else str(value)


def nameko_answer(service, method, body):
    try:
        if "args" not in body or "kwargs" not in body:
            return failure("MalformedRequest", "Message missing `args` or `kwargs`")
        if not hasattr(service, method):
            return failure("MethodNotFound", method)
        try:
            return {"result": getattr(service, method)(*body["args"], **body["kwargs"]), "error": None}
        except TypeError as e:
            return failure("IncorrectSignature", str(e))
    except Boom as e:
        return {
            "result": None,
            "error": {
                "exc_type": "Boom",
                "exc_path": "greeter.Boom",
                "exc_args": [safe(arg) for arg in e.args],
                "value": str(e),
            },
        }


def failure(kind, text):
    return {
        "result": None,
        "error": {
            "exc_type": kind,
            "exc_path": "nameko.exceptions." + kind,
            "exc_args": [text],
            "value": text,
        },
    }


def nameko(port, vhost):
    exchange = Exchange("nameko-rpc", "topic", durable=True, auto_delete=False)
    queue = Queue("rpc-greeter", exchange, routing_key="greeter.*", durable=True)
    with connect(port, vhost) as connection:
        producer = Producer(connection.channel(), exchange, serializer="json")

        def on_message(body, message):
            method = message.delivery_info["routing_key"].split(".")[-1]
            assert message.headers["nameko.call_id_stack"][0].startswith("shop.call."), message.headers
            if method != "silent":
                producer.publish(
                    nameko_answer(Greeter(), method, body),
                    routing_key=message.properties["reply_to"],
                    correlation_id=message.properties["correlation_id"],
                )
            message.ack()

        consume(connection, queue, on_message)




def ufw_answer(command, args, kwargs):
    details = {
        "add": {"target": "add", "args": ["a"], "kwargs": ["b"], "docstring": "Adds."},
        "fail": {"target": "fail", "args": [], "kwargs": [], "docstring": None},
    }
    if command == "__list_targets__":
        return {"data": list(details.values()), "exception": None}
    if command == "add":
        return {"data": args[0] + kwargs.get("b", args[1] if len(args) > 1 else 0), "exception": None}
    return {
        "data": None,
        "exception": {
            "exception": "ValueError",
            "message": "('bad', 'zz')",
            "args": ["bad", "zz"],
            "kwargs": {},
            "module": None,
        },
    }


def micro_framework(port, vhost):
    exchange = Exchange("ufw-rpc", "topic", durable=True, auto_delete=False)
    queues = [
        Queue("rpc-calc-" + target, exchange, routing_key="calc." + target, durable=True)
        for target in ("add", "fail")
    ]
    queues.append(Queue("rpc-calc-broadcast", exchange, routing_key="calc._broadcast.*", durable=True))
    with connect(port, vhost) as connection:
        producer = Producer(connection.channel(), exchange, serializer="json")

        def on_message(body, message):
            answer = ufw_answer(body["command"], body["command_args"], body["command_kwargs"])
            producer.publish(
                json.dumps(answer),
                routing_key=message.properties["reply_to"],
                correlation_id=message.properties["correlation_id"],
            )
            message.ack()

        consume(connection, queues, on_message)


def events(source, event, auto_delete, port, vhost):
    exchange = Exchange(
        source + ".events", "topic", durable=True, auto_delete=auto_delete == "True"
    )
    queue = Queue("evt-%s-%s--peer.on" % (source, event), exchange, routing_key=event, durable=True)
    with connect(port, vhost) as connection:

        def on_message(body, message):
            seen = {
                "key": message.delivery_info["routing_key"],
                "body": body,
                "content_type": message.content_type,
                "content_encoding": message.content_encoding,
                "delivery_mode": message.properties["delivery_mode"],
            }
            print(json.dumps(seen, sort_keys=True), flush=True)
            message.ack()

        consume(connection, queue, on_message)


def consume(connection, queues, on_message):
    queues = queues if isinstance(queues, list) else [queues]
    with Consumer(connection.channel(), queues, callbacks=[on_message], prefetch_count=10):
        print("READY", flush=True)
        while True:
            connection.drain_events()


if __name__ == "__main__":
    programs = {"nameko": nameko, "micro_framework": micro_framework, "events": events}
    programs[sys.argv[1]](*sys.argv[2:])
