"""Memory of a connection that says nothing; the clients are `load/idle-clients.js`."""

import asyncio
import pathlib

from memory import resident

CLIENTS = pathlib.Path(__file__).parent.parent / "load" / "idle-clients.js"


async def measure(size):
    served = 0

    async def echo(reader, writer):
        nonlocal served
        served += 1
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    before = resident()
    clients = await asyncio.create_subprocess_exec(
        "node",
        CLIENTS,
        str(port),
        str(size),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    await clients.stdout.readline()
    while served < size:
        await asyncio.sleep(0)
    grown = resident() - before
    clients.stdin.close()
    await clients.wait()
    return grown / size
