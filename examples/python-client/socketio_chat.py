"""Chat by python-socketio: python3 socketio_chat.py [url] [room] [name] [polling | websocket]. Typed lines are sent, messages printed."""

import asyncio
import sys

import socketio


async def main(url="http://127.0.0.1:3000", room="general", name="Python", *transports):
    client = socketio.AsyncClient()
    entered = asyncio.Event()

    @client.event
    async def connect_error(why):
        print("* no connection:", why, file=sys.stderr, flush=True)

    # Behind what is kept stands a cursor, for clients that can recover.
    @client.event
    async def joined(room_as_it_is):
        for event in room_as_it_is["events"]:
            if event["event"] == "message":
                await message(event["data"], event)
        entered.set()

    @client.event
    async def message(data, event, _cursor=None):
        print(event["offset"], event["from"]["name"] + ":", data["text"], flush=True)

    def answered(answer):
        if not answer["ok"]:
            print("* refused:", answer["message"], file=sys.stderr, flush=True)

    hello = {"name": name, "join": [{"room": room, "history": 10}]}
    await client.connect(url, auth=hello, transports=list(transports) or None)
    await entered.wait()
    while line := await asyncio.to_thread(sys.stdin.readline):
        # A tuple is more than one argument: the data, then where it goes.
        await client.emit("message", ({"text": line.strip()}, {"room": room}), callback=answered)
    await client.wait()


asyncio.run(main(*sys.argv[1:]))
