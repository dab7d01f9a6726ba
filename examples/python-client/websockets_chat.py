"""Chat by the package websockets: python3 websockets_chat.py [url] [room] [name]. Typed lines are sent, messages printed."""

import asyncio
import contextlib
import json
import random
import sys

import websockets


class Chat:
    def __init__(self, room="general", name="Python"):
        self.target = {"room": room, "history": 10}
        self.hello = {"type": "hello", "protocol": 1, "name": name, "join": [self.target]}
        self.position = None  # of the last event that was printed
        self.sending = asyncio.Event()  # what is typed meanwhile waits, so that it comes after what is repeated
        self.unacked = {}  # by id; repeated as they are on the next socket, and kept once all the same

    async def run(self, url):
        while True:
            self.sending.clear()
            try:
                async with websockets.connect(url, subprotocols=["roomcast.v1"]) as self.socket:
                    await self.say(**self.hello)
                    async for frame in self.socket:
                        message = json.loads(frame)
                        # A later server may say more: that is passed over.
                        if hear := getattr(self, "on_" + message["type"], None):
                            await hear(message)
            except (OSError, websockets.WebSocketException) as end:
                if getattr(end, "code", 0) >= 4500:
                    raise  # not wanted back
                await asyncio.sleep(random.uniform(0, 2))

    async def say(self, **message):
        await self.socket.send(json.dumps(message))

    async def publish(self, text):
        await self.sending.wait()
        message = {"type": "publish", "id": f"{random.getrandbits(64):x}", "room": self.target["room"], "event": "message", "data": {"text": text}}
        self.unacked[message["id"]] = message
        # The socket may end meanwhile: `run` hears of that too, and the next one repeats what has no ack.
        with contextlib.suppress(websockets.ConnectionClosed):
            await self.say(**message)

    async def on_welcome(self, message):
        self.hello["resume"] = message["resume"]  # gives the session back: the same member, and no second one

    async def on_joined(self, message):
        gap, events, top = message.get("gap"), message["events"], message["position"]
        self.unacked.pop("again", None)
        for publish in list(self.unacked.values()):
            await self.say(**publish)
        self.sending.set()
        if gap:
            print("* missing:", gap["from"], "to", gap["to"], gap["reason"], flush=True)
        if gap or not self.position:
            self.target["since"] = self.position = {**top, "offset": events[0]["offset"] - 1 if events else top["offset"]}
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


async def main(url="ws://127.0.0.1:3000/v1/ws", *room_and_name):
    chat = Chat(*room_and_name)
    running = asyncio.create_task(chat.run(url))
    while line := await asyncio.to_thread(sys.stdin.readline):
        await chat.publish(line.strip())
    await running  # nothing more to say, and still listening


asyncio.run(main(*sys.argv[1:]))
