#!/usr/bin/python3
"""A Postage peer for interoperation tests, written from protocol-spec/message-v2.rst.

It does on the wire what Python Postage 1.2 does, with its limits: requests have no correlation id, replies
have no property at all, a request goes out with a new reply queue for each attempt, shared queues are transient,
a consumer has one unacknowledged message, NaN is written bare, and a body that is not JSON ends the consumer.

    postage_peer.py --port P send-command EXCHANGE KEY NAME [PARAMS_JSON]
    postage_peer.py --port P send-status EXCHANGE KEY NAME
    postage_peer.py --port P send-bare EXCHANGE KEY [ARGS_JSON [KWDS_JSON]]
    postage_peer.py --port P forward EXCHANGE KEY BODY
    postage_peer.py --port P call EXCHANGE KEY NAME [PARAMS_JSON] [--timeout S] [--max-retry N] [--concurrent]
    postage_peer.py --port P receive EXCHANGE QUEUE:KEY... [--limit N] [--auto-delete]
    postage_peer.py --port P serve EXCHANGE QUEUE:KEY... [--limit N] [--auto-delete]
    postage_peer.py --port P application NAME [--group G]...

Every program prints READY once it is connected and, where it consumes, consuming. What follows is one JSON document a
line, in ASCII, NaN bare: ``call`` prints the body of each reply, consumers print each delivery as an object with
``body``, ``properties``, ``exchange``, ``routing_key``, ``queue`` and ``redelivered``. The command ``quit`` ends a
consumer. With ``--count N`` a message or request is sent N times, and ``%i`` in its parameters is replaced by the count
from 0. The common options may stand before or after the subcommand. It needs Python 3 and pika 1.2 or newer.

Exit codes: 0 after its work, after SIGTERM and for a consumer at the end of its ``--lifetime``; 1 without a broker or
after a failure; 3 where a program that sends had not finished within its lifetime.
"""

import argparse
import getpass
import json
import os
import signal
import socket
import sys
import time

import pika

APPLICATION_EXCHANGE = "generic-application-exchange"
LIFETIME_OVER = 3
TIMEOUT, MAX_RETRY = 30.0, 4


# --- What is said -----------------------------------------------------------------------------------------------------


def say(line):
    """Prints a line at once; anything but a string as JSON."""
    print(line if isinstance(line, str) else json.dumps(line, default=str), flush=True)


def fingerprint(name, kind, vhost):
    """The identity of this process: strings only, also for the pid and for what is absent."""
    return {
        "name": str(name),
        "type": str(kind),
        "pid": str(os.getpid()),
        "host": socket.gethostname(),
        "user": getpass.getuser(),
        "vhost": vhost,
    }


def message(kind, name, content, identity=None, category="message"):
    """The seven keys, in their order."""
    return {
        "type": kind,
        "name": name,
        "category": category,
        "version": "2",
        "fingerprint": identity or {},
        "content": content,
        "_reserved": {},
    }


def command(name, parameters, identity, category="message"):
    return message("command", name, {"parameters": parameters}, identity, category)


def result(kind, value, text):
    """A result, which has no fingerprint."""
    return message("result", "none", {"type": kind, "value": value, "message": text})


def properties_of(properties):
    """The properties that are set, and no others."""
    return {name: value for name, value in vars(properties).items() if value is not None}


# --- The broker -------------------------------------------------------------------------------------------------------


def connect(options):
    """A channel on a connection of its own."""
    credentials = pika.PlainCredentials(options.user, options.password)
    return pika.BlockingConnection(
        pika.ConnectionParameters("127.0.0.1", options.port, options.vhost, credentials)
    ).channel()


def declare_exchange(channel, exchange):
    channel.exchange_declare(exchange, exchange_type="direct", durable=True, auto_delete=False)


def bind(channel, exchange, queue, key, **flags):
    """Declares exchange and queue, the queue transient and shared unless flags say otherwise, and binds them."""
    declare_exchange(channel, exchange)
    channel.queue_declare(queue, **flags)
    channel.queue_bind(queue, exchange, key)


def publish(channel, exchange, key, body):
    """Sends a message: a content type, and nothing else."""
    properties = pika.BasicProperties(content_type="application/json")
    channel.basic_publish(exchange, key, body.encode("utf-8"), properties)


# --- Requests ---------------------------------------------------------------------------------------------------------


def reply_body(data):
    """The body of a reply, or an error result where it is none."""
    try:
        body = json.loads(data.decode("utf-8"))
        content = body["content"]
        content["type"], content["value"], content["message"]  # All three have to be there.
        return body
    except (ValueError, KeyError, TypeError):
        return result("error", None, "Malformed reply " + ascii(data))


def attempt(channel, exchange, key, bodies, timeout):
    """Sends each body once, each with a new reply queue, and returns the replies by index that came in time."""
    replies, tags = {}, []
    for index, body in enumerate(bodies):
        queue = channel.queue_declare("", exclusive=True, auto_delete=True).method.queue

        def on_reply(_channel, _method, _properties, data, index=index):
            replies.setdefault(index, reply_body(data))

        tags.append(channel.basic_consume(queue, on_reply, auto_ack=True))
        properties = pika.BasicProperties(content_type="application/json", reply_to=queue)
        channel.basic_publish(exchange, key, body.encode("utf-8"), properties)
    end = time.monotonic() + timeout
    while len(replies) < len(bodies) and time.monotonic() < end:
        channel.connection.process_data_events(time_limit=max(0.001, end - time.monotonic()))
    for tag in tags:
        channel.basic_cancel(tag)  # The queue goes with its consumer.
    return replies


def call(channel, exchange, key, bodies, timeout=TIMEOUT, max_retry=MAX_RETRY):
    """Sends requests side by side; those without a reply are sent again. Returns their replies in order."""
    replies = {}
    for _ in range(1 + max_retry):
        missing = [index for index in range(len(bodies)) if index not in replies]
        came = attempt(channel, exchange, key, [bodies[index] for index in missing], timeout)
        replies.update({missing[index]: reply for index, reply in came.items()})
        if len(replies) == len(bodies):
            break
    gone = result("exception", "TimeoutError", "no reply within {} s".format(timeout))
    return [replies.get(index, gone) for index in range(len(bodies))]


# --- Consumers --------------------------------------------------------------------------------------------------------


class Rejected(Exception):
    """The delivery shall be rejected, not put back."""


class Consumer:
    """Prints what its queues deliver, hands it to the handlers of its subclass, and settles it."""

    def __init__(self, channel, limit=0):
        self.channel = channel
        self.left = limit

    def consume(self, queue):
        """Consumes with one unacknowledged delivery for each queue."""
        self.channel.basic_qos(prefetch_count=1)

        def on_delivery(_channel, method, properties, data):
            self.deliver(queue, method, properties, data)

        return self.channel.basic_consume(queue, on_delivery)

    def run(self):
        say("READY")
        self.channel.start_consuming()

    def deliver(self, queue, method, properties, data):
        body = json.loads(data.decode("utf-8"))  # Not guarded: as in Python Postage, what is no JSON ends the consumer.
        say({
            "body": body,
            "properties": properties_of(properties),
            "exchange": method.exchange,
            "routing_key": method.routing_key,
            "queue": queue,
            "redelivered": method.redelivered,
        })

        def reply(answer):
            """To the default exchange, without properties."""
            self.channel.basic_publish("", properties.reply_to, json.dumps(answer).encode("utf-8"))

        try:
            self.handle(body, reply)
            self.channel.basic_ack(method.delivery_tag)
        except Rejected:
            self.channel.basic_reject(method.delivery_tag, requeue=False)
        self.left -= 1
        if self.left == 0 or (body["type"], body["name"], body["category"]) == ("command", "quit", "message"):
            self.channel.stop_consuming()

    def handle(self, body, reply):
        """Calls rpc_NAME(parameters, reply) or message_NAME(parameters); where there is none, nothing happens."""
        handler = getattr(self, body["category"] + "_" + body["name"], None)
        if handler is None or body["type"] != "command":
            return
        arguments = [body["content"].get("parameters")]
        if body["category"] == "rpc":
            arguments.append(reply)
        try:
            handler(*arguments)
        except Exception as failure:  # Whatever went wrong: a caller is told, and the delivery is rejected.
            if body["category"] == "rpc":
                reply(result("exception", type(failure).__name__, str(failure)))
            raise Rejected() from failure


class Server(Consumer):
    """Answers requests, well and badly."""

    def rpc_echo(self, parameters, reply):
        reply(result("success", parameters, ""))

    def rpc_sum(self, parameters, reply):
        reply(result("success", parameters["a"] + parameters["b"], ""))

    def rpc_fail(self, _parameters, reply):
        reply(result("error", None, "failed"))

    def rpc_crash(self, _parameters, _reply):
        raise ValueError("boom")

    def rpc_nan(self, _parameters, reply):
        reply(result("success", float("nan"), ""))

    def rpc_slow(self, parameters, reply):
        time.sleep(float(parameters))
        reply(result("success", parameters, ""))

    def rpc_reply_twice(self, parameters, reply):
        reply(result("success", parameters, ""))
        raise ValueError("boom after the reply")

    def rpc_silent(self, _parameters, _reply):
        pass


class Application(Consumer):
    """An application with its three addresses and its groups."""

    def __init__(self, channel, identity, groups):
        super().__init__(channel)
        self.identity = identity
        self.name = identity["name"]
        at_host = "@" + identity["host"]
        self.uid = identity["pid"] + at_host
        hid = self.name + at_host
        queues = {self.name: [self.name + "/rr"], hid: [hid + "/rr"], self.uid: [self.name, at_host, hid, self.uid]}
        for queue, keys in queues.items():
            for key in keys:
                bind(channel, APPLICATION_EXCHANGE, queue, key, auto_delete=True)
        for group in groups:
            queue = self.name + "#" + group
            self.message_join_group({"group_name": group})
            bind(channel, APPLICATION_EXCHANGE, queue, queue + "/rr")
            queues[queue] = []
        for queue in queues:
            self.consume(queue)

    def rpc_ping(self, _parameters, reply):
        reply(result("success", self.identity, ""))

    def message_join_group(self, parameters):
        key = self.name + "#" + parameters["group_name"]
        self.channel.queue_bind(self.uid, APPLICATION_EXCHANGE, key)

    def message_leave_group(self, parameters):
        key = self.name + "#" + parameters["group_name"]
        self.channel.queue_unbind(self.uid, APPLICATION_EXCHANGE, key)


# --- Subcommands ------------------------------------------------------------------------------------------------------


def numbered(text, count):
    """The JSON value in text, count times, each with its number in place of %i."""
    return [json.loads(text.replace("%i", str(number))) for number in range(count)]


def run_send(options, channel):
    identity = fingerprint(options.name, options.type, options.vhost)
    declare_exchange(channel, options.exchange)
    say("READY")
    if options.action == "send-command":
        bodies = [command(options.message, value, identity) for value in numbered(options.parameters, options.count)]
    elif options.action == "send-status":
        bodies = [message("status", options.message, {}, identity)] * options.count
    else:
        args, kwds = numbered(options.args, options.count), numbered(options.kwds, options.count)
        contents = [dict(args=each) if each else {} for each in args]
        for content, each in zip(contents, kwds):
            content.update(dict(kwds=each) if each else {})
        bodies = [message("none", "none", content, identity) for content in contents]
    for body in bodies:
        publish(channel, options.exchange, options.key, json.dumps(body))


def run_forward(options, channel):
    declare_exchange(channel, options.exchange)
    say("READY")
    publish(channel, options.exchange, options.key, options.body)


def run_call(options, channel):
    identity = fingerprint(options.name, options.type, options.vhost)
    declare_exchange(channel, options.exchange)
    say("READY")
    values = numbered(options.parameters, options.count)
    bodies = [json.dumps(command(options.message, value, identity, "rpc")) for value in values]
    for batch in [bodies] if options.concurrent else [[body] for body in bodies]:
        for reply in call(channel, options.exchange, options.key, batch, options.timeout, options.max_retry):
            say(reply)


def run_consumer(options, channel):
    consumer = (Server if options.action == "serve" else Consumer)(channel, options.limit)
    bindings = [binding.split(":", 1) for binding in options.bindings]
    for queue, key in bindings:
        bind(channel, options.exchange, queue, key, auto_delete=options.auto_delete)
    for queue in dict.fromkeys(queue for queue, _ in bindings):
        consumer.consume(queue)
    consumer.run()


def run_application(options, channel):
    Application(channel, fingerprint(options.name, options.type, options.vhost), options.group).run()


def parse(arguments):
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--port", type=int, help="the broker's port on 127.0.0.1")
    common.add_argument("--vhost", help="default /")
    common.add_argument("--user", help="default guest")
    common.add_argument("--password", help="default guest")
    common.add_argument("--type", help="the fingerprint's type; default None")
    common.add_argument("--lifetime", type=float, metavar="S", help="end after so many seconds; default 60")
    parser = argparse.ArgumentParser(description="A Postage peer for interoperation tests.", parents=[common])
    actions = parser.add_subparsers(dest="action", required=True)

    def action(name, run, *positionals, sends=False):
        sub = actions.add_parser(name, parents=[common])
        sub.set_defaults(run=run)
        for positional in positionals:
            sub.add_argument(positional)
        if sends:
            sub.add_argument("--name", default=argparse.SUPPRESS, help="the fingerprint's name; default None")
            sub.add_argument("--count", type=int, default=1, metavar="N", help="how many to send; default 1")
        return sub

    sub = action("send-command", run_send, "exchange", "key", "message", sends=True)
    sub.add_argument("parameters", nargs="?", default="{}")
    action("send-status", run_send, "exchange", "key", "message", sends=True)
    sub = action("send-bare", run_send, "exchange", "key", sends=True)
    sub.add_argument("args", nargs="?", default="[]")
    sub.add_argument("kwds", nargs="?", default="{}")
    action("forward", run_forward, "exchange", "key", "body")
    sub = action("call", run_call, "exchange", "key", "message", sends=True)
    sub.add_argument("parameters", nargs="?", default="{}")
    sub.add_argument("--timeout", type=float, default=TIMEOUT, metavar="S", help="for each attempt; default 30")
    sub.add_argument("--max-retry", type=int, default=MAX_RETRY, metavar="N", help="further attempts; default 4")
    sub.add_argument("--concurrent", action="store_true", help="send all --count requests before the first reply")
    for name in ("receive", "serve"):
        sub = action(name, run_consumer, "exchange")
        sub.add_argument("bindings", nargs="+", metavar="QUEUE:KEY")
        sub.add_argument("--limit", type=int, default=0, metavar="N", help="end after so many deliveries")
        sub.add_argument("--auto-delete", action="store_true", help="declare the queues as auto-delete")
    sub = action("application", run_application, "name")
    sub.add_argument("--group", action="append", default=[], metavar="G", help="a group to be in; may be repeated")
    # Not set_defaults: a default of the subcommand's parser would win over what was given before the subcommand.
    defaults = dict(port=None, vhost="/", user="guest", password="guest", name=None, type=None, lifetime=60.0)
    options = parser.parse_args(arguments, argparse.Namespace(**defaults))
    if options.port is None:
        parser.error("--port is needed")
    return options


def main(arguments=None):
    options = parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A consumer that has lived its time is as good as one that was told to quit; a call that hangs is not.
    over = 0 if options.action in ("receive", "serve", "application") else LIFETIME_OVER
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(over))
    signal.setitimer(signal.ITIMER_REAL, options.lifetime)
    try:
        channel = connect(options)
    except pika.exceptions.AMQPConnectionError as failure:
        sys.exit("no connection to 127.0.0.1:{}: {!r}".format(options.port, failure))
    options.run(options, channel)
    channel.connection.close()


if __name__ == "__main__":
    main()
