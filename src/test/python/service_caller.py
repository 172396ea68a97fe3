"""Calls and events as nameko 2.14 and micro_framework 2.1.1 send them, on kombu alone.

usage: service_caller.py nameko|micro_framework SERVICE CALLS PORT VHOST
       service_caller.py event SOURCE EVENT AUTO_DELETE BODIES PORT VHOST

CALLS is a list in JSON of objects: `target`; `args` and `kwargs`, or `raw`, a body as text; and
`content_type`, `compression`, `anonymous` (no reply_to) where they are to be unusual. Prints
READY, and what is answered to each, as its caller would read it, as a line of JSON. BODIES are
events' payloads, in JSON.
"""

import json
import socket
import sys
import uuid
from urllib.parse import quote

from kombu import Connection, Consumer, Exchange, Producer, Queue


def connect(port, vhost):
    return Connection("amqp://guest:guest@127.0.0.1:%s/%s" % (port, quote(vhost, safe="")))


class Nameko:
    exchange = Exchange("nameko-rpc", "topic", durable=True, auto_delete=False)

    def __init__(self):
        self.reply_to = str(uuid.uuid4())
        self.queue = Queue(
            "rpc.reply-standalone_rpc_proxy-" + self.reply_to,
            self.exchange,
            routing_key=self.reply_to,
            queue_arguments={"x-expires": 300000},
        )

    def key(self, service, target):
        return "%s.%s" % (service, target)

    def body(self, call):
        return {"args": call.get("args", []), "kwargs": call.get("kwargs", {})}

    def answer(self, body):
        return body


class MicroFramework:
    exchange = Exchange("ufw-rpc", "topic", durable=True, auto_delete=False)

    def __init__(self):
        self.reply_to = "ufw-reply-" + str(uuid.uuid4())
        self.queue = Queue(
            self.reply_to,
            self.exchange,
            routing_key=self.reply_to,
            queue_arguments={"x-expires": 43200000, "x-message-ttl": 86400000},
        )

    def key(self, service, target):
        return "%s.%s%s" % (service, "_broadcast." if target.startswith("__") else "", target)

    def body(self, call):
        return {
            "command": call.get("command", call["target"]),
            "command_args": call.get("args", []),
            "command_kwargs": call.get("kwargs", {}),
        }

    def answer(self, body):
        # Whatever is not JSON within JSON kills its dispatcher.
        return json.loads(body)


def call_all(protocol, service, calls, port, vhost):
    answers = {}
    with connect(port, vhost) as connection:
        channel = connection.channel()
        producer = Producer(channel, protocol.exchange)

        def on_answer(body, message):
            answers[message.properties["correlation_id"]] = {
                "answer": protocol.answer(body),
                "content_type": message.content_type,
                "content_encoding": message.content_encoding,
            }
            message.ack()

        with Consumer(channel, [protocol.queue], callbacks=[on_answer], accept=["json"]):
            for call in json.loads(calls):
                correlation_id = str(uuid.uuid4())
                properties = {"delivery_mode": 2, "correlation_id": correlation_id}
                if not call.get("anonymous"):
                    properties["reply_to"] = protocol.reply_to
                if "raw" in call:
                    body = call["raw"]
                    properties["content_type"] = call.get("content_type", "application/json")
                    properties["content_encoding"] = "utf-8"
                else:
                    body = protocol.body(call)
                    properties["serializer"] = "json"
                producer.publish(
                    body,
                    routing_key=protocol.key(service, call["target"]),
                    compression=call.get("compression"),
                    **properties
                )
                if call.get("anonymous"):
                    print(json.dumps("sent"), flush=True)
                    continue
                try:
                    while correlation_id not in answers:
                        connection.drain_events(timeout=20)
                    print(json.dumps(answers[correlation_id], sort_keys=True), flush=True)
                except socket.timeout:
                    print(json.dumps("no answer"), flush=True)


def send_events(source, event, auto_delete, bodies, port, vhost):
    exchange = Exchange(
        source + ".events", "topic", durable=True, auto_delete=auto_delete == "True"
    )
    with connect(port, vhost) as connection:
        producer = Producer(connection.channel(), exchange, serializer="json")
        for body in json.loads(bodies):
            raw = isinstance(body, dict) and "raw" in body
            if raw:
                producer.publish(
                    body["raw"],
                    routing_key=event,
                    content_type=body.get("content_type", "application/json"),
                    content_encoding="utf-8",
                    delivery_mode=2,
                )
            else:
                compression = "gzip" if isinstance(body, dict) and body.get("gzip") else None
                producer.publish(body, routing_key=event, compression=compression, delivery_mode=2)
    print("SENT", flush=True)


if __name__ == "__main__":
    print("READY", flush=True)
    if sys.argv[1] == "event":
        send_events(*sys.argv[2:])
    else:
        protocols = {"nameko": Nameko, "micro_framework": MicroFramework}
        call_all(protocols[sys.argv[1]](), *sys.argv[2:])
