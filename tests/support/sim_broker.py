"""The broker in memory: what a nats-server answers on the wire, as far as the project asks it."""

import base64
import json
from typing import Any

from tests.support.sim_chance import Chance
from tests.support.sim_streams import Pull, SimConsumer, SimStream, Stored, error, loop_later, loop_time, passes

LARGEST_BATCH = 1_000


class SimBroker:
    """Streams, consumers, and the clients that are connected."""

    def __init__(self, chance: Chance | None = None) -> None:
        self.chance = chance or Chance(0)
        self.streams: dict[str, SimStream] = {}
        self.consumers: dict[tuple[str, str], SimConsumer] = {}
        self.away_until = 0.0
        self.full_until = 0.0

    def answer(self, subject: str, payload: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        """Return what the server answers to a request."""
        if subject.startswith("$JS.API.DIRECT.GET."):
            name, _, last = subject.removeprefix("$JS.API.DIRECT.GET.").partition(".")
            wanted = json.loads(payload or b"{}")
            return self._direct(name, last or wanted.get("last_by_subj", ""), wanted.get("seq"))
        if subject.startswith("$JS.API."):
            return json.dumps(self._api(subject.removeprefix("$JS.API."), payload)).encode(), {}
        said = self.store(subject, headers, payload)
        return (b"" if said is None else json.dumps(said).encode()), {}

    def publish(self, client: Any, subject: str, payload: bytes, reply: str, headers: dict[str, str]) -> None:
        """Take a message that nobody answers."""
        if subject.startswith("$JS.ACK."):
            _, _, stream, durable, _, sequence, *_ = subject.split(".")
            if consumer := self.consumers.get((stream, durable)):
                consumer.ack(int(sequence))
        elif subject.startswith("$JS.API.CONSUMER.MSG.NEXT."):
            stream, durable = subject.removeprefix("$JS.API.CONSUMER.MSG.NEXT.").split(".")
            self._pull(client, stream, durable, json.loads(payload), reply)
        elif subject.startswith("$JS.API.DIRECT.GET."):
            self._give(client, subject.removeprefix("$JS.API.DIRECT.GET."), json.loads(payload), reply)
        elif not subject.startswith("$"):
            self.store(subject, headers, payload)

    def store(self, subject: str, headers: dict[str, str], data: bytes) -> dict[str, Any] | None:
        """Store a message and return its acknowledgement; None for the parts of a batch before its commit."""
        stream = next((s for s in self.streams.values() if passes(subject, frozenset(s.config["subjects"]))), None)
        if stream is None:
            return error(503, 0, "no stream")
        if loop_time() < self.full_until:
            self.chance.fired["stream_full"] += 1
            return error(503, 10077, "maximum messages exceeded")
        if "Nats-Batch-Id" in headers:
            return self._batched(stream, subject, headers, data)
        known = stream.duplicate(headers.get("Nats-Msg-Id"), loop_time())
        if known is not None:
            self.chance.fired["duplicate_in_window"] += 1
            return {"stream": stream.name, "seq": known, "duplicate": True}
        return {"stream": stream.name, "seq": self.append(stream, subject, headers, data)}

    def append(self, stream: SimStream, subject: str, headers: dict[str, str], data: bytes) -> int:
        """Store a message and tell the consumers."""
        sequence = stream.append(subject, headers, data, loop_time())
        for (name, _), consumer in self.consumers.items():
            if name == stream.name:
                consumer.seen(stream.at(sequence))
        return sequence

    def lose_tail(self, name: str, count: int) -> int:
        """Lose the last messages of a stream; return how many there were. Its consumers do not know it."""
        stream = self.streams[name]
        lost = stream.cut(min(count, len(stream.messages)))
        for (of, _), consumer in self.consumers.items():
            if of == name:
                consumer.matching = [n for n in consumer.matching if n <= stream.last]
                consumer.pending = {n: at for n, at in consumer.pending.items() if n <= stream.last}
                consumer.again = [n for n in consumer.again if n <= stream.last]
        return len(lost)

    def disconnect(self, client: Any) -> None:
        """Forget what a client asked for."""
        for consumer in self.consumers.values():
            consumer.gone(client)

    def _batched(self, stream: SimStream, subject: str, headers: dict[str, str], data: bytes) -> dict[str, Any] | None:
        """Keep a part of an atomic batch, or store the whole with its last part."""
        if not stream.config.get("allow_atomic"):
            return error(400, 10174, "atomic publish is disabled")
        staged = stream.batches.setdefault(headers["Nats-Batch-Id"], [])
        staged.append((subject, headers, data))
        if int(headers["Nats-Batch-Sequence"]) != len(staged) or len(staged) > LARGEST_BATCH:
            del stream.batches[headers["Nats-Batch-Id"]]
            return error(400, 10176, "atomic publish batch is incomplete")
        if "Nats-Batch-Commit" not in headers:
            return None
        del stream.batches[headers["Nats-Batch-Id"]]
        if any(stream.duplicate(h.get("Nats-Msg-Id"), loop_time()) is not None for _, h, _ in staged):
            self.chance.fired["batch_partly_known"] += 1
            return error(400, 10201, "atomic publish batch contains duplicate message id")
        for part in staged:
            last = self.append(stream, *part)
        return {"stream": stream.name, "seq": last, "batch": headers["Nats-Batch-Id"], "count": len(staged)}

    def _pull(self, client: Any, stream: str, durable: str, request: dict[str, Any], inbox: str) -> None:
        consumer = self.consumers.get((stream, durable))
        if consumer is None:
            client.status(inbox, "503")
            return
        now = loop_time()
        heartbeat = request.get("idle_heartbeat", 0) / 1e9
        consumer.pull(
            Pull(client, inbox, request["batch"], now + request["expires"] / 1e9, heartbeat, request.get("id"), now)
        )

    def _api(self, subject: str, payload: bytes) -> dict[str, Any]:
        parts = subject.split(".")
        match parts:
            case ["STREAM", "CREATE", name]:
                config = json.loads(payload)
                self.streams.setdefault(name, SimStream(config, first=config.get("first_seq") or 1))
                return self._stream(name)
            case ["STREAM", "INFO", name]:
                return self._stream(name)
            case ["STREAM", "MSG", "GET", name]:
                return self._message(name, json.loads(payload))
            case ["CONSUMER", verb, name, durable]:
                return (
                    self._created(name, durable, payload) if verb == "CREATE" else self._consumer(verb, name, durable)
                )
            case _:
                return error(404, 10059, "not found")

    def _stream(self, name: str) -> dict[str, Any]:
        stream = self.streams.get(name)
        if stream is None:
            return error(404, 10059, "stream not found")
        state = {"messages": len(stream.messages), "bytes": 0, "first_seq": stream.first, "last_seq": stream.last}
        return {"config": stream.config, "state": state | {"consumer_count": 0}}

    def _message(self, name: str, wanted: dict[str, Any]) -> dict[str, Any]:
        found = self._found(name, wanted.get("last_by_subj", ""), wanted.get("seq"))
        if found is None:
            return error(404, 10037, "no message found")
        lines = "".join(f"{key}: {value}\r\n" for key, value in found.headers.items())
        message: dict[str, Any] = {"subject": found.subject, "seq": found.sequence, "time": "2018-03-01T00:00:00Z"}
        message["data"] = base64.b64encode(found.data).decode()
        if lines:
            message["hdrs"] = base64.b64encode(f"NATS/1.0\r\n{lines}\r\n".encode()).decode()
        return {"message": message}

    def _direct(self, name: str, last: str, sequence: int | None) -> tuple[bytes, dict[str, str]]:
        found = self._found(name, last, sequence)
        if found is None:
            return b"", {"Status": "404", "Description": "Message Not Found"}
        said = {"Nats-Stream": name, "Nats-Subject": found.subject, "Nats-Sequence": str(found.sequence)}
        return found.data, found.headers | said | {"Nats-Time-Stamp": "2018-03-01T00:00:00Z"}

    def _give(self, client: Any, name: str, wanted: dict[str, Any], inbox: str) -> None:
        """Send a part of a stream to who asks, and that it is over."""
        found = [m for m in self.streams[name].messages if m.sequence >= wanted["seq"]][: wanted["batch"]]
        for message in found:
            data, headers = self._direct(name, "", message.sequence)
            client.deliver(inbox, inbox, headers, data, "")
        client.status(inbox, "204" if found else "404")

    def _found(self, name: str, last: str, sequence: int | None) -> Stored | None:
        """Return the last message of a subject, or the one at a position."""
        stream = self.streams[name]
        if sequence is None:
            wanted = frozenset({last})
            return next((m for m in reversed(stream.messages) if m.subject == last or passes(m.subject, wanted)), None)
        return stream.at(sequence) if stream.first <= sequence <= stream.last else None

    def _created(self, name: str, durable: str, payload: bytes) -> dict[str, Any]:
        if name not in self.streams:
            return error(404, 10059, "stream not found")
        if (name, durable) not in self.consumers:
            config = json.loads(payload)["config"]
            self.consumers[name, durable] = SimConsumer(self.streams[name], config, loop_later, loop_time)
        return self._info(self.consumers[name, durable])

    def _consumer(self, verb: str, name: str, durable: str) -> dict[str, Any]:
        consumer = self.consumers.get((name, durable))
        if consumer is None:
            return error(404, 10014, "consumer not found")
        if verb == "DELETE":
            del self.consumers[name, durable]
            for pull in list(consumer.waiting):
                consumer.gone(pull.client)
                pull.client.status(pull.inbox, "409")
            return {"success": True}
        if verb == "UNPIN":
            consumer.unpin()
        if verb == "RESET":
            consumer.reset()
            return self._info(consumer) | {"reset_seq": consumer.floor + 1}
        return self._info(consumer)

    def _info(self, consumer: SimConsumer) -> dict[str, Any]:
        pinned = consumer._pinned()
        return {
            "stream_name": consumer.stream.name,
            "name": consumer.name,
            "created": "2018-03-01T00:00:00Z",
            "config": {"durable_name": consumer.name, "ack_policy": "explicit", "deliver_policy": "all"},
            "delivered": {"consumer_seq": consumer.count, "stream_seq": consumer.delivered},
            "ack_floor": {"consumer_seq": 0, "stream_seq": consumer.floor},
            "num_ack_pending": len(consumer.pending),
            "num_pending": consumer.left,
            "priority_groups": [{"group": "owner", "pinned_client_id": pinned}] if pinned else [],
        }
