"""Runs one scenario with pika, as ./bench has it: warms up, measures, prints the figures as JSON.

Arguments: scenario, configuration, port, process id of the broker, messages in the queue,
milliseconds to warm up, milliseconds to measure.
"""
import dataclasses
import json
import os
import subprocess
import sys
import time

import pika

QUEUE = EXCHANGE = "bench"
PREFETCH = 250
JSON = pika.BasicProperties(content_type="application/json")
TICK = 1 / os.sysconf("SC_CLK_TCK")
FINGERPRINT = {"name": "None", "type": "None", "pid": str(os.getpid()), "host": "localhost",
               "user": "bench", "vhost": "/"}


@dataclasses.dataclass
class Order:
    id: str
    customer: str
    quantity: int
    price: float
    paid: bool
    note: str


SAMPLE = Order("4711-0815", "Ada Lovelace", 12, 1234.5, True, "leave it at the door")


def request(order, category="message"):
    return json.dumps({
        "type": "command", "name": "order", "category": category, "version": "2",
        "fingerprint": FINGERPRINT, "content": {"parameters": vars(order)}, "_reserved": {}})


def order_of(body):
    return Order(**json.loads(body)["content"]["parameters"])


def reply(order):
    return json.dumps({
        "type": "result", "name": "none", "category": "message", "version": "2", "fingerprint": {},
        "content": {"type": "success", "value": vars(order), "message": ""}, "_reserved": {}})


def connect(port):
    return pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


class Meter:
    def __init__(self, broker, pids, millis):
        self.broker, self.pids, self.count, self.latencies = broker, pids, 0, []
        self.before = self.now()
        self.end = time.perf_counter() + millis / 1000

    def now(self):
        mine = time.process_time() + sum(cpu_seconds(pid) for pid in self.pids)
        return time.perf_counter(), mine, cpu_seconds(self.broker)

    def goes_on(self):
        return time.perf_counter() < self.end

    def figures(self):
        seconds, client, broker = (b - a for a, b in zip(self.before, self.now()))
        figures = {
            "count": self.count, "per_second": self.count / seconds,
            "client_us": client * 1e6 / self.count, "broker_us": broker * 1e6 / self.count}
        if self.latencies:
            self.latencies.sort()
            n = len(self.latencies)
            figures["p50_us"] = self.latencies[n // 2] * 1e6
            figures["p99_us"] = self.latencies[int(n * 0.99)] * 1e6
        return figures


def publish(channel, meter):
    while meter.goes_on():
        channel.basic_publish(EXCHANGE, QUEUE, request(SAMPLE), JSON)
        meter.count += 1
    channel.queue_declare(QUEUE, passive=True)


def consume(channel, meter):
    def handle(ch, method, properties, body):
        order_of(body)
        ch.basic_ack(method.delivery_tag)
        meter.count += 1
        if not meter.goes_on():
            ch.stop_consuming()

    channel.basic_consume(QUEUE, handle)
    channel.start_consuming()


def call(channel, meter):
    # A queue for each call, as Postage for Python has it.
    while meter.goes_on():
        start = time.perf_counter()
        queue = channel.queue_declare("", exclusive=True).method.queue
        answers = []
        channel.basic_consume(
            queue, lambda ch, method, properties, body: answers.append(body), auto_ack=True)
        channel.basic_publish(
            EXCHANGE, QUEUE, request(SAMPLE, "rpc"),
            pika.BasicProperties(content_type="application/json", reply_to=queue))
        while not answers:
            channel.connection.process_data_events(time_limit=1)
        Order(**json.loads(answers[0])["content"]["value"])
        channel.queue_delete(queue)
        meter.latencies.append(time.perf_counter() - start)
        meter.count += 1


def serve(channel):
    def answer(ch, method, properties, body):
        ch.basic_publish("", properties.reply_to, reply(order_of(body)), JSON)
        ch.basic_ack(method.delivery_tag)

    channel.basic_consume(QUEUE, answer)
    channel.start_consuming()


def main(scenario, configuration, port, broker, filled, warm_up, millis):
    channel = connect(int(port)).channel()
    channel.basic_qos(prefetch_count=PREFETCH)
    if configuration == "confirms":
        channel.confirm_delivery()
    if scenario == "serve":
        serve(channel)
    server = []
    if scenario == "call":
        server = [subprocess.Popen([sys.executable, __file__, "serve", *sys.argv[2:]])]
    pids = [each.pid for each in server]
    work = {"publish": publish, "consume": consume, "call": call}[scenario]
    try:
        work(channel, Meter(broker, pids, float(warm_up)))
        meter = Meter(broker, pids, float(millis))
        work(channel, meter)
        print("RESULT " + json.dumps(meter.figures()), flush=True)
    finally:
        for each in server:
            each.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
