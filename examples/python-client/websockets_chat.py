"""Chat by the package websockets: python3 websockets_chat.py [url] [room] [name]. Typed lines are sent, messages printed."""

import asyncio
import contextlib
import json
import random
import sys
import uuid

import websockets


class Chat:
    def __init__(self, url="ws://127.0.0.1:3000/v1/ws", room="general", name="Python"):
        self.url, self.room, self.name = url, room, name
        self.session = {}  # gives the session back: the same member, and no second one
        self.target = {"room": room, "history": 10}
        self.position = None  # of the last event that was printed
        self.unacked = {}  # by id; repeated as they are on the next socket, and kept once all the same

    async def run(self):
        while True:
            try:
                async with websockets.connect(self.url, subprotocols=["roomcast.v1"]) as self.socket:
                    await self.say(type="hello", protocol=1, name=self.name, join=[self.target], **self.session)
                    async for frame in self.socket:
                        message = json.loads(frame)
                        # A later server may say more: that is passed over.
                        await getattr(self, "on_" + message["type"], self.ignore)(message)
            except (OSError, websockets.WebSocketException) as end:
                if getattr(end, "code", 0) >= 4500:
                    raise  # not wanted back
                await asyncio.sleep(random.uniform(0, 2))

    async def ignore(self, message):
        pass

    async def say(self, **message):
        await self.socket.send(json.dumps(message))

    async def publish(self, text):
        message = {"type": "publish", "id": str(uuid.uuid4()), "room": self.room, "event": "message", "data": {"text": text}}
        self.unacked[message["id"]] = message
        if self.position and self.socket.open:
            # It may end meanwhile: `run` hears of that too, and the next socket repeats what has no ack.
            with contextlib.suppress(websockets.ConnectionClosed):
                await self.say(**message)

    async def on_welcome(self, message):
        self.session = {"resume": message["resume"]}

    async def on_joined(self, message):
        gap, events, top = message.get("gap"), message["events"], message["position"]
        self.unacked.pop("again", None)
        for publish in list(self.unacked.values()):
            await self.say(**publish)
        if gap:
            print("* missing:", gap["from"], "to", gap["to"], gap["reason"], flush=True)
        if gap or not self.position:
            before = events[0]["offset"] - 1 if events else top["offset"]
            self.target["since"] = self.position = {**top, "offset": before}
        for event in events:
            await self.on_event(event)
        if message.get("more"):
            await self.catch_up()

    async def on_event(self, event):
        # 0: not kept, as typing is; or of the stay before a join, which brings it again.
        offset = 0 if "again" in self.unacked else event.get("offset", 0)
        if offset == self.position["offset"] + 1:
            self.position["offset"] = offset
            if event["event"] == "message":
                print(offset, event["from"]["name"] + ":", event["data"]["text"], flush=True)
        elif offset > self.position["offset"]:
            await self.catch_up()

    async def catch_up(self, _gap=None):
        if "again" not in self.unacked:
            self.unacked["again"] = {"type": "join", "id": "again", **self.target}
            await self.say(**self.unacked["again"])

    on_gap = catch_up

    async def on_ack(self, message):
        self.unacked.pop(message.get("id"), None)

    async def on_error(self, message):
        print("* refused:", message["message"], file=sys.stderr, flush=True)
        if message["retry"] == "no":
            await self.on_ack(message)
        elif message.get("id") in self.unacked:
            await asyncio.sleep(message.get("retryAfterMs", 250) / 1000)
            await self.say(**self.unacked[message["id"]])


async def main():
    chat = Chat(*sys.argv[1:])
    running = asyncio.create_task(chat.run())
    while line := await asyncio.to_thread(sys.stdin.readline):
        await chat.publish(line.strip())
    await running  # nothing more to say, and still listening


asyncio.run(main())
