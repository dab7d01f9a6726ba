"""Chat by python-socketio, a stock client: python3 socketio_chat.py [url] [room] [name]. Typed lines are sent, messages printed."""

import asyncio
import sys

import socketio

URL, ROOM, NAME = [*sys.argv[1:], "http://127.0.0.1:3000", "general", "Python"][:3]
